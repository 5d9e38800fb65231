// Histogram, curve, handles and numbers: what the setting is, in words and where a hand can take it.
const BINS_BEFORE = 128, BINS_AFTER = 64, CURVE_POINTS = 96;
const NOTABLE = 0.01; // share of the breast above which lost detail is said with emphasis
const CURVE_TOP = 4, CURVE_HEIGHT = 92; // in the histogram's 100 units, so that a flat curve is seen

function makePanel(find) {
  let film = null, tallest = 1;

  function show(next) {
    film = next;
    const counts = binned(film, BINS_BEFORE);
    tallest = Math.sqrt(Math.max(...counts.slice(1, -1), 1) * BINS_BEFORE);
    find('.counts').setAttribute('d', `M0,100${counts.map((count, bin) =>
      `L${100 * (bin + 0.5) / BINS_BEFORE},${heightOf(count * BINS_BEFORE)}`).join('')}L100,100Z`);
    find('.axis .top').textContent = countText(film.full_scale);
  }

  // Square roots keep rare bright tissue visible beside the common dark one.
  const heightOf = density => 100 - Math.min(96, 92 * Math.sqrt(density) / tallest);

  function drawAfter(counts) {
    const smooth = counts.map((count, bin) => bin === 0 || bin === counts.length - 1 ? count
      : (counts[bin - 1] + 2 * count + counts[bin + 1]) / 4); // without the teeth of few stored values
    find('.counts-after').setAttribute('d', `M${smooth.map((count, bin) =>
      `${100 * bin / (counts.length - 1)},${heightOf(count * counts.length)}`).join('L')}`);
  }

  function drawCurve(points) {
    find('.curve-name').hidden = points.length === 0;
    find('.curve').setAttribute('d', points.length ? `M${points.map(([input, output]) =>
      `${100 * input},${heightOfOutput(output)}`).join('L')}` : '');
  }

  function drawLine(line) {
    const points = Array.from({ length: CURVE_POINTS + 1 }, (_, place) =>
      clamped(line.black + (line.white - line.black) * place / CURVE_POINTS, 0, 1));
    drawCurve([[0, outputOf(line, 0)], ...points.map(input => [input, outputOf(line, input)]), [1, outputOf(line, 1)]]);
    drawAfter(countsAfter(film.below.breast, line));
    const middle = clamped((line.black + line.white) / 2, 0, 1);
    find('.handle.black').style.left = `${100 * clamped(line.black, 0, 1)}%`;
    find('.handle.white').style.left = `${100 * clamped(line.white, 0, 1)}%`;
    find('.dot').style.left = `${100 * middle}%`;
    find('.dot').style.top = `${heightOfOutput(outputOf(line, middle))}%`;
    writeNumbers(line);
  }

  function writeNumbers(line) {
    const stored = value => Math.round(value * film.full_scale), breast = film.below.breast;
    const black = shareAtOrBelow(breast, line.black), white = shareAtOrAbove(breast, line.white);
    const texts = { black: stored(line.black), white: stored(line.white), gamma: line.gamma.toFixed(2),
      low: (100 * black).toFixed(1), high: (100 * white).toFixed(1),
      width: stored(line.white - line.black), center: stored((line.black + line.white) / 2) };
    for (const [name, text] of Object.entries(texts)) {
      const input = find(`#${name}`);
      if (!input.matches(':focus') || input.dataset.isDone) input.value = text;
      delete input.dataset.isDone;
    }
    find('.gamma-words').textContent = line.gamma < 0.995 ? 'lifts dark tissue' : line.gamma > 1.005
      ? 'darkens middle tones' : 'linear';
    say(find('.handle.black'), line.black, `${countText(stored(line.black))}, ${percentText(100 * black)} of the breast below`);
    say(find('.handle.white'), line.white, `${countText(stored(line.white))}, ${percentText(100 * white)} of the breast above`);
    find('.dot').setAttribute('aria-valuenow', line.gamma);
    find('.dot').setAttribute('aria-valuetext', `${line.gamma.toFixed(2)}, ${find('.gamma-words').textContent}`);
    writeLost(black, white);
  }

  function say(handle, value, words) {
    handle.setAttribute('aria-valuenow', Math.round(value * film.full_scale));
    handle.setAttribute('aria-valuemax', film.full_scale);
    handle.setAttribute('aria-valuetext', words);
  }

  function writeLost(black, white) {
    const isMore = (now, before) => Math.round(1000 * (now - before)) > 1000 * NOTABLE; // as it is written: 1.0 is not
    const isNotable = isMore(white, film.white_before) || isMore(black, film.black_before);
    find('.lost').classList.toggle('notable', isNotable);
    find('.lost').textContent = `${isNotable ? '\u26A0 ' : ''}${percentText(100 * black)} of the breast is pure black, `
      + `${percentText(100 * white)} pure white.${isNotable ? ' Detail there is lost.' : ''}`;
  }

  function speak() { find('.spoken').textContent = find('.lost').textContent; }

  function allow(isTunable, isLine) { // what only a line can be asked for
    for (const part of ['.handle.black', '.handle.white', '.dot', '.numbers']) find(part).hidden = !isTunable;
    find('.drawn').hidden = isLine;
  }

  return { show, drawLine, drawAfter, drawCurve, writeLost, speak, allow };
}

const heightOfOutput = output => CURVE_TOP + CURVE_HEIGHT * (1 - output);

function binned(film, bins) {
  const below = film.below.breast, ends = Array.from({ length: bins + 1 }, (_, bin) =>
    countBelow(below, bin * (FINEST + 1) / bins));
  return ends.slice(1).map((end, bin) => end - ends[bin]);
}

function countsAfter(below, line) { // of BINS_AFTER gray levels, each with the inputs that round to it
  const ends = Array.from({ length: BINS_AFTER + 1 }, (_, bin) => {
    if (bin === 0) return 0;
    if (bin === BINS_AFTER) return below[FINEST];
    return countBelow(below, inputOf(line, (bin - 0.5) / (BINS_AFTER - 1)) * FINEST);
  });
  return ends.slice(1).map((end, bin) => end - ends[bin]);
}

function percentText(percent, decimals = 1) { return `${percent.toFixed(decimals)}\u00A0%`; }

function countText(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, '\u202F'); }

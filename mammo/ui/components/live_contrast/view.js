// One contrast view: what is shown, what was released, what the server answered.
const MOST_STEPS = 100; // of undo

function makeView(root) {
  const find = selector => root.querySelector(selector);
  const picture = makePicture(find), panel = makePanel(find);
  let data = null, film = null, setting = null, first = null, tell = () => {};
  let isClippedShown = false, isChanged = false, isDrawn = false, frame = 0;
  let sent = 0; // releases; the server tells the last one that it took
  const undone = []; // settings before each release

  const isLive = () => Boolean(film && !data.drawn && film.least < film.most);

  function receive(next, setTriggerValue) {
    tell = setTriggerValue;
    data = next;
    sent = Math.max(sent, data.answered);
    const asked = { method: data.method, values: data.values };
    if (data.answered === sent && !isChanged && !isSame(asked, setting)) { // else a hand is further than this answer
      setting = first = asked; // first: where Reset leads
      undone.length = 0;
    }
    render();
  }

  function render() {
    const arrived = films.get(data.film), isHere = Boolean(arrived && (!data.drawn || films.has(data.drawn.film)));
    find('.waiting').hidden = isHere || isDrawn;
    if (!isHere) return;
    if (film !== arrived) {
      film = arrived;
      picture.show(film);
      panel.show(film);
    }
    writeWords();
    panel.allow(isLive(), !data.drawn);
    isDrawn = true;
    drawNow();
    refreshButtons();
  }

  function writeWords() {
    const { name, facts, alt, label } = data;
    find('.name').textContent = name;
    find('.facts').textContent = facts;
    find('.before').setAttribute('aria-label', `${alt}, as stored`);
    find('.after').setAttribute('aria-label', `${alt}, after ${label}`);
    find('.histogram svg').setAttribute('aria-label',
      'Histogram of the breast before and after, with the curve between them');
    find('.stage').setAttribute('aria-label', `${alt}. Arrow keys change window and level, brackets gamma, plus and `
      + 'minus zoom, Alt and arrows move; B shows before, C clipped pixels, W compares, F fits, R resets.');
  }

  function drawNow() {
    frame = 0;
    const marks = isClippedShown && marksOf(root);
    if (data.drawn) {
      const { film: after, curve, counts, black, white } = data.drawn;
      picture.drawShades(films.get(after).shades, marks);
      panel.drawCurve(curve ?? []);
      panel.drawAfter(counts);
      panel.writeLost(black, white);
    } else {
      const line = lineOf(setting, film);
      picture.drawLine(line, marks);
      panel.drawLine(line);
    }
  }

  function draw(line) { // by a hand on its way; several moves within one frame are one picture
    const next = settingOf(line, setting, film, data.limits);
    if (isSame(next, setting)) { panel.drawLine(lineOf(setting, film)); return; }
    if (!isChanged) undone.push(setting);
    isChanged = true;
    setting = next;
    frame ||= requestAnimationFrame(drawNow);
  }

  function release() {
    if (!isChanged) return;
    isChanged = false;
    if (undone.length > MOST_STEPS) undone.shift();
    send();
  }

  function send() {
    sent += 1;
    panel.speak();
    refreshButtons();
    tell('released', { ...setting, count: sent });
  }

  function goTo(next) {
    setting = next;
    drawNow();
    send();
  }

  function reset() {
    if (!isLive() || isSame(setting, first)) return;
    undone.push(setting);
    goTo(first);
  }

  function undo() { if (isLive() && undone.length) goTo(undone.pop()); }

  function toggleClipped() { isClippedShown = !isClippedShown; drawNow(); }

  function refreshButtons() {
    const button = name => find(`[data-does=${name}]`);
    button('compare').setAttribute('aria-pressed', picture.place.isCompared);
    button('clipped').setAttribute('aria-pressed', isClippedShown);
    button('undo').disabled = !isLive() || undone.length === 0;
    button('reset').disabled = !isLive();
  }

  const view = { picture, isLive, film: () => film, line: () => lineOf(setting, film), draw, release, reset, undo,
    toggleClipped, refreshButtons };
  dragOnPicture(find, view);
  const stopTouch = touchPicture(find, view);
  dragOnHistogram(find, view);
  dragTheWipe(find, view);
  listenToKeys(root, find, view);
  const sizes = new ResizeObserver(picture.lay);
  sizes.observe(find('.stage'));
  window.addEventListener(ARRIVED, render);
  const end = () => {
    sizes.disconnect();
    window.removeEventListener(ARRIVED, render);
    cancelAnimationFrame(frame);
    stopTouch();
  };
  return { receive, end };
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function marksOf(root) { // the theme's attention for white, its fourth color for black
  const styles = getComputedStyle(root);
  const pixel = name => {
    const [, red, green, blue] = /#(..)(..)(..)/.exec(styles.getPropertyValue(name)) ?? [0, 'ff', '80', '00'];
    return (0xFF000000 | parseInt(blue, 16) << 16 | parseInt(green, 16) << 8 | parseInt(red, 16)) >>> 0;
  };
  return { white: pixel('--st-orange-color'), black: pixel('--st-violet-color') };
}

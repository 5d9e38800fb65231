// The two canvases, before and after, at the film's own size; zoom, place and wipe are styles and redraw no pixel.
const MOST_ZOOM = 8, LEAST_ZOOM = 0.5, SHARP_FROM = 3;
const KEPT_IN_SIGHT_PX = 60;

function makePicture(find) {
  const stage = find('.stage'), box = find('.film'), after = find('.after'), before = find('.before');
  const place = { zoom: 1, x: 0, y: 0, wipe: 0.5, isCompared: true, isAllBefore: false };
  let film = null, shown = null, words = null, table = null;

  const imageOf = canvas => {
    canvas.width = film.width;
    canvas.height = film.height;
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    const image = context.createImageData(film.width, film.height);
    return { image, words: new Uint32Array(image.data.buffer), put: () => context.putImageData(image, 0, 0) };
  };

  function show(next) {
    const isOfOtherSize = !film || film.width !== next.width || film.height !== next.height;
    film = next;
    table = new Uint32Array(film.top + 1);
    fillTable(table, { black: 0, white: 1, gamma: 1 });
    const stored = imageOf(before);
    copyThrough(table, film.stored, stored.words);
    stored.put();
    shown = imageOf(after);
    words = shown.words;
    if (isOfOtherSize) fit(); else lay();
  }

  function drawLine(line, marks) {
    fillTable(table, line);
    copyThrough(table, film.stored, words);
    if (marks) hatch(film, marks, value => value <= line.black, value => value >= line.white);
    shown.put();
  }

  function drawShades(shades, marks) {
    for (let pixel = 0; pixel < shades.length; pixel++) words[pixel] = grayPixel(shades[pixel]);
    if (marks) hatch({ ...film, stored: shades, top: 255 }, marks, value => value <= 0, value => value >= 1);
    shown.put();
  }

  // Every second diagonal band, so that the film is still seen between.
  function hatch({ stored, inside, top, width }, marks, isBlack, isWhite) {
    const lost = Array.from({ length: top + 1 }, (_, value) =>
      isWhite(value / top) ? marks.white : isBlack(value / top) ? marks.black : 0);
    for (let pixel = 0; pixel < stored.length; pixel++) {
      const mark = inside[pixel] && lost[stored[pixel]];
      if (mark && (pixel % width + Math.floor(pixel / width)) % 12 < 6) words[pixel] = mark;
    }
  }

  const scale = () => place.zoom * Math.min(stage.clientWidth / film.width, stage.clientHeight / film.height);

  function lay() {
    if (!film || !stage.clientWidth) return;
    const factor = scale(), width = film.width * factor, height = film.height * factor;
    const reach = (whole, part) => (whole + part) / 2 - KEPT_IN_SIGHT_PX;
    place.x = clamped(place.x, -reach(stage.clientWidth, width), reach(stage.clientWidth, width));
    place.y = clamped(place.y, -reach(stage.clientHeight, height), reach(stage.clientHeight, height));
    const left = (stage.clientWidth - width) / 2 + place.x, top = (stage.clientHeight - height) / 2 + place.y;
    box.style.transform = `translate(${left}px, ${top}px) scale(${factor})`;
    box.classList.toggle('sharp', factor * devicePixelRatio >= SHARP_FROM);
    const divided = (place.wipe * stage.clientWidth - left) / factor;
    const cut = place.isAllBefore ? 0 : place.isCompared ? clamped(film.width - divided, 0, film.width) : film.width;
    before.style.clipPath = `inset(0 ${cut}px 0 0)`;
    find('.wipe').hidden = !place.isCompared || place.isAllBefore;
    find('.wipe').style.left = `${100 * place.wipe}%`;
    find('.grip').setAttribute('aria-valuenow', Math.round(100 * place.wipe));
    find('.is-before').hidden = !(place.isCompared || place.isAllBefore);
    find('.is-after').textContent = `${place.isAllBefore ? '' : 'After\n'}${percentText(100 * factor, 0)}`;
  }

  function zoom(times, about = { x: 0, y: 0 }) { // a point from the middle of the stage, which stays where it is
    const next = clamped(place.zoom * times, LEAST_ZOOM, MOST_ZOOM), factor = next / place.zoom;
    place.x = about.x - (about.x - place.x) * factor;
    place.y = about.y - (about.y - place.y) * factor;
    place.zoom = next;
    lay();
  }

  function move(dx, dy) { place.x += dx; place.y += dy; lay(); }

  function fit() { Object.assign(place, { zoom: 1, x: 0, y: 0 }); lay(); }

  function set(changes) { Object.assign(place, changes); lay(); }

  return { place, show, drawLine, drawShades, lay, zoom, move, fit, set };
}

function copyThrough(table, stored, words) { // a function of its own: the one loop that must be quick
  for (let pixel = 0; pixel < stored.length; pixel++) words[pixel] = table[stored[pixel]];
}

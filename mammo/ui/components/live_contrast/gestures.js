// Mouse, touch and wheel. Each drag starts from the line as it was, so that a limit on the way leaves no trace.
const FULL_RANGE_PX = 700; // of a drag that takes window or level through all gray levels
const WHEEL_PX = 400, GAMMA_PX = 90; // for a factor of e

function followPointer(element, start, end) {
  element.addEventListener('pointerdown', event => {
    if (event.button > 1 || element.dragged) return;
    const moved = start(event);
    if (!moved) return;
    event.preventDefault();
    event.stopPropagation();
    element.dragged = true;
    element.setPointerCapture(event.pointerId);
    const follow = next => next.pointerId === event.pointerId
      && moved(next.clientX - event.clientX, next.clientY - event.clientY);
    const stop = next => {
      if (next.pointerId !== event.pointerId) return;
      element.dragged = false;
      element.removeEventListener('pointermove', follow);
      for (const name of ['pointerup', 'pointercancel']) element.removeEventListener(name, stop);
      end();
    };
    element.addEventListener('pointermove', follow);
    for (const name of ['pointerup', 'pointercancel']) element.addEventListener(name, stop);
  });
}

function dragOnPicture(find, view) {
  const stage = find('.stage'), { picture } = view;
  followPointer(stage, event => {
    if (event.pointerType === 'touch') return null;
    stage.focus({ preventScroll: true });
    if (event.shiftKey || event.button === 1 || !view.isLive()) return moving(picture);
    return windowing(view);
  }, view.release);
  stage.addEventListener('dblclick', view.reset);
  stage.addEventListener('wheel', event => {
    if (!stage.matches(':focus-within')) return;
    event.preventDefault();
    picture.zoom(Math.exp(-event.deltaY / WHEEL_PX), fromMiddle(stage, event));
  }, { passive: false });
}

function windowing(view) {
  const { black, white, gamma } = view.line();
  return (dx, dy) => {
    const width = Math.max(white - black + 2 * dx / FULL_RANGE_PX, NARROWEST);
    const center = (black + white) / 2 + dy / FULL_RANGE_PX;
    view.draw({ black: center - width / 2, white: center + width / 2, gamma });
  };
}

function moving(picture) {
  let x = 0, y = 0;
  return (dx, dy) => {
    picture.move(dx - x, dy - y);
    [x, y] = [dx, dy];
  };
}

function fromMiddle(stage, { clientX, clientY }) {
  const box = stage.getBoundingClientRect();
  return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
}

/** A page is scrolled over the film until a tap arms it; a tap outside gives the finger back to the page. */
function touchPicture(find, view) {
  const stage = find('.stage'), fingers = new Map();
  let moved = null, apart = null;
  const isArmed = () => stage.classList.contains('armed');
  const begin = () => {
    const [first, second] = [...fingers.values()];
    moved = null;
    apart = second ? gap(first, second) : null;
    if (first && !second && view.isLive()) moved = { from: first, by: windowing(view) };
    if (first && !second && !view.isLive()) moved = { from: first, by: moving(view.picture) };
  };
  stage.addEventListener('click', event => { if (event.pointerType === 'touch') stage.classList.add('armed'); });
  stage.addEventListener('pointerdown', event => {
    if (event.pointerType !== 'touch' || !isArmed()) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    begin();
  });
  stage.addEventListener('pointermove', event => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (moved) moved.by(event.clientX - moved.from.clientX, event.clientY - moved.from.clientY);
    if (apart) {
      const next = gap(...fingers.values());
      view.picture.zoom(next.length / apart.length, fromMiddle(stage, next));
      view.picture.move(next.clientX - apart.clientX, next.clientY - apart.clientY);
      apart = next;
    }
  });
  for (const name of ['pointerup', 'pointercancel']) {
    stage.addEventListener(name, event => {
      if (!fingers.delete(event.pointerId)) return;
      if (moved) view.release();
      begin();
    });
  }
  const leave = event => { if (!event.composedPath().includes(stage)) stage.classList.remove('armed'); };
  document.addEventListener('pointerdown', leave);
  return () => document.removeEventListener('pointerdown', leave);
}

function gap(first, second) {
  return { length: Math.max(Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY), 1),
    clientX: (first.clientX + second.clientX) / 2, clientY: (first.clientY + second.clientY) / 2 };
}

function dragOnHistogram(find, view) {
  const width = () => find('.histogram').clientWidth;
  const handle = (name, change) => followPointer(find(name), () => {
    find(name).focus({ preventScroll: true });
    const line = view.line();
    return (dx, dy) => view.draw({ ...line, ...change(line, dx / width(), dy) });
  }, view.release);
  handle('.handle.black', ({ black, white }, by) => ({ black: Math.min(black + by, white - NARROWEST) }));
  handle('.handle.white', ({ black, white }, by) => ({ white: Math.max(white + by, black + NARROWEST) }));
  handle('.dot', ({ gamma }, by, dy) => ({ gamma: gamma * Math.exp(dy / GAMMA_PX) }));
}

function dragTheWipe(find, { picture }) {
  const stage = find('.stage');
  followPointer(find('.grip'), () => {
    find('.grip').focus({ preventScroll: true });
    const from = picture.place.wipe;
    return dx => picture.set({ wipe: clamped(from + dx / stage.clientWidth, 0, 1) });
  }, () => {});
}

// The keyboard's way to everything that a pointer can do, the buttons and the number fields.
const STEP = 0.01, FAR = 5, GAMMA_TIMES = 1.05, ZOOM_TIMES = 1.25, MOVE_PX = 40, WIPE_STEP = 0.02;
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function listenToKeys(root, find, view) {
  const { picture } = view, stage = find('.stage');
  const does = {
    compare: () => picture.set({ isCompared: !picture.place.isCompared }),
    clipped: view.toggleClipped,
    fit: picture.fit,
    smaller: () => picture.zoom(1 / ZOOM_TIMES),
    larger: () => picture.zoom(ZOOM_TIMES),
    reset: view.reset,
    undo: view.undo,
  };
  const press = name => { does[name](); view.refreshButtons(); };
  for (const button of root.querySelectorAll('button')) button.onclick = () => press(button.dataset.does);

  const change = changes => {
    if (!view.isLive()) return;
    const line = view.line();
    view.draw({ ...line, ...changes(line) });
  };
  const keys = { c: 'clipped', w: 'compare', f: 'fit', r: 'reset', '+': 'larger', '=': 'larger', '-': 'smaller' };
  onKeys(stage, event => {
    const [right, down] = ARROWS[event.key] ?? [0, 0], by = STEP * (event.shiftKey ? FAR : 1);
    if (event.key.toLowerCase() === 'b') picture.set({ isAllBefore: true });
    else if (event.key === '[' || event.key === ']') change(gammaTimes(event.key === ']' ? 1 : -1));
    else if (event.altKey && event.key in ARROWS) picture.move(right * MOVE_PX, down * MOVE_PX);
    else if (event.key in ARROWS) change(widened(right * by, down * by));
    else if (event.key.toLowerCase() in keys) press(keys[event.key.toLowerCase()]);
    else return false;
    return true;
  }, view.release);
  const showAfter = () => picture.set({ isAllBefore: false });
  stage.addEventListener('keyup', event => { if (event.key.toLowerCase() === 'b') showAfter(); });
  stage.addEventListener('blur', () => { if (picture.place.isAllBefore) showAfter(); });
  root.addEventListener('keydown', event => {
    if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.target.matches('input')) return;
    event.preventDefault();
    press('undo');
  });
  listenOnHandles(find, view, change);
  listenToNumbers(find, view);
}

const widened = (wider, lower) => ({ black, white }) => {
  const half = Math.max(white - black + 2 * wider, NARROWEST) / 2, center = (black + white) / 2 + lower;
  return { black: center - half, white: center + half };
};
const gammaTimes = times => ({ gamma }) => ({ gamma: gamma * GAMMA_TIMES ** times });

/** Keys change at once; what they came to is told when the last one is let go. */
function onKeys(element, act, end) {
  element.addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.composedPath()[0] !== element || !act(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  element.addEventListener('keyup', end);
  element.addEventListener('blur', end);
}

function listenOnHandles(find, view, change) {
  const along = event => {
    const [right, down] = ARROWS[event.key] ?? [0, 0];
    const far = { PageUp: FAR, PageDown: -FAR }[event.key] ?? 0;
    return (right - down) * (event.shiftKey ? FAR : 1) + far;
  };
  const slide = (name, moved) => onKeys(find(name), event => {
    const steps = along(event);
    if (steps) moved(steps);
    return Boolean(steps);
  }, view.release);
  slide('.handle.black', steps => change(({ black, white }) =>
    ({ black: Math.min(black + steps * STEP, white - NARROWEST) })));
  slide('.handle.white', steps => change(({ black, white }) =>
    ({ white: Math.max(white + steps * STEP, black + NARROWEST) })));
  slide('.dot', steps => change(gammaTimes(-steps))); // up lifts the curve
  slide('.grip', steps => view.picture.set({ wipe: clamped(view.picture.place.wipe + steps * WIPE_STEP, 0, 1) }));
}

function listenToNumbers(find, view) {
  const typed = {
    black: (line, number, film) => ({ black: Math.min(number / film.full_scale, line.white - NARROWEST) }),
    white: (line, number, film) => ({ white: Math.max(number / film.full_scale, line.black + NARROWEST) }),
    low: (line, number, film) => ({ black: percentile(film.below.breast, clamped(number, 0, 100)) }),
    high: (line, number, film) => ({ white: percentile(film.below.breast, 100 - clamped(number, 0, 100)) }),
    width: (line, number, film) => widened((number / film.full_scale - line.white + line.black) / 2, 0)(line),
    center: (line, number, film) => widened(0, number / film.full_scale - (line.black + line.white) / 2)(line),
    gamma: (line, number) => ({ gamma: number }),
  };
  for (const [name, changes] of Object.entries(typed)) {
    const input = find(`#${name}`);
    input.addEventListener('change', () => {
      const number = Number(input.value.trim().replace(',', '.')), line = view.line();
      input.dataset.isDone = 'yes';
      const next = input.value.trim() && Number.isFinite(number) ? { ...line, ...changes(line, number, view.film()) } : line;
      view.draw(next.black < next.white && next.gamma > 0 ? next : line);
      view.release();
    });
  }
}

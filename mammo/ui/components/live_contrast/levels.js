// Gray levels from 0 to 1: percentiles as mammo.imaging.histogram computes them, and the straight line with a gamma
// that the registered methods of mammo.enhancement draw. The server's picture and this one are tested against each other.
const FINEST = 65535; // histograms have one level more
const NARROWEST = 0.005; // window: below it a stored value is a jump, not a shade

/** Pixels at or below each level, from the levels that occur and their counts. */
function accumulated(levels, counts) {
  const below = new Float64Array(FINEST + 1);
  for (let place = 0; place < levels.length; place++) below[levels[place]] = counts[place];
  for (let level = 1; level <= FINEST; level++) below[level] += below[level - 1];
  return below;
}

function countBelow(below, level) { // pixels whose level is under a fraction of FINEST
  const last = Math.ceil(level) - 1;
  return last < 0 ? 0 : below[Math.min(last, FINEST)];
}

function shareAtOrBelow(below, value) { // with a hair of tolerance for values that were rounded on their way
  return countBelow(below, value * FINEST + 0.51) / below[FINEST];
}

function shareAtOrAbove(below, value) {
  return 1 - countBelow(below, value * FINEST - 0.51) / below[FINEST];
}

function levelOf(below, position) { // of the pixel at a place among all, sorted
  let low = 0, high = FINEST;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (below[middle] > position) high = middle; else low = middle + 1;
  }
  return low;
}

function percentile(below, percent) {
  if (!below[FINEST]) return 0;
  const position = percent / 100 * (below[FINEST] - 1), share = position - Math.floor(position);
  const lower = levelOf(below, Math.floor(position)), upper = levelOf(below, Math.ceil(position));
  return (lower + share * (upper - lower)) / FINEST;
}

/** The percent at which `percentile` gives a value, or the nearest there is. */
function percentOf(below, value, isWhite) {
  const pixels = below[FINEST];
  const place = isWhite ? countBelow(below, value * FINEST - 0.01) : countBelow(below, value * FINEST + 0.01) - 1;
  return pixels < 2 ? 0 : 100 * Math.min(Math.max(place, 0), pixels - 1) / (pixels - 1);
}

const LINES = {
  contrast_stretch: (values, film) => [film.least, film.most, 1],
  stretch_percentiles: ({ low, high, region }, film) =>
    [percentile(film.below[region], low), percentile(film.below[region], high), 1],
  stretch_limits: ({ black, white }) => [black, white, 1],
  window_level: ({ center, width }) => [center - width / 2, center + width / 2, 1],
  gamma: ({ gamma }) => [0, 1, gamma],
  levels: ({ black, white, gamma }) => [black, white, gamma],
};

// The values with which a method draws a line; methods that can't draw it are missing or give nothing.
const VALUES = {
  stretch_percentiles: (line, film, { region }) => line.gamma === 1 && {
    low: rounded(percentOf(film.below[region], line.black, false), 2),
    high: rounded(percentOf(film.below[region], line.white, true), 2), region },
  stretch_limits: line => line.gamma === 1 && { black: rounded(line.black, 5), white: rounded(line.white, 5) },
  window_level: line => line.gamma === 1 && {
    center: rounded((line.black + line.white) / 2, 5), width: rounded(line.white - line.black, 5) },
  gamma: line => line.black === 0 && line.white === 1 && { gamma: rounded(line.gamma, 2) },
  levels: line => ({ black: rounded(line.black, 5), white: rounded(line.white, 5), gamma: rounded(line.gamma, 2) }),
};

/** The line of a setting; where both ends meet, or the film has one level only, nothing is stretched. */
function lineOf({ method, values }, film) {
  const [black, white, gamma] = LINES[method](values, film);
  if (film.least === film.most) return { black: 0, white: 1, gamma: 1 };
  return black < white ? { black, white, gamma } : { black: 0, white: 1, gamma };
}

/** The setting that draws a line: in the same method where it can, else by black point, white point and gamma. */
function settingOf(line, setting, film, limits) {
  const same = VALUES[setting.method]?.(line, film, setting.values);
  const method = same && fits(same) ? setting.method : 'levels';
  const values = method === setting.method ? same : VALUES.levels(line);
  for (const [name, [low, high]] of Object.entries(limits[method])) values[name] = clamped(values[name], low, high);
  return { method, values };
}

function fits(values) { // percentiles that meet stretch nothing
  return !('low' in values) || values.low < values.high;
}

function rounded(value, decimals) { return Number(value.toFixed(decimals)); }

function clamped(value, low, high) { return Math.min(Math.max(value, low), high); }

/** For each stored value the pixel that shows it: output level k begins where the curve passes (k - 1/2) / 255. */
function fillTable(table, line) {
  const top = table.length - 1;
  let from = 0;
  for (let level = 1; level <= 255; level++) {
    const until = clamped(Math.ceil(inputOf(line, (level - 0.5) / 255) * top), from, top + 1);
    table.fill(grayPixel(level - 1), from, until);
    from = until;
  }
  table.fill(grayPixel(255), from);
}

function inputOf(line, output) { // the gray level that becomes `output`, in 0 to 1
  return line.black + (line.white - line.black) * Math.pow(output, 1 / line.gamma);
}

function outputOf(line, input) {
  return Math.pow(clamped((input - line.black) / (line.white - line.black), 0, 1), line.gamma);
}

function grayPixel(level) { return (0xFF000000 | level << 16 | level << 8 | level) >>> 0; }

// A film's bytes, as mammo.ui.live_film packs them. They come by a component of their own, since they are large and stay
// the same while settings change; here they are kept until the film is another one.
const ARRIVED = 'mammo-film';
const films = globalThis.mammoFilms ??= new Map();

function keepFilm(slot, bytes) {
  const film = unpackedFilm(bytes);
  slot.film = film.id;
  films.set(film.id, film);
  window.dispatchEvent(new Event(ARRIVED));
}

function unpackedFilm(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const film = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const content = bytes.slice(4 + length).buffer; // a copy of its own begins where numbers of 4 bytes may
  let from = 0;
  const next = (Kind, count) => {
    const array = new Kind(content, from, count);
    from += array.byteLength;
    return array;
  };
  const pixels = film.width * film.height;
  if (!film.histograms) return { ...film, shades: next(Uint8Array, pixels) };
  const counts = film.histograms.map(levels => next(Uint32Array, levels));
  const [breast, image] = film.histograms.map((levels, place) => accumulated(next(Uint16Array, levels), counts[place]));
  return { ...film, below: { breast, image }, stored: next(Uint16Array, pixels), inside: next(Uint8Array, pixels) };
}

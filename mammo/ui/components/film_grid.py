"""Many small films in a grid, each a button: by mouse, by touch, or by arrow keys and Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st


@dataclass(frozen=True)
class FilmTile:
    """One film among many."""

    id: str
    picture: str | None  # data URL; None: it is being made, or can't be
    alt: str
    name: str
    facts: str  # one line below the name
    mark: str  # of the class, in text
    color: str  # of the mark, as #RRGGBB
    problem: str = ""  # why there is no picture
    warnings: str = ""  # what the import warned of


# Streamlit takes one-line strings for file paths: hence the newlines.
_HTML = """
<ul></ul>
"""
_CSS = """
ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(132px, 1fr)); gap: 8px; list-style: none;
     margin: 0; padding: 3px; font: 400 0.87rem var(--st-font); font-variant-numeric: tabular-nums; }
button { display: block; width: 100%; padding: 0; border: 1px solid var(--st-border-color); border-radius: 6px;
         background: var(--st-secondary-background-color); color: var(--st-text-color); font: inherit;
         text-align: left; overflow: hidden; cursor: pointer; }
button:hover { border-color: var(--st-primary-color); }
button:focus-visible { outline: 3px solid var(--st-primary-color); outline-offset: 1px; }
.film { position: relative; display: block; aspect-ratio: 240 / 330; background: #000; color: #D9DEE2; }
.film img { width: 100%; height: 100%; object-fit: contain; display: block; }
.film em { position: absolute; inset: 0; padding: 8px; display: grid; place-content: center; text-align: center;
           font-style: normal; overflow: hidden; overflow-wrap: anywhere; }
.words { display: block; padding: 4px 8px 6px; }
.words > * { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.name { font-weight: 600; }
.mark { margin-right: 4px; }
"""
# Tiles are kept and changed, never drawn anew: focus stays where it is while pictures arrive.
_JS = """
export default function ({ data: [label, tiles], parentElement, setTriggerValue }) {
  const list = parentElement.querySelector('ul');
  list.setAttribute('aria-label', label);
  const put = (element, name, value) => { if (element[name] !== value) element[name] = value; };
  const make = (kind, parent, name) => {
    const element = document.createElement(kind);
    if (name) element.className = name;
    return parent.appendChild(element);
  };
  const made = () => {
    const button = make('button', make('li', list));
    button.type = 'button';
    const film = make('span', button, 'film'), words = make('span', button, 'words');
    const name = make('span', words, 'name');
    button.parts = { img: make('img', film), em: make('em', film), mark: make('span', name, 'mark'),
                     name: make('span', name), facts: make('span', words), warnings: make('span', words) };
    button.parts.mark.setAttribute('aria-hidden', 'true');
    return button;
  };
  while (list.children.length > tiles.length) list.lastChild.remove();
  while (list.children.length < tiles.length) made();
  const buttons = [...list.querySelectorAll('button')];
  buttons.forEach((button, place) => {
    const tile = tiles[place], parts = button.parts;
    put(parts.img, 'hidden', !tile.picture);
    if (tile.picture && parts.img.getAttribute('src') !== tile.picture) parts.img.src = tile.picture;
    put(parts.img, 'alt', tile.alt);
    put(parts.em, 'hidden', Boolean(tile.picture));
    put(parts.em, 'textContent', tile.picture ? '' : tile.problem || 'Drawing \u2026');
    put(parts.mark, 'textContent', tile.mark);
    parts.mark.style.color = tile.color;
    put(parts.name, 'textContent', tile.name);
    put(parts.facts, 'textContent', tile.facts);
    put(parts.warnings, 'textContent', tile.warnings ? '! ' + tile.warnings : '');
    put(button, 'title', [tile.alt, tile.warnings].filter(Boolean).join('. '));
    button.setAttribute('aria-label', [tile.alt, tile.problem, tile.warnings].filter(Boolean).join('. '));
    put(button, 'tabIndex', button === (list.current ?? buttons[0]) ? 0 : -1);
    button.onclick = () => setTriggerValue('opened', tile.id);
    button.onfocus = () => {
      list.current = button;
      buttons.forEach(other => put(other, 'tabIndex', other === button ? 0 : -1));
    };
  });
  if (!buttons.includes(list.current)) { list.current = buttons[0]; if (buttons[0]) buttons[0].tabIndex = 0; }
  list.onkeydown = event => {
    const columns = getComputedStyle(list).gridTemplateColumns.split(' ').length, place = buttons.indexOf(list.current);
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns,
                    Home: -place, End: buttons.length - 1 - place };
    if (!(event.key in steps)) return;
    event.preventDefault();
    buttons[place + steps[event.key]]?.focus();
  };
}
"""

_grid = st.components.v2.component("mammo.film_grid", html=_HTML, css=_CSS, js=_JS)


def film_grid(tiles: Sequence[FilmTile], *, label: str, key: str, on_open: Callable[[str], None]) -> None:
    """Draw the tiles; ``on_open`` is called with a tile's id before the page runs anew."""

    def opened() -> None:
        if chosen := st.session_state[key].opened:
            on_open(str(chosen))

    # A list goes through as it is; in a dictionary Streamlit would load pandas to look for tables.
    _grid(data=[label, [asdict(tile) for tile in tiles]], key=key, on_opened_change=opened)

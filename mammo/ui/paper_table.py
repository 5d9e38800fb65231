"""A table with links in its cells, which a screen reader reads and a narrow window scrolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from mammo.ui import theme
from mammo.ui.plain_text import plain

_WORDS = "text-align:left;vertical-align:top"
_LEAST_ROOM = 18  # characters; what is longer breaks, what is wider scrolls


@dataclass(frozen=True)
class Cell:
    """Text of a cell, maybe a link, maybe with a smaller line below."""

    text: str
    link: str = ""  # relative address; empty: none
    below: str = ""

    def html(self) -> str:
        """The cell's content."""
        shown = escape(self.text)
        if self.link:
            color = theme.current().accent
            shown = f'<a href="{escape(self.link)}" target="_self" style="color:{color}">{shown}</a>'
        return f"{shown}<br><small>{escape(self.below)}</small>" if self.below else shown

    @property
    def width(self) -> int:
        """Characters that the cell has room for even in a narrow window."""
        return min(max(len(self.text), len(self.below)), _LEAST_ROOM)


@dataclass(frozen=True)
class Head:
    """A column's title, maybe under another one that spans several columns."""

    text: str
    above: str = ""


def show_table(caption: str, heads: Sequence[Head], rows: Sequence[Sequence[Cell]]) -> None:
    """Draw the table; the first cell of a row is its title and stays where the others scroll."""
    st.caption(plain(caption))
    body = "".join(_row(row) for row in rows)
    st.html(
        f'<div class="matrix" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f'<table aria-label="{escape(caption)}">'
        f"<thead>{_head(heads)}</thead><tbody>{body}</tbody></table></div>"
    )


def _head(heads: Sequence[Head]) -> str:
    titles = "".join(f'<th scope="col" style="{_WORDS}">{escape(head.text)}</th>' for head in heads)
    groups: list[tuple[str, int]] = []
    for head in heads:
        if groups and groups[-1][0] == head.above:
            groups[-1] = (head.above, groups[-1][1] + 1)
        else:
            groups.append((head.above, 1))
    if len(groups) == 1:
        return f"<tr>{titles}</tr>"
    above = "".join(_group(text, count) for text, count in groups)
    return f"<tr>{above}</tr><tr>{titles}</tr>"


def _group(text: str, count: int) -> str:
    return f'<th scope="colgroup" colspan="{count}">{escape(text)}</th>' if text else f'<td colspan="{count}"></td>'


def _row(row: Sequence[Cell]) -> str:
    colors = theme.current()
    line = f"border-top:1px solid {colors.line}"
    title = f"{_WORDS};{line};position:sticky;left:0;background:{colors.background};color:{colors.text}"
    cells = "".join(f'<td style="{_WORDS};{line};min-width:{cell.width}ch">{cell.html()}</td>' for cell in row[1:])
    return f'<tr><th scope="row" style="{title}">{row[0].html()}</th>{cells}</tr>'

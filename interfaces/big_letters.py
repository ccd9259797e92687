"""
Letters five lines high, drawn with blocks, so that a destination is read from two metres away.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

__all__ = ["big_lines"]

_GAP = " "
_BREAKS = re.compile(r"[^\s-]*-|[^\s-]+")
_SHAPES = """
A .##. B ###. C .### D ###. E #### F #### G .### H #..# I ### J ..## K #..# L #... M #...# N #...# O .##.
A #..# B #..# C #... D #..# E #... F #... G #... H #..# I .#. J ...# K #.#. L #... M ##.## N ##..# O #..#
A #### B ###. C #... D #..# E ###. F ###. G #.## H #### I .#. J ...# K ##.. L #... M #.#.# N #.#.# O #..#
A #..# B #..# C #... D #..# E #... F #... G #..# H #..# I .#. J #..# K #.#. L #... M #...# N #..## O #..#
A #..# B ###. C .### D ###. E #### F #... G .### H #..# I ### J .##. K #..# L #### M #...# N #...# O .##.
P ###. Q .##. R ###. S .### T ##### U #..# V #...# W #...# X #...# Y #...# Z ####
P #..# Q #..# R #..# S #... T ..#.. U #..# V #...# W #...# X .#.#. Y .#.#. Z ...#
P ###. Q #..# R ###. S .##. T ..#.. U #..# V #...# W #.#.# X ..#.. Y ..#.. Z .##.
P #... Q #.## R #.#. S ...# T ..#.. U #..# V .#.#. W ##.## X .#.#. Y ..#.. Z #...
P #... Q .#### R #..# S ###. T ..#.. U .##. V ..#.. W #...# X #...# Y ..#.. Z ####
0 .###. 1 .#. 2 ###. 3 ###. 4 #..# 5 #### 6 .##. 7 #### 8 .##. 9 .##. - ... . . ' # & .#... / ...# ? ###.
0 #..## 1 ##. 2 ...# 3 ...# 4 #..# 5 #... 6 #... 7 ...# 8 #..# 9 #..# - ... . . ' # & #.#.. / ..#. ? ...#
0 #.#.# 1 .#. 2 .##. 3 .##. 4 #### 5 ###. 6 ###. 7 ..#. 8 .##. 9 .### - ### . . ' . & .#... / .#.. ? .##.
0 ##..# 1 .#. 2 #... 3 ...# 4 ...# 5 ...# 6 #..# 7 .#.. 8 #..# 9 ...# - ... . . ' . & #.#.# / #... ? ....
0 .###. 1 ### 2 #### 3 ###. 4 ...# 5 ###. 6 .##. 7 .#.. 8 .##. 9 .##. - ... . # ' . & .##.# / .... ? .#..
"""


def _read_shapes() -> dict[str, tuple[str, ...]]:
    rows: dict[str, list[str]] = {}
    for line in _SHAPES.strip().splitlines():
        words = line.split(" ")
        for letter, row in zip(words[::2], words[1::2], strict=True):
            rows.setdefault(letter, []).append(row)
    # As wide as the widest row, so that the letters stand straight.
    widths = {letter: max(map(len, drawn)) for letter, drawn in rows.items()}
    return {letter: tuple(row.ljust(widths[letter], ".") for row in drawn) for letter, drawn in rows.items()}


_LETTERS = _read_shapes()


def big_lines(text: str, width: int, *, block: str = "█", most: int = 2) -> list[str]:
    """
    The text drawn in at most `most` rows of letters that fit into `width` columns, broken at blanks and hyphens.

    Empty where it does not fit or holds a letter that cannot be drawn; accents are left out.
    """
    words = [_plain(word) for word in _BREAKS.findall(text.upper().replace("_", " "))]
    if not all(letter in _LETTERS for word in words for letter in word):
        return []
    rows: list[str] = []
    for word in words:
        longer = word if not rows else rows[-1] + word if rows[-1].endswith("-") else f"{rows[-1]} {word}"
        if rows and _width(longer) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    if not rows or len(rows) > most or any(_width(row) > width for row in rows):
        return []
    return [line for place, row in enumerate(rows) for line in (*([""] if place else []), *_drawn(row, block))]


def _plain(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def _width(row: str) -> int:
    return sum(3 if letter == " " else len(_LETTERS[letter][0]) + 1 for letter in row) - 1


def _drawn(row: str, block: str) -> Iterator[str]:
    for level in range(5):
        pieces = ("  " if letter == " " else _LETTERS[letter][level] for letter in row)
        yield _GAP.join(pieces).replace("#", block).replace(".", " ").rstrip()

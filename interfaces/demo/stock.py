"""
The demo's catalogue: made-up titles, and copies that stand where people are.

A title has between one and a handful of copies in different branches, so that most holds must be filled from afar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from interfaces.demo.codes import item_barcode
from interfaces.demo.network import DemoBranch

__all__ = ["DemoCopy", "DemoTitle", "stock_of"]

_TYPES = ("book", "picture-book", "dvd", "audiobook")
_SHARES = (78, 92, 97, 100)
"""Of a hundred titles so many are of this type or one before it."""
_COPIES = (1, 1, 2, 2, 2, 3, 3, 6)
_HOW = (
    *("Quiet", "Last", "Hidden", "Northern", "Salt", "Winter", "Forgotten", "Second", "Distant", "Borrowed"),
    *("Crooked", "Silver", "Long", "Broken", "Patient", "Wild", "Narrow", "Small", "Evening", "Unwritten"),
)
_WHAT = (
    *("Harbour", "Orchard", "Letter", "Garden", "Summer", "Bridge", "Island", "Clockmaker", "Road", "Library"),
    *("Tide", "Cathedral", "Lantern", "Railway", "Kitchen", "Moor", "Map", "Voyage", "Orchestra", "Lighthouse"),
    *("River", "Winter", "Station", "Fox", "Mill", "Recipe", "Witness", "Market", "Valley", "Notebook"),
)
_WHOSE = ("", "", "", " of Wells", " of the Sea", " in Autumn", " at Midnight", " Street", " and Other Stories")
_AUTHORS = (
    *("Ashworth", "Bennett", "Carey", "Dunne", "Evans", "Farrell", "Graham", "Hughes", "Iqbal", "Jenkins"),
    *("Kelly", "Lloyd", "Murphy", "Nowak", "O'Brien", "Patel", "Quinn", "Rees", "Singh", "Taylor", "Walsh"),
)
_INITIALS = "ABCDEFGHJKLMNPRSTW"


@dataclass(frozen=True, slots=True)
class DemoTitle:
    """A title with its author."""

    title_id: str
    title: str
    author: str


@dataclass(frozen=True, slots=True)
class DemoCopy:
    """A copy of a title that lives on the shelves of `home`."""

    barcode: str
    title_id: str
    owner: str
    home: str
    item_type: str
    shelf_mark: str


def stock_of(branches: Sequence[DemoBranch], *, items: int, seed: int) -> Iterator[tuple[DemoTitle, list[DemoCopy]]]:
    """Titles with their copies, in the order of their ids, until there are so many items."""
    draw = Random(f"{seed}/stock")
    places = [branch for branch in branches if branch.population]
    weights = list(accumulate(branch.population for branch in places))
    made = number = 0
    while made < items:
        number += 1
        title_id = f"t{number:06d}"
        author = f"{draw.choice(_AUTHORS)}, {draw.choice(_INITIALS)}."
        name = f"The {draw.choice(_HOW)} {draw.choice(_WHAT)}{draw.choice(_WHOSE)}"
        kind = draw.choices(_TYPES, cum_weights=_SHARES)[0]
        mark = f"{author[:3].upper()} {number % 900 + 100}"
        homes = draw.choices(places, cum_weights=weights, k=min(items - made, draw.choice(_COPIES)))
        copies = [
            DemoCopy(item_barcode(made + place), title_id, home.member, home.code, kind, mark)
            for place, home in enumerate(homes, 1)
        ]
        made += len(copies)
        yield DemoTitle(title_id, name, author), copies

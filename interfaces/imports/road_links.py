"""
A matrix of travel times from somebody else's router: a CSV with the columns from, to, metres, seconds.

Pairs may be left out; `logistics/roads.py` fills them. A row that cannot be used is listed and not guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import BinaryIO

from interfaces.imports.table import Reject, Table
from logistics.roads import Link

__all__ = ["ROAD_COLUMNS", "read_road_links"]

ROAD_COLUMNS = ("from", "to", "metres", "seconds")
_MOST_DIGITS = 8


def read_road_links(
    file: str, source: bytes | BinaryIO, *, places: Collection[str], rejects: Callable[[Reject], None]
) -> list[Link]:
    """
    The links between known places, in the file's order; fractions are rounded by no one, so they are rejected.

    A row from a place to itself is passed over when it is nought, as routers write it.
    """
    links: dict[tuple[str, str], Link] = {}
    for row in Table(file, source, required=ROAD_COLUMNS, rejects=rejects):
        origin, destination, metres, seconds = row.values
        unknown = next((code for code in (origin, destination) if code not in places), None)
        if unknown is not None:
            reason = f"'{unknown[:60]}' is not a place in this network."
        elif not all(text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS for text in (metres, seconds)):
            reason = "Metres and seconds must be whole numbers below ten million."
        elif origin == destination:
            if int(metres) == int(seconds) == 0:
                continue
            reason = f"It links {origin} to itself."
        else:
            link = Link(origin, destination, int(metres), int(seconds))
            if links.setdefault((origin, destination), link) == link:
                continue
            reason = f"The link from {origin} to {destination} was given before with other numbers."
        rejects(Reject(file, row.line, reason))
    return list(links.values())

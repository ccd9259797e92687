"""
How large a demo is: what the networks publish, and how far circulation that never travels is thinned.

What rides in the vans is never thinned, so a small demo has the planning day of the large network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from circulation.errors import Invalid
from interfaces.demo.presets import preset_named

__all__ = ["DEFAULT_SCALE", "Size", "size_of"]

DEFAULT_SCALE = 0.02


@dataclass(frozen=True, slots=True)
class _Published:
    """A network's holdings, its loans on an ordinary day, and the items that set out for another branch on one."""

    items: int
    loans_a_day: int
    journeys_a_day: int


# Ireland publishes 20,000 items a week between its branches and 13 million in its catalogue; LibrariesWest its
# 2.5 million items. The rest is in proportion to the people that both serve.
_PUBLISHED: Mapping[str, _Published] = {
    "librarieswest": _Published(items=2_500_000, loans_a_day=28_000, journeys_a_day=1_200),
    "ireland": _Published(items=13_000_000, loans_a_day=52_000, journeys_a_day=4_000),
}
_FEWEST_ITEMS = 40
"""Of every item that sets out on a day there are so many on the shelves, or titles would be asked for too often."""
_FEWEST_READERS = 3


@dataclass(frozen=True, slots=True)
class Size:
    """
    How many items and readers there are, and what happens on an ordinary day in the whole network.

    `holds_a_day` and `away_returns_a_day` are what travels: copies for holds, and copies brought back elsewhere
    than where they live. `shelf_loans_a_day` never travel.
    """

    items: int
    readers: int
    holds_a_day: int
    away_returns_a_day: int
    shelf_loans_a_day: int


def size_of(preset: str, scale: float) -> Size:
    """
    The size of a preset's demo; at scale 1 it is the published one.

    Raises `Unknown` (`demo.preset`) and `Invalid` (`demo.scale`) for a scale that is not above 0 and at most 1.
    """
    if not 0 < scale <= 1:
        raise Invalid("demo.scale", scale=scale)
    published = _PUBLISHED[preset_named(preset).name]
    items = max(round(published.items * scale), _FEWEST_ITEMS * published.journeys_a_day // 2)
    return Size(
        items=items,
        readers=max(round(published.loans_a_day * scale * 8), _FEWEST_READERS * published.journeys_a_day),
        holds_a_day=round(published.journeys_a_day * 0.55),
        away_returns_a_day=round(published.journeys_a_day * 0.45),
        shelf_loans_a_day=round(published.loans_a_day * scale),
    )

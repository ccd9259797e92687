"""
Where every item of a simulation is. An item is in one place; taking it from where it is not is an error at once.

What is first put into a place is first in its listing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["KINDS", "Place", "Places", "aboard", "at_hub", "held", "lent", "on_trunk", "shelved", "waiting"]

KINDS = ("shelf", "hold shelf", "reader", "branch", "hub", "van", "trunk")
"""Kinds of places: on a shelf, a hold shelf, with a reader; waiting at a branch, a hub; on a van, between hubs."""


class Place(NamedTuple):
    """A place of a kind; `towards` is what the items in it are kept for."""

    kind: str
    name: str = ""
    towards: str = ""


lent = Place("reader")


def shelved(branch: str) -> Place:
    """On the shelves of a branch."""
    return Place("shelf", branch)


def held(branch: str) -> Place:
    """On the hold shelf of a branch."""
    return Place("hold shelf", branch)


def waiting(branch: str) -> Place:
    """Packed at a branch for the van."""
    return Place("branch", branch)


def at_hub(hub: str, towards: str) -> Place:
    """At a hub, for a branch of its own or for another hub."""
    return Place("hub", hub, towards)


def aboard(van: str, towards: str) -> Place:
    """In a van, for a stop of its tour or for the hub."""
    return Place("van", van, towards)


def on_trunk(trunk: str) -> Place:
    """On a run between hubs."""
    return Place("trunk", trunk)


class Places:
    """The items 0 to `items` - 1, each put into its first place with `begin`."""

    def __init__(self, items: int) -> None:
        self.items = items
        self._in: defaultdict[Place, dict[int, None]] = defaultdict(dict)

    def begin(self, item: int, place: Place) -> None:
        """The item is there from the beginning."""
        self._in[place][item] = None

    def of(self, place: Place) -> list[int]:
        """The items in a place, the first first."""
        return list(self._in[place]) if place in self._in else []

    def move(self, items: Iterable[int], source: Place, target: Place) -> None:
        """Take items from one place to another. Raises `KeyError` for an item that is not there."""
        here, there = self._in[source], self._in[target]
        for item in items:
            del here[item]
            there[item] = None

    def balance(self) -> dict[str, int]:
        """
        How many items are in each kind of place, in the order of `KINDS`.

        Raises `ValueError` where an item is in two places or in none, which would be a fault of ours.
        """
        seen = bytearray(self.items)
        counted: Counter[str] = Counter()
        for place, items in self._in.items():
            counted[place.kind] += len(items)
            for item in items:
                if seen[item]:
                    raise ValueError(f"item {item} is in two places, one of them {place}")
                seen[item] = 1
        if seen.count(1) != self.items:
            raise ValueError(f"{seen.count(0)} of {self.items} items are nowhere")
        return {kind: counted[kind] for kind in KINDS}

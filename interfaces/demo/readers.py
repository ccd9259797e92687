"""
The demo's readers: made-up names, and branches of their own where people live.

Which reader asks for what is drawn by the number of the card, never by the random name of a stream,
so that the same seed plays the same days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from interfaces.demo.codes import card_number
from interfaces.demo.network import DemoBranch

__all__ = ["DemoReader", "readers_of"]

_FIRST = (
    *("Aisha", "Aoife", "Ben", "Callum", "Cara", "Daniel", "Eleanor", "Emeka", "Fiona", "George", "Hannah"),
    *("Ines", "Jack", "Kasia", "Liam", "Maeve", "Mohammed", "Niamh", "Oliver", "Priya", "Rosa", "Sam", "Tom"),
)
_LAST = (
    *("Adeyemi", "Baker", "Byrne", "Clarke", "Doyle", "Edwards", "Fitzgerald", "Green", "Hill", "Jones", "Khan"),
    *("Lewis", "Morris", "Nolan", "O'Connor", "Price", "Roberts", "Sharma", "Smith", "Turner", "White", "Young"),
)
_CATEGORIES = ("adult", "child", "senior")
_SHARES = (65, 87, 100)


@dataclass(frozen=True, slots=True)
class DemoReader:
    """A borrower, with the branch that they use most."""

    card: str
    name: str
    contact: str
    category: str
    home: str


def readers_of(branches: Sequence[DemoBranch], *, readers: int, seed: int) -> Iterator[DemoReader]:
    """So many readers in the order of their cards; every branch has at least one."""
    draw = Random(f"{seed}/readers")
    places = [branch for branch in branches if branch.population]
    weights = list(accumulate(branch.population for branch in places))
    for number in range(1, readers + 1):
        place = places[number - 1] if number <= len(places) else draw.choices(places, cum_weights=weights)[0]
        yield DemoReader(
            card=card_number(number),
            name=f"{draw.choice(_FIRST)} {draw.choice(_LAST)}",
            contact=f"reader{number}@example.org",
            category=draw.choices(_CATEGORIES, cum_weights=_SHARES)[0],
            home=place.code,
        )

"""
What readers do in the weeks to come, drawn before anything is played: who asks for what, who brings what back.

A draw holds everything that a reader decides, also what happens only after the courier came (when a hold is fetched,
how long it is kept), so that the same readers do the same under every policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Protocol

__all__ = ["Ask", "Back", "Demand", "Traffic", "draw_demand"]

_FETCHED_AFTER = (1, 1, 1, 2, 2, 3, 5)
"""After how many days readers come for what waits for them."""
_NEVER_FETCHED = 0.06
_KEPT = (3, 6, 9, 12, 14, 16, 18, 20, 20, 23)
"""For how many days readers keep what they borrow."""
_ELSEWHERE = 0.2
"""So many bring a copy back to another branch than the one that lent it."""
_DAYS_UNTIL_LENT = 5
"""About so long after asking a copy is in the reader's hands."""


class Traffic(Protocol):
    """Draws where things happen in a network."""

    def busyness(self, day: date) -> float:
        """How busy that day is in the whole network; an ordinary weekday is 1."""
        ...

    def asked(self, draw: Random, day: date) -> tuple[str, str] | None:
        """The branch where somebody asks for a copy on that day, and another one where it stands; None for neither."""
        ...

    def brought_back(self, draw: Random, day: date) -> tuple[str, str] | None:
        """The branch to which a copy is brought on that day, and another one where it lives; None for neither."""
        ...

    def near(self, draw: Random, branch: str) -> str:
        """Where else a reader of the branch may go."""
        ...


@dataclass(frozen=True, slots=True)
class Ask:
    """
    On the day `day` (0 is the first) a reader asks for a copy that stands at `source`, to be had at `pickup`.

    It is fetched `fetched_after` days after it came (None: never), brought back to `back_to` `kept` days later. The
    shares (0 to 1) say when in the hours of each day; `floats` decides whether the copy may float.
    """

    day: int
    source: str
    pickup: str
    fetched_after: int | None
    kept: int
    back_to: str
    fetch_share: float
    back_share: float
    floats: float


@dataclass(frozen=True, slots=True)
class Back:
    """On the day `day` a copy that was lent before is brought to `branch`; it lives at `home`."""

    day: int
    branch: str
    home: str
    share: float
    floats: float


@dataclass(frozen=True, slots=True)
class Demand:
    """Everything that readers do, in the order of the days."""

    asks: tuple[Ask, ...]
    backs: tuple[Back, ...]


def draw_demand(
    traffic: Traffic, first: date, *, weeks: int, items_a_week: float, seed: int, hold_share: float = 0.5
) -> Demand:
    """
    The demand of so many weeks from `first` on, for a network between whose branches `items_a_week` travel.

    `hold_share` of these (0 to 1) are copies for holds, the others on their way home. At the beginning all of the
    others were lent before; as time goes by more and more of them are the first ones coming back, so that the weeks are
    alike.
    """
    asks: list[Ask] = []
    backs: list[Back] = []
    week = sum(traffic.busyness(first + timedelta(days=day)) for day in range(7))
    for number in range(7 * weeks):
        day = first + timedelta(days=number)
        draw = Random(f"{seed}/{day}/demand")
        mean = items_a_week * traffic.busyness(day) / week
        asks.extend(_asks(traffic, draw, number, day, _about(draw, mean * hold_share)))
        lent_before = sum(kept + _DAYS_UNTIL_LENT > number for kept in _KEPT) / len(_KEPT)
        backs.extend(_backs(traffic, draw, number, day, _about(draw, mean * (1 - hold_share) * lent_before)))
    return Demand(tuple(asks), tuple(backs))


def _asks(traffic: Traffic, draw: Random, number: int, day: date, count: int) -> Iterator[Ask]:
    for _ in range(count):
        lane = traffic.asked(draw, day)
        if lane is None:
            continue
        pickup, source = lane
        fetched = None if draw.random() < _NEVER_FETCHED else draw.choice(_FETCHED_AFTER)
        back_to = traffic.near(draw, pickup) if draw.random() < _ELSEWHERE else pickup
        kept = draw.choice(_KEPT)
        yield Ask(number, source, pickup, fetched, kept, back_to, draw.random(), draw.random(), draw.random())


def _backs(traffic: Traffic, draw: Random, number: int, day: date, count: int) -> Iterator[Back]:
    for _ in range(count):
        lane = traffic.brought_back(draw, day)
        if lane is not None:
            yield Back(number, *lane, draw.random(), draw.random())


def _about(draw: Random, mean: float) -> int:
    """A whole number that is `mean` on average."""
    return int(mean) + (draw.random() < mean % 1)

"""
On which day an item will have arrived, and how likely that is: the timetable, and how late its lane was so far.

What is measured is the slack of journeys that arrived: by how many days on which the destination was open they came
after (or before, less than 0) the day that the timetable had promised. A lane with few journeys leans on the whole
network: its shares are those of its own journeys and of `PRIOR` more that are spread as in the network (a Dirichlet
prior; Zhai and Lafferty, ACM TOIS 22(2), 2004). What still travels can only arrive from today on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

__all__ = [
    "CONFIDENT", "PRIOR", "WEEKS", "Bin", "Forecast", "Score", "Scored", "Slacks", "day_of", "forecast", "score",
    "scored", "slack_of",
]  # fmt: skip

PRIOR = 10
"""So many journeys of the whole network count beside those of the lane."""
CONFIDENT = 0.8
"""The expected day is the first by which an item has arrived with at least this chance."""
WEEKS = 8
"""Journeys that arrived in so many weeks are measured."""
_HORIZON = (-1, 0, 1, 2, 3)
_LONGEST = 60

IsOpen = Callable[[date], bool]
"""Whether the destination is open on a day."""


class Forecast(NamedTuple):
    """The item has arrived by `day` with `chance` (0 to 1); as likely as not it has by `middle`."""

    day: date
    chance: float
    middle: date


@dataclass
class Slacks:
    """How many journeys of each lane (origin, destination), and of all, had which slack."""

    lanes: dict[tuple[str, str], Counter[int]] = field(default_factory=dict)
    network: Counter[int] = field(default_factory=Counter)

    def count(self, lane: tuple[str, str], slack: int, by: int = 1) -> None:
        """One more journey; with `by` -1 one less."""
        for counter in (self.lanes.setdefault(lane, Counter()), self.network):
            counter[slack] += by
            if not counter[slack]:
                del counter[slack]

    def shares(self, lane: tuple[str, str]) -> dict[int, float]:
        """The chance of each slack on a lane, by slack; they add up to 1. Empty where nothing was measured at all."""
        every = self.network.total()
        own = self.lanes.get(lane, Counter())
        whole = own.total() + PRIOR
        return {
            slack: (own[slack] + PRIOR * journeys / every) / whole for slack, journeys in sorted(self.network.items())
        }


def slack_of(promised: date, day: date, is_open: IsOpen) -> int:
    """
    How many open days lie after the promised day up to that one; before it, less than 0.

    A day after the promised one on which the destination is shut counts as the open one that follows it.
    """
    step = 1 if day >= promised else -1
    count, one = 0, promised
    while one != day:
        one += timedelta(days=step)
        count += is_open(one)
    return step * (count + (day > promised and not is_open(day)))


def day_of(promised: date, slack: int, is_open: IsOpen) -> date:
    """The day with that slack; the promised day itself for 0."""
    step = 1 if slack >= 0 else -1
    left, day = abs(slack), promised
    for _ in range(_LONGEST * 2):
        if not left:
            break
        day += timedelta(days=step)
        left -= is_open(day)
    return day


def forecast(
    shares: Mapping[int, float], promised: date, today: date, is_open: IsOpen, *, kept: float = 1.0
) -> Forecast | None:
    """
    The expected day of an item that has not arrived before `today`; None where none with its slack ever arrived.

    `kept` is the chance (0 to 1) that it sets out at all: the day is that of one that does, the chance that of both.
    """
    possible = _possible(shares, promised, today, is_open)
    if not possible:
        return None
    slack = _first(possible, CONFIDENT)
    day = max(today, day_of(promised, slack, is_open))
    middle = max(today, day_of(promised, _first(possible, 0.5), is_open))
    return Forecast(day, kept * min(1.0, sum(chance for one, chance in possible.items() if one <= slack)), middle)


def _possible(shares: Mapping[int, float], promised: date, today: date, is_open: IsOpen) -> dict[int, float]:
    """The chance of each slack that is still possible, by slack."""
    least = slack_of(promised, today, is_open)
    left = {slack: chance for slack, chance in shares.items() if slack >= least}
    whole = sum(left.values())
    return {slack: chance / whole for slack, chance in left.items()}


def _first(possible: Mapping[int, float], chance: float) -> int:
    """The first slack up to which the chances add up to at least that one."""
    together = 0.0
    for slack, its in possible.items():
        together += its
        if together >= chance - 1e-9:
            return slack
    return max(possible)


@dataclass(frozen=True, slots=True)
class Scored:
    """
    A forecast made when a journey began, against what happened.

    `came` says whether it arrived by the expected day, `days_off` how many days its arrival lay from the middle day
    (None while it has not arrived); `events` are for some days around the promised one the chance that was given to an
    arrival by that day, and whether it was so.
    """

    chance: float
    came: bool
    days_off: int | None
    events: tuple[tuple[float, bool], ...]


def scored(
    shares: Mapping[int, float], promised: date, began: date, arrived: date | None, until: date, is_open: IsOpen
) -> Scored | None:
    """
    What a forecast said, and what came of it by `until`; None without a forecast, or where that is not known yet.
    """
    said = forecast(shares, promised, began, is_open)
    if said is None or (arrived is None and until <= said.day):
        return None
    possible = _possible(shares, promised, began, is_open)
    events = []
    for slack in _HORIZON:
        day = day_of(promised, slack, is_open)
        if day >= began and (arrived is not None or day < until):
            chance = sum(its for one, its in possible.items() if one <= slack)
            events.append((min(1.0, chance), arrived is not None and arrived <= day))
    came = arrived is not None and arrived <= said.day
    off = None if arrived is None else abs((arrived - said.middle).days)
    return Scored(said.chance, came, off, tuple(events))


@dataclass(frozen=True, slots=True)
class Bin:
    """Chances from `low` to below `high` per cent that were given, how many, their mean and how many came true."""

    low: int
    high: int
    count: int
    said: float
    came: float
    brier: float


@dataclass(frozen=True, slots=True)
class Score:
    """
    How good forecasts were: what was said of the expected day and how many arrived by it (0 to 1), the mean distance of
    the middle day in days, the Brier score (0 is perfect, 0.25 is a coin), and by tenths of the chances given.
    """

    count: int
    said: float
    came: float
    days_off: float
    brier: float
    bins: tuple[Bin, ...]


def score(forecasts: Iterable[Scored]) -> Score | None:
    """The score of forecasts; None without any."""
    every = list(forecasts)
    if not every:
        return None
    of_expected = [(one.chance, one.came) for one in every]
    events = [event for one in every for event in one.events]
    bins = []
    for tenth in range(10):
        inside = [event for event in events if min(9, int(event[0] * 10 + 1e-9)) == tenth]
        if inside:
            bins.append(Bin(tenth * 10, tenth * 10 + 10, len(inside), *_three(inside)))
    off = [one.days_off for one in every if one.days_off is not None]
    said, came, brier = _three(of_expected)
    return Score(len(every), said, came, sum(off) / len(off) if off else 0.0, brier, tuple(bins))


def _three(events: Sequence[tuple[float, bool]]) -> tuple[float, float, float]:
    """Mean chance, share that came true, Brier score."""
    count = len(events)
    said = sum(chance for chance, _ in events) / count
    came = sum(was for _, was in events) / count
    return said, came, sum((chance - was) ** 2 for chance, was in events) / count

"""
How circulation is spread over a network and a week: where people live, and mostly among their own authority.

History and play draw from the same proportions, so that what was counted before lets expect what is played.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from random import Random

from circulation.calendar import parse_spans
from interfaces.demo.network import DemoBranch

__all__ = ["Traffic", "busyness"]

_OWN_MEMBER_SHARE = 0.55
_WEEKDAYS = (1.12, 1.04, 0.9, 1.0, 0.96, 0.7, 0.15)
"""How busy a weekday is, Monday first; 1 is an ordinary one."""


def busyness(day: date) -> float:
    """How busy that day is in the whole network; an ordinary weekday is 1."""
    return _WEEKDAYS[day.weekday()]


@dataclass(frozen=True, slots=True)
class _Lot:
    """Branches to draw from in proportion to their people."""

    codes: Sequence[str]
    sums: Sequence[int]

    def draw(self, drawn: float) -> str:
        """The branch for a number from 0 up to and without 1."""
        return self.codes[bisect(self.sums, drawn * self.sums[-1])]


class Traffic:
    """Draws branches of a network."""

    def __init__(self, branches: Sequence[DemoBranch]) -> None:
        lending = [branch for branch in branches if branch.population]
        self._all = _lot(lending)
        self._of_member: Mapping[str, _Lot] = {
            member: _lot([branch for branch in lending if branch.member == member])
            for member in sorted({branch.member for branch in lending})
        }
        self._member = {branch.code: branch.member for branch in lending}
        self._open = [
            _lot([branch for branch in lending if parse_spans(branch.hours[weekday])]) for weekday in range(7)
        ]

    def open_branch(self, draw: Random, day: date) -> str | None:
        """A branch that is open on that weekday; None where all are shut."""
        lot = self._open[day.weekday()]
        return lot.draw(draw.random()) if lot.codes else None

    def branch_near(self, draw: Random, branch: str) -> str:
        """Where somebody or something of `branch` goes: mostly to a branch of the same member, maybe the same one."""
        own = draw.random() < _OWN_MEMBER_SHARE
        return (self._of_member[self._member[branch]] if own else self._all).draw(draw.random())


def _lot(branches: Sequence[DemoBranch]) -> _Lot:
    return _Lot([branch.code for branch in branches], list(accumulate(branch.population for branch in branches)))

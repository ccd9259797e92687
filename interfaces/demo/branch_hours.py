"""
Weeks in which libraries are open, as varied as real ones, and the early hours in which a van with a key may come.

A town's main branch is open six days, some on Sunday; a village has a few half days. Rather under a third are
shut on Wednesday, and on Saturday most close at midday, which leaves a planner less than it would like.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from interfaces.demo.chance import chance

__all__ = ["WORKING_HOURS", "Week", "deliveries_for", "weeks_for"]

Week = tuple[str, str, str, str, str, str, str]
"""The hours of each weekday as text, Monday first."""

WORKING_HOURS: Week = (*("06:00-20:00",) * 5, "", "")
"""When a depot is staffed."""

_LARGE: tuple[Week, ...] = (
    (*("09:30-18:00",) * 5, "09:30-17:00", "13:00-16:00"),
    ("09:00-19:00", "09:00-19:00", "09:00-17:00", "09:00-19:00", "09:00-17:00", "09:00-17:00", ""),
    (*("09:30-19:30",) * 2, "09:30-17:00", "09:30-19:30", "09:30-17:00", "10:00-17:00", "11:00-16:00"),
    ("10:00-17:00", "10:00-19:00", "13:00-19:00", "10:00-17:00", "10:00-17:00", "10:00-16:00", ""),
)
_MIDDLING: tuple[Week, ...] = (
    (*("09:30-17:00",) * 5, "09:30-16:00", ""),
    ("09:30-17:00", "09:30-17:00", "", "09:30-17:00", "09:30-18:00", "09:30-13:00", ""),
    ("09:30-13:00,14:00-17:00",) * 2 + ("", "09:30-13:00,14:00-19:00", "09:30-13:00,14:00-17:00", "09:30-12:30", ""),
    ("", "10:00-17:30", "10:00-17:30", "10:00-20:00", "10:00-17:30", "10:00-14:00", ""),
    ("11:00-19:00", "", "09:30-13:00", "11:00-19:00", "09:30-17:00", "10:00-16:00", ""),
    ("09:30-12:30", "13:00-17:00", "09:30-12:30", "13:00-19:00", "09:30-17:00", "09:30-12:30", ""),
)
_SMALL: tuple[Week, ...] = (
    ("10:00-13:00,14:00-17:00", "10:00-13:00", "", "14:00-17:00", "10:00-13:00,14:00-17:00", "10:00-12:30", ""),
    ("", "14:00-18:00", "10:00-13:00", "14:00-18:00", "10:00-13:00", "10:00-13:00", ""),
    ("14:00-17:00", "10:00-12:30", "", "", "10:00-12:30,14:00-17:00", "10:00-12:00", ""),
    ("09:30-13:00", "09:30-13:00,14:00-17:00", "09:30-13:00", "", "14:00-19:00", "09:30-12:30", ""),
    ("10:00-12:30", "", "14:00-18:30", "10:00-14:00", "", "10:00-13:00", ""),
    ("10:00-16:00", "09:30-13:30", "13:00-17:00", "10:00-16:00", "13:00-17:00", "", ""),
    ("", "10:00-13:00", "", "14:30-17:30", "10:00-13:00", "10:00-12:00", ""),
)
_SIZES = ((_LARGE, 20_000, 1 << 62), (_MIDDLING, 7_500, 20_000), (_SMALL, 0, 7_500))
"""Kinds of weeks with the number of people, from and below, for whose branch they are."""

_EARLY = "06:30-10:00"
_KEYED_SHARE = 0.08
_DOORS = ("Key safe by the side door", "Fob opens the book drop room", "Caretaker from 06:30")


def weeks_for(people: Mapping[str, int], *, seed: int) -> dict[str, Week]:
    """
    Staffed hours for branches with so many people each, by code.

    Chance says who has which week, not how many have it, so that every seed gives as many closed Wednesdays.
    """
    weeks: dict[str, Week] = {}
    for kinds, least, most in _SIZES:
        alike = _shuffled([code for code, number in people.items() if least <= number < most], seed, "hours")
        weeks.update((code, kinds[index % len(kinds)]) for index, code in enumerate(alike))
    return weeks


def deliveries_for(weeks: Mapping[str, Week], *, seed: int) -> dict[str, tuple[Week, str]]:
    """
    Where the van has a key: when it may come, and the driver's note. Most branches are not in it.

    It may come early on working days, whether the branch opens then or not, and in staffed hours as everywhere.
    """
    deliveries: dict[str, tuple[Week, str]] = {}
    keyed = _shuffled(list(weeks), seed, "key")[: round(_KEYED_SHARE * len(weeks))]
    for index, code in enumerate(keyed):
        monday, tuesday, wednesday, thursday, friday, saturday, sunday = weeks[code]
        early = [_with_early(text) for text in (monday, tuesday, wednesday, thursday, friday)]
        week: Week = (early[0], early[1], early[2], early[3], early[4], saturday, sunday)
        deliveries[code] = week, _DOORS[index % len(_DOORS)]
    return deliveries


def _shuffled(codes: Sequence[str], seed: int, what: str) -> list[str]:
    return sorted(codes, key=lambda code: (chance(seed, code, what), code))


def _with_early(text: str) -> str:
    """The early hours ahead of the staffed ones, in one span where they touch."""
    if not text:
        return _EARLY
    opens, _, rest = text.partition("-")
    return f"{_EARLY[:5]}-{rest}" if opens <= _EARLY[6:] else f"{_EARLY},{text}"

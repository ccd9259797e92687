"""Seconds after midnight and spans of seconds, as people say and write them."""

from __future__ import annotations

import re

from circulation.errors import Invalid

__all__ = ["exact_time", "minutes", "read_wall_time", "wall_time"]

_TIME = re.compile(r"([0-9]{1,2}):([0-5][0-9])")
_HOURS = 30
"""A plan's day goes on after midnight, until its last van is back."""


def wall_time(seconds: int) -> str:
    """`HH:MM` of a number of seconds after midnight, whole minutes begun; after 24:00 the hours go on."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def read_wall_time(text: str) -> int:
    """
    The seconds after midnight of `HH:MM`, as `wall_time` writes them, from `00:00` to `29:59`; blanks around it may be.

    Raises `Invalid` (`time.of-day`).
    """
    found = _TIME.fullmatch(text.strip())
    if found is None or int(found[1]) >= _HOURS:
        raise Invalid("time.of-day", text=text[:20])
    return int(found[1]) * 3600 + int(found[2]) * 60


def exact_time(seconds: int) -> str:
    """`HH:MM`, with `:SS` where it is no whole minute."""
    return wall_time(seconds) + (f":{seconds % 60:02d}" if seconds % 60 else "")


def minutes(seconds: int) -> str:
    """`12 min`; a minute begun counts, less than one is said in seconds (`40 s`)."""
    return f"{seconds} s" if seconds < 60 else f"{-(-seconds // 60)} min"

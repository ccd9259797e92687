"""Seconds after midnight and spans of seconds, as people say them."""

from __future__ import annotations

__all__ = ["exact_time", "minutes", "wall_time"]


def wall_time(seconds: int) -> str:
    """`HH:MM` of a number of seconds after midnight, whole minutes begun; after 24:00 the hours go on."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def exact_time(seconds: int) -> str:
    """`HH:MM`, with `:SS` where it is no whole minute."""
    return wall_time(seconds) + (f":{seconds % 60:02d}" if seconds % 60 else "")


def minutes(seconds: int) -> str:
    """`12 min`; a minute begun counts, less than one is said in seconds (`40 s`)."""
    return f"{seconds} s" if seconds < 60 else f"{-(-seconds // 60)} min"

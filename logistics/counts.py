"""
Daily counts of items from origin to destination for days before the log begins, on the streams `board/<day>`.

They come from another system's statistics (`board import`) and feed the expectation of what a van will find;
days that the log covers are counted from its own events.
"""

from __future__ import annotations

from circulation.event import Event, Fact, event, part

__all__ = ["DailyCountsImported", "LaneCount", "board_stream", "fold_daily_counts"]


def board_stream(day: str) -> str:
    """The name of the stream of one day's imported counts (`2026-11-24`)."""
    return f"board/{day}"


@part
class LaneCount:
    """So many items went from `origin` towards `destination`."""

    origin: str
    destination: str
    items: int


@event
class DailyCountsImported(Event):
    """The counts of one day, replacing any earlier ones for the day."""

    day: str
    counts: tuple[LaneCount, ...]
    row: str | None = None
    source: str | None = None


def fold_daily_counts(_before: DailyCountsImported | None, fact: Fact) -> DailyCountsImported:
    """The counts of a day after one more fact: the last import. Raises `TypeError` for another fact."""
    if not isinstance(fact.event, DailyCountsImported):
        raise TypeError(f"{type(fact.event).__name__} is not a fact about daily counts ({fact.stream})")
    return fact.event

"""
Dates and times as other systems export them, read on the clock of a branch.

A day alone, or a time without an offset, means what the wall of the branch shows.
No sentence repeats what was read: in a file whose columns slipped it may be a name.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from circulation.calendar import at_minute, zone_of
from circulation.errors import Invalid

__all__ = ["END_OF_DAY", "NOON", "moment"]

NOON = 12 * 60
END_OF_DAY = 24 * 60

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str, column: str, *, time_zone: str, minute: int) -> int:
    """
    Microseconds UTC of a day (`2026-11-24`, then at `minute` of it) or of a time (`2026-11-24T14:00`).

    The end of a day is its last second. Raises `Invalid` (`date.unreadable`, `date.impossible`).
    """
    zone = zone_of(time_zone)
    try:
        if len(text) == len("2026-11-24"):
            instant_us = at_minute(date.fromisoformat(text), minute, zone)
            if minute == END_OF_DAY:
                instant_us -= 1_000_000
        else:
            when = datetime.fromisoformat(text)
            local = when if when.tzinfo else when.replace(tzinfo=zone)
            instant_us = (local - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        raise Invalid("date.unreadable", column=column) from None
    if instant_us < 0:
        raise Invalid("date.impossible", column=column)
    return instant_us

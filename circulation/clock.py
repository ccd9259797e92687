"""
Time as Branchline counts it: whole microseconds since 1970-01-01T00:00:00Z.

The log, the folds and the deciders know only these integers.
Local time exists at calendars (`calendar.py`) and on screens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from circulation.errors import Invalid

__all__ = ["DAY_US", "HOUR_US", "MINUTE_US", "SECOND_US", "Clock", "iso", "parse_instant", "system_clock"]

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US

Clock = Callable[[], int]
"""Gives the present moment in microseconds UTC."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_US = int((datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()) * SECOND_US


def system_clock() -> int:
    """The machine's clock."""
    return time.time_ns() // 1000


def iso(instant_us: int) -> str:
    """ISO 8601 in UTC, with microseconds only where there are any: `2026-11-24T14:00:00Z`."""
    return (_EPOCH + timedelta(microseconds=instant_us)).isoformat().replace("+00:00", "Z")


def parse_instant(text: str) -> int:
    """
    Microseconds UTC of an ISO 8601 instant; without an offset it is read as UTC.

    Raises `Invalid` (`time.unreadable`) for anything else.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Invalid("time.unreadable", text=text[:40]) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    instant_us = (moment - _EPOCH) // timedelta(microseconds=1)
    if not 0 <= instant_us <= _LATEST_US:
        raise Invalid("time.out-of-range", text=text[:40])
    return instant_us

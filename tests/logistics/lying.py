"""Rows of what waits by age, as the projection gives them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.logistics.small_network import instant

__all__ = ["Lies", "lies"]


@dataclass(frozen=True)
class Lies:
    """See `logistics.backlog.Lying`."""

    kind: str
    place: str
    destination: str
    reason: str
    item_type: str
    filling: str | None
    items: int
    opened_us: int
    wanted_until: str | None


def lies(
    items: int,
    place: str,
    destination: str,
    reason: str = "home",
    *,
    since: str = "23 08:00",
    kind: str = "branch",
    item_type: str = "book",
    filling: str | None = None,
    wanted_until: str | None = None,
) -> Lies:
    """So many items that wait alike since one instant of November 2026."""
    return Lies(kind, place, destination, reason, item_type, filling, items, instant(since), wanted_until)

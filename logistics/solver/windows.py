"""When service at a stop may start, seen from a moment before or after."""

from __future__ import annotations

from logistics.problem import Stop

__all__ = ["NEVER", "first_start", "last_start"]

NEVER = 1 << 60


def first_start(stop: Stop, arrive: int) -> int:
    """The first second at or after `arrive` at which service may start; `NEVER` when every window is over."""
    if not stop.windows:
        return arrive
    return next((max(arrive, opens) for opens, closes in stop.windows if arrive <= closes), NEVER)


def last_start(stop: Stop, latest: int) -> int:
    """The last second up to `latest` at which service may start; `-NEVER` when no window is open yet."""
    if not stop.windows:
        return latest
    return next((min(latest, closes) for opens, closes in reversed(stop.windows) if latest >= opens), -NEVER)

"""
A device that scanned without the network, on the stream `device/<name>`: what was taken in, and how its clock ran.

A scan's time in the log is ours. What the device's own clock showed is that time less the offset of the upload,
or stands here where the clock had jumped and the order of the numbers was believed instead.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from circulation.event import Event, Fact, event, part

__all__ = ["AdjustedTime", "ClockJump", "Device", "ScansUploaded", "device_stream", "fold_device"]


def device_stream(device: str) -> str:
    """The name of a device's stream."""
    return f"device/{device}"


@part
class AdjustedTime:
    """Scan `n` was put at another time than the device's reading `device_us` and the offset give."""

    n: int
    device_us: int


@part
class ClockJump:
    """The device's clock went back before scan `n`, from one reading to an earlier one."""

    n: int
    from_us: int
    to_us: int


@event
class ScansUploaded(Event):
    """
    The scans `first` to `last` of a device's log were taken in, ahead of the facts that they lead to.

    `offset_us` was added to the device's clock; `is_compared` says that the two clocks were held beside each other.
    `table` is the digest of the route table that the slips came from, made at `table_position`.
    """

    log: str
    branch: str
    table: str
    table_position: int
    first: int
    last: int
    scans: int
    offset_us: int
    is_compared: bool
    adjusted: tuple[AdjustedTime, ...] = ()
    jumps: tuple[ClockJump, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """What is known of a device: its last upload, the offset of its clock then, and every jump so far."""

    device: str
    branch: str
    uploads: int
    last: int
    offset_us: int
    is_compared: bool
    uploaded_us: int
    adjusted: int
    jumps: tuple[ClockJump, ...]


def fold_device(device: Device | None, fact: Fact) -> Device:
    """The device after one more fact. Raises `TypeError` for a fact that cannot be."""
    match fact.event:
        case ScansUploaded() as taken:
            before = device or Device(fact.stream.removeprefix("device/"), "", 0, 0, 0, False, 0, 0, ())
            return replace(
                before,
                branch=taken.branch,
                uploads=before.uploads + 1,
                last=taken.last,
                offset_us=taken.offset_us,
                is_compared=taken.is_compared,
                uploaded_us=fact.recorded_us,
                adjusted=len(taken.adjusted),
                jumps=(*before.jumps, *(jump for jump in taken.jumps if jump not in before.jumps)),
            )
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about a device ({fact.stream})")

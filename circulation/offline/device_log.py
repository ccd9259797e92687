"""
The file of a desk that lost the network: a line that says whose it is, then a line for each scan, numbered.

The lines are JSON, each whole or nothing: whoever writes one waits until it is on the disk before the slip is shown.
A line that was cut off is passed over and told. No line holds a card number, or a code that may be one, in the clear.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from circulation.errors import Invalid
from circulation.handwork import Told

__all__ = ["DeviceLog", "LogHeader", "LoggedScan", "read_log", "write_line"]


@dataclass(frozen=True, slots=True)
class LogHeader:
    """Whose log it is: its own random name, the store, the device, the branch, and the table that it was decided by."""

    log: str
    store: str
    device: str
    branch: str
    table: str
    position: int
    made_us: int
    form: int = 1


@dataclass(frozen=True, slots=True)
class LoggedScan:
    """
    The scan number `n` of a log, from 1: at the device's own time `at_us`, by the actor `who`.

    `code` is what was scanned, or None where it is `sealed`; a loan has the item as its code and the card sealed.
    `said` is what the slip told.
    """

    n: int
    at_us: int
    who: str
    do: Literal["scan", "drop", "lend"]
    code: str | None
    sealed: str | None
    said: Told


@dataclass(frozen=True, slots=True)
class DeviceLog:
    """A log as it was read; `unreadable` are the numbers of lines that were cut off or damaged, from 1."""

    header: LogHeader
    scans: tuple[LoggedScan, ...]
    unreadable: tuple[int, ...] = ()

    @property
    def next_n(self) -> int:
        """The number of the next scan."""
        return max((scan.n for scan in self.scans), default=0) + 1


_HEADER = TypeAdapter(LogHeader)
_SCAN = TypeAdapter(LoggedScan)


def write_line(entry: LogHeader | LoggedScan) -> bytes:
    """One line, with its end."""
    adapter: TypeAdapter[LogHeader] | TypeAdapter[LoggedScan] = _HEADER if isinstance(entry, LogHeader) else _SCAN
    return json.dumps(adapter.dump_python(entry, mode="json"), separators=(",", ":")).encode() + b"\n"  # type: ignore[arg-type]


def read_log(lines: Iterable[bytes]) -> DeviceLog:
    """
    The log of a file's lines. A number that occurs twice counts the first time.

    Raises `Invalid` (`log.unreadable`) where the first line is not that of a log.
    """
    header: LogHeader | None = None
    scans: dict[int, LoggedScan] = {}
    unreadable = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            read = json.loads(line)
            if header is None:
                header = _HEADER.validate_python(read)
            else:
                scan = _SCAN.validate_python(read)
                scans.setdefault(scan.n, scan)
        except (ValueError, ValidationError):
            if header is None:
                break
            unreadable.append(number)
    if header is None:
        raise Invalid("log.unreadable")
    return DeviceLog(header, tuple(scans[n] for n in sorted(scans)), tuple(unreadable))

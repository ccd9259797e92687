"""
The scans of several devices in one order: by true time, then by device, then by number.

Pure, and the same whichever file is given first or twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from circulation.errors import Invalid
from circulation.offline.device_clock import Timed, true_times
from circulation.offline.device_log import DeviceLog, LoggedScan, LogHeader

__all__ = ["Entry", "box_context", "merge", "request_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One scan in the merged order."""

    header: LogHeader
    scan: LoggedScan
    timed: Timed

    @property
    def order(self) -> tuple[int, str, str, int]:
        """True time, device, log, number."""
        return (self.timed.happened_us, self.header.device, self.header.log, self.scan.n)


def request_of(header: LogHeader, n: int) -> str:
    """The request id of a scan: the same whenever and wherever its log is uploaded."""
    return f"offline-{header.log}-{n}"


def box_context(header: LogHeader, n: int) -> str:
    """To what a sealed code or card is bound."""
    return f"{header.log}:{n}"


def merge(logs: Iterable[DeviceLog], offsets_us: Mapping[str, int]) -> list[Entry]:
    """
    The scans of all logs in the order in which they happened; the same log twice counts once, the longer one.

    `offsets_us` is what must be added to a device's clock. Raises `Invalid` (`upload.two-versions`) for two files that
    say they are the same log and are not.
    """
    whole: dict[str, tuple[LogHeader, dict[int, LoggedScan]]] = {}
    for log in logs:
        header, scans = whole.setdefault(log.header.log, (log.header, {}))
        for scan in log.scans:
            if header != log.header or scans.setdefault(scan.n, scan) != scan:
                raise Invalid("upload.two-versions", n=scan.n, device=header.device)
    entries: list[Entry] = []
    for header, scans in whole.values():
        ordered = [scans[n] for n in sorted(scans)]
        offset_us = offsets_us.get(header.device, 0)
        times = true_times([scan.at_us for scan in ordered], offset_us, not_before_us=header.made_us)
        entries.extend(Entry(header, scan, timed) for scan, timed in zip(ordered, times, strict=True))
    return sorted(entries, key=lambda entry: entry.order)

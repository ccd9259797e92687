"""
The file in which a desk without the network keeps its scans: each is on the disk before anybody is told what to do.

One program writes a file at a time. A line that was cut off when the power went is left as it is; the next one
begins a line of its own.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from circulation.errors import Conflict, Invalid, Refused
from circulation.offline.device_log import DeviceLog, LoggedScan, LogHeader, read_log, write_line

__all__ = ["DeviceFile", "read_file"]


def read_file(path: Path) -> DeviceLog:
    """The log in a file. Raises `Invalid` (`log.unreadable`)."""
    try:
        with path.open("rb") as lines:
            return read_log(lines)
    except OSError as error:
        raise Invalid("log.unreadable:file", path=path, why=error.strerror) from None


@dataclass
class DeviceFile:
    """
    The log of a device at a desk, begun if it is not there; `log` is what stood in it when it was opened.

    Use it as a context. Raises `Refused` (`log.another-desk`, `log.another-table`), `Conflict` (`log.in-use`) and
    `Invalid` (`log.unreadable`).
    """

    path: Path
    device: str
    branch: str
    store: str
    table: str
    position: int
    made_us: int

    def __enter__(self) -> DeviceFile:
        is_new = not self.path.exists() or self.path.stat().st_size == 0
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _lock(self._file, self.path)
            if is_new:
                header = LogHeader(
                    secrets.token_hex(8), self.store, self.device, self.branch, self.table, self.position, self.made_us
                )
                self._write(write_line(header))
                _sync_folder(self.path.parent)
            self.log = read_file(self.path)
            self._check(self.log.header)
            if not is_new and os.pread(self._file, 1, os.fstat(self._file).st_size - 1) != b"\n":
                self._write(b"\n")
        except BaseException:
            os.close(self._file)
            raise
        self._next_n = self.log.next_n
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    @property
    def next_n(self) -> int:
        """The number of the next scan."""
        return self._next_n

    def keep(self, scan: LoggedScan) -> None:
        """Write a scan; it is on the disk when this returns."""
        self._write(write_line(scan))
        self._next_n = scan.n + 1

    def _write(self, line: bytes) -> None:
        os.write(self._file, line)
        os.fsync(self._file)

    def _check(self, header: LogHeader) -> None:
        if (header.device, header.branch) != (self.device, self.branch):
            raise Refused("log.another-desk", path=self.path, device=header.device, branch=header.branch)
        if header.table != self.table:
            raise Refused("log.another-table", path=self.path, position=header.position)


def _lock(file: int, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # pragma: no cover - Windows keeps others out by itself
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Conflict("log.in-use", path=path) from None


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file durable as well."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError:  # pragma: no cover - Windows has no such thing
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

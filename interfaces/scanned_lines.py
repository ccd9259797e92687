"""
Lines that scanners and other systems give: a barcode a line, or `time,branch,barcode`.

Every line gets a name made from what it says, so that the same lines given again are known and change nothing.
A line that is no scan comes with its error; no error repeats what stood there, since it may be a patron's card.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from circulation.barcode import parse_name
from circulation.clock import parse_instant
from circulation.errors import BranchlineError, Invalid

__all__ = ["ScannedLine", "read_lines"]

_HEADER = ("time", "branch", "barcode")
_LONGEST_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ScannedLine:
    """
    One scan; `branch` is None where the line holds a barcode alone.

    `happened_us` is None for now. `series` is the same for lines that say the same, `nth` counts those, from 1.
    """

    line: int
    code: str
    series: str
    nth: int
    branch: str | None = None
    happened_us: int | None = None


def read_lines(
    lines: Iterable[bytes], *, zone_at: Callable[[str], ZoneInfo], occurred_us: int | None = None, how: str = ""
) -> Iterator[ScannedLine | tuple[int, BranchlineError]]:
    """
    The scans of a text, empty lines and a header passed over; a line that is none comes with its error.

    `occurred_us` and `how` (where and how it is scanned) hold for barcodes alone. A time without an offset is the
    time on the wall of its branch, whose zone `zone_at` gives or raises `BranchlineError`.
    """
    seen: Counter[str] = Counter()
    for number, raw in enumerate(lines, 1):
        try:
            fields = _fields(raw)
            if not any(fields) or tuple(field.lower() for field in fields) == _HEADER:
                continue
            branch, happened_us, said = None, occurred_us, how
            if len(fields) == 3:
                branch = parse_name(fields[1], what="branch")
                happened_us, said = _instant(fields[0], zone_at(branch)), branch
            elif len(fields) != 1:
                raise Invalid("scan.line", fields=len(fields))
        except BranchlineError as error:
            yield number, error
            continue
        code = fields[-1]
        series = _series(str(happened_us), said, code)
        seen[series] += 1
        yield ScannedLine(number, code, series, seen[series], branch, happened_us)


def _fields(raw: bytes) -> list[str]:
    if len(raw) > _LONGEST_BYTES:
        raise Invalid("scan.line:long", longest_bytes=_LONGEST_BYTES)
    try:
        text = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Invalid("scan.encoding") from None
    if "\0" in text:
        raise Invalid("scan.encoding:nul")
    return [field.strip() for field in next(csv.reader([text]), [])]


def _instant(text: str, zone: ZoneInfo) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return parse_instant(text)
    return parse_instant((moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat())


def _series(*parts: str) -> str:
    return "line-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]

"""
Lines that scanners and other systems give: a barcode a line, or `time,branch,barcode`.

A line with a time can be given again: its request id is made from what it says, so the same file is harmless.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from circulation.clock import parse_instant
from circulation.errors import Invalid

__all__ = ["ScannedLine", "read_lines"]


@dataclass(frozen=True, slots=True)
class ScannedLine:
    """One scan; `branch`, `happened_us` and `request` are None where the line holds a barcode alone."""

    line: int
    code: str
    branch: str | None = None
    happened_us: int | None = None
    request: str | None = None


def read_lines(lines: Iterable[str]) -> Iterator[ScannedLine | tuple[int, Invalid]]:
    """The scans of a text, empty lines and a header passed over; a line that is none comes with its error."""
    seen: Counter[str] = Counter()
    for number, raw in enumerate(lines, 1):
        text = raw.strip().lstrip("\ufeff")
        if not text or text.lower().replace(" ", "") == "time,branch,barcode":
            continue
        parts = [part.strip() for part in text.split(",")]
        if len(parts) == 1:
            yield ScannedLine(number, parts[0])
        elif len(parts) == 3:
            try:
                happened_us = parse_instant(parts[0])
            except Invalid as error:
                yield number, error
                continue
            key = ",".join((str(happened_us), parts[1].lower(), parts[2]))
            seen[key] += 1
            digest = hashlib.sha256(f"{key} {seen[key]}".encode()).hexdigest()[:24]
            yield ScannedLine(number, parts[2], parts[1].lower(), happened_us, f"line-{digest}")
        else:
            yield (
                number,
                Invalid(
                    "scan.line",
                    f"'{text[:60]}' is neither a barcode nor time,branch,barcode.",
                    "Give one barcode a line, or three fields.",
                ),
            )

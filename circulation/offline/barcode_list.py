"""
Many barcodes in few characters: sorted, each number as its distance from the one before.

Numbers of the same length follow each other as `14:30114000000017 8 8 16`; codes with letters stand as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from circulation.errors import Invalid

__all__ = ["pack", "unpack"]


def pack(barcodes: Iterable[str]) -> list[str]:
    """The barcodes as texts, one for each length of number and one for each code that is none."""
    numbers: dict[int, list[int]] = {}
    codes: list[str] = []
    for barcode in sorted(set(barcodes)):
        if barcode.isascii() and barcode.isdigit():
            numbers.setdefault(len(barcode), []).append(int(barcode))
        else:
            codes.append(barcode)
    packed = []
    for length, found in sorted(numbers.items()):
        gaps = (str(after - before) for before, after in pairwise(found))
        packed.append(f"{length}:{' '.join((str(found[0]), *gaps))}")
    return packed + codes


def unpack(packed: Iterable[str]) -> Iterator[str]:
    """The barcodes again. Raises `Invalid` (`table.damaged`) for what `pack` did not write."""
    for text in packed:
        length, colon, gaps = text.partition(":")
        if not colon:
            yield text
            continue
        number = 0
        try:
            for gap in gaps.split(" "):
                number += int(gap)
                yield f"{number:0{int(length)}d}"
        except ValueError:
            raise Invalid("table.damaged") from None

"""
Codes that scanners read, parsed once at the edge.

Item barcodes, card numbers and tote codes are hostile until parsed here.
The check digit is a separate question, because many real collections hold codes that fail it.
"""

from __future__ import annotations

import re

from circulation.errors import Invalid

__all__ = ["has_valid_check_digit", "parse_barcode", "parse_name"]

_CODABAR = re.compile(r"^[A-Da-d](\d{5,20})[A-Da-d]$")
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9.\-]{1,31}$")
_NAME = re.compile(r"^[a-z0-9][a-z0-9\-]{0,62}$")


def parse_barcode(text: str) -> str:
    """
    The code in the form in which it is stored: no blanks at the ends, no Codabar start and stop letters.

    Two to 32 letters, digits, dots and hyphens. Raises `Invalid` (`barcode.unreadable`) otherwise.
    """
    code = text.strip()
    framed = _CODABAR.match(code)
    if framed:
        return framed.group(1)
    if not _CODE.match(code):
        raise Invalid("barcode.unreadable", text=text.strip()[:40])
    return code


def parse_name(text: str, *, what: str) -> str:
    """
    A short readable name (branch, van, hub, wave): lower-case letters, digits and hyphens, up to 63.

    Raises `Invalid` (`name.unreadable`) naming `what` it was to be.
    """
    name = text.strip().lower()
    if not _NAME.match(name):
        raise Invalid("name.unreadable", text=text.strip()[:40], what=what)
    return name


def has_valid_check_digit(code: str) -> bool:
    """
    Whether a 14-digit library number carries the right last digit.

    Modulus 10 over the first thirteen: the odd places are doubled and their digits added.
    """
    if len(code) != 14 or not code.isdigit():
        return False
    total = 0
    for place, digit in enumerate(code[:13]):
        value = int(digit) * 2 if place % 2 == 0 else int(digit)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(code[13])

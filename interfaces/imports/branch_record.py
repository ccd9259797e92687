"""
One place as a list of branches gives it, and the names by which lists are compared.

A record is what an import hands to the network commands; it is no event and nothing depends on its order.
Codes are readable slugs of the name (`bath-central`), the same for the same name whoever imports it.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from circulation.calendar import WeekHours
from circulation.errors import Invalid

__all__ = ["BranchRecord", "Kind", "member_code", "parse_degrees", "plain_name", "slug"]

Kind = Literal["branch", "mobile", "depot"]

_NOT_TELLING = frozenset(("library", "libraries", "council"))
_OFFICE = frozenset(("council", "county", "city", "borough", "the"))


@dataclass(frozen=True, slots=True)
class BranchRecord:
    """
    A place that can be used: where it is, whose, and when it is staffed.

    `code` is unique among the records of one import, `member` is the code of the authority `member_name`.
    `delivery` is None where the van comes in staffed hours; `stop_minutes` is None where the usual time at a
    stop applies. `island` says that no road leads there and `note` why. `source` names files and lines.
    """

    code: str
    name: str
    member: str
    member_name: str
    kind: Kind
    latitude: float
    longitude: float
    time_zone: str
    hours: WeekHours
    source: str
    delivery: WeekHours | None = None
    door_note: str = ""
    stop_minutes: int | None = None
    island: bool = False
    note: str = ""


def _words(text: str) -> list[str]:
    """Lower-case words of letters and digits, accents and apostrophes taken off, `&` read as `and`."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['\u2019`]", "", bare.lower().replace("&", " and "))).split()


def plain_name(text: str) -> str:
    """What two lists have in common of a name: no case, punctuation, blanks, 'library' or 'council'."""
    return " ".join(word for word in _words(text) if word not in _NOT_TELLING)


def slug(text: str) -> str:
    """A code of at most 63 characters from a name, without the word 'library'; empty if nothing is left."""
    return "-".join(plain_name(text).split())[:63].strip("-")


def member_code(text: str) -> str:
    """The code of an authority: `Bristol City Council` and `Bristol, City of` are `bristol`."""
    words = [word for word in _words(text) if word not in _OFFICE]
    while words and words[0] == "of":
        del words[0]
    while words and words[-1] == "of":
        del words[-1]
    return "-".join(words)[:63].strip("-")


def parse_degrees(latitude: str, longitude: str) -> tuple[float, float]:
    """
    Both coordinates in degrees, north and east positive.

    Raises `Invalid` (`place.coordinates`) when they are missing, no numbers, off the globe, or both nought
    (what a failed look-up leaves behind).
    """
    if not latitude.strip() or not longitude.strip():
        raise Invalid("place.coordinates")
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        north = east = math.nan
    if not (abs(north) <= 90 and abs(east) <= 180) or north == east == 0:
        raise Invalid("place.coordinates:unreadable", latitude=latitude[:20], longitude=longitude[:20])
    return north, east

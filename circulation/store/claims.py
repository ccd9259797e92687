"""
Claims: rows outside the log that guard a patron's limits.

A claim says that somebody, known only as HMAC(store secret, patron), has an open loan or hold.
Claims change in the append's own transaction, go when the loan or hold ends,
and are rebuilt from the log and the keys. Nothing in the log refers to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Claim", "ClaimChanges", "Claims"]


@dataclass(frozen=True, slots=True)
class Claim:
    """
    An open loan or hold: `ref` names it and is unique, `holder` is the HMAC of the patron.

    A loan that its patron says is back already is `claimed`: it counts towards no limit.
    """

    ref: str
    holder: bytes
    kind: Literal["loan", "hold", "claimed"]


@dataclass(frozen=True, slots=True)
class ClaimChanges:
    """
    What a command does to claims.

    `versions` holds, for each holder whose limits the command checked, the version that it read;
    another version makes the append a `Conflict`. The version of every holder named here, or whose claim
    is opened or closed, goes up by one. Closing a claim that is not there does nothing.
    """

    opened: tuple[Claim, ...] = ()
    closed: tuple[str, ...] = ()
    versions: Mapping[bytes, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claims:
    """The open claims of one holder, and the version to name when a decision rests on them."""

    version: int
    loans: tuple[str, ...]
    holds: tuple[str, ...]
    claimed: tuple[str, ...] = ()

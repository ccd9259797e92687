"""
The network as a plan sees it: branches, calendar, courier settings and vans, read at one position of the log.

Everything that decides about a day takes this value, so that a decision can be made again from the same facts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property

from circulation.branch import Branch
from circulation.calendar import Calendar
from circulation.directory import all_closures
from circulation.folds import BRANCH, SERVICE_FOLD
from circulation.ledger import Ledger
from circulation.places import calendar_of, closures_of
from circulation.service import SERVICE, Suspensions
from circulation.words import hidden
from logistics.fleet import Van
from logistics.folds import COURIER_FOLD, VAN
from logistics.network import COURIER, Courier
from logistics.ways import Ways, hub_days

__all__ = ["Situation", "canonical", "digest_of", "read_situation"]


@dataclass(frozen=True)
class Situation:
    """Branches and vans by code, with those that left the network taken out."""

    position: int
    branches: Mapping[str, Branch]
    calendar: Calendar
    courier: Courier
    vans: Mapping[str, Van]
    suspensions: Suspensions = ()

    @cached_property
    def ways(self) -> Ways:
        """Where items go, worked out once."""
        return Ways(self.branches, self.courier, self.calendar, hub_days(self.vans.values()), self.suspensions)

    @cached_property
    def network_digest(self) -> str:
        """SHA-256 of branches, closures, courier settings and suspensions."""
        parts = [self.branches, self.calendar.closures, self.courier]
        return digest_of([*parts, self.suspensions] if self.suspensions else parts)

    @cached_property
    def fleet_digest(self) -> str:
        """SHA-256 of the vans."""
        return digest_of(self.vans)


def read_situation(ledger: Ledger) -> Situation:
    """The network as it is registered now. What is appended meanwhile may be in it and is beyond its position."""
    position = ledger.head().position
    branches = {
        branch.code: branch
        for stream in ledger.streams("branch/")
        if (branch := ledger.load(stream, BRANCH).state) is not None and not branch.retired
    }
    vans = {
        van.van: van
        for stream in ledger.streams("van/")
        if (van := ledger.load(stream, VAN).state) is not None and not van.retired
    }
    closures = [closure for scope, closed in all_closures(ledger).items() for closure in closures_of(scope, closed)]
    return Situation(
        position=position,
        branches=branches,
        calendar=Calendar({code: calendar_of(branch) for code, branch in branches.items()}, closures),
        courier=ledger.load(COURIER, COURIER_FOLD).state or Courier(),
        vans=vans,
        suspensions=ledger.load(SERVICE, SERVICE_FOLD).state or (),
    )


def digest_of(value: object) -> str:
    """
    SHA-256 (hexadecimal) of frozen records, mappings, sequences, sets and plain values, in a canonical form.

    Reasons that somebody typed are sealed in it, each time otherwise, and are no part of what is the same.
    """
    return hashlib.sha256(hidden(canonical(value).decode(), by="").encode()).hexdigest()


def canonical(value: object) -> bytes:
    """The form of which `digest_of` takes the digest: JSON in UTF-8, with the keys in their order."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    return asdict(value)  # type: ignore[call-overload]  # a TypeError for anything else is right

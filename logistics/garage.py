"""
The vans: who joins the fleet, who is off the road, who leaves.

Each use-case is one command on one stream: a pure decision says which events it takes, if any.
What is the case already is not recorded again. What a van is, is in `fleet.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields

from circulation.actor import Role
from circulation.administration import parse_day
from circulation.barcode import parse_name
from circulation.command import Caller, Commands
from circulation.errors import Invalid, Unknown
from circulation.event import Appended, Event
from circulation.ledger import Ledger
from logistics.administration import require_hub
from logistics.fleet import Van, VanBack, VanOut, VanRetired, VanSet, van_stream
from logistics.folds import VAN
from logistics.wall_clock import wall_time

__all__ = [
    "Garage",
    "bring_van_back",
    "check_van",
    "retire_van",
    "set_trips",
    "set_van",
    "take_van_out",
    "vans",
]

COORDINATORS = (Role.COORDINATOR,)
LAST_MINUTE = 24 * 60
MOST_TRIPS = 9
_OF_ITS_ROW = {"row", "source", "trips", "reload_minutes"}


# --- what is registered ----------------------------------------------------------------------------------------------


def vans(ledger: Ledger, *, retired: bool = False) -> dict[str, Van]:
    """Every van by its id; those that were retired only if asked for."""
    found: dict[str, Van] = {}
    for stream in ledger.streams(van_stream("")):
        van = ledger.load(stream, VAN).state
        if van is not None and (retired or not van.retired):
            found[van.van] = van
    return found


# --- decisions -------------------------------------------------------------------------------------------------


def check_van(name: str, van: VanSet) -> None:
    """Raises `Invalid` (`van.impossible`), naming what cannot be."""
    if not 1 <= van.totes <= 1000:
        raise Invalid("van.impossible:totes", van=name, totes=van.totes)
    if not 0 <= van.shift_starts_minute < van.shift_ends_minute <= LAST_MINUTE:
        starts, ends = wall_time(60 * van.shift_starts_minute), wall_time(60 * van.shift_ends_minute)
        raise Invalid("van.impossible:shift", van=name, starts=starts, ends=ends)
    if van.break_minutes < 0 or van.break_minutes > van.shift_ends_minute - van.shift_starts_minute:
        raise Invalid("van.impossible:break-length", van=name, minutes=van.break_minutes)
    if van.break_minutes > 0 and not (
        van.shift_starts_minute <= van.break_from_minute <= van.break_until_minute <= van.shift_ends_minute
    ):
        starts, ends = wall_time(60 * van.break_from_minute), wall_time(60 * van.break_until_minute)
        raise Invalid("van.impossible:break-times", van=name, starts=starts, ends=ends)
    if van.trips is not None and not 1 <= van.trips <= MOST_TRIPS:
        raise Invalid("van.impossible:trips", van=name, trips=van.trips, most=MOST_TRIPS)
    reload_minutes = van.reload_minutes or 0
    if reload_minutes < 0 or reload_minutes > van.shift_ends_minute - van.shift_starts_minute:
        raise Invalid("van.impossible:reload", van=name, minutes=reload_minutes)
    if not van.days:
        raise Invalid("van.impossible:no-weekday", van=name)
    if tuple(sorted(set(van.days))) != van.days or any(not 0 <= day <= 6 for day in van.days):
        raise Invalid("van.impossible:weekdays", van=name)
    if min(van.cost_per_km_cents, van.cost_per_hour_cents, van.cost_per_day_cents) < 0:
        raise Invalid("van.impossible:cost", van=name)


def set_van(van: Van | None, described: VanSet) -> tuple[Event, ...]:
    """A van joins or is described anew; nothing where it says what is known already."""
    if van is not None and not van.retired:
        told = {field.name: getattr(van, field.name) for field in fields(described) if field.name != "source"}
        if all(told[name] == getattr(described, name) for name in told):
            return ()
    return (described,)


def set_trips(van: Van | None, name: str, trips: int, reload_minutes: int) -> tuple[Event, ...]:
    """
    The van may go out so many times a day, 1 for once, and takes so many minutes at its hub in between.

    Nothing where that is so. Raises `Unknown` (`van.unknown`) and `Invalid` (`van.impossible`).
    """
    present = _known(van, name)
    described = VanSet(
        **{field.name: getattr(present, field.name) for field in fields(VanSet) if field.name not in _OF_ITS_ROW},
        trips=None if trips == 1 else trips,
        reload_minutes=None if trips == 1 else reload_minutes or None,
    )
    check_van(name, described)
    return (
        () if (described.trips, described.reload_minutes) == (present.trips, present.reload_minutes) else (described,)
    )


def take_van_out(van: Van | None, name: str, first: str, last: str, reason: str) -> tuple[Event, ...]:
    """
    The van is off the road from one day to another, both included; nothing if it is already, for all of them.

    Raises `Unknown` (`van.unknown`) and `Invalid` (`day.unreadable`, `van.out-ends-before-it-begins`).
    """
    present = _known(van, name)
    first, last = parse_day(first), parse_day(last)
    if last < first:
        raise Invalid("van.out-ends-before-it-begins", van=name, first=first, last=last)
    if any(out.first <= first and last <= out.last for out in present.out):
        return ()
    return (VanOut(first=first, last=last, reason=reason),)


def bring_van_back(van: Van | None, name: str, first: str) -> tuple[Event, ...]:
    """The van is back on the road from a day on; nothing if it is not off it then. Raises `Unknown`, `Invalid`."""
    present = _known(van, name)
    first = parse_day(first)
    return (VanBack(first=first),) if any(out.last >= first for out in present.out) else ()


def retire_van(van: Van | None, name: str) -> tuple[Event, ...]:
    """The van leaves the fleet. Raises `Unknown` (`van.unknown`)."""
    _known(van, name)
    return (VanRetired(),)


def _known(van: Van | None, name: str) -> Van:
    if van is None or van.retired:
        raise Unknown("van.unknown:retired" if van is not None else "van.unknown:garage", van=name)
    return van


# --- use-cases -------------------------------------------------------------------------------------------------------


class Garage:
    """The use-cases on vans; for coordinators."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._ledger = commands.ledger

    def set_van(self, caller: Caller, name: str, van: VanSet, *, request: str | None = None) -> Appended:
        """Add a van or describe it anew. Raises `Invalid` and `Unknown` (`hub.unknown`, `branch.unknown`)."""
        name = parse_name(name, what="van")
        check_van(name, van)
        require_hub(self._ledger, van.hub)
        return self._on_van(caller, "fleet set", name, asdict(van), lambda known: set_van(known, van), request)

    def set_trips(
        self, caller: Caller, name: str, trips: int, reload_minutes: int, *, request: str | None = None
    ) -> Appended:
        """Let a van go out so many times a day. Raises `Unknown` (`van.unknown`) and `Invalid` (`van.impossible`)."""
        arguments = {"trips": trips, "reload_minutes": reload_minutes}
        return self._on_van(
            caller, "fleet trips", name, arguments, lambda van: set_trips(van, name, trips, reload_minutes), request
        )

    def take_van_out(
        self, caller: Caller, name: str, first: str, last: str, reason: str, *, request: str | None = None
    ) -> Appended:
        """Take a van off the road for some days, both ends included. Raises `Unknown` and `Invalid`."""
        arguments, sealed = {"first": first, "last": last}, self._commands.sealed(reason.strip())
        return self._on_van(
            caller, "fleet out", name, arguments, lambda van: take_van_out(van, name, first, last, sealed), request
        )

    def bring_van_back(self, caller: Caller, name: str, first: str, *, request: str | None = None) -> Appended:
        """Put a van back on the road from a day on. Raises `Unknown` and `Invalid`."""
        return self._on_van(
            caller, "fleet back", name, {"first": first}, lambda van: bring_van_back(van, name, first), request
        )

    def retire_van(self, caller: Caller, name: str, *, request: str | None = None) -> Appended:
        """Take a van out of the fleet. Raises `Unknown` (`van.unknown`)."""
        return self._on_van(caller, "fleet retire", name, {}, lambda van: retire_van(van, name), request)

    def _on_van(
        self,
        caller: Caller,
        command: str,
        name: str,
        arguments: Mapping[str, object],
        decide: Callable[[Van | None], Sequence[Event]],
        request: str | None,
    ) -> Appended:
        return self._commands.change(
            caller,
            command,
            {"van": name, **arguments},
            (van_stream(name), VAN),
            decide,
            roles=COORDINATORS,
            request=request,
        )

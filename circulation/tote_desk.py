"""
Totes at the desk: which box an item goes into, and what happens to a box.

Packing is part of a scan (`desk.py`); here boxes are begun, sealed, received and opened.
A run loads and unloads many at once (`logistics/dispatcher.py`), by the same decisions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.command import Caller, Commands, Decision
from circulation.custodian import Custodian
from circulation.errors import Refused, Unknown
from circulation.event import Event, NewEvents
from circulation.folds import FILLING, TOTE
from circulation.item import Item
from circulation.ledger import Ledger
from circulation.lookups import Contents, Courier, NextStop
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of
from circulation.tote import (
    Filling,
    ToteFillingStarted,
    ToteItemFound,
    ToteLoaded,
    ToteNumbered,
    ToteOpened,
    ToteReceived,
    ToteRegistered,
    ToteSealed,
    ToteUnloaded,
    digest_of,
    filling_stream,
    tote_stream,
)

__all__ = ["Box", "Held", "ToteDesk", "decide_loaded", "decide_opened", "decide_received", "decide_unloaded", "held"]

_STAFF = (Role.DESK, Role.COORDINATOR, Role.DRIVER)
Known = Literal["scanned", "assumed"]


@dataclass(frozen=True, slots=True)
class Box:
    """The filling that an item goes into, and the facts that begin it if it is new."""

    filling: str
    starts: tuple[NewEvents, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A filling as it is, with the stream and the version that an append to it is guarded by."""

    stream: str
    version: int
    filling: Filling

    def then(self, *events: Event) -> NewEvents:
        """These facts, after what is known."""
        return NewEvents(self.stream, self.version, events)


def held(ledger: Ledger, code: str) -> Held:
    """
    The filling that a label means: the current one of a box, or the one that is named (`T123/17`).

    Raises `Invalid` (`barcode.unreadable`), `Unknown` (`tote.unknown`, `tote.unknown-filling`).
    """
    box, _, number = code.partition("/")
    tote = parse_barcode(box)
    if not number:
        state = ledger.load(tote_stream(tote), TOTE).state
        if state is None or not state.fillings:
            raise Unknown("tote.unknown", tote=tote)
        number = str(state.fillings)
    stream = filling_stream(f"{tote}/{number}")
    loaded = ledger.load(stream, FILLING)
    if loaded.state is None:
        raise Unknown("tote.unknown-filling", filling=code[:60])
    return Held(stream, loaded.version, loaded.state)


class ToteDesk:
    """The commands about totes."""

    def __init__(
        self, ledger: Ledger, commands: Commands, places: Places, courier: Courier, contents: Contents
    ) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._courier = courier
        self._contents = contents
        self._sorting: dict[tuple[str, NextStop], str] = {}

    def exists(self, code: str) -> bool:
        """Whether a code is that of a registered tote."""
        return self._ledger.load(tote_stream(code), TOTE).state is not None

    def filling(self, filling: str) -> Filling:
        """A filling's state. Raises `Unknown` (`tote.unknown-filling`)."""
        state = self._ledger.load(filling_stream(filling), FILLING).state
        if state is None:
            raise Unknown("tote.unknown-filling", filling=filling[:60])
        return state

    def box_for(
        self, branch: str, destination: str, reason: str, at_us: int, *, tote: str | None, sort: bool
    ) -> Box | None:
        """
        The box at `branch` for an item that is to go to `destination`, None where none fits.

        With `sort` the box that is open for its next stop; else, and where there is none, `tote`, which is begun
        for that stop if it is not being filled. A tote that is being filled for another stop does not fit.
        """
        stop = self._courier.next_stop(branch, destination, reason, at_us)
        if stop is None:
            return None
        if sort:
            open_here = self._open_for(branch, stop)
            if open_here is not None:
                return Box(open_here)
        if tote is None:
            return None
        box = self._begin(branch, parse_barcode(tote), stop)
        if sort and box is not None:
            self._sorting[branch, stop] = box.filling
        return box

    def _open_for(self, branch: str, stop: NextStop) -> str | None:
        """The filling that is open at `branch` for a stop; what was found once is only checked again."""
        known = self._sorting.get((branch, stop))
        if known is not None and self._is_open(known, branch):
            return known
        for box in self._contents.open_at(branch):
            fits = (box.destination, box.purpose) == (stop.destination, stop.purpose)
            if fits and self._is_open(box.filling, branch):
                self._sorting[branch, stop] = box.filling
                return box.filling
        return None

    def _is_open(self, filling: str, branch: str) -> bool:
        state = self._ledger.load(filling_stream(filling), FILLING).state
        return state is not None and state.status == "open" and state.place == branch

    def _begin(self, branch: str, tote: str, stop: NextStop) -> Box | None:
        """The tote's open filling if it fits, or a new one if the tote is free."""
        loaded = self._ledger.load(tote_stream(tote), TOTE)
        number = 0 if loaded.state is None else loaded.state.fillings
        if number:
            current = self.filling(f"{tote}/{number}")
            if current.status == "open":
                fits = (current.place, current.destination, current.purpose) == (branch, stop.destination, stop.purpose)
                return Box(current.filling) if fits else None
            if current.status != "ended":
                return None
        registers: tuple[Event, ...] = () if loaded.state is not None else (ToteRegistered(branch=branch),)
        filling = f"{tote}/{number + 1}"
        started = ToteFillingStarted(branch=branch, destination=stop.destination, purpose=stop.purpose)
        return Box(
            filling,
            (
                NewEvents(tote_stream(tote), loaded.version, (*registers, ToteNumbered(n=number + 1))),
                NewEvents(filling_stream(filling), 0, (started,)),
            ),
        )

    def opened_by(self, item: Item, branch: str, out_of: str | None = None) -> tuple[NewEvents, ...]:
        """
        The first item that is scanned out of a tote that reached its branch opens the tote.

        With `out_of` a person says out of which one it came, which is therefore here; an item that was not packed
        into it is listed. Raises what `held` raises.
        """
        if out_of is not None:
            return self._taken_out(item, branch, held(self._ledger, out_of))
        if item.custody.place.kind != "filling":
            return ()
        stream = filling_stream(item.custody.place.ref)
        loaded = self._ledger.load(stream, FILLING)
        if loaded.state is None or loaded.state.place != branch or loaded.state.status not in ("unloaded", "received"):
            return ()
        return (NewEvents(stream, loaded.version, (decide_opened(loaded.state, branch),)),)

    def _taken_out(self, item: Item, branch: str, box: Held) -> tuple[NewEvents, ...]:
        """What is known of a tote once this item came out of it."""
        filling = box.filling
        if filling.status == "open":
            return ()
        events: list[Event] = []
        if filling.status != "ended":
            if filling.place != branch or filling.status not in ("unloaded", "received"):
                events.append(decide_received(filling, branch))
            events.append(decide_opened(filling, branch))
        place = item.custody.place
        other = self.filling(place.ref) if place.kind == "filling" and place.ref != filling.filling else None
        stranger = decide_found(filling, item, branch, other)
        if stranger is not None:
            events.append(stranger)
        return (box.then(*events),) if events else ()

    # --- commands -------------------------------------------------------------------------------------------------

    def seal(self, caller: Caller, tote: str, *, request: str | None = None) -> Receipt:
        """
        Close a tote with what was packed into it; the count and a digest of the barcodes go into the log.

        Raises `Refused` (`tote.not-open`, `tote.elsewhere`, `tote.empty`), `Unknown` (`tote.unknown`).
        """

        def change(filling: Filling) -> Event:
            _must_be(filling, "open", caller.desk)
            items = self._contents.items_in(filling.filling)
            if not items:
                raise Refused("tote.empty", filling=filling.filling)
            return ToteSealed(branch=caller.desk, items=len(items), digest=digest_of(items))

        return self._change(caller, "tote seal", tote, change, request)

    def receive(self, caller: Caller, tote: str, *, request: str | None = None) -> Receipt:
        """A sealed tote is here, at `caller.desk`, as its label was scanned; how it came does not matter."""

        def change(filling: Filling) -> Event:
            if filling.status in ("open", "ended"):
                raise Refused("tote.not-sealed:receive", filling=filling.filling, status=filling.status)
            return decide_received(filling, caller.desk)

        return self._change(caller, "tote receive", tote, change, request)

    def open(self, caller: Caller, tote: str, *, request: str | None = None) -> Receipt:
        """Open a tote at `caller.desk`: the filling ends, and what is not scanned out of it is assumed here."""

        def change(filling: Filling) -> Event:
            if filling.status == "ended":
                raise Refused("tote.not-sealed:opened", filling=filling.filling)
            return decide_opened(filling, caller.desk)

        return self._change(caller, "tote open", tote, change, request)

    def load(self, caller: Caller, tote: str, *, van: str, run: str = "", request: str | None = None) -> Receipt:
        """A sealed tote goes onto a van at `caller.desk`."""

        def change(filling: Filling) -> Event:
            return decide_loaded(filling, branch=caller.desk, van=van, run=run)

        return self._change(caller, "tote load", tote, change, request)

    def unload(self, caller: Caller, tote: str, *, request: str | None = None) -> Receipt:
        """A tote comes off the van that it is on, at `caller.desk`."""

        def change(filling: Filling) -> Event:
            return decide_unloaded(filling, branch=caller.desk, van=filling.place, run=filling.run)

        return self._change(caller, "tote unload", tote, change, request)

    def _change(
        self, caller: Caller, name: str, tote: str, change: Callable[[Filling], Event], request: str | None
    ) -> Receipt:
        code = parse_barcode(tote)
        self._places.branch(caller.desk)

        def decide(_at_us: int) -> Decision:
            box = held(self._ledger, code)
            return Decision((box.then(change(box.filling)),))

        arguments = {"tote": code, "branch": caller.desk}
        appended = self._commands.run(caller, name, arguments, decide, roles=_STAFF, request=request)
        return receipt_of(appended)


def decide_received(filling: Filling, branch: str) -> ToteReceived:
    """The fact of a filling's box being scanned at a branch; where that is not its own, it says where it goes on to."""
    return ToteReceived(branch=branch, destination=None if branch == filling.destination else filling.destination)


def decide_opened(filling: Filling, branch: str) -> ToteOpened:
    """The fact of a filling being opened at a branch; on its way, it says who had it before."""
    if branch in (filling.destination, filling.origin):
        return ToteOpened(branch=branch)
    return ToteOpened(branch=branch, destination=filling.destination, last=filling.last)


def decide_found(filling: Filling, item: Item, branch: str, other: Filling | None) -> ToteItemFound | None:
    """
    The fact of an item coming out of a filling that it was not packed into; None where nothing is odd.

    `other` is the filling that the item was thought to be in, if it is another one. What is known to be at the
    branch already, or was missed from this very filling, is no surprise.
    """
    place = item.custody.place
    match place.kind:
        case "branch":
            is_expected, last = place.ref == branch, Custodian(branch=place.ref)
        case "filling" if other is not None:
            is_expected, last = other.status == "open" and other.place == branch, other.last
        case "filling":
            is_expected, last = True, filling.last
        case "patron":
            is_expected = False
            last = Custodian(branch=None if item.custody.loan is None else item.custody.loan.branch)
        case "nowhere":
            is_expected, last = item.barcode in filling.missing, Custodian()
    if is_expected or item.barcode in filling.found:
        return None
    return ToteItemFound(branch=branch, item=item.barcode, thought=place, last=last)


def decide_loaded(filling: Filling, *, branch: str, van: str, run: str, known: Known = "scanned") -> ToteLoaded:
    """
    The fact of a filling going onto a van at a branch.

    Raises `Refused` (`tote.not-sealed`, `tote.elsewhere`): nothing is loaded that was not at the stop.
    """
    if filling.status not in ("sealed", "unloaded", "received"):
        raise Refused("tote.not-sealed", filling=filling.filling, status=filling.status)
    _must_be_at(filling, branch)
    return ToteLoaded(branch=branch, van=van, run=run, known=known)


def decide_unloaded(filling: Filling, *, branch: str, van: str, run: str, known: Known = "scanned") -> ToteUnloaded:
    """The fact of a filling coming off a van. Raises `Refused` (`tote.not-on-van`)."""
    if filling.status != "loaded" or filling.place != van:
        raise Refused("tote.not-on-van", filling=filling.filling, status=filling.status, place=filling.place, van=van)
    return ToteUnloaded(branch=branch, van=van, run=run, known=known)


def _must_be(filling: Filling, status: str, branch: str) -> None:
    if filling.status != status:
        raise Refused("tote.not-open", filling=filling.filling, status=filling.status)
    _must_be_at(filling, branch)


def _must_be_at(filling: Filling, branch: str) -> None:
    if filling.place != branch:
        raise Refused("tote.elsewhere:receive", filling=filling.filling, place=filling.place, branch=branch)

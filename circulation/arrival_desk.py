"""
The desk's commands for a tote that came: accept it whole after a check, or say that it is empty.

Contents are looked up and then confirmed by each item's own stream, whose version guards what is recorded.
The decisions are in `tote_arrival.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from circulation.actor import Role
from circulation.barcode import parse_barcode
from circulation.command import Behind, Caller, Commands, Decision
from circulation.errors import Refused
from circulation.event import Event, NewEvents
from circulation.folds import ITEM, TITLE
from circulation.hold import Title, title_stream
from circulation.item import Item, item_stream
from circulation.ledger import Ledger, Loaded
from circulation.lookups import Contents
from circulation.outcome import Outcome
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of
from circulation.tote import Filling
from circulation.tote_arrival import (
    Inside,
    check_accepted,
    check_failed,
    decide_emptied,
    decide_sample,
    missed,
    still_to_scan,
)
from circulation.tote_desk import decide_opened, decide_received, held

__all__ = ["ArrivalDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)


class ArrivalDesk:
    """Whole totes: drawn, checked, accepted or emptied."""

    def __init__(
        self,
        ledger: Ledger,
        commands: Commands,
        places: Places,
        contents: Contents,
        *,
        would_be: Callable[[Item, str, int], Outcome],
    ) -> None:
        """`would_be` says what a scan of a copy at a branch at an instant would come to, and records nothing."""
        self._ledger = ledger
        self._commands = commands
        self._places = places
        self._contents = contents
        self._would_be = would_be

    def receive_whole(self, caller: Caller, tote: str, *, request: str | None = None) -> Receipt:
        """
        A sealed tote is here and is to be accepted whole: the receipt says which of its items to scan first.

        Raises `Refused` (`tote.not-sealed` for one that is being packed or was opened, and what `decide_sample`
        refuses), `Unknown` (`tote.unknown`).
        """

        def decide(at_us: int) -> Decision:
            box = held(self._ledger, tote)
            filling = box.filling
            if filling.status in ("open", "ended") and not filling.sample:
                raise Refused("tote.not-sealed:receive", filling=filling.filling, status=filling.status)
            drawn = decide_sample(filling, caller.desk, self._inside(caller.desk, filling.filling, at_us))
            return Decision((box.then(decide_received(filling, caller.desk), drawn),))

        return self._run(caller, "tote receive whole", {"tote": tote}, decide, request)

    def accept(
        self, caller: Caller, tote: str, *, not_found: Collection[str] = (), request: str | None = None
    ) -> Receipt:
        """
        The drawn items were scanned, or are `not_found`: the rest is accepted, or everything is to be scanned.

        Raises `Refused` (`tote.not-inside` for an item named that the log does not have in the tote, and what
        `still_to_scan` refuses), `Unknown` (`tote.unknown`).
        """
        gone = sorted({parse_barcode(code) for code in not_found})

        def decide(at_us: int) -> Decision:
            box = held(self._ledger, tote)
            filling, branch = box.filling, caller.desk
            sample = {code: self._ledger.load(item_stream(code), ITEM).state for code in filling.sample}
            unscanned = {code for code, item in sample.items() if item is not None and _is_in(item, filling.filling)}
            still_to_scan(filling, unscanned, gone, branch)
            inside = self._inside(branch, filling.filling, at_us)
            names = {one.item.barcode for one in inside}
            strange = next((code for code in gone if code not in names), None)
            if strange is not None:
                raise Refused("tote.not-inside", strange=strange, filling=filling.filling)
            elsewhere = sum(
                1 for code, item in sample.items() if code not in unscanned and not self._was_here(item, branch)
            )
            wrong = len(gone) + elsewhere + len(filling.found)
            if wrong:
                failed = check_failed(filling, branch, wrong, names - {*gone})
                opened = () if filling.status == "ended" else (decide_opened(filling, branch),)
                return Decision((box.then(*opened, failed), *self._missed(filling, branch, gone)))
            checked, arrived = check_accepted(filling, branch, inside)
            versions = {code: self._ledger.load(item_stream(code), ITEM).version for code in arrived}
            items = (NewEvents(item_stream(code), versions[code], (fact,)) for code, fact in arrived.items())
            return Decision((box.then(checked), *items))

        return self._run(caller, "tote accept", {"tote": tote, "not_found": gone}, decide, request)

    def emptied(self, caller: Caller, tote: str, *, request: str | None = None) -> Receipt:
        """
        Everything that was in the tote has been scanned: what the log still has in it was not found.

        Raises `Refused` as `decide_emptied` does, `Unknown` (`tote.unknown`).
        """

        def decide(at_us: int) -> Decision:
            box = held(self._ledger, tote)
            filling, branch = box.filling, caller.desk
            left = [code for code, _ in self._left(filling.filling, at_us)]
            emptied = decide_emptied(filling, branch, left)
            events: list[Event] = [emptied]
            if filling.status != "ended":
                came = () if filling.place == branch else (decide_received(filling, branch),)
                events = [*came, decide_opened(filling, branch), emptied]
            return Decision((box.then(*events), *self._missed(filling, branch, left)))

        return self._run(caller, "tote emptied", {"tote": tote}, decide, request)

    def _run(
        self, caller: Caller, name: str, arguments: dict[str, object], decide: object, request: str | None
    ) -> Receipt:
        self._places.branch(caller.desk)
        given = {**arguments, "branch": caller.desk}
        return receipt_of(self._commands.run(caller, name, given, decide, roles=_STAFF, request=request))  # type: ignore[arg-type]

    def _left(self, filling: str, at_us: int) -> list[tuple[str, Item]]:
        """The items that the view has in a filling and that their own streams confirm."""
        found = []
        for code in self._contents.items_in(filling):
            item = self._ledger.load(item_stream(code), ITEM).state
            if item is not None and _is_in(item, filling):
                Behind.check(at_us, item.custody.custody_us, None)
                found.append((code, item))
        return found

    def _inside(self, branch: str, filling: str, at_us: int) -> list[Inside]:
        return [Inside(item, self._would_be(item, branch, at_us)) for _, item in self._left(filling, at_us)]

    def _title(self, title: str) -> Loaded[Title]:
        return self._ledger.load(title_stream(title), TITLE)

    def _was_here(self, item: Item | None, branch: str) -> bool:
        """Whether an item that has left the tote did so at the branch: it is there, was lent or packed there."""
        if item is None:
            return False
        place, loan = item.custody.place, item.custody.loan
        if place.kind == "filling":
            return held(self._ledger, place.ref).filling.origin == branch
        return (place.kind, place.ref) == ("branch", branch) or (loan is not None and loan.branch == branch)

    def _missed(self, filling: Filling, branch: str, codes: Sequence[str]) -> Iterable[NewEvents]:
        """The facts of the items that were not found, one append for each stream."""
        on_titles: dict[str, list[Event]] = {}
        for code in codes:
            loaded = self._ledger.load(item_stream(code), ITEM)
            if loaded.state is None:
                continue
            item, title = loaded.state, self._title(loaded.state.title).state
            capture = item.custody.capture
            hold = None if capture is None or title is None else title.holds.get(capture.hold)
            facts = missed(filling, item, branch, is_held=hold is not None and hold.captured == code)
            yield NewEvents(item_stream(code), loaded.version, facts.item)
            on_titles.setdefault(item.title, []).extend(facts.title)
        for name, events in on_titles.items():
            if events:
                yield NewEvents(title_stream(name), self._title(name).version, tuple(events))


def _is_in(item: Item, filling: str) -> bool:
    return (item.custody.place.kind, item.custody.place.ref) == ("filling", filling)

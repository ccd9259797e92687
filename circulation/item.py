"""
One physical copy: the facts of its stream `item/<barcode>` and what they add up to.

The item's stream guards its place, its custody and its loan.
`grounds` on a fact of a scan are the rules that were considered, the deciding one last (`outcome.py`).
A hold's side of a capture stands on the title's stream (`hold.py`); a tote's journey on the filling's (`tote.py`),
so nothing is written here when a tote moves. What a scan leads to is decided in `checkin.py`;
the pieces of state that scans change are in `custody.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from circulation.clock import iso
from circulation.condition import ItemRestored, fold_condition, gone
from circulation.custodian import Custodian
from circulation.custody import Absence, Capture, Custody, Loan, Place, Recall, Transit, TransitReason
from circulation.event import Event, Fact, event
from circulation.move import MoveCancelled, MoveEnded, MoveRequested, fold_moves
from circulation.override import RuleOverridden

__all__ = [
    "CaptureRedirected",
    "HoldShelfExtended",
    "Item",
    "ItemAdded",
    "ItemArrived",
    "ItemDescribed",
    "ItemHeldBack",
    "ItemLent",
    "ItemMissed",
    "ItemPacked",
    "ItemPlacedOnHoldShelf",
    "ItemReleased",
    "ItemReturned",
    "ItemSetAside",
    "ItemSighted",
    "ItemTargetDropped",
    "ItemTargeted",
    "ItemUnpacked",
    "LateScanRecorded",
    "LoanRecallWithdrawn",
    "LoanRecalled",
    "LoanRenewed",
    "ScanUndone",
    "TransitAbandoned",
    "TransitOpened",
    "UnknownCodeScanned",
    "fold_item",
    "item_of_loan",
    "item_stream",
]


def item_stream(barcode: str) -> str:
    """The name of an item's stream."""
    return f"item/{barcode}"


def item_of_loan(loan: str) -> str:
    """The barcode of the copy that a loan id such as `30114000000017#2` belongs to."""
    return loan.rpartition("#")[0]


# --- facts ---------------------------------------------------------------------------------------------------------


@event
class ItemAdded(Event):
    """
    A copy enters the catalogue, owned by a member, at a branch. `row` is the digest of its imported row.

    `part` is the volume or part of the title that it holds, `added` the local day on which it was new.
    """

    title: str
    owner: str
    home: str
    item_type: str
    shelf_mark: str = ""
    branch: str
    floats: bool = False
    holdable: bool = True
    part: str | None = None
    added: str | None = None
    row: str | None = None
    source: str | None = None


@event
class ItemDescribed(Event):
    """The description of a copy was replaced, as a whole; its place is untouched."""

    title: str
    owner: str
    home: str
    item_type: str
    shelf_mark: str = ""
    floats: bool = False
    holdable: bool = True
    part: str | None = None
    added: str | None = None
    row: str | None = None
    source: str | None = None


@event
class ItemLent(Event):
    """
    A copy went out with a patron from `branch` until `due_us`, by the loan rule `rule`.

    `renewals_rule` is the rule that says how often it may be renewed, where that is another one.
    """

    loan: str
    branch: str
    due_us: int
    rule: str
    renewals_allowed: int
    key: int
    patron: str
    category: str
    patron_home: str
    hold: str | None = None
    renewals: int = 0
    row: str | None = None
    source: str | None = None
    renewals_rule: str | None = None


@event
class LoanRenewed(Event):
    """A loan's due time was moved; `renewals` counts them so far."""

    loan: str
    branch: str
    due_us: int
    renewals: int
    rule: str


@event
class LoanRecalled(Event):
    """
    A loan was shortened by the loan rule `rule`, from `was_due_us` to `due_us`: for `hold`, or by hand.

    Where the copy is does not change, so a return from before the recall that becomes known later still counts.
    """

    loan: str
    due_us: int
    was_due_us: int
    rule: str
    hold: str | None = None


@event
class LoanRecallWithdrawn(Event):
    """A loan is due at `due_us` again, as before it was recalled."""

    loan: str
    due_us: int


@event
class ItemReturned(Event):
    """A copy on loan came back, at any branch. It closes `loan`, and `by` says how it came in."""

    branch: str
    loan: str
    by: Literal["desk", "drop", "import"] = "desk"
    grounds: tuple[str, ...] | None = None


@event
class ItemSighted(Event):
    """
    A copy that was not on loan was scanned at a branch.

    `as_` says as what: `passing` (on its way elsewhere), `again` (nothing changed since the last scan here),
    `found` (it was thought elsewhere or missed), `here` (it belongs here and is here).
    `onward` is the branch that it is still to go to, `hold` the hold that it waits for on the shelf there, if any.
    """

    branch: str
    as_: Literal["passing", "again", "found", "here"]
    onward: str | None = None
    hold: str | None = None
    grounds: tuple[str, ...] | None = None


@event
class ItemArrived(Event):
    """
    A copy reached the destination of its transit.

    With `filling` nobody scanned it: it was assumed to be in that tote, which was accepted whole after a check.
    """

    branch: str
    transit: str
    filling: str | None = None
    grounds: tuple[str, ...] | None = None


@event
class TransitOpened(Event):
    """A copy at `origin` is to go to `destination`; its legs are the totes it rides in. `move` was it that asked."""

    transit: str
    origin: str
    destination: str
    reason: TransitReason
    hold: str | None = None
    row: str | None = None
    source: str | None = None
    move: str | None = None


@event
class ItemHeldBack(Event):
    """A copy that belongs at `destination` stays at `branch`: the transfer limit `limit` denies the journey."""

    branch: str
    destination: str
    limit: str
    reason: str


@event
class TransitAbandoned(Event):
    """A journey ended before its destination; what it was for stays true in the log."""

    transit: str
    branch: str
    why: Literal["loaned", "redirected", "hold-ended", "floats", "arrived-elsewhere", "aborted", "lost", "condition"]


@event
class ItemTargeted(Event):
    """The copy on the shelf of `branch` is to be pulled for a hold before `pull_by_us`."""

    hold: str
    branch: str
    pull_by_us: int


@event
class ItemTargetDropped(Event):
    """The copy is not to be pulled for that hold any more."""

    hold: str
    why: Literal["not-found", "not-in-time", "hold-ended", "other-copy", "taken", "not-allowed", "condition"]


@event
class ItemSetAside(Event):
    """The copy was captured for a hold whose pickup branch is `pickup`."""

    hold: str
    pickup: str
    branch: str
    grounds: tuple[str, ...] | None = None


@event
class ItemPlacedOnHoldShelf(Event):
    """The copy waits for its patron on the hold shelf until `until_us`; `code` is what its slip shows."""

    hold: str
    branch: str
    until_us: int
    code: str


@event
class HoldShelfExtended(Event):
    """The copy waits longer for its patron on the hold shelf of `branch`: until `until_us`."""

    hold: str
    branch: str
    until_us: int


@event
class CaptureRedirected(Event):
    """
    The copy set aside is to be picked up at another branch, and a journey that it was on for the hold leads there.

    `branch` is where the copy stands, None while it is in a tote. It is on no hold shelf any more.
    """

    hold: str
    pickup: str
    branch: str | None = None


@event
class ItemReleased(Event):
    """The copy is not set aside any more."""

    hold: str
    branch: str
    why: Literal["filled", "cancelled", "expired", "undone", "missed", "condition"]


@event
class ItemPacked(Event):
    """The copy was put into a filling of a tote at a branch; `onward` is where it is to go in the end."""

    filling: str
    branch: str
    onward: str | None = None
    grounds: tuple[str, ...] | None = None


@event
class ItemUnpacked(Event):
    """The copy was taken out of a filling at a branch, and stays there."""

    filling: str
    branch: str


@event
class ItemMissed(Event):
    """
    The copy was looked for at a branch and not found.

    With `filling` it had been packed into that tote, which `last` had before it was emptied at the branch.
    """

    branch: str
    hold: str | None = None
    filling: str | None = None
    last: Custodian | None = None


@event
class LateScanRecorded(Event):
    """A scan that happened before the last custody: history, which moves nothing."""

    branch: str
    custody_us: int
    grounds: tuple[str, ...] | None = None


@event
class ScanUndone(Event):
    """
    One request on this copy was a mistake: what scans change is as it was before it.

    `custody` is that earlier state, so that a reader of this event alone can put things right.
    """

    request: str
    undone_version: int
    custody: Custody
    why: str


@event
class UnknownCodeScanned(Event):
    """
    Something with a code that no item carries lay on the desk; it stands on the stream `unknown/<branch>`.

    `code` is kept in the clear only where it has the form of an item barcode; otherwise it is `sealed`.
    """

    branch: str
    code: str | None = None
    sealed: str | None = None
    key: int | None = None


# --- state ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """
    A copy as its stream tells it. `loans`, `transits` and `moves` number the next ones.

    `ends_pos` is the position of the fact that last said until when it is lent or waits on the hold shelf:
    dates that were moved later than that (`due_dates.py`) hold instead.
    """

    barcode: str
    title: str
    owner: str
    home: str
    item_type: str
    shelf_mark: str
    floats: bool
    holdable: bool
    custody: Custody
    row: str | None = None
    loans: int = 0
    transits: int = 0
    moves: int = 0
    last_request: str = ""
    last_recorded_us: int = 0
    last_request_version: int = 0
    ends_pos: int = 0
    part: str | None = None
    added: str | None = None

    @property
    def branch(self) -> str | None:
        """The branch where it is, as far as its own stream knows; None in a tote, on loan or missed."""
        return self.custody.place.ref if self.custody.place.kind == "branch" else None

    @property
    def on_shelf(self) -> bool:
        """Whether it stands on an open shelf: at a branch, not lent, travelling, set aside or damaged."""
        custody = self.custody
        held = custody.loan or custody.transit or custody.capture or custody.defect
        return custody.place.kind == "branch" and not held


def fold_item(item: Item | None, fact: Fact) -> Item:
    """
    The item after one more fact.

    A fact about custody that happened before the last one recorded is history and moves nothing.
    Raises `TypeError` for a fact that cannot come first or does not belong to an item.
    """
    happened = fact.event
    if isinstance(happened, ItemAdded):
        return _added(happened, fact)
    if item is None:
        raise TypeError(f"{type(happened).__name__} cannot be the first fact of {fact.stream}")
    # Copying an item is what a fold spends its time on, so everything that a fact changes is changed at once.
    changes = _changes(item, happened, fact)
    # A request id is unique on its device only; two devices' commands differ in when they were recorded.
    if (fact.request, fact.recorded_us) != (item.last_request, item.last_recorded_us):
        changes["last_request"] = fact.request
        changes["last_recorded_us"] = fact.recorded_us
        changes["last_request_version"] = fact.version - 1
    custody = changes.get("custody")
    if custody is not None and (custody.loan is not item.custody.loan or custody.capture is not item.custody.capture):
        changes["ends_pos"] = fact.position
    return replace(item, **changes) if changes else item


def _added(happened: ItemAdded, fact: Fact) -> Item:
    return Item(
        barcode=fact.stream.removeprefix("item/"),
        title=happened.title,
        owner=happened.owner,
        home=happened.home,
        item_type=happened.item_type,
        shelf_mark=happened.shelf_mark,
        floats=happened.floats,
        holdable=happened.holdable,
        row=happened.row,
        part=happened.part,
        # A list that says nothing of age may be of old stock: such a copy is not taken for a new one.
        added=happened.added or (None if happened.source else iso(fact.happened_us)[:10]),
        custody=Custody(
            place=Place(kind="branch", ref=happened.branch),
            # An imported list says where a copy belongs, not when somebody last held it.
            custody_us=0 if happened.source else fact.happened_us,
            away_since_us=None if happened.branch == happened.home else fact.happened_us,
        ),
    )


def _changes(item: Item, happened: Event, fact: Fact) -> dict[str, Any]:
    """The fields of the item that a fact changes, the command apart."""
    custody = item.custody
    match happened:
        case ItemDescribed():
            return {
                "title": happened.title,
                "owner": happened.owner,
                "home": happened.home,
                "item_type": happened.item_type,
                "shelf_mark": happened.shelf_mark,
                "floats": happened.floats,
                "holdable": happened.holdable,
                "row": happened.row,
                "part": happened.part,
                "added": happened.added or item.added,
            }
        case LateScanRecorded() | ItemHeldBack() | RuleOverridden():
            return {}
        case ScanUndone() | ItemRestored():
            return {"custody": happened.custody}
        # A promise is no custody: it holds whenever it was made, even by a scan that reached us late.
        case ItemTargeted():
            return {"custody": replace(custody, target=happened.hold)}
        case ItemTargetDropped():
            return {"custody": replace(custody, target=None)}
        case HoldShelfExtended() | CaptureRedirected():
            return {"custody": _kept(custody, happened)}
        case MoveRequested() | MoveCancelled() | MoveEnded():
            moves = item.moves + isinstance(happened, MoveRequested)
            return {"moves": moves, "custody": fold_moves(custody, fact)}
        # Nor is a due time: nobody has held the copy.
        case LoanRecalled() | LoanRecallWithdrawn():
            return {"custody": _recalled(custody, happened, fact.happened_us)}
        case _:
            changes: dict[str, Any] = {}
            if isinstance(happened, ItemLent):
                changes["loans"] = item.loans + 1
            elif isinstance(happened, TransitOpened):
                changes["transits"] = item.transits + 1
            if fact.happened_us >= custody.custody_us:
                changes["custody"] = _away(_moved(custody, fact), item.home, fact.happened_us)
            return changes


def _away(custody: Custody, home: str, at_us: int) -> Custody:
    """The custody with since when the copy is away from home; a loan from home is no stay elsewhere."""
    if custody.place.kind != "branch":
        return custody
    if custody.place.ref == home:
        return custody if custody.away_since_us is None else replace(custody, away_since_us=None)
    return custody if custody.away_since_us is not None else replace(custody, away_since_us=at_us)


def _kept(custody: Custody, happened: HoldShelfExtended | CaptureRedirected) -> Custody:
    """The custody after its hold has changed, which is no sighting; one for another hold stays as it is."""
    capture, transit = custody.capture, custody.transit
    if capture is None or capture.hold != happened.hold:
        return custody
    if isinstance(happened, HoldShelfExtended):
        return replace(custody, capture=replace(capture, until_us=happened.until_us))
    if transit is not None and transit.hold == happened.hold:
        transit = replace(transit, destination=happened.pickup)
    return replace(custody, capture=Capture(hold=capture.hold, pickup=happened.pickup), transit=transit)


def _recalled(custody: Custody, happened: LoanRecalled | LoanRecallWithdrawn, at_us: int) -> Custody:
    """The custody with another due time; a loan that has ended meanwhile stays ended."""
    loan = custody.loan
    if loan is None or loan.loan != happened.loan:
        return custody
    recall = None
    if isinstance(happened, LoanRecalled):
        recall = Recall(recalled_us=at_us, was_due_us=happened.was_due_us, hold=happened.hold)
    return replace(custody, loan=replace(loan, due_us=happened.due_us, recall=recall))


def _moved(custody: Custody, fact: Fact) -> Custody:
    """The custody after one fact that is not older than it."""
    at = fact.happened_us
    match fact.event:
        case ItemLent() as lent:
            loan = Loan(
                loan=lent.loan,
                branch=lent.branch,
                lent_us=at,
                due_us=lent.due_us,
                renewals=lent.renewals,
                renewals_allowed=lent.renewals_allowed,
                rule=lent.rule,
                key=lent.key,
                patron=lent.patron,
                category=lent.category,
                patron_home=lent.patron_home,
                row=lent.row,
            )
            return Custody(
                place=Place(kind="patron"),
                custody_us=at,
                loan=loan,
                defect=custody.defect,
                away_since_us=custody.away_since_us,
                moves=custody.moves,
            )
        case LoanRenewed() as renewed if custody.loan is not None:
            loan = replace(custody.loan, due_us=renewed.due_us, renewals=renewed.renewals)
            return replace(custody, loan=loan, custody_us=at)
        case ItemReturned() as returned:
            return Custody(
                place=Place(kind="branch", ref=returned.branch),
                custody_us=at,
                transit=custody.transit,
                defect=custody.defect,
                away_since_us=custody.away_since_us,
                moves=custody.moves,
            )
        case ItemSighted() | ItemUnpacked():
            place = Place(kind="branch", ref=fact.event.branch)
            return replace(custody, place=place, absence=None, custody_us=at)
        case ItemArrived() as arrived:
            place = Place(kind="branch", ref=arrived.branch, known="assumed" if arrived.filling else "scanned")
            return replace(custody, place=place, transit=None, absence=None, custody_us=at)
        case TransitOpened() as opened:
            transit = Transit(
                transit=opened.transit,
                origin=opened.origin,
                destination=opened.destination,
                reason=opened.reason,
                hold=opened.hold,
                opened_us=at,
                row=opened.row,
                move=opened.move,
            )
            return replace(custody, transit=transit, target=None, custody_us=at)
        case TransitAbandoned():
            return replace(custody, transit=None, custody_us=at)
        case ItemSetAside() as aside:
            capture = Capture(hold=aside.hold, pickup=aside.pickup)
            place = Place(kind="branch", ref=aside.branch)
            return replace(custody, place=place, capture=capture, target=None, absence=None, custody_us=at)
        case ItemPlacedOnHoldShelf() as shelved:
            capture = Capture(hold=shelved.hold, pickup=shelved.branch, until_us=shelved.until_us, code=shelved.code)
            place = Place(kind="branch", ref=shelved.branch)
            return replace(custody, place=place, capture=capture, absence=None, custody_us=at)
        case ItemReleased():
            return replace(custody, capture=None, custody_us=at)
        case ItemPacked() as packed:
            place = Place(kind="filling", ref=packed.filling)
            return replace(custody, place=place, absence=None, custody_us=at)
        case ItemMissed() as missed:
            return gone(custody, Absence(what="missing", since_us=at, at=missed.branch), at)
        case _:
            return fold_condition(custody, fact)

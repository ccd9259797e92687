"""
Declaring what is wrong with a copy, and taking it back: pure decisions.

A copy that fails leaves whoever it served: a hold that had it waits again in its old place, and is asked
for another copy (`condition_desk.py`). Who may say what is data in `condition_rules.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from circulation.actor import Role
from circulation.condition import (
    ConditionReported,
    ItemDeclaredLost,
    ItemFound,
    ItemRestored,
    ItemSearched,
    ItemWithdrawn,
    LostItemPaid,
    LostItemReturned,
)
from circulation.condition_rules import CONDITIONS, LOST, NOTE_CODES
from circulation.custody import Absence, DefectName, Handover
from circulation.errors import Invalid, Refused
from circulation.event import Event, Fact
from circulation.hold import HoldReleased, HoldTargetDropped, Title
from circulation.item import (
    Item,
    ItemMissed,
    ItemReleased,
    ItemTargetDropped,
    ScanUndone,
    TransitAbandoned,
    fold_item,
)
from circulation.messages.names import Names

__all__ = [
    "Declared",
    "before_absence",
    "check_note_code",
    "decide_lost",
    "decide_missing",
    "decide_paid",
    "decide_report",
    "decide_restore",
    "decide_searched",
    "decide_withdraw",
    "found_again",
    "give_up",
    "refuse_hold_on",
]


@dataclass(frozen=True, slots=True)
class Declared:
    """
    The facts on the item's and the title's stream, and the hold that now wants another copy.

    With `offers` the copy may fill holds again: those who wait for its title are thought of at once (case 25).
    """

    item: tuple[Event, ...]
    title: tuple[Event, ...] = ()
    wants: str | None = None
    offers: bool = False


def give_up(item: Item, title: Title, at: str, why: Literal["missed", "condition"]) -> Declared:
    """
    The facts by which a copy serves no hold any more; a missed one gives up its journey too.

    A journey home goes on with a copy that is there: that is where it belongs.
    """
    custody, barcode = item.custody, item.barcode
    on_item: list[Event] = []
    on_title: list[Event] = []
    wants: str | None = None
    if custody.transit is not None and (why == "missed" or custody.transit.hold is not None):
        ends: Literal["lost", "condition"] = "lost" if why == "missed" else "condition"
        on_item.append(TransitAbandoned(transit=custody.transit.transit, branch=at, why=ends))
    if custody.capture is not None:
        hold = title.holds.get(custody.capture.hold)
        on_item.append(ItemReleased(hold=custody.capture.hold, branch=at, why=why))
        if hold is not None and hold.captured == barcode:
            on_title.append(HoldReleased(hold=hold.hold, item=barcode, why=why))
            wants = hold.hold
    if custody.target is not None:
        dropped: Literal["not-found", "condition"] = "not-found" if why == "missed" else "condition"
        on_item.append(ItemTargetDropped(hold=custody.target, why=dropped))
        hold = title.holds.get(custody.target)
        if hold is not None and hold.target == barcode:
            on_title.append(HoldTargetDropped(hold=hold.hold, item=barcode, why=dropped))
            wants = hold.hold
    return Declared(tuple(on_item), tuple(on_title), wants)


def refuse_hold_on(item: Item) -> None:
    """Raises `Refused` (`hold.copy-gone`) for a hold on this very copy where it has left the stock or is given up."""
    defect, absence = item.custody.defect, item.custody.absence
    gone_as = "withdrawn" if defect is not None and defect.what == "withdrawn" else ""
    if absence is not None and absence.what in LOST:
        gone_as = absence.what
    if gone_as:
        raise Refused("hold.copy-gone", item=item.barcode, gone_as=gone_as, title=item.title)


# --- the copy itself -----------------------------------------------------------------------------------------------


def check_note_code(code: str) -> str:
    """The code. Raises `Invalid` (`condition.note-code`): free text could name somebody."""
    if code not in NOTE_CODES:
        raise Invalid("condition.note-code", code=code[:40], known=", ".join(NOTE_CODES))
    return code


def decide_report(
    item: Item,
    title: Title,
    *,
    what: DefectName,
    at: str,
    code: str,
    van: str | None,
    photo: str | None,
    custodies: tuple[Handover, ...],
) -> Declared:
    """
    The facts of a copy that was found damaged or incomplete; it leaves the hold that it was for.

    Raises `Refused` (`condition.withdrawn`) for a copy that has left the stock.
    """
    defect = item.custody.defect
    if defect is not None and defect.what == "withdrawn":
        raise Refused("condition.withdrawn", item=item.barcode)
    given = give_up(item, title, at, "condition")
    report = ConditionReported(what=what, at=at, code=code, van=van, photo=photo, custodies=custodies)
    return replace(given, item=(*given.item, report))


def decide_withdraw(item: Item, title: Title, *, at: str, code: str, gives_up_hold: bool) -> Declared:
    """
    The facts of taking a copy out of the stock; it goes to its owner at its next scan.

    Raises `Refused`: `withdraw.on-loan`, `withdraw.set-aside` unless its hold is to get another copy,
    `withdraw.already`.
    """
    custody = item.custody
    if custody.defect is not None and custody.defect.what == "withdrawn":
        raise Refused("withdraw.already", item=item.barcode)
    if custody.loan is not None:
        raise Refused("withdraw.on-loan", item=item.barcode, branch=custody.loan.branch)
    if custody.capture is not None and not gives_up_hold:
        raise Refused("withdraw.set-aside", item=item.barcode, hold=custody.capture.hold)
    given = give_up(item, title, at, "condition")
    return replace(given, item=(*given.item, ItemWithdrawn(at=at, code=code)))


# --- where it is not -----------------------------------------------------------------------------------------------


def decide_missing(item: Item, title: Title, *, at: str) -> Declared:
    """
    The facts of a copy that was looked for at a branch and not found; its hold is asked for another copy.

    Raises `Refused` (`missing.on-loan`, `missing.already`).
    """
    custody = item.custody
    if custody.loan is not None:
        raise Refused("missing.on-loan", item=item.barcode, branch=custody.loan.branch)
    if item.custody.absence is not None:
        raise Refused("missing.already", item=item.barcode, what=item.custody.absence.what)
    given = give_up(item, title, at, "missed")
    hold = custody.capture.hold if custody.capture is not None else custody.target
    return replace(given, item=(*given.item, ItemMissed(branch=at, hold=hold)))


def decide_lost(
    item: Item,
    title: Title,
    *,
    at: str,
    why: Literal["staff", "long-overdue", "in-transit"],
    last: Handover | None,
) -> Declared:
    """
    The facts of giving a copy up: an open loan stays open, all else ends, its hold is asked for another copy.

    Raises `Refused` (`lost.already`, and `lost.not-travelling` for one that is said to be lost on its way).
    """
    custody = item.custody
    if custody.absence is not None and custody.absence.what in LOST:
        raise Refused("lost.already", item=item.barcode, what=custody.absence.what)
    if why == "in-transit" and custody.transit is None:
        raise Refused("lost.not-travelling", item=item.barcode)
    given = give_up(item, title, at, "missed")
    declared = ItemDeclaredLost(
        at=at,
        why=why,
        loan=None if custody.loan is None else custody.loan.loan,
        transit=None if custody.transit is None else custody.transit.transit,
        last=last,
    )
    return replace(given, item=(*given.item, declared))


def decide_paid(item: Item, *, at: str) -> Declared:
    """The fact of a lost copy that was paid for. Raises `Refused` (`paid.not-lost`)."""
    custody = item.custody
    if custody.absence is None or custody.absence.what not in LOST - {"lost-and-paid"}:
        raise Refused("paid.not-lost", item=item.barcode)
    return Declared((LostItemPaid(at=at, loan=None if custody.loan is None else custody.loan.loan),))


def decide_searched(item: Item, *, at: str, found: bool) -> ItemSearched:
    """The fact that somebody looked for an absent copy at a branch. Raises `Refused` (`search.not-absent`)."""
    if item.custody.absence is None:
        raise Refused("search.not-absent", item=item.barcode)
    return ItemSearched(at=at, found=found)


def found_again(item: Item, branch: str) -> Event | None:
    """What a scan of an absent copy says to its owner and to the systems that handle fees; None if it is not absent."""
    absence, loan = item.custody.absence, item.custody.loan
    if absence is None:
        return None
    closed = None if loan is None else loan.loan
    if absence.what in LOST:
        return LostItemReturned(
            branch=branch,
            was=absence.what,
            lost_us=absence.since_us,
            owner=item.owner,
            paid=absence.what == "lost-and-paid",
            loan=closed,
        )
    return ItemFound(branch=branch, was=absence.what, since_us=absence.since_us, loan=closed)


# --- taken back ----------------------------------------------------------------------------------------------------


def before_absence(facts: Iterable[Fact]) -> Item | None:
    """
    The copy as it stood before the command that declared its present absence; None where it has none.

    An absence that came back, because the scan that found the copy was undone or a later absence was taken back,
    is still the one that was declared: what stood just before it came back never counted.
    """
    item: Item | None = None
    earlier: Item | None = None
    command = ("", 0)
    declared: dict[tuple[str, int], Item | None] = {}
    for fact in facts:
        if (fact.request, fact.recorded_us) != command:
            earlier, command = item, (fact.request, fact.recorded_us)
        was, item = item, fold_item(item, fact)
        absence = item.custody.absence
        if absence is None or isinstance(fact.event, ScanUndone | ItemRestored):
            continue
        if was is None or was.custody.absence is None or _named(was.custody.absence) != _named(absence):
            declared[_named(absence)] = earlier
    absence = None if item is None else item.custody.absence
    return None if absence is None else declared.get(_named(absence))


def _named(absence: Absence) -> tuple[str, int]:
    return absence.what, absence.since_us


def decide_restore(
    item: Item, facts: Sequence[Fact], *, at: str, role: Role, what: str | None, why: Literal["repaired", "mistake"]
) -> ItemRestored:
    """
    The fact that a condition of the copy (`what`, or its only one) does not hold.

    A defect is simply gone. An absence that was declared by mistake leaves the copy where it was before, with its
    loan and its journey home; what it was set aside for was given to another copy and is not taken back.
    Raises `Refused`: `restore.nothing`, `restore.which`, `restore.not-allowed`.
    """
    custody = item.custody
    present = [condition.what for condition in (custody.absence, custody.defect) if condition is not None]
    chosen = [one for one in present if what in (None, one)]
    if not chosen:
        raise (
            Refused("restore.nothing", item=item.barcode, what=what, present=Names(present))
            if what
            else Refused("restore.nothing:any", item=item.barcode, present=Names(present))
        )
    if len(chosen) > 1:
        raise Refused("restore.which", item=item.barcode, chosen=Names(chosen))
    rule = CONDITIONS[chosen[0]]
    if role is not Role.ADMINISTRATOR and role not in rule.undone_by:
        raise Refused(
            "restore.not-allowed",
            item=item.barcode,
            what=rule.what,
            undone_by=Names(one.value for one in rule.undone_by or (Role.ADMINISTRATOR,)),
            role=role.value,
        )
    if rule.kind == "defect":
        return ItemRestored(at=at, was=rule.what, custody=replace(custody, defect=None), why=why)
    before = before_absence(facts)
    earlier = custody if before is None else before.custody
    transit = earlier.transit if earlier.transit is not None and earlier.transit.hold is None else None
    absence = earlier.absence
    if absence is not None and absence.what == "overdue-in-transit" and transit is None:
        absence = None
    restored = replace(
        custody,
        place=earlier.place,
        loan=custody.loan or earlier.loan,
        transit=custody.transit or transit,
        absence=absence,
    )
    return ItemRestored(at=at, was=rule.what, custody=restored, why=why)

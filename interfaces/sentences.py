"""
What a fact about an item or a tote says, as one sentence for a person; it names no patron.

Facts of other kinds have their type and payload only.
"""

from __future__ import annotations

from circulation.clock import iso
from circulation.custodian import Custodian
from circulation.custody import Place
from circulation.due_dates import DueDatesMoved
from circulation.event import Event, Fact
from circulation.item import (
    CaptureRedirected,
    HoldShelfExtended,
    ItemAdded,
    ItemArrived,
    ItemDescribed,
    ItemHeldBack,
    ItemLent,
    ItemMissed,
    ItemPacked,
    ItemPlacedOnHoldShelf,
    ItemReleased,
    ItemReturned,
    ItemSetAside,
    ItemSighted,
    ItemTargetDropped,
    ItemTargeted,
    ItemUnpacked,
    LateScanRecorded,
    LoanRecalled,
    LoanRecallWithdrawn,
    LoanRenewed,
    ScanUndone,
    TransitAbandoned,
    TransitOpened,
)
from circulation.messages.catalogue import told
from circulation.move import MoveCancelled, MoveEnded, MoveRequested
from circulation.override import RuleOverridden
from circulation.tote import (
    DiscrepancyClosed,
    ToteChecked,
    ToteDeclaredLost,
    ToteEmptied,
    ToteFillingStarted,
    ToteFoundUnsealed,
    ToteItemFound,
    ToteLoaded,
    ToteOpened,
    ToteReceived,
    ToteSampleDrawn,
    ToteSealed,
    ToteUnloaded,
)
from circulation.tote_words import custody_text
from interfaces.condition_sentences import condition_sentence

__all__ = ["sentence_of"]


def sentence_of(fact: Fact) -> str:
    """The sentence; empty for a fact that is about neither an item nor a tote."""
    if isinstance(fact.event, DueDatesMoved):
        return _of_dates(fact.event, fact.stream.removeprefix("due-dates/"))
    return (
        _of_loan(fact.event)
        or _of_item(fact.event)
        or _of_waiting(fact.event)
        or _of_move(fact.event)
        or _of_correction(fact.event)
        or _of_tote(fact.event, fact.stream.removeprefix("tote/"))
        or condition_sentence(fact.event)
    )


def _of_loan(event: Event) -> str:
    match event:
        case ItemLent(branch=branch, due_us=due_us, rule=rule, hold=hold):
            return (
                told("history.lent:for-hold", branch=branch, hold=hold, due=iso(due_us), rule=rule)
                if hold
                else told("history.lent", branch=branch, due=iso(due_us), rule=rule)
            )
        case LoanRenewed(branch=branch, due_us=due_us, renewals=renewals):
            return told("history.loan-renewed", branch=branch, due=iso(due_us), renewals=renewals)
        case LoanRecalled(due_us=due_us, rule=rule, hold=hold):
            return (
                told("history.loan-recalled:for-hold", hold=hold, due=iso(due_us), rule=rule)
                if hold
                else told("history.loan-recalled", due=iso(due_us), rule=rule)
            )
        case LoanRecallWithdrawn(due_us=due_us):
            return told("history.loan-recall-withdrawn", due=iso(due_us))
        case _:
            return ""


def _of_dates(moved: DueDatesMoved, branch: str) -> str:
    dates = ", ".join(told("phrase.became", was=iso(one.was_us), becomes=iso(one.becomes_us)) for one in moved.moves)
    if moved.closure is None:
        return told("history.dates-moved:hours", branch=branch, dates=dates)
    return told("history.dates-moved", branch=branch, closure=moved.closure, scope=moved.scope, dates=dates)


def _of_item(event: Event) -> str:
    match event:
        case ItemAdded(branch=branch, owner=owner, source=source):
            return (
                told("history.added:with-source", branch=branch, owner=owner, source=source)
                if source
                else told("history.added", branch=branch, owner=owner)
            )
        case ItemDescribed(home=home):
            return told("history.described", home=home)
        case ItemHeldBack(branch=branch, destination=destination, limit=limit, reason=because):
            return told("history.held-back", branch=branch, limit=limit, destination=destination, because=because)
        case ItemReturned(branch=branch, by=by):
            return told(f"history.returned:{by}", branch=branch)
        case ItemSighted(branch=branch, as_=as_, onward=onward, hold=hold):
            seen = told(f"phrase.seen-{as_}")
            return (
                told("history.sighted:onward", branch=branch, seen=seen, onward=onward)
                if onward
                else (
                    told("history.sighted:hold", branch=branch, seen=seen, hold=hold)
                    if hold
                    else told("history.sighted", branch=branch, seen=seen)
                )
            )
        case ItemArrived(branch=branch, filling=filling):
            return (
                told("history.arrived:unseen", branch=branch, filling=filling)
                if filling
                else told("history.arrived", branch=branch)
            )
        case TransitOpened(origin=origin, destination=destination, reason=reason, hold=hold):
            return (
                told("history.transit-opened:hold", origin=origin, destination=destination, hold=hold)
                if hold
                else told("history.transit-opened", origin=origin, destination=destination, reason=reason)
            )
        case TransitAbandoned(branch=branch, why=why):
            return told("history.transit-abandoned", branch=branch, why=why)
        case ItemTargeted(hold=hold, branch=branch, pull_by_us=pull_by_us):
            return told("history.targeted", branch=branch, hold=hold, pull_by=iso(pull_by_us))
        case ItemTargetDropped(hold=hold, why=why):
            return told("history.target-dropped", hold=hold, why=why)
        case ItemSetAside(hold=hold, pickup=pickup, branch=branch):
            return told("history.set-aside", branch=branch, hold=hold, pickup=pickup)
        case ItemPlacedOnHoldShelf(hold=hold, branch=branch, until_us=until_us, code=code):
            return told("history.placed-on-hold-shelf", branch=branch, hold=hold, until=iso(until_us), code=code)
        case ItemReleased(hold=hold, why=why):
            return told("history.released", hold=hold, why=why)
        case ItemPacked(filling=filling, branch=branch, onward=onward):
            return (
                told("history.packed:onward", filling=filling, branch=branch, onward=onward)
                if onward
                else told("history.packed", filling=filling, branch=branch)
            )
        case ItemUnpacked(filling=filling, branch=branch):
            return told("history.unpacked", filling=filling, branch=branch)
        case ItemMissed(branch=branch, hold=hold, filling=filling, last=last):
            if filling:
                had = custody_text(last or Custodian())
                return told("history.missed:tote", branch=branch, filling=filling, had=had)
            return (
                told("history.missed:for-hold", branch=branch, hold=hold)
                if hold
                else told("history.missed", branch=branch)
            )
        case _:
            return ""


def _of_correction(event: Event) -> str:
    match event:
        case LateScanRecorded(branch=branch, custody_us=custody_us):
            return told("history.late-scan-recorded", branch=branch, known_since=iso(custody_us))
        case RuleOverridden(rule=rule):
            return told("history.rule-overridden", rule=rule)
        case ScanUndone(request=request, why=why, custody=custody):
            return told("history.scan-undone", request=request, why=why, place=_place(custody.place))
        case _:
            return ""


def _of_waiting(event: Event) -> str:
    match event:
        case HoldShelfExtended(hold=hold, branch=branch, until_us=until_us):
            return told("history.hold-shelf-extended", branch=branch, hold=hold, until=iso(until_us))
        case CaptureRedirected(hold=hold, pickup=pickup):
            return told("history.capture-redirected", hold=hold, pickup=pickup)
        case _:
            return ""


def _of_move(event: Event) -> str:
    match event:
        case MoveRequested(move=move, to=to, why=why, stay_until=stay_until):
            return (
                told("history.move-requested:until", to=to, stay_until=stay_until, move=move, why=why)
                if stay_until
                else told("history.move-requested", to=to, move=move, why=why)
            )
        case MoveCancelled(move=move, why=why):
            return told("history.move-cancelled", move=move, why=why)
        case MoveEnded(move=move, branch=branch, why=why):
            if why == "arrived":
                return told("history.move-ended:arrived", move=move, branch=branch)
            return told("history.move-ended:over", move=move)
        case _:
            return ""


def _of_tote(event: Event, filling: str) -> str:
    match event:
        case ToteFillingStarted(branch=branch, destination=destination, purpose=purpose):
            return told(
                "history.tote-filling-started", filling=filling, branch=branch, destination=destination, purpose=purpose
            )
        case ToteSealed(branch=branch, items=items):
            return told("history.tote-sealed", filling=filling, branch=branch, items=items)
        case ToteLoaded(branch=branch, van=van, known=known):
            return told("history.tote-loaded", filling=filling, van=van, branch=branch, known=known)
        case ToteUnloaded(branch=branch, van=van, known=known):
            return told("history.tote-unloaded", filling=filling, van=van, branch=branch, known=known)
        case ToteReceived(branch=branch, destination=destination):
            return (
                told("history.tote-received:onward", filling=filling, branch=branch, destination=destination)
                if destination
                else told("history.tote-received", filling=filling, branch=branch)
            )
        case ToteOpened(branch=branch, destination=destination):
            return (
                told("history.tote-opened:on-its-way", filling=filling, branch=branch, destination=destination)
                if destination
                else told("history.tote-opened", filling=filling, branch=branch)
            )
        case ToteDeclaredLost(why=why, last=last):
            return told("history.tote-declared-lost", filling=filling, why=why, keeper=custody_text(last))
        case ToteFoundUnsealed(branch=branch, note=note):
            return told("history.tote-found-unsealed", filling=filling, branch=branch, note=note)
        case ToteSampleDrawn(items=items, sample=sample):
            return told("history.tote-sample-drawn", sample=len(sample), items=items, filling=filling)
        case ToteChecked(items=items, checked=checked, wrong=wrong):
            return told("history.tote-checked", checked=checked, items=items, filling=filling, wrong=wrong)
        case ToteEmptied(branch=branch, missing=missing, found=found):
            return told("history.tote-emptied", filling=filling, branch=branch, missing=len(missing), found=found)
        case ToteItemFound(branch=branch, item=item):
            return told("history.tote-item-found", item=item, filling=filling, branch=branch)
        case DiscrepancyClosed(item=item, why=why):
            return told("history.discrepancy-closed", item=item, filling=filling, why=why)
        case _:
            return ""


def _place(place: Place) -> str:
    match place.kind:
        case "branch":
            return told("phrase.at-branch", branch=place.ref)
        case "filling":
            return told("phrase.in-tote", filling=place.ref)
        case "patron":
            return told("phrase.on-loan")
        case _:
            return told("phrase.missing")

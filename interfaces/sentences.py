"""
What a fact about an item or a tote says, as one sentence for a person; it names no patron.

Facts of other kinds have their type and payload only.
"""

from __future__ import annotations

from circulation.clock import iso
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

_HOW_RETURNED = {"desk": "at the desk", "drop": "in the book drop", "import": "in another system's list"}
_SEEN_AS = {
    "passing": "on its way elsewhere",
    "again": "and nothing had changed since the last scan there",
    "found": "where it was not expected",
    "here": "where it belongs",
}


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
            for_hold = f" for hold {hold}" if hold else ""
            return f"It was lent at {branch}{for_hold}, due {iso(due_us)} by rule '{rule}'."
        case LoanRenewed(branch=branch, due_us=due_us, renewals=renewals):
            return f"Its loan was renewed at {branch} until {iso(due_us)}, for the {_ordinal(renewals)} time."
        case LoanRecalled(due_us=due_us, rule=rule, hold=hold):
            for_hold = f" for hold {hold}" if hold else ""
            return f"Its loan was recalled{for_hold}, due {iso(due_us)} by rule '{rule}'."
        case LoanRecallWithdrawn(due_us=due_us):
            return f"The recall of its loan was withdrawn; it is due {iso(due_us)} again."
        case _:
            return ""


def _of_dates(moved: DueDatesMoved, branch: str) -> str:
    why = "its hours had changed" if moved.closure is None else f"closure {moved.closure} of {moved.scope}"
    dates = ", ".join(f"{iso(move.was_us)} became {iso(move.becomes_us)}" for move in moved.moves)
    return f"Its date at {branch} was moved, {why}: {dates}."


def _of_item(event: Event) -> str:
    match event:
        case ItemAdded(branch=branch, owner=owner, source=source):
            from_ = f", from {source}" if source else ""
            return f"It entered the catalogue at {branch}, owned by {owner}{from_}."
        case ItemDescribed(home=home):
            return f"Its description was replaced; its home is {home}."
        case ItemHeldBack(branch=branch, destination=destination, limit=limit, reason=reason):
            return f"It stayed at {branch}: limit '{limit}' denies its way to {destination}. {reason}"
        case ItemReturned(branch=branch, by=by):
            return f"It was returned at {branch}, {_HOW_RETURNED[by]}."
        case ItemSighted(branch=branch, as_=as_, onward=onward, hold=hold):
            then = f"; it goes on to {onward}" if onward else f"; it waits there for hold {hold}" if hold else ""
            return f"It was seen at {branch}, {_SEEN_AS[as_]}{then}."
        case ItemArrived(branch=branch, filling=filling):
            unseen = f"; nobody scanned it, tote {filling} was accepted whole after a check" if filling else ""
            return f"It arrived at {branch}, where it was to go{unseen}."
        case TransitOpened(origin=origin, destination=destination, reason=reason, hold=hold):
            why = f"for hold {hold}" if hold else f"reason {reason}"
            return f"It is to go from {origin} to {destination}, {why}."
        case TransitAbandoned(branch=branch, why=why):
            return f"Its journey was given up at {branch}: {why}."
        case ItemTargeted(hold=hold, branch=branch, pull_by_us=pull_by_us):
            return f"{branch} is to pull it for hold {hold} by {iso(pull_by_us)}."
        case ItemTargetDropped(hold=hold, why=why):
            return f"It is not to be pulled for hold {hold} any more: {why}."
        case ItemSetAside(hold=hold, pickup=pickup, branch=branch):
            return f"It was set aside at {branch} for hold {hold}, for pickup at {pickup}."
        case ItemPlacedOnHoldShelf(hold=hold, branch=branch, until_us=until_us, code=code):
            return f"It waits on the hold shelf of {branch} for hold {hold} until {iso(until_us)}, code {code}."
        case ItemReleased(hold=hold, why=why):
            return f"It is not set aside for hold {hold} any more: {why}."
        case ItemPacked(filling=filling, branch=branch, onward=onward):
            to = f" to go to {onward}" if onward else ""
            return f"It was packed into tote {filling} at {branch}{to}."
        case ItemUnpacked(filling=filling, branch=branch):
            return f"It was taken out of tote {filling} at {branch}."
        case ItemMissed(branch=branch, hold=hold, filling=filling, last=last):
            for_hold = f" for hold {hold}" if hold else ""
            in_tote = f" in tote {filling}" if filling else ""
            had = f"; {custody_text(last)} had it last" if last else ""
            return f"It was looked for at {branch}{for_hold}{in_tote} and not found{had}."
        case _:
            return ""


def _of_correction(event: Event) -> str:
    match event:
        case LateScanRecorded(branch=branch, custody_us=custody_us):
            return f"A scan at {branch} became known that is older than what was known since {iso(custody_us)}."
        case RuleOverridden(rule=rule):
            return f"The rule {rule} was overridden for what follows; the reason is sealed."
        case ScanUndone(request=request, why=why, custody=custody):
            return f"Request {request} was undone ({why}); it is again {_place(custody.place)}."
        case _:
            return ""


def _of_waiting(event: Event) -> str:
    match event:
        case HoldShelfExtended(hold=hold, branch=branch, until_us=until_us):
            return f"It waits longer on the hold shelf of {branch} for hold {hold}, until {iso(until_us)}."
        case CaptureRedirected(hold=hold, pickup=pickup):
            return f"Hold {hold}, for which it is set aside, is for pickup at {pickup} now."
        case _:
            return ""


def _of_move(event: Event) -> str:
    match event:
        case MoveRequested(move=move, to=to, why=why, stay_until=stay_until):
            until = f" until {stay_until}" if stay_until else ""
            return f"It is wanted at {to}{until} (move {move}): {why}."
        case MoveCancelled(move=move, why=why):
            return f"Move {move} was cancelled: {why}."
        case MoveEnded(move=move, branch=branch, why=why):
            how = f"it has arrived at {branch}" if why == "arrived" else "its time there is over"
            return f"Move {move} has ended: {how}."
        case _:
            return ""


def _of_tote(event: Event, filling: str) -> str:
    match event:
        case ToteFillingStarted(branch=branch, destination=destination, purpose=purpose):
            return f"Tote {filling} was begun at {branch}, for {destination} ({purpose})."
        case ToteSealed(branch=branch, items=items):
            return f"Tote {filling} was sealed at {branch} with {items} items."
        case ToteLoaded(branch=branch, van=van, known=known):
            return f"Tote {filling} went onto van {van} at {branch} ({known})."
        case ToteUnloaded(branch=branch, van=van, known=known):
            return f"Tote {filling} came off van {van} at {branch} ({known})."
        case ToteReceived(branch=branch, destination=destination):
            on = f", and goes on to {destination}" if destination else ""
            return f"Tote {filling} was received at {branch}{on}."
        case ToteOpened(branch=branch, destination=destination):
            way = f", on its way to {destination}" if destination else ""
            return f"Tote {filling} was opened at {branch}{way}."
        case ToteDeclaredLost(why=why, last=last):
            return f"Tote {filling} was declared lost ({why}); {custody_text(last)} had it last."
        case ToteFoundUnsealed(branch=branch, note=note):
            return f"The seal of tote {filling} was found broken at {branch}: {note}."
        case ToteSampleDrawn(items=items, sample=sample):
            return f"{len(sample)} of {items} items of tote {filling} were drawn to be checked."
        case ToteChecked(items=items, checked=checked, wrong=wrong):
            return f"{checked} of {items} items of tote {filling} were checked, {wrong} wrong."
        case ToteEmptied(branch=branch, missing=missing, found=found):
            return f"Tote {filling} was emptied at {branch}: {len(missing)} items not found, {found} not packed."
        case ToteItemFound(branch=branch, item=item):
            return f"Item {item} came out of tote {filling} at {branch} and had not been packed into it."
        case DiscrepancyClosed(item=item, why=why):
            return f"What was listed about item {item} in tote {filling} was settled: {why}."
        case _:
            return ""


def _place(place: Place) -> str:
    where = {"branch": f"at {place.ref}", "filling": f"in tote {place.ref}", "patron": "on loan"}
    return where.get(place.kind, "missing")


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"

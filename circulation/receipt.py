"""
What a person is told after a command, made from the facts that it recorded and nothing else.

So a repeated request gets the same receipt as the first time, and no screen can say what the log does not.
No receipt names a patron: slips ride in vans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from circulation.clock import iso
from circulation.closure import ClosureDeclared, ClosureWithdrawn
from circulation.condition_words import also_told, condition_words
from circulation.due_dates import DueDatesMoved
from circulation.event import Appended, Fact
from circulation.hold import (
    HoldCancelled,
    HoldLapsed,
    HoldPickupChanged,
    HoldPlaced,
    HoldResumed,
    HoldSuspended,
    HoldTargetDropped,
    HoldTargeted,
    Obstacle,
)
from circulation.item import (
    CaptureRedirected,
    HoldShelfExtended,
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
    LateScanRecorded,
    LoanRecalled,
    LoanRecallWithdrawn,
    LoanRenewed,
    ScanUndone,
    TransitOpened,
    UnknownCodeScanned,
)
from circulation.move import MoveCancelled, MoveRequested
from circulation.override import RuleOverridden
from circulation.tote import ToteItemFound, ToteLoaded, ToteOpened, ToteReceived, ToteSealed, ToteUnloaded
from circulation.tote_words import Words, words_about_totes, words_of_move

__all__ = ["Receipt", "Signal", "receipt_of"]

Signal = Literal["shelve", "hold-shelf", "send", "aside", "done"]
"""What the desk shows and sounds: put on the shelf, on the hold shelf, into a tote, keep aside, all done."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    The outcome of one command at a desk.

    `code` is stable (`send.hold`); `headline` has at most four words; `sentence` says why;
    `route_to` is the branch that it must go to, None if it stays; `slip` are the lines to print, empty for none.
    """

    code: str
    headline: str
    sentence: str
    signal: Signal
    item: str | None = None
    route_to: str | None = None
    reason: str | None = None
    hold: str | None = None
    filling: str | None = None
    due_us: int | None = None
    slip: tuple[str, ...] = ()
    request: str = ""
    position: int = 0
    repeated: bool = False


def receipt_of(appended: Appended) -> Receipt:
    """The receipt of the facts of one command; one that recorded nothing says so."""
    facts = appended.facts
    if not facts:
        return Receipt("nothing", "Nothing to do", "There was nothing to record.", "done")
    receipt = _worded(facts)
    item = next((fact.stream[5:] for fact in facts if fact.stream.startswith("item/")), None)
    odd = next((fact for fact in facts if isinstance(fact.event, ToteItemFound)), None)
    aside = "" if odd is None else f" It was not packed into {odd.stream[5:]}, and is listed."
    packed = next((fact.event.filling for fact in facts if isinstance(fact.event, ItemPacked)), None)
    return Receipt(
        code=receipt.code,
        headline=receipt.headline,
        sentence=receipt.sentence.strip() + aside,
        signal=receipt.signal,
        item=item,
        route_to=receipt.route_to,
        reason=receipt.reason,
        hold=receipt.hold,
        filling=packed or receipt.filling,
        due_us=receipt.due_us,
        slip=(*receipt.slip, f"item {item}") if receipt.slip and item else receipt.slip,
        request=facts[0].request,
        position=appended.position,
        repeated=appended.repeated,
    )


def _worded(facts: Sequence[Fact]) -> Receipt:
    """The words for the facts; what the person must do next outranks how the item came in."""
    events = [fact.event for fact in facts]
    came_in = _came_in(facts) + also_told(facts)
    about_tote = words_about_totes(facts)
    if about_tote is not None:
        return _of_tote(about_tote, facts[0])
    for event in events:
        match event:
            case ScanUndone():
                return Receipt("undone", "Undone", "The last scan of this copy does not count.", "done")
            case LateScanRecorded(branch=branch, custody_us=custody_us):
                return Receipt(
                    "late",
                    "Old scan",
                    f"This scan at {branch} is older than what is known of the copy since {iso(custody_us)}; "
                    "it is kept as history and moves nothing.",
                    "aside",
                )
            case UnknownCodeScanned():
                return Receipt(
                    "unknown",
                    "Unknown code",
                    "No item of this network carries this code; it is recorded as received here.",
                    "aside",
                    slip=("UNKNOWN ITEM", f"{facts[0].stream[8:]}-{facts[0].version}", "keep for cataloguing"),
                )
            case ItemPlacedOnHoldShelf(hold=hold, until_us=until_us, code=code):
                return Receipt(
                    "hold-shelf",
                    "Hold shelf here",
                    f"{came_in} It waits here for hold {hold} until {iso(until_us)}.",
                    "hold-shelf",
                    hold=hold,
                    slip=("HOLD SHELF", f"code {code}", f"until {iso(until_us)[:10]}"),
                )
            case ItemHeldBack(branch=branch, destination=destination, limit=limit, reason=reason):
                return Receipt(
                    "shelve.held-back",
                    "Keep it here",
                    f"{came_in} It belongs to {destination}, but limit '{limit}' keeps it at {branch}: {reason}",
                    "shelve",
                )
            case TransitOpened(destination=destination, reason=reason, hold=hold):
                why = f"for hold {hold}" if hold else f"reason {reason}"
                return Receipt(
                    f"send.{reason}",
                    f"Send to {destination}",
                    f"{came_in} It goes to {destination}, {why}.",
                    "send",
                    route_to=destination,
                    reason=reason,
                    hold=hold,
                    slip=(f"TO {destination}", reason.upper(), f"from {facts[0].desk}"),
                )
            case _:
                continue
    told = condition_words(facts)
    if told is not None:
        return Receipt(told.code, told.headline, told.sentence, told.signal, route_to=told.route_to, slip=told.slip)
    return _about_closed_days(facts) or _plain(facts, came_in)


def _plain(facts: Sequence[Fact], came_in: str) -> Receipt:
    """The words where nothing travels and nothing is set aside."""
    for fact in facts:
        about_loan = _of_loan(fact, facts)
        if about_loan is not None:
            return about_loan
        match fact.event:
            case ItemDescribed():
                return _edited(facts)
            case ItemSighted(as_="passing", onward=onward) if onward:
                return Receipt(
                    "send.onward",
                    f"Send to {onward}",
                    f"{came_in} It is on its way to {onward} and goes on from here.",
                    "send",
                    route_to=onward,
                    slip=(f"TO {onward}", "ONWARD", f"from {fact.desk}"),
                )
            case ItemSighted(as_="again", onward=onward) if onward:
                return Receipt(
                    "again",
                    f"Still to {onward}",
                    f"{came_in} It still is to go to {onward}.",
                    "send",
                    route_to=onward,
                    slip=(f"TO {onward}", "AGAIN", f"from {fact.desk}"),
                )
            case ItemPacked(onward=onward) if onward:
                return Receipt(
                    "send.onward",
                    f"Send to {onward}",
                    f"{came_in} It goes on to {onward}.",
                    "send",
                    route_to=onward,
                    slip=(f"TO {onward}", "ONWARD", f"from {fact.desk}"),
                )
            case ItemSighted(hold=hold) if hold:
                return Receipt(
                    "hold-shelf",
                    "Hold shelf here",
                    f"{came_in} It still waits here for hold {hold}.",
                    "hold-shelf",
                    hold=hold,
                    slip=("HOLD SHELF", "AGAIN"),
                )
            case ItemSighted(as_="again"):
                return Receipt("again", "Nothing changed", came_in, "shelve")
            case ItemReturned() | ItemArrived() | ItemSighted():
                return Receipt("shelve", "Shelve here", f"{came_in} It stays here{_how_long(fact)}.", "shelve")
            case ItemMissed(branch=branch):
                retarget = next((f.event for f in facts if isinstance(f.event, HoldTargeted)), None)
                then = f" Hold {retarget.hold} now asks {retarget.branch} for {retarget.item}." if retarget else ""
                return Receipt("missed", "Missing", f"It was not found at {branch}.{then}", "done")
            case ToteSealed() | ToteLoaded() | ToteUnloaded() | ToteReceived() | ToteOpened():
                return _of_tote(words_of_move(fact), fact)
            case HoldPlaced(hold=hold, pickup=pickup, obstacles=obstacles):
                sentence = f"Hold {hold} for {pickup}. {_how_filled(facts, obstacles or ())}"
                return Receipt("hold.placed", "Hold placed", sentence, "done", hold=hold)
            case HoldCancelled(hold=hold, recalled=recalled):
                still = (
                    f" The loan of {recalled}, recalled for it, stays due as it is; to give the time back: "
                    f"branchline loan recall {recalled} --withdraw."
                    if recalled
                    else ""
                )
                return Receipt("hold.cancelled", "Hold cancelled", f"Hold {hold} has ended.{still}", "done", hold=hold)
            case HoldSuspended(hold=hold, until=until):
                how_long = f"until {until}" if until else "until it is resumed"
                sentence = f"Hold {hold} keeps its place and takes no copy {how_long}."
                return Receipt("hold.suspended", "Hold suspended", sentence, "done", hold=hold)
            case HoldResumed(hold=hold):
                sentence = f"Hold {hold} takes copies again. {_asked(facts)}".strip()
                return Receipt("hold.resumed", "Hold resumed", sentence, "done", hold=hold)
            case _:
                continue
    return _hold_changed(facts) or _of_move(facts)


def _hold_changed(facts: Sequence[Fact]) -> Receipt | None:
    """The words where a hold is picked up elsewhere, waits longer or is not wanted any more."""
    for fact in facts:
        match fact.event:
            case HoldPickupChanged(hold=hold, pickup=pickup):
                sentence = (
                    f"Hold {hold} is for pickup at {pickup} now and keeps its place. {_redirected(facts)}".strip()
                )
                return Receipt("hold.pickup", "Pickup changed", sentence, "done", hold=hold)
            case HoldShelfExtended(hold=hold, branch=branch, until_us=until_us):
                sentence = f"Its copy waits at {branch} for hold {hold} until {iso(until_us)}."
                return Receipt("hold.extended", "Kept longer", sentence, "done", hold=hold)
            case HoldLapsed(hold=hold, expires=expires):
                sentence = f"Hold {hold} was wanted until {expires} and has ended."
                return Receipt("hold.lapsed", "Hold ended", sentence, "done", hold=hold)
            case _:
                continue
    return None


def _of_move(facts: Sequence[Fact]) -> Receipt:
    """The words where somebody wants a copy elsewhere, or does not any more; else what was recorded."""
    for fact in reversed(facts):
        match fact.event:
            case MoveRequested(to=to, stay_until=stay_until):
                then = f", and stays until {stay_until}" if stay_until else ""
                return Receipt("move.requested", "Move requested", f"It goes to {to} at its next scan{then}.", "done")
            case MoveCancelled(move=move, why=why):
                return Receipt("move.cancelled", "Move cancelled", f"Move {move} was cancelled: {why}.", "done")
            case _:
                continue
    names = ", ".join(sorted({type(fact.event).__name__ for fact in facts}))
    return Receipt("recorded", "Recorded", f"Recorded: {names}.", "done")


def _asked(facts: Sequence[Fact]) -> str:
    """Which branch is asked to pull which copy, as a sentence; empty where none is."""
    target = next((fact.event for fact in facts if isinstance(fact.event, HoldTargeted)), None)
    return f"{target.branch} is asked to pull {target.item} by {iso(target.pull_by_us)}." if target else ""


def _redirected(facts: Sequence[Fact]) -> str:
    """What happens now with the copy of a hold whose pickup branch is another one, as a sentence."""
    for fact in facts:
        match fact.event:
            case CaptureRedirected(branch=None, pickup=pickup):
                return f"Item {fact.stream[5:]} is on its way and goes to {pickup} from its next scan on."
            case CaptureRedirected(branch=branch, pickup=pickup) if branch == pickup:
                return f"Item {fact.stream[5:]} is at {branch} already: scan it there for the hold shelf."
            case CaptureRedirected(branch=branch, pickup=pickup):
                return f"Item {fact.stream[5:]} is at {branch}: scan it there and it goes to {pickup}."
            case _:
                continue
    return _asked(facts)


def _how_long(fact: Fact) -> str:
    """Until when a copy stays that somebody wants here, as the grounds of its scan say."""
    for ground in getattr(fact.event, "grounds", None) or ():
        code, _, what = ground.partition(" ")
        if code == "move.stays":
            return f" until {what.rpartition(' ')[2]}"
    return ""


def _overridden(facts: Sequence[Fact]) -> str:
    """The rules that were passed, as a sentence that follows another."""
    codes = ", ".join(fact.event.rule for fact in facts if isinstance(fact.event, RuleOverridden))
    return f" Overridden: {codes}." if codes else ""


def _of_loan(fact: Fact, facts: Sequence[Fact]) -> Receipt | None:
    """The words for a loan that begins, goes on or is shortened."""
    match fact.event:
        case ItemLent(due_us=due_us, rule=rule, hold=hold, renewals_allowed=renewals, renewals_rule=by):
            also = f" It may be renewed {renewals} times by rule '{by}'." if by not in (None, "default") else ""
            sentence = f"Due {iso(due_us)} by rule '{rule}'.{also}{_overridden(facts)}"
            return Receipt("lent", "Lent", sentence, "done", due_us=due_us, hold=hold)
        case LoanRenewed(due_us=due_us, renewals=renewals, rule=rule):
            sentence = f"Due {iso(due_us)}, renewal {renewals} by rule '{rule}'.{_overridden(facts)}"
            return Receipt("renewed", "Renewed", sentence, "done", due_us=due_us)
        case LoanRecalled(due_us=due_us, was_due_us=was_due_us, rule=rule):
            sentence = f"It is due {iso(due_us)} by rule '{rule}', no longer {iso(was_due_us)}; tell the borrower."
            return Receipt("recalled", "Recalled", sentence, "done", due_us=due_us)
        case LoanRecallWithdrawn(due_us=due_us):
            sentence = f"It is due {iso(due_us)}, as before it was recalled."
            return Receipt("recall.withdrawn", "Recall withdrawn", sentence, "done", due_us=due_us)
        case _:
            return None


def _how_filled(facts: Sequence[Fact], obstacles: Sequence[Obstacle]) -> str:
    """What is done for a new hold: a copy is pulled, a loan recalled, or why nothing can be."""
    for fact in facts:
        match fact.event:
            case HoldTargeted(branch=branch, item=item, pull_by_us=pull_by_us):
                return f"{branch} is asked to pull {item} by {iso(pull_by_us)}."
            case LoanRecalled(due_us=due_us, rule=rule):
                return (
                    f"No copy is on a shelf; the loan of {fact.stream[5:]} is recalled by rule '{rule}' "
                    f"and due {iso(due_us)}."
                )
            case _:
                continue
    if obstacles:
        bars = " ".join(f"{one.copies} by {one.by}: {one.reason}" for one in obstacles)
        return f"No copy may serve it as things are; it waits in the queue. {bars}"
    return "No copy is on a shelf; it waits in the queue."


def _edited(facts: Sequence[Fact]) -> Receipt:
    """A description was replaced, with what that meant for those who wait."""
    then = "".join(
        f" Hold {fact.event.hold} now asks {fact.event.branch} for {fact.event.item}."
        for fact in facts
        if isinstance(fact.event, HoldTargeted)
    )
    dropped = "".join(
        f" Hold {fact.event.hold} is not promised it any more."
        for fact in facts
        if isinstance(fact.event, HoldTargetDropped)
    )
    return Receipt("item.edited", "Item edited", f"Its description was replaced.{dropped}{then}", "done")


def _about_closed_days(facts: Sequence[Fact]) -> Receipt | None:
    """The words for a closure and the dates that it moved."""
    for fact in facts:
        scope = fact.stream.partition("/")[2]
        match fact.event:
            case ClosureDeclared(first=first, last=last, reason=reason):
                sentence = f"{scope} is closed from {first} to {last}: {reason}. {_moved_dates(facts)}"
                return Receipt("closure.declared", "Closed", sentence, "done")
            case ClosureWithdrawn(closure=closure):
                sentence = f"Closure {closure} of {scope} does not hold any more; dates that it moved stay."
                return Receipt("closure.withdrawn", "Closure withdrawn", sentence, "done")
            case DueDatesMoved():
                return Receipt("dates.moved", "Dates moved", _moved_dates(facts), "done")
            case _:
                continue
    return None


def _moved_dates(facts: Sequence[Fact]) -> str:
    """How many dates the facts moved, as a sentence."""
    moves = [move for fact in facts if isinstance(fact.event, DueDatesMoved) for move in fact.event.moves]
    loans, shelved = sum(len(move.loans) for move in moves), sum(len(move.shelved) for move in moves)
    if not loans and not shelved:
        return "No loan and no copy on a hold shelf ends there."
    return f"Loans due later: {loans}. Copies that wait longer on a hold shelf: {shelved}."


def _of_tote(words: Words, fact: Fact) -> Receipt:
    filling = fact.stream[5:] if fact.stream.startswith("tote/") else None
    return Receipt(words.code, words.headline, words.sentence, words.signal, route_to=words.route_to, filling=filling)


def _came_in(facts: Sequence[Fact]) -> str:
    """How the item came to lie on the desk, as a sentence, and that its time on the hold shelf was over."""
    expired = next(
        (f.event.hold for f in facts if isinstance(f.event, ItemReleased) and f.event.why == "expired"), None
    )
    then = f" Nobody came for hold {expired} in time." if expired else ""
    return f"{_seen(facts)}{then}"


def _seen(facts: Sequence[Fact]) -> str:
    """How the item came to lie on the desk, as a sentence."""
    for fact in facts:
        match fact.event:
            case ItemReturned(branch=branch, by="drop"):
                return f"Returned at {branch} in the book drop, as of {iso(fact.happened_us)}."
            case ItemReturned(branch=branch):
                return f"Returned at {branch}."
            case ItemArrived(branch=branch):
                return f"Arrived at {branch}."
            case ItemSighted(branch=branch, as_="again"):
                return f"It was scanned again at {branch}; nothing changed since."
            case ItemSighted(branch=branch, as_="found"):
                return f"Found at {branch}, not on loan."
            case ItemSighted(branch=branch):
                return f"Seen at {branch}, not on loan."
            case ItemSetAside(branch=branch):
                return f"Found at {branch}, wanted for a hold."
            case ItemPacked(branch=branch, filling=filling):
                return f"Packed at {branch} into {filling}."
            case _:
                continue
    return ""

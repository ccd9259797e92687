"""
What a person is told after a command, made from the facts that it recorded and nothing else.

So a repeated request gets the same receipt as the first time, and no screen can say what the log does not.
No receipt names a patron: slips ride in vans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from circulation.clock import iso
from circulation.closure import ClosureDeclared, ClosureWithdrawn
from circulation.condition_words import also_told, condition_words, now_asks
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
from circulation.messages.catalogue import together, told
from circulation.messages.names import Names
from circulation.move import MoveCancelled, MoveRequested
from circulation.override import RuleOverridden
from circulation.saying import Receipt, Signal
from circulation.tote import ToteItemFound, ToteLoaded, ToteOpened, ToteReceived, ToteSealed, ToteUnloaded
from circulation.tote_words import words_about_totes, words_of_move

__all__ = ["Receipt", "Signal", "receipt_of"]


def receipt_of(appended: Appended) -> Receipt:
    """The receipt of the facts of one command; one that recorded nothing says so."""
    facts = appended.facts
    if not facts:
        return Receipt("nothing", "Nothing to do", "There was nothing to record.", "done")
    receipt = _worded(facts)
    item = next((fact.stream[5:] for fact in facts if fact.stream.startswith("item/")), None)
    odd = next((fact for fact in facts if isinstance(fact.event, ToteItemFound)), None)
    aside = "" if odd is None else told("tote.not-packed", filling=odd.stream[5:])
    packed = next((fact.event.filling for fact in facts if isinstance(fact.event, ItemPacked)), None)
    return Receipt(
        code=receipt.code,
        headline=receipt.headline,
        sentence=together(receipt.sentence, aside),
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
    came_in = together(_came_in(facts), also_told(facts))
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
            case ItemHeldBack(branch=branch, destination=destination, limit=limit, reason=because):
                return Receipt(
                    "shelve.held-back",
                    "Keep it here",
                    f"{came_in} It belongs to {destination}, but limit '{limit}' keeps it at {branch}: {because}",
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
    return condition_words(facts) or _about_closed_days(facts) or _plain(facts, came_in)


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
                until = _stays_until(fact)
                if until:
                    return Receipt("shelve", "Shelve here", f"{came_in} It stays here until {until}.", "shelve")
                return Receipt("shelve", "Shelve here", f"{came_in} It stays here.", "shelve")
            case ItemMissed(branch=branch):
                then = now_asks(facts)
                return Receipt("missed", "Missing", f"It was not found at {branch}. {then}", "done")
            case ToteSealed() | ToteLoaded() | ToteUnloaded() | ToteReceived() | ToteOpened():
                return _of_tote(words_of_move(fact), fact)
            case HoldPlaced(hold=hold, pickup=pickup, obstacles=obstacles):
                then = _how_filled(facts, obstacles or ())
                return Receipt("hold.placed", "Hold placed", f"Hold {hold} for {pickup}. {then}", "done", hold=hold)
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
                then = _asked(facts)
                return Receipt(
                    "hold.resumed", "Hold resumed", f"Hold {hold} takes copies again. {then}", "done", hold=hold
                )
            case _:
                continue
    return _hold_changed(facts) or _of_move(facts)


def _hold_changed(facts: Sequence[Fact]) -> Receipt | None:
    """The words where a hold is picked up elsewhere, waits longer or is not wanted any more."""
    for fact in facts:
        match fact.event:
            case HoldPickupChanged(hold=hold, pickup=pickup):
                then = _redirected(facts)
                sentence = f"Hold {hold} is for pickup at {pickup} now and keeps its place. {then}"
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
    names = Names(sorted({type(fact.event).__name__ for fact in facts}))
    return Receipt("recorded", "Recorded", f"Recorded: {names}.", "done")


def _asked(facts: Sequence[Fact]) -> str:
    """Which branch is asked to pull which copy, as a sentence; empty where none is."""
    target = next((fact.event for fact in facts if isinstance(fact.event, HoldTargeted)), None)
    if target is None:
        return ""
    return told("hold.asked", branch=target.branch, item=target.item, pull_by=iso(target.pull_by_us))


def _redirected(facts: Sequence[Fact]) -> str:
    """What happens now with the copy of a hold whose pickup branch is another one, as a sentence."""
    for fact in facts:
        match fact.event:
            case CaptureRedirected(branch=None, pickup=pickup):
                return told("hold.redirected:on-its-way", item=fact.stream[5:], pickup=pickup)
            case CaptureRedirected(branch=branch, pickup=pickup) if branch == pickup:
                return told("hold.redirected:there", item=fact.stream[5:], branch=branch)
            case CaptureRedirected(branch=branch, pickup=pickup):
                return told("hold.redirected", item=fact.stream[5:], branch=branch, pickup=pickup)
            case _:
                continue
    return _asked(facts)


def _stays_until(fact: Fact) -> str:
    """The day until which a copy stays that somebody wants here, as the grounds of its scan say; empty for none."""
    for ground in getattr(fact.event, "grounds", None) or ():
        code, _, what = ground.partition(" ")
        if code == "move.stays":
            return what.rpartition(" ")[2]
    return ""


def _overridden(facts: Sequence[Fact]) -> str:
    """The rules that were passed, as a sentence; empty where none was."""
    rules = Names(fact.event.rule for fact in facts if isinstance(fact.event, RuleOverridden))
    return told("rules.overridden", rules=rules) if rules else ""


def _of_loan(fact: Fact, facts: Sequence[Fact]) -> Receipt | None:
    """The words for a loan that begins, goes on or is shortened."""
    match fact.event:
        case ItemLent(due_us=due_us, rule=rule, hold=hold, renewals_allowed=renewals, renewals_rule=by):
            also = "" if by in (None, "default") else told("lent.renewals", renewals=renewals, rule=by)
            then = together(also, _overridden(facts))
            sentence = f"Due {iso(due_us)} by rule '{rule}'. {then}"
            return Receipt("lent", "Lent", sentence, "done", due_us=due_us, hold=hold)
        case LoanRenewed(due_us=due_us, renewals=renewals, rule=rule):
            then = _overridden(facts)
            sentence = f"Due {iso(due_us)}, renewal {renewals} by rule '{rule}'. {then}"
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
            case HoldTargeted():
                return _asked((fact,))
            case LoanRecalled(due_us=due_us, rule=rule):
                return told("hold.recalled-for", item=fact.stream[5:], rule=rule, due=iso(due_us))
            case _:
                continue
    if obstacles:
        return together(
            told("hold.barred"),
            *(told("hold.obstacle", copies=one.copies, by=one.by, because=one.reason) for one in obstacles),
        )
    return told("hold.waits")


def _edited(facts: Sequence[Fact]) -> Receipt:
    """A description was replaced, with what that meant for those who wait."""
    dropped = [
        told("hold.not-promised", hold=fact.event.hold) for fact in facts if isinstance(fact.event, HoldTargetDropped)
    ]
    then = together(*dropped, *(now_asks((fact,)) for fact in facts))
    return Receipt("item.edited", "Item edited", f"Its description was replaced. {then}", "done")


def _about_closed_days(facts: Sequence[Fact]) -> Receipt | None:
    """The words for a closure and the dates that it moved."""
    for fact in facts:
        scope = fact.stream.partition("/")[2]
        match fact.event:
            case ClosureDeclared(first=first, last=last, reason=why):
                then = _moved_dates(facts)
                sentence = f"{scope} is closed from {first} to {last}: {why}. {then}"
                return Receipt("closure.declared", "Closed", sentence, "done")
            case ClosureWithdrawn(closure=closure):
                sentence = f"Closure {closure} of {scope} does not hold any more; dates that it moved stay."
                return Receipt("closure.withdrawn", "Closure withdrawn", sentence, "done")
            case DueDatesMoved():
                then = _moved_dates(facts)
                return Receipt("dates.moved", "Dates moved", f"{then}", "done")
            case _:
                continue
    return None


def _moved_dates(facts: Sequence[Fact]) -> str:
    """How many dates the facts moved, as a sentence."""
    moves = [move for fact in facts if isinstance(fact.event, DueDatesMoved) for move in fact.event.moves]
    loans, shelved = sum(len(move.loans) for move in moves), sum(len(move.shelved) for move in moves)
    if not loans and not shelved:
        return told("dates.none")
    return together(told("dates.loans", loans=loans), told("dates.shelved", copies=shelved))


def _of_tote(receipt: Receipt, fact: Fact) -> Receipt:
    return replace(receipt, filling=fact.stream[5:] if fact.stream.startswith("tote/") else None)


def _came_in(facts: Sequence[Fact]) -> str:
    """How the item came to lie on the desk, as a sentence, and that its time on the hold shelf was over."""
    expired = next(
        (f.event.hold for f in facts if isinstance(f.event, ItemReleased) and f.event.why == "expired"), None
    )
    return together(_seen(facts), told("came-in.hold-expired", hold=expired) if expired else "")


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

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
from circulation.saying import Receipt, Signal, say
from circulation.service_receipt import about_service, stays_for_now
from circulation.tote import ToteItemFound, ToteLoaded, ToteOpened, ToteReceived, ToteSealed, ToteUnloaded
from circulation.tote_words import words_about_totes, words_of_move

__all__ = ["Receipt", "Signal", "receipt_of"]


def receipt_of(appended: Appended) -> Receipt:
    """The receipt of the facts of one command; one that recorded nothing says so."""
    facts = appended.facts
    if not facts:
        return say("nothing", "done")
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
    stays = stays_for_now(facts, came_in)
    if stays is not None:
        return stays
    for event in events:
        match event:
            case ScanUndone():
                return say("undone", "done")
            case LateScanRecorded(branch=branch, custody_us=custody_us):
                return say("late", "aside", branch=branch, known_since=iso(custody_us))
            case UnknownCodeScanned():
                return say("unknown", "aside", branch=facts[0].stream[8:], entry=facts[0].version)
            case ItemPlacedOnHoldShelf(hold=hold, until_us=until_us, code=code):
                return say(
                    "hold-shelf",
                    "hold-shelf",
                    hold=hold,
                    came_in=came_in,
                    until=iso(until_us),
                    code=code,
                    until_day=iso(until_us)[:10],
                )
            case ItemHeldBack(branch=branch, destination=destination, limit=limit, reason=because):
                return say(
                    "shelve.held-back",
                    "shelve",
                    came_in=came_in,
                    destination=destination,
                    limit=limit,
                    branch=branch,
                    because=because,
                )
            case TransitOpened(destination=destination, reason=reason, hold=hold):
                return say(
                    "send.hold" if hold else f"send.{reason}",
                    "send",
                    route_to=destination,
                    reason=reason,
                    hold=hold,
                    came_in=came_in,
                    desk=facts[0].desk,
                )
            case _:
                continue
    return condition_words(facts) or _about_closed_days(facts) or about_service(facts) or _plain(facts, came_in)


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
                return say("send.onward", "send", route_to=onward, came_in=came_in, desk=fact.desk)
            case ItemSighted(as_="again", onward=onward) if onward:
                return say("again", "send", route_to=onward, came_in=came_in, desk=fact.desk)
            case ItemPacked(onward=onward) if onward:
                return say("send.onward:packed", "send", route_to=onward, came_in=came_in, desk=fact.desk)
            case ItemSighted(hold=hold) if hold:
                return say("hold-shelf:still", "hold-shelf", hold=hold, came_in=came_in)
            case ItemSighted(as_="again"):
                return say("again:nothing", "shelve", came_in=came_in)
            case ItemReturned() | ItemArrived() | ItemSighted():
                until = _stays_until(fact)
                if until:
                    return say("shelve:until", "shelve", came_in=came_in, until=until)
                return say("shelve", "shelve", came_in=came_in)
            case ItemMissed(branch=branch):
                then = now_asks(facts)
                return say("missed", "done", branch=branch, then=then)
            case ToteSealed() | ToteLoaded() | ToteUnloaded() | ToteReceived() | ToteOpened():
                return _of_tote(words_of_move(fact), fact)
            case HoldPlaced(hold=hold, pickup=pickup, obstacles=obstacles):
                then = together(_how_filled(facts, obstacles or ()), _overridden(facts))
                return say("hold.placed", "done", hold=hold, pickup=pickup, then=then)
            case HoldCancelled(hold=hold, recalled=recalled):
                return (
                    say("hold.cancelled:recalled", "done", hold=hold, recalled=recalled)
                    if recalled
                    else say("hold.cancelled", "done", hold=hold)
                )
            case HoldSuspended(hold=hold, until=until):
                return (
                    say("hold.suspended", "done", hold=hold, until=until)
                    if until
                    else say("hold.suspended:open-ended", "done", hold=hold)
                )
            case HoldResumed(hold=hold):
                then = _asked(facts)
                return say("hold.resumed", "done", hold=hold, then=then)
            case _:
                continue
    return _hold_changed(facts) or _of_move(facts)


def _hold_changed(facts: Sequence[Fact]) -> Receipt | None:
    """The words where a hold is picked up elsewhere, waits longer or is not wanted any more."""
    for fact in facts:
        match fact.event:
            case HoldPickupChanged(hold=hold, pickup=pickup):
                then = _redirected(facts)
                return say("hold.pickup", "done", hold=hold, pickup=pickup, then=then)
            case HoldShelfExtended(hold=hold, branch=branch, until_us=until_us):
                return say("hold.extended", "done", hold=hold, branch=branch, until=iso(until_us))
            case HoldLapsed(hold=hold, expires=expires):
                return say("hold.lapsed", "done", hold=hold, expires=expires)
            case _:
                continue
    return None


def _of_move(facts: Sequence[Fact]) -> Receipt:
    """The words where somebody wants a copy elsewhere, or does not any more; else what was recorded."""
    for fact in reversed(facts):
        match fact.event:
            case MoveRequested(to=to, stay_until=stay_until):
                return (
                    say("move.requested:until", "done", to=to, stay_until=stay_until)
                    if stay_until
                    else say("move.requested", "done", to=to)
                )
            case MoveCancelled(move=move, why=why):
                return say("move.cancelled", "done", move=move, why=why)
            case _:
                continue
    names = Names(sorted({type(fact.event).__name__ for fact in facts}))
    return say("recorded", "done", names=names)


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
            return str(what).rpartition(" ")[2]
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
            return say("lent", "done", due_us=due_us, hold=hold, due=iso(due_us), rule=rule, then=then)
        case LoanRenewed(due_us=due_us, renewals=renewals, rule=rule):
            then = _overridden(facts)
            return say("renewed", "done", due_us=due_us, due=iso(due_us), renewals=renewals, rule=rule, then=then)
        case LoanRecalled(due_us=due_us, was_due_us=was_due_us, rule=rule):
            return say("recalled", "done", due_us=due_us, due=iso(due_us), rule=rule, was_due=iso(was_due_us))
        case LoanRecallWithdrawn(due_us=due_us):
            return say("recall.withdrawn", "done", due_us=due_us, due=iso(due_us))
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
    return say("item.edited", "done", then=then)


def _about_closed_days(facts: Sequence[Fact]) -> Receipt | None:
    """The words for a closure and the dates that it moved."""
    for fact in facts:
        scope = fact.stream.partition("/")[2]
        match fact.event:
            case ClosureDeclared(first=first, last=last, reason=why):
                then = _moved_dates(facts)
                return (
                    say("closure.declared:one-day", "done", scope=scope, day=first, why=why, then=then)
                    if first == last
                    else say("closure.declared", "done", scope=scope, first=first, last=last, why=why, then=then)
                )
            case ClosureWithdrawn(closure=closure):
                return say("closure.withdrawn", "done", closure=closure, scope=scope)
            case DueDatesMoved():
                then = _moved_dates(facts)
                return say("dates.moved", "done", then=then)
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
                return told("came-in.returned-drop", branch=branch, happened=iso(fact.happened_us))
            case ItemReturned(branch=branch):
                return told("came-in.returned", branch=branch)
            case ItemArrived(branch=branch):
                return told("came-in.arrived", branch=branch)
            case ItemSighted(branch=branch, as_="again"):
                return told("came-in.sighted-again", branch=branch)
            case ItemSighted(branch=branch, as_="found"):
                return told("came-in.sighted-found", branch=branch)
            case ItemSighted(branch=branch):
                return told("came-in.sighted", branch=branch)
            case ItemSetAside(branch=branch):
                return told("came-in.set-aside", branch=branch)
            case ItemPacked(branch=branch, filling=filling):
                return told("came-in.packed", branch=branch, filling=filling)
            case _:
                continue
    return ""

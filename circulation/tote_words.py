"""What a person is told about whole totes and about empty ones, from the facts that a command recorded."""

from __future__ import annotations

from collections.abc import Sequence

from circulation.custodian import Custodian
from circulation.empties import EmptiesCounted, EmptiesMoved, EmptiesTargetSet
from circulation.event import Fact
from circulation.messages.catalogue import told
from circulation.messages.names import Names
from circulation.saying import Receipt, say
from circulation.tote import (
    DiscrepancyClosed,
    ToteChecked,
    ToteDeclaredLost,
    ToteEmptied,
    ToteFoundUnsealed,
    ToteLoaded,
    ToteOpened,
    ToteReceived,
    ToteSampleDrawn,
    ToteSealed,
    ToteUnloaded,
)

__all__ = ["custody_text", "words_about_totes", "words_of_move"]


def custody_text(last: Custodian) -> str:
    """Who had it last: `wells, van v1 on run 2026-11-24/v1/day`."""
    parts = [last.branch or ""]
    if last.van and last.run:
        parts.append(told("phrase.van-on-run", van=last.van, run=last.run))
    elif last.van:
        parts.append(told("phrase.van", van=last.van))
    elif last.run:
        parts.append(told("phrase.on-run", run=last.run))
    return ", ".join(part for part in parts if part) or told("phrase.nobody")


def words_about_totes(facts: Sequence[Fact]) -> Receipt | None:
    """What the facts say of a tote that was checked, emptied, lost or found unsealed, or of empties; else None."""
    for fact in facts:
        name, event = fact.stream.partition("/")[2], fact.event
        match event:
            case ToteSampleDrawn():
                return _drawn(name, event)
            case ToteChecked():
                return _checked(name, event)
            case ToteEmptied():
                return _emptied(name, event)
            case ToteDeclaredLost(last=last, why=why):
                return say("tote.lost", "done", name=name, why=why, keeper=custody_text(last))
            case ToteFoundUnsealed(branch=branch):
                return say("tote.unsealed", "aside", name=name, branch=branch)
            case DiscrepancyClosed(item=listed, why=why):
                return say("discrepancy.closed:done", "done", listed=listed, name=name, why=why)
            case EmptiesCounted(branch=branch, totes=totes):
                return say("empties.counted", "done", totes=totes, branch=branch)
            case EmptiesMoved(branch=branch, to=to, totes=totes):
                return say("empties.moved", "done", totes=totes, branch=branch, to=to)
            case EmptiesTargetSet(branch=branch, totes=totes):
                return say("empties.target", "done", branch=branch, totes=totes)
            case _:
                continue
    return None


def words_of_move(fact: Fact) -> Receipt:
    """What the fact says of a tote that was sealed, loaded, unloaded, received or opened."""
    name = fact.stream.partition("/")[2]
    match fact.event:
        case ToteSealed(items=items):
            return say("tote.sealed", "done", name=name, items=items)
        case ToteLoaded(van=van):
            return say("tote.loaded", "done", name=name, van=van)
        case ToteUnloaded(branch=branch):
            return say("tote.unloaded", "done", name=name, branch=branch)
        case ToteReceived(branch=branch, destination=destination) if destination:
            return say("tote.astray", "send", route_to=destination, name=name, branch=branch)
        case ToteReceived(branch=branch):
            return say("tote.received", "done", name=name, branch=branch)
        case ToteOpened(branch=branch, destination=destination, last=last) if destination and last:
            return say(
                "tote.opened-on-way",
                "aside",
                name=name,
                branch=branch,
                destination=destination,
                keeper=custody_text(last),
            )
        case ToteOpened(branch=branch):
            return say("tote.opened:done", "done", name=name, branch=branch)
        case other:
            raise TypeError(f"{type(other).__name__} moves no tote ({fact.stream})")


def _drawn(name: str, drawn: ToteSampleDrawn) -> Receipt:
    sample, size, to_scan = Names(drawn.sample), len(drawn.sample), Names(drawn.to_scan)
    then = told("tote.also-scan", count=len(to_scan), items=to_scan) if to_scan else ""
    return say(
        "tote.sample",
        "aside",
        name=name,
        branch=drawn.branch,
        size=size,
        items=drawn.items,
        sample=sample,
        confidence_percent=drawn.confidence_percent,
        tolerated=drawn.tolerated,
        then=then,
    )


def _checked(name: str, checked: ToteChecked) -> Receipt:
    left = len(checked.to_scan)
    if checked.wrong:
        return say(
            "tote.scan-all:wrong",
            "aside",
            checked=checked.checked,
            items=checked.items,
            name=name,
            wrong=checked.wrong,
            left=left,
        )
    then = told("tote.still-scan", count=left, items=Names(checked.to_scan)) if left else ""
    return say(
        "tote.accepted:one" if checked.at_most == 1 else "tote.accepted",
        "aside" if left else "done",
        checked=checked.checked,
        items=checked.items,
        confidence_percent=checked.confidence_percent,
        at_most=checked.at_most,
        accepted=checked.accepted,
        name=name,
        branch=checked.branch,
        then=then,
    )


def _emptied(name: str, emptied: ToteEmptied) -> Receipt:
    missing, found = len(emptied.missing), emptied.found
    if not missing and not found:
        return say("tote.emptied", "done", name=name)
    then = told("tote.not-found", items=Names(emptied.missing)) if missing else ""
    return say("tote.discrepancies", "aside", name=name, branch=emptied.branch, missing=missing, found=found, then=then)

"""What a person is told about whole totes and about empty ones, from the facts that a command recorded."""

from __future__ import annotations

from collections.abc import Sequence

from circulation.custodian import Custodian
from circulation.empties import EmptiesCounted, EmptiesMoved, EmptiesTargetSet
from circulation.event import Fact
from circulation.messages.catalogue import told
from circulation.messages.names import Names
from circulation.saying import Receipt
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
                sentence = f"{name} is lost ({why}), and all in it with it; {custody_text(last)} had it last."
                return Receipt("tote.lost", "Tote lost", sentence, "done")
            case ToteFoundUnsealed(branch=branch):
                sentence = f"The seal of {name} was found broken at {branch}; every item in it is to be scanned."
                return Receipt("tote.unsealed", "Seal broken", sentence, "aside")
            case DiscrepancyClosed(item=listed, why=why):
                sentence = f"What was listed about {listed} in {name} is settled: {why}."
                return Receipt("discrepancy.closed", "Settled", sentence, "done")
            case EmptiesCounted(branch=branch, totes=totes):
                return Receipt("empties.counted", "Counted", f"{totes} empty totes stand at {branch}.", "done")
            case EmptiesMoved(branch=branch, to=to, totes=totes):
                sentence = f"{totes} empty totes went from {branch} to {to}."
                return Receipt("empties.moved", "Empties moved", sentence, "done")
            case EmptiesTargetSet(branch=branch, totes=totes):
                return Receipt("empties.target", "Target set", f"{branch} is to have {totes} empty totes.", "done")
            case _:
                continue
    return None


def words_of_move(fact: Fact) -> Receipt:
    """What the fact says of a tote that was sealed, loaded, unloaded, received or opened."""
    name = fact.stream.partition("/")[2]
    match fact.event:
        case ToteSealed(items=items):
            return Receipt("tote.sealed", "Tote sealed", f"{name} is sealed with {items} items.", "done")
        case ToteLoaded(van=van):
            return Receipt("tote.loaded", "Tote loaded", f"{name} is on van {van}.", "done")
        case ToteUnloaded(branch=branch):
            return Receipt("tote.unloaded", "Tote unloaded", f"{name} came off the van at {branch}.", "done")
        case ToteReceived(branch=branch, destination=destination) if destination:
            sentence = f"{name} is at {branch} and is for {destination}: leave it sealed, it goes on."
            return Receipt("tote.astray", f"Goes on to {destination}", sentence, "send", route_to=destination)
        case ToteReceived(branch=branch):
            return Receipt("tote.received", "Tote received", f"{name} is at {branch}; scan its items.", "done")
        case ToteOpened(branch=branch, destination=destination, last=last) if destination and last:
            sentence = (
                f"{name} was opened at {branch} on its way to {destination}; {custody_text(last)} had it last. "
                "Scan its items: each says where it goes."
            )
            return Receipt("tote.opened-on-way", "Opened on way", sentence, "aside")
        case ToteOpened(branch=branch):
            sentence = f"{name} was opened at {branch}; what is not scanned out of it is assumed there."
            return Receipt("tote.opened", "Tote opened", sentence, "done")
        case other:
            raise TypeError(f"{type(other).__name__} moves no tote ({fact.stream})")


def _drawn(name: str, drawn: ToteSampleDrawn) -> Receipt:
    sample, size, to_scan = Names(drawn.sample), len(drawn.sample), Names(drawn.to_scan)
    then = told("tote.also-scan", count=len(to_scan), items=to_scan) if to_scan else ""
    sentence = (
        f"{name} is at {drawn.branch}; scan {size} of its {drawn.items} items that may go in whole: {sample}. "
        f"If none is wrong, at {drawn.confidence_percent} % confidence at most {drawn.tolerated} of all are. {then}"
    )
    return Receipt("tote.sample", "Scan the sample", sentence, "aside")


def _checked(name: str, checked: ToteChecked) -> Receipt:
    left = len(checked.to_scan)
    if checked.wrong:
        sentence = (
            f"{checked.checked} of {checked.items} checked in {name}, {checked.wrong} wrong: nothing is accepted; "
            f"scan all {left} items that are left in it, then say that it is empty."
        )
        return Receipt("tote.scan-all", "Scan everything", sentence, "aside")
    then = told("tote.still-scan", count=left, items=Names(checked.to_scan)) if left else ""
    are = "item is" if checked.at_most == 1 else "items are"
    sentence = (
        f"{checked.checked} of {checked.items} checked, none wrong: "
        f"at {checked.confidence_percent} % confidence at most {checked.at_most} {are} wrong. "
        f"{checked.accepted} items of {name} are taken as arrived at {checked.branch}; shelve them. {then}"
    )
    return Receipt("tote.accepted", "Tote accepted", sentence, "aside" if left else "done")


def _emptied(name: str, emptied: ToteEmptied) -> Receipt:
    missing, found = len(emptied.missing), emptied.found
    if not missing and not found:
        return Receipt("tote.emptied", "Tote empty", f"Everything in {name} was there and nothing else.", "done")
    then = told("tote.not-found", items=Names(emptied.missing)) if missing else ""
    sentence = (
        f"{name} is empty at {emptied.branch}: {missing} packed and not found, {found} found and not packed. {then}"
    )
    return Receipt("tote.discrepancies", "Tote differs", sentence, "aside")

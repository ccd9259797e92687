"""What a person is told about whole totes and about empty ones, from the facts that a command recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from circulation.custodian import Custodian
from circulation.empties import EmptiesCounted, EmptiesMoved, EmptiesTargetSet
from circulation.event import Fact
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

__all__ = ["Words", "custody_text", "words_about_totes", "words_of_move"]


class Words(NamedTuple):
    """The fields of a receipt that these facts fill."""

    code: str
    headline: str
    sentence: str
    signal: Literal["aside", "done", "send"]
    route_to: str | None = None


def custody_text(last: Custodian) -> str:
    """Who had it last: `wells, van v1 on run 2026-11-24/v1/day`."""
    carried = f"van {last.van}" if last.van else ""
    if last.run:
        carried += f" on run {last.run}"
    return ", ".join(part for part in (last.branch or "", carried.strip()) if part) or "nobody"


def words_about_totes(facts: Sequence[Fact]) -> Words | None:
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
                return Words("tote.lost", "Tote lost", sentence, "done")
            case ToteFoundUnsealed(branch=branch):
                sentence = f"The seal of {name} was found broken at {branch}; every item in it is to be scanned."
                return Words("tote.unsealed", "Seal broken", sentence, "aside")
            case DiscrepancyClosed(item=item, why=why):
                sentence = f"What was listed about {item} in {name} is settled: {why}."
                return Words("discrepancy.closed", "Settled", sentence, "done")
            case EmptiesCounted(branch=branch, totes=totes):
                return Words("empties.counted", "Counted", f"{totes} empty totes stand at {branch}.", "done")
            case EmptiesMoved(branch=branch, to=to, totes=totes):
                sentence = f"{totes} empty totes went from {branch} to {to}."
                return Words("empties.moved", "Empties moved", sentence, "done")
            case EmptiesTargetSet(branch=branch, totes=totes):
                return Words("empties.target", "Target set", f"{branch} is to have {totes} empty totes.", "done")
            case _:
                continue
    return None


def words_of_move(fact: Fact) -> Words:
    """What the fact says of a tote that was sealed, loaded, unloaded, received or opened."""
    name = fact.stream.partition("/")[2]
    match fact.event:
        case ToteSealed(items=items):
            return Words("tote.sealed", "Tote sealed", f"{name} is sealed with {items} items.", "done")
        case ToteLoaded(van=van):
            return Words("tote.loaded", "Tote loaded", f"{name} is on van {van}.", "done")
        case ToteUnloaded(branch=branch):
            return Words("tote.unloaded", "Tote unloaded", f"{name} came off the van at {branch}.", "done")
        case ToteReceived(branch=branch, destination=destination) if destination:
            sentence = f"{name} is at {branch} and is for {destination}: leave it sealed, it goes on."
            return Words("tote.astray", f"Goes on to {destination}", sentence, "send", destination)
        case ToteReceived(branch=branch):
            return Words("tote.received", "Tote received", f"{name} is at {branch}; scan its items.", "done")
        case ToteOpened(branch=branch, destination=destination, last=last) if destination and last:
            sentence = (
                f"{name} was opened at {branch} on its way to {destination}; {custody_text(last)} had it last. "
                "Scan its items: each says where it goes."
            )
            return Words("tote.opened-on-way", "Opened on way", sentence, "aside")
        case ToteOpened(branch=branch):
            sentence = f"{name} was opened at {branch}; what is not scanned out of it is assumed there."
            return Words("tote.opened", "Tote opened", sentence, "done")
        case other:
            raise TypeError(f"{type(other).__name__} moves no tote ({fact.stream})")


def _drawn(name: str, drawn: ToteSampleDrawn) -> Words:
    size, names = len(drawn.sample), ", ".join(drawn.sample)
    sentence = (
        f"{name} is at {drawn.branch}; scan {size} of its {drawn.items} items that may go in whole: {names}. "
        f"If none is wrong, at {drawn.confidence_percent} % confidence at most {drawn.tolerated} of all are."
    )
    if drawn.to_scan:
        sentence += f" {len(drawn.to_scan)} must be scanned in any case: {', '.join(drawn.to_scan)}."
    return Words("tote.sample", "Scan the sample", sentence, "aside")


def _checked(name: str, checked: ToteChecked) -> Words:
    left = len(checked.to_scan)
    if checked.wrong:
        sentence = (
            f"{checked.checked} of {checked.items} checked in {name}, {checked.wrong} wrong: nothing is accepted; "
            f"scan all {left} items that are left in it, then say that it is empty."
        )
        return Words("tote.scan-all", "Scan everything", sentence, "aside")
    are = "item is" if checked.at_most == 1 else "items are"
    sentence = (
        f"{checked.checked} of {checked.items} checked, none wrong: "
        f"at {checked.confidence_percent} % confidence at most {checked.at_most} {are} wrong. "
        f"{checked.accepted} items of {name} are taken as arrived at {checked.branch}; shelve them."
    )
    if left:
        sentence += f" {left} must still be scanned: {', '.join(checked.to_scan)}."
    return Words("tote.accepted", "Tote accepted", sentence, "aside" if left else "done")


def _emptied(name: str, emptied: ToteEmptied) -> Words:
    missing, found = len(emptied.missing), emptied.found
    if not missing and not found:
        return Words("tote.emptied", "Tote empty", f"Everything in {name} was there and nothing else.", "done")
    sentence = f"{name} is empty at {emptied.branch}: {missing} packed and not found, {found} found and not packed."
    if missing:
        sentence += f" Not found: {', '.join(emptied.missing)}."
    return Words("tote.discrepancies", "Tote differs", sentence, "aside")

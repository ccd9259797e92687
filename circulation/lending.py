"""
May this patron take this copy, and until when: pure decisions about loans and renewals.

Whether a patron is within the limits of the whole network is counted by the open claims that the desk read;
the append is guarded by their version, so two desks cannot pass a limit together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from circulation.clock import iso
from circulation.condition_rules import CONDITIONS
from circulation.errors import Refused
from circulation.event import Event
from circulation.hold import HoldFilled, HoldReleased, HoldTargetDropped, Title
from circulation.item import Item, ItemLent, LoanRenewed, TransitAbandoned
from circulation.override import Forbid, refuse
from circulation.patron import Patron
from circulation.ruling import ANY, LoanLimit, Ruling

__all__ = ["Kind", "Lending", "decide_lend", "decide_renew"]

Kind = tuple[str, str]
"""Owner and item type of a copy on loan."""


@dataclass(frozen=True, slots=True)
class Lending:
    """
    The facts of a loan on the item's and the title's stream, and the claims that open and end with it.

    `frees` is another copy that was promised to the hold that ends: it need not be pulled any more.
    """

    item: tuple[Event, ...]
    title: tuple[Event, ...]
    opens: str
    closes: tuple[str, ...]
    frees: str | None


def decide_lend(
    *,
    branch: str,
    at_us: int,
    item: Item,
    title: Title,
    patron: Patron,
    open_loans: int,
    own_hold: str | None,
    ruling: Ruling,
    due_us: int,
    key: int,
    sealed: str,
    kinds: Callable[[], Sequence[Kind]] = tuple,
    forbid: Forbid = refuse,
) -> Lending:
    """
    The facts of lending `item` at `branch` until `due_us`.

    `own_hold` is the patron's hold on this title, if there is one; `sealed` is the link to the patron under `key`.
    `kinds` tells what the open loans are of, and is asked only where a limit for one owner or type may be reached.
    `forbid` may let a limit, a block or a hold on the copy pass.
    Raises `Refused`: `patron.blocked`, `loan.limit`, `loan.on-loan`, `loan.absent`, `loan.unfit`, `loan.set-aside`,
    `loan.too-late`.
    """
    custody = item.custody
    _refuse_blocked(patron, forbid)
    _refuse_beyond(ruling.loan_limits, open_loans, kinds, forbid)
    if custody.loan is not None:
        raise Refused("loan.on-loan", item=item.barcode, branch=custody.loan.branch)
    if at_us < custody.custody_us:
        # A fact older than the last custody moves nothing: the loan would be claimed and never open.
        raise Refused("loan.too-late", item=item.barcode, at=iso(at_us))
    if custody.absence is not None and not CONDITIONS[custody.absence.what].lendable:
        raise Refused("loan.absent", item=item.barcode, what=custody.absence.what, since=iso(custody.absence.since_us))
    if custody.defect is not None and not CONDITIONS[custody.defect.what].lendable:
        raise Refused("loan.unfit", item=item.barcode, what=custody.defect.what, since=iso(custody.defect.since_us))
    if custody.capture is not None and custody.capture.hold != own_hold:
        forbid(Refused("loan.set-aside", item=item.barcode, hold=custody.capture.hold))
    loan = f"{item.barcode}#{item.loans + 1}"
    events: list[Event] = []
    if custody.transit is not None:
        events.append(TransitAbandoned(transit=custody.transit.transit, branch=branch, why="loaned"))
    events.append(
        ItemLent(
            loan=loan,
            branch=branch,
            due_us=due_us,
            rule=ruling.rule,
            renewals_allowed=ruling.renewals,
            renewals_rule=ruling.renewals_rule,
            key=key,
            patron=sealed,
            category=patron.category,
            patron_home=patron.home,
            hold=own_hold,
        )
    )
    on_title: list[Event] = [
        HoldTargetDropped(hold=hold.hold, item=item.barcode, why="taken")
        for hold in title.holds.values()
        if hold.target == item.barcode and hold.hold != own_hold
    ]
    if custody.capture is not None and custody.capture.hold != own_hold and custody.capture.hold in title.holds:
        # Somebody decided that this patron has it first; the other waits again in the old place.
        on_title.append(HoldReleased(hold=custody.capture.hold, item=item.barcode, why="overridden"))
    frees: str | None = None
    if own_hold is not None:
        on_title.append(HoldFilled(hold=own_hold, item=item.barcode))
        promised = title.holds[own_hold].target
        frees = promised if promised != item.barcode else None
    return Lending(tuple(events), tuple(on_title), loan, () if own_hold is None else (own_hold,), frees)


def decide_renew(
    *,
    branch: str,
    item: Item,
    title: Title,
    patron: Patron,
    ruling: Ruling,
    due_us: int,
    forbid: Forbid = refuse,
) -> tuple[Event, ...]:
    """
    The fact of renewing the open loan of `item` until `due_us`; `forbid` may let a limit, a block or waiting
    patrons pass.

    Raises `Refused`: `renew.not-on-loan`, `renew.absent`, `renew.recalled`, `renew.limit`, `renew.wanted`,
    `renew.no-gain`,
    `patron.blocked`.
    """
    loan = item.custody.loan
    if loan is None:
        raise Refused("renew.not-on-loan", item=item.barcode)
    _refuse_blocked(patron, forbid)
    if item.custody.absence is not None:
        raise Refused(
            "renew.absent", item=item.barcode, what=item.custody.absence.what, since=iso(item.custody.absence.since_us)
        )
    if loan.recall is not None:
        raise (
            Refused("renew.recalled:for-hold", item=item.barcode, hold=loan.recall.hold, due=iso(loan.due_us))
            if loan.recall.hold
            else Refused("renew.recalled", item=item.barcode, due=iso(loan.due_us))
        )
    if loan.renewals >= ruling.renewals:
        forbid(
            Refused(
                "renew.limit",
                item=item.barcode,
                renewals=loan.renewals,
                rule=ruling.by["renewals"],
                allowed=ruling.renewals,
            )
        )
    waiting = sum(1 for hold in title.holds.values() if hold.is_waiting and not hold.suspended and hold.target is None)
    if waiting:
        forbid(Refused("renew.wanted", patrons=waiting, item=item.barcode))
    if due_us <= loan.due_us:
        raise Refused("renew.no-gain", item=item.barcode)
    return (LoanRenewed(loan=loan.loan, branch=branch, due_us=due_us, renewals=loan.renewals + 1, rule=ruling.rule),)


def _refuse_beyond(
    limits: Sequence[LoanLimit], open_loans: int, kinds: Callable[[], Sequence[Kind]], forbid: Forbid
) -> None:
    for limit in limits:
        # No more loans of one kind are open than of all.
        if open_loans < limit.most:
            continue
        counted = open_loans
        if (limit.owner, limit.item_type) != (ANY, ANY):
            counted = sum(
                limit.owner in (ANY, owner) and limit.item_type in (ANY, item_type) for owner, item_type in kinds()
            )
        if counted >= limit.most:
            forbid(
                (
                    Refused("loan.limit", counted=counted, rule=limit.rule, most=limit.most)
                    if limit.owner == ANY
                    else Refused(
                        "loan.limit:of-owner", counted=counted, owner=limit.owner, rule=limit.rule, most=limit.most
                    )
                )
                if limit.item_type == ANY
                else (
                    Refused(
                        "loan.limit:of-type",
                        counted=counted,
                        item_type=limit.item_type,
                        rule=limit.rule,
                        most=limit.most,
                    )
                    if limit.owner == ANY
                    else Refused(
                        "loan.limit:of-type-and-owner",
                        counted=counted,
                        item_type=limit.item_type,
                        owner=limit.owner,
                        rule=limit.rule,
                        most=limit.most,
                    )
                )
            )


def _refuse_blocked(patron: Patron, forbid: Forbid) -> None:
    if patron.blocks:
        forbid(Refused("patron.blocked", blocks=", ".join(patron.blocks)))

"""
What scans change of a copy: its place, its loan, its transit and what it is set aside for.

One fold, because one rule governs all four: a fact that happened before the last custody is history
and moves nothing. It follows `circulation/item.py` step by step, on rows instead of states.
The tables and the questions asked of them are in `locations.py`, `loans.py`, `transits.py`, `hold_shelf.py` and
`conditions.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from projections import conditions
from projections.conditions import CONDITION_NOW, CONDITION_PAST
from projections.guests import GUESTS, count_guest, guest_of
from projections.hold_shelf import CAPTURE_NOW, CAPTURE_PAST, CaptureNow, CapturePast
from projections.loans import LOAN_NOW, LOAN_PAST, LoanNow, LoanPast
from projections.locations import ITEM_NOW, ITEM_PAST, ItemNow, ItemPast
from projections.projection import Fold, Projection, Seen
from projections.transits import TRANSIT_NOW, TRANSIT_PAST, TransitNow, TransitPast
from projections.working import Working

__all__ = ["CUSTODY"]

_Move = Callable[[Working, Seen, ItemNow], None]

_SAYS_WHERE = frozenset(
    {
        "ItemLent", "ItemReturned", "ItemSighted", "ItemUnpacked", "ItemArrived", "ItemSetAside",
        "ItemPlacedOnHoldShelf", "ItemPacked",
    }
)  # fmt: skip
"""Whoever knows where a copy is has found it."""


def _added(working: Working, seen: Seen) -> None:
    data, at_us = seen.data, seen.happened_us
    # An imported list says where a copy belongs, not when somebody last held it.
    custody_us = 0 if data.get("source") else at_us
    guest_at = None if data["branch"] == data["home"] else data["branch"]
    if guest_at is not None:
        count_guest(working, data["item_type"], None, guest_at)
    working[ITEM_NOW].put(
        ItemNow(
            seen.subject, "branch", data["branch"], "scanned", seen.position, at_us, custody_us,
            None, None, None, None, data["home"], data["item_type"], guest_at,
        )
    )  # fmt: skip


def _described(working: Working, seen: Seen) -> None:
    item = working[ITEM_NOW].get(seen.subject)
    if item is None:
        raise TypeError(f"{seen.type} cannot be the first fact of {seen.stream}")
    home, item_type = seen.data["home"], seen.data["item_type"]
    if (home, item_type) == (item.home, item.item_type):
        return
    after = item._replace(home=home, item_type=item_type)
    guest_at = None
    if not (item.loan or item.capture):
        guest_at = guest_of(working, item.item, item.kind, item.ref, home, travels=item.transit is not None)
    count_guest(working, item.item_type, item.guest_at, None)
    count_guest(working, item_type, None, guest_at)
    working[ITEM_NOW].put(after._replace(guest_at=guest_at))


def _unless_late(move: _Move) -> Fold:
    """The fold of a fact that moves something unless it is older than what is known."""

    def fold(working: Working, seen: Seen) -> None:
        item = working[ITEM_NOW].get(seen.subject)
        if item is None:
            raise TypeError(f"{seen.type} cannot be the first fact of {seen.stream}")
        if seen.happened_us >= item.custody_us:
            move(working, seen, item)
            if item.absence is not None and seen.type in _SAYS_WHERE:
                conditions.end(working, seen, "absence", "found", seen.data["branch"])

    return fold


# --- moves ---------------------------------------------------------------------------------------------------------


def _lent(working: Working, seen: Seen, item: ItemNow) -> None:
    data, at_us = seen.data, seen.happened_us
    if item.loan:
        _end_loan(working, seen, "lent", data["branch"])
    if item.transit:
        _end_transit(working, seen, "lent")
    if item.capture:
        _end_capture(working, seen, "lent")
    working[LOAN_NOW].put(
        LoanNow(
            seen.subject, data["loan"], data["branch"], at_us, data["due_us"], data["renewals"],
            data["renewals_allowed"], data["rule"], data["key"], data["patron"], data["category"],
            data["patron_home"], data.get("row"), seen.position, at_us,
        )
    )  # fmt: skip
    _put(working, seen, item, "patron", "", loan=data["loan"], transit=None, capture=None, target=None)


def _renewed(working: Working, seen: Seen, item: ItemNow) -> None:
    loan = working[LOAN_NOW].get(seen.subject) if item.loan else None
    if loan is None:
        raise TypeError(f"{seen.stream} is not on loan and cannot be renewed")
    _end_loan(working, seen, "renewed", seen.data["branch"])
    working[LOAN_NOW].put(
        loan._replace(
            due_us=seen.data["due_us"],
            renewals=seen.data["renewals"],
            from_pos=seen.position,
            from_us=seen.happened_us,
        )
    )
    _put(
        working, seen, item, item.kind, item.ref,
        known=item.known, loan=item.loan, transit=item.transit, capture=item.capture, target=item.target,
    )  # fmt: skip


def _due_anew(working: Working, seen: Seen) -> None:
    """A loan was recalled, or that was taken back: its due time changes, and nothing about the copy."""
    loan = working[LOAN_NOW].get(seen.subject)
    if loan is None or loan.loan != seen.data["loan"]:
        return
    _end_loan(working, seen, "recalled" if seen.type == "LoanRecalled" else "recall withdrawn", "")
    working[LOAN_NOW].put(loan._replace(due_us=seen.data["due_us"], from_pos=seen.position, from_us=seen.happened_us))


def _returned(working: Working, seen: Seen, item: ItemNow) -> None:
    if item.loan:
        _end_loan(working, seen, "returned", seen.data["branch"])
    if item.capture:
        _end_capture(working, seen, "returned")
    _put(
        working, seen, item, "branch", seen.data["branch"],
        loan=None, transit=item.transit, capture=None, target=None,
    )  # fmt: skip


def _seen_there(working: Working, seen: Seen, item: ItemNow) -> None:
    _put(
        working, seen, item, "branch", seen.data["branch"],
        loan=item.loan, transit=item.transit, capture=item.capture, target=item.target,
    )  # fmt: skip


def _arrived(working: Working, seen: Seen, item: ItemNow) -> None:
    if item.transit:
        _end_transit(working, seen, "arrived")
    _put(
        working, seen, item, "branch", seen.data["branch"],
        known="assumed" if seen.data.get("filling") else "scanned",
        loan=item.loan, transit=None, capture=item.capture, target=item.target,
    )  # fmt: skip


def _set_out(working: Working, seen: Seen, item: ItemNow) -> None:
    data = seen.data
    if item.transit:
        _end_transit(working, seen, "replaced")
    working[TRANSIT_NOW].put(
        TransitNow(
            seen.subject, data["transit"], data["origin"], data["destination"], data["reason"],
            data.get("hold"), seen.happened_us, data.get("row"), seen.position,
        )
    )  # fmt: skip
    _put(
        working, seen, item, item.kind, item.ref,
        known=item.known, loan=item.loan, transit=data["transit"], capture=item.capture, target=None,
    )  # fmt: skip


def _abandoned(working: Working, seen: Seen, item: ItemNow) -> None:
    if item.transit:
        _end_transit(working, seen, seen.data["why"])
    _put(
        working, seen, item, item.kind, item.ref,
        known=item.known, loan=item.loan, transit=None, capture=item.capture, target=item.target,
    )  # fmt: skip


def _targeted(working: Working, seen: Seen, item: ItemNow) -> None:
    # A promise is not a sighting: it leaves the time of custody alone.
    working[ITEM_NOW].put(item._replace(target=seen.data.get("hold")))


def _untargeted(working: Working, _seen: Seen, item: ItemNow) -> None:
    working[ITEM_NOW].put(item._replace(target=None))


def _set_aside(working: Working, seen: Seen, item: ItemNow) -> None:
    _capture(working, seen, item, pickup=seen.data["pickup"], until_us=None, code=None)


def _shelved(working: Working, seen: Seen, item: ItemNow) -> None:
    data = seen.data
    _capture(working, seen, item, pickup=data["branch"], until_us=data["until_us"], code=data["code"])


def _capture(
    working: Working, seen: Seen, item: ItemNow, *, pickup: str, until_us: int | None, code: str | None
) -> None:
    data = seen.data
    if item.capture:
        _end_capture(working, seen, "shelved" if until_us is not None else "replaced")
    working[CAPTURE_NOW].put(
        CaptureNow(seen.subject, data["hold"], pickup, until_us, code, seen.position, seen.happened_us)
    )
    _put(
        working, seen, item, "branch", data["branch"],
        loan=item.loan, transit=item.transit, capture=data["hold"],
        target=item.target if until_us is not None else None,
    )  # fmt: skip


def _released(working: Working, seen: Seen, item: ItemNow) -> None:
    if item.capture:
        _end_capture(working, seen, seen.data["why"])
    _put(
        working, seen, item, item.kind, item.ref,
        known=item.known, loan=item.loan, transit=item.transit, capture=None, target=item.target,
    )  # fmt: skip


def _packed(working: Working, seen: Seen, item: ItemNow) -> None:
    _put(
        working, seen, item, "filling", seen.data["filling"],
        loan=item.loan, transit=item.transit, capture=item.capture, target=item.target,
    )  # fmt: skip


def _gone(working: Working, seen: Seen, item: ItemNow, what: str, **more: Any) -> None:
    """Nobody has the copy: all that it did ends, and its absence begins."""
    at = seen.data.get("at") or seen.data.get("branch") or ""
    if item.loan:
        _end_loan(working, seen, what, at)
    if item.transit:
        _end_transit(working, seen, what)
    if item.capture:
        _end_capture(working, seen, what)
    _put(working, seen, item, "nowhere", "", loan=None, transit=None, capture=None, target=None)
    conditions.begin(working, seen, "absence", what, at=at, **more)


def _missed(working: Working, seen: Seen, item: ItemNow) -> None:
    kind = "tote" if item.kind == "filling" else item.kind
    had = {"kind": kind, "place": item.ref, "since_us": item.from_us} if item.ref else None
    _gone(working, seen, item, "missing", last=had)


def _declared_lost(working: Working, seen: Seen, item: ItemNow) -> None:
    data = seen.data
    what = {"staff": "lost", "long-overdue": "long-overdue", "in-transit": "lost-in-transit"}[data["why"]]
    if item.loan:
        conditions.begin(working, seen, "absence", what, at=data["at"], last=data.get("last"))
    else:
        _gone(working, seen, item, what, last=data.get("last"))


def _unlocated(working: Working, seen: Seen, item: ItemNow) -> None:
    _gone(working, seen, item, "transit-aborted", last=seen.data.get("last"))


def _closed_missing(working: Working, seen: Seen, item: ItemNow) -> None:
    data = seen.data
    what = "claimed-never-had" if data["why"] == "never-had" else "missing"
    _gone(working, seen, item, what, last=data.get("last"), search=data.get("search", ()))


def _reported(working: Working, seen: Seen, _item: ItemNow) -> None:
    data = seen.data
    custodies = data.get("custodies") or [None]
    conditions.begin(
        working, seen, "defect", data["what"],
        at=data["at"], code=data["code"], photo=data.get("photo"), last=custodies[-1],
    )  # fmt: skip


def _extended(working: Working, seen: Seen) -> None:
    """A longer wait is no sighting: it holds whenever it was said, as long as the copy waits for that hold."""
    capture = _capture_of(working, seen)
    if capture is not None:
        _end_capture(working, seen, "extended")
        working[CAPTURE_NOW].put(
            capture._replace(until_us=seen.data["until_us"], from_pos=seen.position, from_us=seen.happened_us)
        )


def _redirected(working: Working, seen: Seen) -> None:
    """Another pickup branch is no sighting either; a journey for the hold leads there from now on."""
    capture, pickup = _capture_of(working, seen), seen.data["pickup"]
    if capture is None:
        return
    _end_capture(working, seen, "redirected")
    working[CAPTURE_NOW].put(
        capture._replace(pickup=pickup, until_us=None, code=None, from_pos=seen.position, from_us=seen.happened_us)
    )
    transit = working[TRANSIT_NOW].get(seen.subject)
    if transit is not None and transit.hold == capture.hold:
        _end_transit(working, seen, "redirected")
        working[TRANSIT_NOW].put(transit._replace(destination=pickup, from_pos=seen.position))


def _capture_of(working: Working, seen: Seen) -> CaptureNow | None:
    """The copy's capture, if it is for the hold that the fact is about."""
    capture = working[CAPTURE_NOW].get(seen.subject)
    return capture if capture is not None and capture.hold == seen.data["hold"] else None


def _withdrawn(working: Working, seen: Seen, _item: ItemNow) -> None:
    conditions.begin(working, seen, "defect", "withdrawn", at=seen.data["at"], code=seen.data["code"])


def _absent(what: str) -> _Move:
    """The fold of a fact after which the copy is searched for, while it stays where it was last."""

    def move(working: Working, seen: Seen, _item: ItemNow) -> None:
        data = seen.data
        conditions.begin(
            working, seen, "absence", what, at=data["at"], last=data.get("last"), search=data.get("search", ())
        )

    return move


def _searched(working: Working, seen: Seen, _item: ItemNow) -> None:
    conditions.searched(working, seen)


def _paid(working: Working, seen: Seen, _item: ItemNow) -> None:
    conditions.paid(working, seen)


def _claim_rejected(working: Working, seen: Seen, _item: ItemNow) -> None:
    conditions.end(working, seen, "absence", "rejected", seen.data["at"])


def _dates_moved(working: Working, seen: Seen) -> None:
    """Each loan and each copy on the hold shelf that ends as the list says; what came back meanwhile is not moved."""
    for move in seen.data["moves"]:
        was_us, becomes_us = move["was_us"], move["becomes_us"]
        for name in move.get("loans", ()):
            loan = working[LOAN_NOW].get(name.rpartition("#")[0])
            if loan is None or (loan.loan, loan.branch, loan.due_us) != (name, seen.subject, was_us):
                continue
            working[LOAN_PAST].add(_past_loan(loan, seen, "moved", seen.subject))
            working[LOAN_NOW].put(loan._replace(due_us=becomes_us, from_pos=seen.position, from_us=seen.happened_us))
        for barcode in move.get("shelved", ()):
            capture = working[CAPTURE_NOW].get(barcode)
            if capture is None or (capture.pickup, capture.until_us) != (seen.subject, was_us):
                continue
            working[CAPTURE_PAST].add(CapturePast(*capture, seen.position, seen.happened_us, "moved"))
            working[CAPTURE_NOW].put(capture._replace(until_us=becomes_us, from_pos=seen.position))


def _undone(working: Working, seen: Seen) -> None:
    """Everything is as the event says that it was; what that changes gets a new interval."""
    item = working[ITEM_NOW].get(seen.subject)
    if item is None:
        raise TypeError(f"{seen.type} cannot be the first fact of {seen.stream}")
    custody = seen.data["custody"]
    place, loan, transit, capture = (custody.get(name) for name in ("place", "loan", "transit", "capture"))
    _restore_loan(working, seen, loan)
    _restore_transit(working, seen, transit)
    _restore_capture(working, seen, capture)
    _put(
        working, seen, item, place["kind"], place["ref"],
        known=place["known"],
        loan=loan and loan["loan"],
        transit=transit and transit["transit"],
        capture=capture and capture["hold"],
        target=custody.get("target"),
        custody_us=custody["custody_us"],
    )  # fmt: skip
    conditions.restore(working, seen, custody, "undone" if seen.type == "ScanUndone" else "restored")


# --- rows ----------------------------------------------------------------------------------------------------------


def _put(
    working: Working,
    seen: Seen,
    item: ItemNow,
    kind: str,
    ref: str,
    *,
    loan: str | None,
    transit: str | None,
    capture: str | None,
    target: str | None,
    known: str = "scanned",
    custody_us: int | None = None,
) -> None:
    """The item's new row; a place that did not change keeps its interval."""
    # Unpacked once and made once, by place: this is where a rebuild spends most of its time.
    (
        name, old_kind, old_ref, old_known, from_pos, from_us, _, _, _, _, _,
        home, item_type, was_guest_at, defect, absence,
    ) = item  # fmt: skip
    if old_kind != kind or old_ref != ref or old_known != known:
        working[ITEM_PAST].add(
            ItemPast(name, old_kind, old_ref, old_known, from_pos, seen.position, from_us, seen.happened_us)
        )
        from_pos, from_us = seen.position, seen.happened_us
    at_us = seen.happened_us if custody_us is None else custody_us
    guest_at = None
    if not (loan or capture):
        guest_at = guest_of(working, name, kind, ref, home, travels=transit is not None)
    if guest_at != was_guest_at:
        count_guest(working, item_type, was_guest_at, guest_at)
    working[ITEM_NOW].put(
        ItemNow(
            name, kind, ref, known, from_pos, from_us, at_us, loan, transit, capture, target,
            home, item_type, guest_at, defect, absence,
        )
    )  # fmt: skip


def _end_loan(working: Working, seen: Seen, ended: str, branch: str) -> None:
    loan = working[LOAN_NOW].get(seen.subject)
    if loan is None:
        return
    working[LOAN_PAST].add(_past_loan(loan, seen, ended, branch))
    working[LOAN_NOW].drop(seen.subject)


def _past_loan(loan: LoanNow, seen: Seen, ended: str, branch: str) -> LoanPast:
    # The sealed link to the patron is not kept with what has ended.
    return LoanPast(
        loan.item, loan.loan, loan.branch, loan.lent_us, loan.due_us, loan.renewals, loan.rule,
        loan.category, loan.patron_home, loan.from_pos, seen.position, seen.happened_us, ended, branch,
    )  # fmt: skip


def _end_transit(working: Working, seen: Seen, ended: str) -> None:
    transit = working[TRANSIT_NOW].get(seen.subject)
    if transit is None:
        return
    working[TRANSIT_PAST].add(
        TransitPast(
            transit.item, transit.transit, transit.origin, transit.destination, transit.reason, transit.hold,
            transit.opened_us, transit.from_pos, seen.position, seen.happened_us, ended,
        )
    )  # fmt: skip
    working[TRANSIT_NOW].drop(seen.subject)


def _end_capture(working: Working, seen: Seen, ended: str) -> None:
    capture = working[CAPTURE_NOW].get(seen.subject)
    if capture is None:
        return
    working[CAPTURE_PAST].add(CapturePast(*capture, seen.position, seen.happened_us, ended))
    working[CAPTURE_NOW].drop(seen.subject)


def _restore_loan(working: Working, seen: Seen, loan: dict[str, Any] | None) -> None:
    before = working[LOAN_NOW].get(seen.subject)
    restored = loan and (loan["loan"], loan["renewals"], loan["due_us"])
    if before and restored == (before.loan, before.renewals, before.due_us):
        return
    _end_loan(working, seen, "undone", "")
    if loan:
        working[LOAN_NOW].put(
            LoanNow(
                seen.subject, loan["loan"], loan["branch"], loan["lent_us"], loan["due_us"], loan["renewals"],
                loan["renewals_allowed"], loan["rule"], loan["key"], loan["patron"], loan["category"],
                loan["patron_home"], loan.get("row"), seen.position, seen.happened_us,
            )
        )  # fmt: skip


def _restore_transit(working: Working, seen: Seen, transit: dict[str, Any] | None) -> None:
    before = working[TRANSIT_NOW].get(seen.subject)
    if before and transit and (before.transit, before.destination) == (transit["transit"], transit["destination"]):
        return
    _end_transit(working, seen, "undone")
    if transit:
        working[TRANSIT_NOW].put(
            TransitNow(
                seen.subject, transit["transit"], transit["origin"], transit["destination"], transit["reason"],
                transit.get("hold"), transit["opened_us"], transit.get("row"), seen.position,
            )
        )  # fmt: skip


def _restore_capture(working: Working, seen: Seen, capture: dict[str, Any] | None) -> None:
    before = working[CAPTURE_NOW].get(seen.subject)
    if before and capture:
        told = (capture["hold"], capture["pickup"], capture.get("until_us"))
        if (before.hold, before.pickup, before.until_us) == told:
            return
    _end_capture(working, seen, "undone")
    if capture:
        working[CAPTURE_NOW].put(
            CaptureNow(
                seen.subject, capture["hold"], capture["pickup"], capture.get("until_us"), capture.get("code"),
                seen.position, seen.happened_us,
            )
        )  # fmt: skip


CUSTODY = Projection(
    "custody",
    5,
    (
        ITEM_NOW, ITEM_PAST, LOAN_NOW, LOAN_PAST, TRANSIT_NOW, TRANSIT_PAST, CAPTURE_NOW, CAPTURE_PAST,
        CONDITION_NOW, CONDITION_PAST, GUESTS,
    ),
    {
        "ItemAdded": _added,
        "ItemDescribed": _described,
        "ScanUndone": _undone,
        "HoldShelfExtended": _extended,
        "CaptureRedirected": _redirected,
        "ItemRestored": _undone,
        "LoanRecalled": _due_anew,
        "LoanRecallWithdrawn": _due_anew,
        "DueDatesMoved": _dates_moved,
        **{
            name: _unless_late(move)
            for name, move in {
                "ItemLent": _lent,
                "LoanRenewed": _renewed,
                "ItemReturned": _returned,
                "ItemSighted": _seen_there,
                "ItemUnpacked": _seen_there,
                "ItemArrived": _arrived,
                "TransitOpened": _set_out,
                "TransitAbandoned": _abandoned,
                "ItemTargeted": _targeted,
                "ItemTargetDropped": _untargeted,
                "ItemSetAside": _set_aside,
                "ItemPlacedOnHoldShelf": _shelved,
                "ItemReleased": _released,
                "ItemPacked": _packed,
                "ItemMissed": _missed,
                "ItemDeclaredLost": _declared_lost,
                "ItemUnlocated": _unlocated,
                "LoanClosedMissing": _closed_missing,
                "ConditionReported": _reported,
                "ItemWithdrawn": _withdrawn,
                "LoanClaimedReturned": _absent("claimed-returned"),
                "TransitOverdue": _absent("overdue-in-transit"),
                "ItemSearched": _searched,
                "LostItemPaid": _paid,
                "LoanClaimRejected": _claim_rejected,
            }.items()
        },
    },
)  # fmt: skip

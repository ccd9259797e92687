"""
From what is shown to the event since which it is so: the first half of every "why?".

Each answer is one displayed fact in words and the position of the event that made it so; what that event says, and
who caused it, is read from the log (`interfaces/why.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from circulation.clock import iso
from circulation.errors import Unknown
from projections.asof import standing
from projections.catalogue import COPY
from projections.conditions import CONDITION_NOW, CONDITION_PAST
from projections.hold_shelf import CAPTURE_NOW, CAPTURE_PAST
from projections.holds import HOLD_NOW, HOLD_PAST
from projections.loans import LOAN_NOW, LOAN_PAST
from projections.locations import ITEM_NOW, ITEM_PAST
from projections.plans import REVISION
from projections.totes import FILLING_NOW, FILLING_PAST
from projections.transits import TRANSIT_NOW, TRANSIT_PAST
from projections.views import Views

__all__ = ["Because", "holding_revision", "why_filling", "why_hold", "why_item"]


class Because(NamedTuple):
    """
    A displayed fact: what it is about (`place`, `tote`, `loan`, `journey`, …), in words, and since which event.
    """

    about: str
    says: str
    position: int


_PLACES = {"branch": "at {}", "filling": "in tote {}", "patron": "with a patron", "nowhere": "nobody knows where"}


def why_item(views: Views, barcode: str, *, as_of: int | None = None) -> list[Because]:
    """
    Where a copy is, and each thing that it is there for. Raises `Unknown` (`item.unknown`) for one not yet added.
    """
    with views.reading("custody", "totes", "holds", "catalogue", as_of=as_of) as connection:
        found = list(_of_item(connection, barcode, as_of))
    if not found:
        raise (
            Unknown("why.no-item", barcode=barcode)
            if as_of is None
            else Unknown("why.no-item:at-position-no", as_of=as_of, barcode=barcode)
        )
    return found


def why_hold(views: Views, hold: str, *, as_of: int | None = None) -> list[Because]:
    """
    How a hold such as `t100#7` stands, what it was promised, and how it ended.

    Raises `Unknown` (`hold.unknown`) for one that was not placed by then.
    """
    columns = ("hold", "pickup", "suspended", "target", "target_branch", "captured", "captured_branch", "from_pos")
    with views.reading("holds", as_of=as_of) as connection:
        asked = standing(HOLD_NOW, HOLD_PAST, columns, as_of=as_of, where=lambda c: c.hold == hold)
        row = connection.execute(asked).first()
        if row is not None:
            return [Because("hold", _state_of(row), row.from_pos)]
        past = HOLD_PAST.sql.c
        ended = select(past.ended, past.to_pos).where(past.hold == hold, past.ended != "")
        if as_of is not None:
            ended = ended.where(past.to_pos <= as_of)
        last = connection.execute(ended).first()
    if last is None:
        raise Unknown("hold.unknown:why-hold", hold=hold[:60])
    return [Because("hold", f"it has ended: {last.ended}", last.to_pos)]


def why_filling(views: Views, filling: str, *, as_of: int | None = None) -> list[Because]:
    """Where a filling such as `T123/17` is and how it stands. Raises `Unknown` (`tote.unknown`)."""
    with views.reading("totes", as_of=as_of) as connection:
        found = list(_of_filling(connection, filling, as_of))
    if not found:
        raise Unknown("tote.unknown", tote=filling[:60])
    return found


def holding_revision(views: Views, plan: str, *, as_of: int | None = None) -> tuple[int, int, int | None]:
    """
    The revision of a plan that holds, or the newest draft: its number, and where it was drafted and published.

    Raises `Unknown` (`plan.unknown`).
    """
    c = REVISION.sql.c
    asked = select(c.revision, c.from_pos, c.published_pos, c.ended_pos).where(c.plan == plan).order_by(c.revision)
    with views.reading("plans", as_of=as_of) as connection:
        rows = [row for row in connection.execute(asked) if as_of is None or row.from_pos <= as_of]
    if not rows:
        raise Unknown("plan.unknown:holding-revision", plan=plan[:60])

    def has_come(position: int | None) -> bool:
        return position is not None and (as_of is None or position <= as_of)

    holding = [row for row in rows if has_come(row.published_pos) and not has_come(row.ended_pos)]
    row = (holding or rows)[-1]
    return row.revision, row.from_pos, row.published_pos if has_come(row.published_pos) else None


# --- one thing after the other -------------------------------------------------------------------------------------


def _of_item(connection: Connection, barcode: str, as_of: int | None) -> Iterator[Because]:
    def one(now: Any, past: Any, *columns: str) -> Any:
        asked = standing(now, past, (*columns, "from_pos"), as_of=as_of, where=lambda c: c.item == barcode)
        return connection.execute(asked).all()

    for row in one(ITEM_NOW, ITEM_PAST, "kind", "ref", "known"):
        known = " (assumed)" if row.known == "assumed" else ""
        yield Because("place", _PLACES[row.kind].format(row.ref) + known, row.from_pos)
        if row.kind == "filling":
            yield from _of_filling(connection, row.ref, as_of)
    for row in one(LOAN_NOW, LOAN_PAST, "loan", "branch", "due_us", "renewals"):
        times = f", renewed {row.renewals} times" if row.renewals else ""
        yield Because("loan", f"loan {row.loan} of {row.branch}, due {iso(row.due_us)}{times}", row.from_pos)
    for row in one(TRANSIT_NOW, TRANSIT_PAST, "origin", "destination", "reason", "hold"):
        why = f"for hold {row.hold}" if row.hold else f"reason {row.reason}"
        yield Because("journey", f"to go from {row.origin} to {row.destination}, {why}", row.from_pos)
    for row in one(CAPTURE_NOW, CAPTURE_PAST, "hold", "pickup", "until_us"):
        until = "" if row.until_us is None else f", on the shelf until {iso(row.until_us)}"
        yield Because("set aside", f"for hold {row.hold}, pickup at {row.pickup}{until}", row.from_pos)
    for row in one(CONDITION_NOW, CONDITION_PAST, "kind", "what"):
        yield Because(row.kind, row.what, row.from_pos)
    title = connection.execute(select(COPY.sql.c.title).where(COPY.sql.c.item == barcode)).scalar()
    columns = ("hold", "target_branch", "from_pos")
    promised = standing(
        HOLD_NOW, HOLD_PAST, columns, as_of=as_of, where=lambda c: (c.title == title) & (c.target == barcode)
    )
    for row in connection.execute(promised).all():
        yield Because("promise", f"to be pulled at {row.target_branch} for hold {row.hold}", row.from_pos)


def _of_filling(connection: Connection, filling: str, as_of: int | None) -> Iterator[Because]:
    columns = ("filling", "status", "kind", "place", "known", "origin", "destination", "started_pos", "from_pos")
    asked = standing(FILLING_NOW, FILLING_PAST, columns, as_of=as_of, where=lambda c: c.filling == filling)
    for row in connection.execute(asked).all():
        where = "nobody knows where" if row.kind == "nowhere" else f"{'on' if row.kind == 'van' else 'at'} {row.place}"
        known = " (assumed)" if row.known == "assumed" else ""
        says = f"tote {filling} from {row.origin} to {row.destination} is {row.status}, {where}{known}"
        # The first interval of a filling begins at 0, before the command that also packed its first item.
        yield Because("tote", says, row.from_pos or row.started_pos)


def _state_of(row: Any) -> str:
    if row.captured:
        return f"it has copy {row.captured}, set aside at {row.captured_branch}, for pickup at {row.pickup}"
    if row.suspended:
        return f"it is suspended, for pickup at {row.pickup}"
    if row.target:
        return f"it is promised copy {row.target} at {row.target_branch}, for pickup at {row.pickup}"
    return f"it waits, for pickup at {row.pickup}"

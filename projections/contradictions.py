"""
What contradicts itself in a member's data, found by asking the views.

An existing library's lists come from several systems and cannot all be true. Nothing here refuses anything:
each line names one thing and says in one sentence what is odd about it, so that somebody puts it right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from circulation.branch import Branch
from circulation.errors import Unknown
from circulation.messages.names import Names
from projections.catalogue import COPY, TITLE
from projections.holds import HOLD_NOW
from projections.loans import LOAN_NOW
from projections.locations import ITEM_NOW
from projections.network import branches, vans
from projections.transits import TRANSIT_NOW
from projections.views import Views

__all__ = ["Contradiction", "contradictions"]


class Contradiction(NamedTuple):
    """`check` is the same for all of a kind; `subject` is a branch, an item, a title or a hold."""

    check: str
    subject: str
    why: str


@dataclass(frozen=True, slots=True)
class _Network:
    """The codes that the questions need; `theirs` are the member's own branches."""

    member: str
    open_places: frozenset[str]
    theirs: frozenset[str]


def contradictions(views: Views, member: str) -> Iterator[Contradiction]:
    """
    Everything odd about a member, check by check.

    Raises `Unknown` (`member.unknown`) for a member that owns no branch.
    """
    places = branches(views)
    theirs = {code: place for code, place in places.items() if place.member == member and not place.retired}
    if not theirs:
        known = sorted({place.member for place in places.values() if not place.retired})
        raise Unknown("member.unknown", member=member[:60], known=Names(known))
    yield from _of_branches(views, places, theirs)
    network = _Network(
        member, frozenset(code for code, place in places.items() if not place.retired), frozenset(theirs)
    )
    with views.reading("catalogue", "custody", "holds") as connection:
        for check, why, asked in _CHECKS:
            yield from _found(connection, check, why, asked(network))


def _of_branches(views: Views, places: dict[str, Branch], theirs: dict[str, Branch]) -> Iterator[Contradiction]:
    hubs = {code: place for code, place in places.items() if place.serves is not None and not place.retired}
    served = {code for hub in hubs.values() for code in hub.serves or ()} | set(hubs)
    with_vans = {van.hub for van in vans(views).values() if not van.retired}
    for code, place in theirs.items():
        if code not in served and place.kind != "mobile":
            yield Contradiction("branch-without-hub", code, "No hub serves it, so nothing can travel there.")
        if not any(place.hours) and place.kind == "branch":
            yield Contradiction("branch-without-hours", code, "It has no opening hours on any weekday.")
        if place.serves is not None and code not in with_vans:
            yield Contradiction("hub-without-van", code, f"It serves {len(place.serves)} branches and has no van.")


def _found(connection: Connection, check: str, why: str, asked: Select[Any]) -> Iterator[Contradiction]:
    for subject, *values in connection.execution_options(yield_per=1000).execute(asked):
        yield Contradiction(check, subject, why.format(*values))


# --- questions -------------------------------------------------------------------------------------------------------

_copy, _item, _loan, _transit = COPY.sql.c, ITEM_NOW.sql.c, LOAN_NOW.sql.c, TRANSIT_NOW.sql.c
_hold, _title = HOLD_NOW.sql.c, TITLE.sql.c


def _items(network: _Network, where: ColumnElement[bool], *values: Any) -> Select[Any]:
    """The member's copies for which something holds, by barcode."""
    return (
        select(_copy.item, *values)
        .select_from(COPY.sql.join(ITEM_NOW.sql, _item.item == _copy.item))
        .where(_copy.owner == network.member, where)
        .order_by(_copy.item)
    )


def _home_elsewhere(network: _Network) -> Select[Any]:
    return _items(network, and_(_copy.home.in_(network.open_places - network.theirs)), _copy.home)


def _home_closed(network: _Network) -> Select[Any]:
    return _items(network, _copy.home.not_in(network.open_places), _copy.home)


def _at_closed(network: _Network) -> Select[Any]:
    return _items(network, and_(_item.kind == "branch", _item.ref.not_in(network.open_places)), _item.ref)


def _on_loan_and_travelling(network: _Network) -> Select[Any]:
    return (
        select(_copy.item, _loan.branch, _transit.destination)
        .join_from(COPY.sql, LOAN_NOW.sql, _loan.item == _copy.item)
        .join(TRANSIT_NOW.sql, _transit.item == _copy.item)
        .where(_copy.owner == network.member)
        .order_by(_copy.item)
    )


def _undescribed(network: _Network) -> Select[Any]:
    return (
        select(_copy.item, _copy.title)
        .join_from(COPY.sql, TITLE.sql, _title.title_id == _copy.title, isouter=True)
        .where(_copy.owner == network.member, or_(_title.title_id.is_(None), _title.title == ""))
        .order_by(_copy.item)
    )


def _travelling_to_closed(network: _Network) -> Select[Any]:
    return (
        select(_copy.item, _transit.destination)
        .join_from(COPY.sql, TRANSIT_NOW.sql, _transit.item == _copy.item)
        .where(_copy.owner == network.member, _transit.destination.not_in(network.open_places))
        .order_by(_copy.item)
    )


def _holds(network: _Network, where: ColumnElement[bool], *values: Any) -> Select[Any]:
    """The holds of the member's borrowers, or for pickup at its branches, for which something holds."""
    of_member = or_(_hold.pickup.in_(network.theirs), _hold.patron_home.in_(network.theirs))
    return select(_hold.hold, *values).where(of_member, where).order_by(_hold.hold)


def _copies(where: ColumnElement[bool] | None = None) -> Select[Any]:
    asked = select(_copy.item).where(_copy.title == _hold.title)
    return asked if where is None else asked.where(where)


def _hold_on_unknown(network: _Network) -> Select[Any]:
    described = select(_title.title_id).where(_title.title_id == _hold.title, _title.title != "")
    return _holds(network, ~described.exists() & ~_copies().exists(), _hold.title)


def _hold_without_copy(network: _Network) -> Select[Any]:
    described = select(_title.title_id).where(_title.title_id == _hold.title, _title.title != "")
    any_copy = _copies().exists()
    usable = _copies(_copy.holdable.is_(True)).exists()
    return _holds(network, ~usable & (any_copy | described.exists()), _hold.title)


def _hold_of_other_title(network: _Network) -> Select[Any]:
    wanted = _copies(_copy.item == _hold.item).exists()
    return _holds(network, and_(_hold.item.is_not(None), ~wanted), _hold.item, _hold.title)


def _pickup_closed(network: _Network) -> Select[Any]:
    return _holds(network, _hold.pickup.not_in(network.open_places), _hold.pickup)


_CHECKS: tuple[tuple[str, str, Callable[[_Network], Select[Any]]], ...] = (
    ("item-home-of-another-member", "Its home {} belongs to another member.", _home_elsewhere),
    ("item-home-closed", "Its home {} is not in the network any more.", _home_closed),
    ("item-at-closed-branch", "It is at {}, which is not in the network any more.", _at_closed),
    ("item-on-loan-and-travelling", "It is on loan from {} and travels to {}.", _on_loan_and_travelling),
    ("item-without-title", "Nobody has described its title {}.", _undescribed),
    ("transit-to-closed-branch", "It travels to {}, which is not in the network any more.", _travelling_to_closed),
    ("hold-on-unknown-title", "Nobody has described title {}, and it has no copy.", _hold_on_unknown),
    ("hold-without-copy", "Title {} has no copy that may be held.", _hold_without_copy),
    ("hold-of-another-title", "Copy {} is wanted, which is no copy of title {}.", _hold_of_other_title),
    ("pickup-closed", "It is to be picked up at {}, which is not in the network any more.", _pickup_closed),
)

"""
What a search of the log was asked, as it was typed, read into a `Query`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from circulation.barcode import parse_barcode, parse_name
from interfaces.context import Session
from interfaces.moment import position_meant
from projections.log_search import Query

if TYPE_CHECKING:
    from circulation.ledger import Ledger

__all__ = ["query_of"]


def query_of(
    session: Session,
    *,
    types: Sequence[str] | None = None,
    item: str | None = None,
    stream: str | None = None,
    branch: str | None = None,
    actor: str | None = None,
    desk: str | None = None,
    request: str | None = None,
    reason: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Query:
    """
    The query; without an end it ends at `--as-of`, or where the log ends now.

    Raises `Invalid` for a moment, barcode or name that cannot be one.
    """
    ledger: Ledger = session.part("ledger")
    upto = ledger.head().position if session.position is None else session.position
    if until is not None:
        upto = min(upto, position_meant(ledger, until))
    return Query(
        after=0 if since is None else position_meant(ledger, since),
        upto=upto,
        types=tuple(types or ()),
        stream=stream,
        item=None if item is None else parse_barcode(item),
        branch=None if branch is None else parse_name(branch, what="branch"),
        actor=None if actor is None else f"staff/{parse_name(actor.removeprefix('staff/'), what='staff')}",
        desk=None if desk is None else parse_name(desk, what="branch"),
        request=request,
        reason=reason,
    )

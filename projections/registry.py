"""
Every projection, and the views of a ledger opened with all of them.

A new projection is one file, and one line here.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

# Imported for the event types in them: a type that is not known stops every projection.
import logistics.counts  # noqa: F401
from circulation.codec import read_payload
from circulation.event import EVENT_TYPES
from circulation.ledger import Ledger
from circulation.store.url import StoreUrl
from logistics.vocabulary import MODULES
from projections.catalogue import CATALOGUE
from projections.custody import CUSTODY
from projections.database import Database
from projections.demand_board import BOARD
from projections.discrepancies import DISCREPANCIES
from projections.empties import EMPTIES
from projections.exceptions import EXCEPTIONS
from projections.holds import HOLDS
from projections.moves import MOVES
from projections.network import NETWORK
from projections.plans import PLANS
from projections.projection import Projection
from projections.runs import RUNS
from projections.strangers import STRANGERS
from projections.totes import TOTES
from projections.views import Views

__all__ = ["PROJECTIONS", "decode", "open_views"]

PROJECTIONS: tuple[Projection, ...] = (
    CUSTODY,
    CATALOGUE,
    HOLDS,
    TOTES,
    MOVES,
    BOARD,
    RUNS,
    PLANS,
    NETWORK,
    DISCREPANCIES,
    EMPTIES,
    STRANGERS,
    EXCEPTIONS,
)


_ = MODULES  # every event type must be registered before it is said which ones are known


def open_views(ledger: Ledger, address: StoreUrl | None = None) -> Views:
    """
    The views of a ledger, beside it unless another address is given.

    A second SQLite file, memory, or a schema on the same server; made if missing, made again if unfit.
    """
    return Views(
        log=ledger,
        database=Database(address or ledger.url.beside("views")),
        projections=PROJECTIONS,
        decode=decode,
        known_types=frozenset(EVENT_TYPES),
    )


def decode(kind: str, state: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The envelope and the payload of a stored event, the payload in its newest shape."""
    whole = from_json(state)
    if whole["v"] != EVENT_TYPES[kind].SCHEMA:
        return whole["m"], read_payload(kind, state)
    return whole["m"], whole["d"]

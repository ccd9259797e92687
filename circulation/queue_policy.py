"""
Queue orders as data, on the stream `policy/queue`: which of the waiting holds a copy fills first.

An order is a ranked list of keys, the most important first; the place in the queue decides what they leave equal,
so an order without keys is first come, first served. It holds for the whole network or for the copies of one owner,
whose own order goes before the network's. The four named orders are Evergreen's presets in our words
(circulation reference, section 1.1). How a hold is ranked is in `queue_order.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from circulation.errors import Invalid, Unknown
from circulation.event import Event, Fact, event

__all__ = [
    "FIFO",
    "KEYS",
    "NAMED_ORDERS",
    "QUEUE_ORDERS",
    "Key",
    "QueueOrder",
    "QueueOrderRemoved",
    "QueueOrderSet",
    "fold_queue_orders",
    "order_for",
    "remove_order",
    "set_order",
]

QUEUE_ORDERS = "policy/queue"
"""The stream of the queue orders."""

Key = Literal["here", "home", "away", "patron-here", "patron-home"]
"""
What puts a hold ahead: `here` it is picked up where the copy lies; `home` at the copy's home; `away` at the copy's
home, once the copy has been away for long; `patron-here` its patron's home is where the copy lies; `patron-home` its
patron's home is the copy's home.
"""

KEYS: tuple[Key, ...] = get_args(Key)

NAMED_ORDERS: Mapping[str, tuple[Key, ...]] = {
    "fifo": (),
    "local-first": ("here",),
    "holds-go-home": ("away",),
    "chase-home": ("patron-here", "here"),
}
"""Orders that have a name: first come first served; local first; holds go home; holds chase the patron's branch."""

DEFAULT_AWAY_DAYS = 183
"""After half a year away the next hold at home wins, as in Evergreen's "holds go home"."""

_MOST_DAYS = 3650
_MOST_HOLDS = 10_000


@event
class QueueOrderSet(Event):
    """
    The queue order of the network (`*`) or of one owner's copies (`owner/<member>`) was set or replaced.

    A hold picked up `here` goes ahead of at most `local_gap` others, and of nobody who has waited longer by more than
    `local_days` days; None is no limit. `away_days` is how long a copy must be away from home for the key `away`.
    """

    scope: str = "*"
    order: str
    keys: tuple[Key, ...] = ()
    local_gap: int | None = None
    local_days: int | None = None
    away_days: int | None = None


@event
class QueueOrderRemoved(Event):
    """There is no order of its own any more; the network's holds, or first come, first served."""

    scope: str


@dataclass(frozen=True, slots=True)
class QueueOrder:
    """An order that holds; see `QueueOrderSet` for the fields."""

    order: str
    keys: tuple[Key, ...] = ()
    local_gap: int | None = None
    local_days: int | None = None
    away_days: int | None = None


FIFO = QueueOrder("fifo")
"""What holds where no order was set."""


def fold_queue_orders(orders: Mapping[str, QueueOrder] | None, fact: Fact) -> Mapping[str, QueueOrder]:
    """The orders by scope after one more fact. Raises `TypeError` for a fact that cannot be."""
    before = orders or {}
    match fact.event:
        case QueueOrderSet() as s:
            order = QueueOrder(s.order, s.keys, s.local_gap, s.local_days, s.away_days)
            return {**before, s.scope: order}
        case QueueOrderRemoved(scope=removed):
            return {scope: order for scope, order in before.items() if scope != removed}
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about queue orders ({fact.stream})")


def order_for(orders: Mapping[str, QueueOrder], owner: str) -> QueueOrder:
    """The order in which an owner's copies fill holds: its own, else the network's, else first come, first served."""
    return orders.get(f"owner/{owner}") or orders.get("*") or FIFO


def set_order(orders: Mapping[str, QueueOrder], scope: str, order: QueueOrder) -> tuple[Event, ...]:
    """
    The fact of an order that was set; none where it holds already.

    A key `away` without days means half a year. Raises `Invalid`: `queue.key` for a key that is none or comes twice,
    `queue.out-of-range` for a limit that is, or that no key of the order uses.
    """
    for key in order.keys:
        if key not in KEYS or order.keys.count(key) > 1:
            raise Invalid("queue.key", key=key[:40], keys=", ".join(KEYS))
    away_days = order.away_days
    if away_days is None and "away" in order.keys:
        away_days = DEFAULT_AWAY_DAYS
    limits = (
        ("here", order.local_gap, _MOST_HOLDS),
        ("here", order.local_days, _MOST_DAYS),
        ("away", away_days, _MOST_DAYS),
    )
    for needs, limit, most in limits:
        if limit is not None and (needs not in order.keys or not 0 <= limit <= most):
            raise Invalid("queue.out-of-range", order=order.order[:40], limit=limit, needs=needs, most=most)
    made = QueueOrder(order.order, order.keys, order.local_gap, order.local_days, away_days)
    if orders.get(scope) == made:
        return ()
    return (
        QueueOrderSet(
            scope=scope,
            order=made.order,
            keys=made.keys,
            local_gap=made.local_gap,
            local_days=made.local_days,
            away_days=made.away_days,
        ),
    )


def remove_order(orders: Mapping[str, QueueOrder], scope: str) -> tuple[Event, ...]:
    """The fact that a scope has no order of its own any more. Raises `Unknown` (`queue.no-order`)."""
    if scope not in orders:
        raise Unknown("queue.no-order", scope=scope[:60])
    return (QueueOrderRemoved(scope=scope),)

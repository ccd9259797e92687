"""
What a title's queue must know for one copy, read from a ledger and from lookups only when a decision asks for it.

Setting the queue orders is here too. What they mean stands in `queue_policy.py` and `queue_order.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from circulation.command import Caller, Commands
from circulation.directory import require_member
from circulation.event import Appended
from circulation.folds import QUEUE_ORDERS_FOLD
from circulation.item import Item
from circulation.ledger import Ledger
from circulation.lookups import Catalogue, Courier
from circulation.places import Places
from circulation.policies import Policies
from circulation.queue_order import QueueRulings
from circulation.queue_policy import QUEUE_ORDERS, QueueOrder, fold_queue_orders, order_for, remove_order, set_order

__all__ = ["QueuePolicies", "Queues"]


class Queues:
    """Answers for the queues of one ledger."""

    def __init__(
        self, ledger: Ledger, places: Places, policies: Policies, catalogue: Catalogue, courier: Courier
    ) -> None:
        self._ledger = ledger
        self._places = places
        self._policies = policies
        self._catalogue = catalogue
        self._courier = courier

    def rulings(self, item: Item, branch: str, at_us: int, *, age_protection_days: int | None) -> QueueRulings:
        """What holds for this copy at a branch at an instant; nothing is read before it is asked."""
        asked = _Asked(self, item, branch, at_us)
        return QueueRulings(asked.order, asked.whole_copies, asked.lands_on, asked.member_of, age_protection_days)

    def order(self, owner: str) -> QueueOrder:
        """The order in which an owner's copies fill holds now."""
        return order_for(self._ledger.load(QUEUE_ORDERS, QUEUE_ORDERS_FOLD).state or {}, owner)

    def whole_copies(self, title: str) -> bool:
        """Whether a title has copies that are not a part of it."""
        return any(copy.part is None for copy in self._catalogue.copies(title))

    def member_of(self, branch: str) -> str:
        """The member whose branch it is."""
        return self._policies.member_of(branch)

    def lands_on(self, branch: str, pickup: str, at_us: int) -> str | None:
        """The local day on which what is sent now would be there; None where there is no way."""
        arrives_us = self._courier.arrival(branch, pickup, at_us)
        return None if arrives_us is None else self._places.day(pickup, arrives_us)


@dataclass(slots=True)
class _Asked:
    """The answers for one copy at one branch, each looked up once, since thousands of holds may ask."""

    queues: Queues
    item: Item
    branch: str
    at_us: int
    _has_whole: bool | None = None
    _days: dict[str, str | None] = field(default_factory=dict)
    _members: dict[str, str] = field(default_factory=dict)

    def order(self) -> QueueOrder:
        return self.queues.order(self.item.owner)

    def whole_copies(self) -> bool:
        if self._has_whole is None:
            self._has_whole = self.queues.whole_copies(self.item.title)
        return self._has_whole

    def lands_on(self, pickup: str) -> str | None:
        if pickup not in self._days:
            self._days[pickup] = self.queues.lands_on(self.branch, pickup, self.at_us)
        return self._days[pickup]

    def member_of(self, branch: str) -> str:
        if branch not in self._members:
            self._members[branch] = self.queues.member_of(branch)
        return self._members[branch]


class QueuePolicies:
    """The use-cases on queue orders; they are an administrator's."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def set(
        self, caller: Caller, order: QueueOrder, *, owner: str | None = None, request: str | None = None
    ) -> Appended:
        """
        Set the order of the whole network, or of an owner's copies.

        Raises `Unknown` (`member.unknown`) and what `set_order` refuses.
        """
        scope = self._scope(owner)
        return self._commands.change(
            caller,
            "queue set",
            {"scope": scope, "order": order},
            (QUEUE_ORDERS, QUEUE_ORDERS_FOLD),
            lambda orders: set_order(orders or {}, scope, order),
            roles=(),
            request=request,
        )

    def remove(self, caller: Caller, *, owner: str | None = None, request: str | None = None) -> Appended:
        """Take an order away again. Raises `Unknown` (`queue.no-order`)."""
        scope = "*" if owner is None else f"owner/{owner}"
        return self._commands.change(
            caller,
            "queue remove",
            {"scope": scope},
            (QUEUE_ORDERS, QUEUE_ORDERS_FOLD),
            lambda orders: remove_order(orders or {}, scope),
            roles=(),
            request=request,
        )

    def orders(self, *, as_of: int | None = None) -> Mapping[str, QueueOrder]:
        """The orders that are set now, or were at a position of the log, by scope."""
        held: Mapping[str, QueueOrder] = {}
        for fact in self._commands.ledger.stream(QUEUE_ORDERS, upto_position=as_of):
            held = fold_queue_orders(held, fact)
        return held

    def _scope(self, owner: str | None) -> str:
        return "*" if owner is None else f"owner/{require_member(self._commands.ledger, owner)}"

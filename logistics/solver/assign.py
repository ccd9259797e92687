"""
All holds and all copies of a title decided together: a flow of least cost, which OR-Tools solves exactly.

Every hold sends one unit to a copy, or past all of them where the queue's order would have left it without one too.
The bound of fairness needs no more than leaving out arcs: a hold that gets a copy in the order of the queue has none
that passes it over, and none to a copy that would be there more than so many days later. The order of the queue is
itself such a flow, so there always is one, and the answer never costs more.
"""

from __future__ import annotations

from collections.abc import Sequence

from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from logistics.assignment import BOUND_DAYS, Ask, Pricing, Queue, in_queue_order

__all__ = ["together"]


def together(
    queue: Queue, pricing: Pricing, *, reference: dict[str, str] | None = None, bound_days: int = BOUND_DAYS
) -> dict[str, str]:
    """
    By hold the copy that it gets, at the least cost of all assignments within the bound; 0 days and more.

    `reference` is what `in_queue_order` gives, where somebody has asked for it already. Among equals a hold keeps the
    copy that it is promised, or else that of the queue's order.
    """
    by_order = in_queue_order(queue, pricing) if reference is None else reference
    if len(by_order) == len(queue.offers):
        # Every copy is needed for those who get one in the order of the queue: nobody else can have one.
        asks: Sequence[Ask] = [ask for ask in queue.asks if ask.hold in by_order]
    else:
        asks = queue.asks
    if not by_order or (len(asks) == 1 and len(queue.offers) == 1):
        return dict(by_order)
    return _cheapest(asks, queue, pricing, by_order, bound_days)


def _cheapest(
    asks: Sequence[Ask], queue: Queue, pricing: Pricing, by_order: dict[str, str], bound_days: int
) -> dict[str, str]:
    flow = SimpleMinCostFlow()
    offers = queue.offers
    sink = len(asks) + len(offers)
    # A price counts so many times that all wishes together weigh less than one micro.
    scale = len(asks) + 1
    arcs: dict[int, tuple[str, str]] = {}
    for number, ask in enumerate(asks):
        wished = ask.promised or by_order.get(ask.hold)
        prices = _prices(ask, queue, pricing, by_order, bound_days)
        must = ask.hold in by_order
        # What one hold's arcs have in common changes nothing; so no price is below zero.
        least = min((price for _, price in prices), default=0)
        least = least if must else min(least, pricing.unserved(ask))
        for place, price in prices:
            barcode = offers[place].barcode
            cost = (price - least) * scale + (barcode != wished)
            arcs[flow.add_arc_with_capacity_and_unit_cost(number, len(asks) + place, 1, cost)] = (ask.hold, barcode)
        if not must:
            flow.add_arc_with_capacity_and_unit_cost(number, sink, 1, (pricing.unserved(ask) - least) * scale)
        flow.set_node_supply(number, 1)
    for place in range(len(offers)):
        flow.add_arc_with_capacity_and_unit_cost(len(asks) + place, sink, 1, 0)
    flow.set_node_supply(sink, -len(asks))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"the holds of {queue.title} could not be assigned: {status}")
    return dict(pair for arc, pair in arcs.items() if flow.flow(arc))


def _prices(
    ask: Ask, queue: Queue, pricing: Pricing, by_order: dict[str, str], bound_days: int
) -> list[tuple[int, int]]:
    """The copies that may serve a hold, by their number, each with what it costs more than letting the copy rest."""
    found: list[tuple[int, int, int]] = []
    own: int | None = None
    for place, offer in enumerate(queue.offers):
        served = pricing.serve(ask, offer) if queue.fits(ask, offer) else None
        if served is None:
            continue
        found.append((place, served.days, served.micros - offer.least))
        if by_order.get(ask.hold) == offer.barcode:
            own = served.days
    return [(place, price) for place, days, price in found if own is None or days <= own + bound_days]

"""
A proposal for a title: for every hold the copy that serves it, for every return where it goes, and what that saves.

What was decided one at a time stands beside it: the soonest copy for each hold in the order of the queue, and for
each return what the last scan said. What a return costs is told for each thing that may become of it, so that
somebody can see whether the move is worth it. Pure; the flow is solved in `solver/assign.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from circulation.clock import DAY_US
from circulation.free_copies import FreeCopy, OpenQueue
from circulation.hold import Hold
from logistics.assignment import (
    BOUND_DAYS,
    Account,
    Ask,
    Journey,
    Offer,
    Pricing,
    Queue,
    Rest,
    account,
    in_queue_order,
)

__all__ = ["HoldLine", "Proposal", "ReturnLine", "propose"]

_NEVER = 1_000_000_000
"""A thousand units: dearer than anything that a copy may do instead."""


@dataclass(frozen=True, slots=True)
class HoldLine:
    """
    A hold: the copy it is promised now, the one it would get one at a time (`nearest`), and the one proposed.

    `days` until it is there and `metres` on the way to it; the saved ones are against `nearest`, and are negative
    where this hold waits longer so that all of them wait less. `metres_less` is against the copy that is promised now.
    """

    hold: str
    title: str
    place: int
    pickup: str
    promised: str | None
    nearest: str | None
    item: str | None
    origin: str | None
    days: int | None
    metres: int | None
    days_saved: int | None
    metres_saved: int | None
    metres_less: int | None

    @property
    def change(self) -> Literal["new", "another", "keeps", "none"]:
        """A `new` promise, `another` copy than promised, the same one, or none."""
        if self.item is None:
            return "none"
        if self.promised is None:
            return "new"
        return "keeps" if self.promised == self.item else "another"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """
    A return that waits at `branch`: what was `decided`, and the `choice`: `home`, `hold`, `float` (on) or `stay`.

    The micros are what each would cost in all, against a copy that is not there; None where it cannot be.
    `stay_allowed` says whether the floating policy lets it stay: the price is told all the same.
    """

    item: str
    title: str
    branch: str
    decided: str
    choice: str
    to: str
    hold: str | None
    home_micros: int | None
    hold_micros: int | None
    float_micros: int | None
    stay_micros: int | None
    stay_allowed: bool
    saved_micros: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    What is proposed for a title; `before` and `after` are the accounts of one at a time and of all together.

    `wanted` is by hold the copy that it is to be promised, None for a hold that loses its promise.
    """

    title: str
    holds: tuple[HoldLine, ...]
    returns: tuple[ReturnLine, ...]
    before: Account
    after: Account
    wanted: Mapping[str, str | None]


def propose(
    found: OpenQueue,
    pricing: Pricing,
    *,
    at_us: int,
    uses: Mapping[str, int],
    items_per_tote: Mapping[str, int],
    bound_days: int = BOUND_DAYS,
) -> Proposal:
    """
    The proposal for one title.

    `uses` is by branch how often the title was lent there within a year; `items_per_tote` is by item type, `*` for
    the rest.
    """
    queue = _queue(found, pricing, at_us, uses, items_per_tote)
    by_order = in_queue_order(queue, pricing)
    chosen = _together(queue, pricing, by_order, bound_days)
    offers = {offer.barcode: offer for offer in queue.offers}
    lines = tuple(_hold_line(queue.title, ask, by_order, chosen, offers, pricing) for ask in queue.asks)
    server = {barcode: hold for hold, barcode in chosen.items()}
    after = account(queue, chosen, pricing)
    returns = tuple(
        _return_line(queue, found.copies[offer.barcode], offer, server.get(offer.barcode), pricing, bound_days)
        for offer in queue.offers
        if offer.rests
    )
    losing = {line.hold: None for line in lines if line.item is None and line.promised is not None}
    return Proposal(
        title=queue.title,
        holds=lines,
        returns=returns,
        before=account(queue, by_order, pricing, as_decided=True),
        after=after,
        wanted={**losing, **chosen},
    )


def _together(queue: Queue, pricing: Pricing, by_order: dict[str, str], bound_days: int) -> dict[str, str]:
    if not by_order:
        # Most returns have nobody who waits for them: OR-Tools takes longer to load than they take.
        return {}
    from logistics.solver.assign import together

    return together(queue, pricing, reference=by_order, bound_days=bound_days)


def _queue(
    found: OpenQueue, pricing: Pricing, at_us: int, uses: Mapping[str, int], items_per_tote: Mapping[str, int]
) -> Queue:
    standing: dict[str, int] = {}
    for copy in found.copies.values():
        standing[copy.to] = standing.get(copy.to, 0) + 1
    offers = [_offer(copy, pricing, uses, standing, items_per_tote) for copy in found.copies.values()]
    asks = [_ask(place, hold, at_us) for place, hold in found.holds.values()]
    return Queue(found.title, asks, offers, lambda ask, offer: found.fits(ask.hold, offer.barcode))


def _ask(place: int, hold: Hold, at_us: int) -> Ask:
    return Ask(hold.hold, place, hold.pickup, max(0, at_us - hold.placed_us) // DAY_US, hold.target)


def _offer(
    copy: FreeCopy,
    pricing: Pricing,
    uses: Mapping[str, int],
    standing: Mapping[str, int],
    items_per_tote: Mapping[str, int],
) -> Offer:
    item = copy.item
    per_tote = items_per_tote.get(item.item_type, items_per_tote["*"])
    offer = Offer(item.barcode, copy.branch, item.home, copy.floats, per_tote)
    return offer if copy.decided == "shelf" else replace(offer, rests=_rests(copy, offer, pricing, uses, standing))


def _rests(
    copy: FreeCopy, offer: Offer, pricing: Pricing, uses: Mapping[str, int], standing: Mapping[str, int]
) -> tuple[Rest, ...]:
    """
    What may become of a return, what was decided first: each costs its carriage, and the uses that it misses there.

    The uses are measured against the best of the places, so that none is below zero.
    """
    places: dict[Literal["home", "float", "stay"], str] = {"home": offer.home, "stay": offer.branch}
    if copy.decided == "float" and copy.to not in places.values():
        places["float"] = copy.to
    worth = {to: _worth(to, copy, pricing, uses, standing) for to in places.values()}
    best = max(worth.values())
    rests = []
    for what, to in places.items():
        journey = pricing.journey(offer.branch, to)
        if what != copy.decided and (journey is None or (what == "home" and to == offer.branch)):
            continue
        carriage = pricing.prices.carriage(journey or _STAYS, offer.per_tote)
        allowed = what != "stay" or copy.may_stay
        rests.append(Rest(what, to, carriage + best - worth[to], allowed))
    return tuple(sorted(rests, key=lambda rest: rest.what != copy.decided))


def _worth(to: str, copy: FreeCopy, pricing: Pricing, uses: Mapping[str, int], standing: Mapping[str, int]) -> int:
    """What the uses are worth that the copy is expected to have there, beside those that stand there without it."""
    others = standing.get(to, 0) - (copy.to == to)
    return pricing.prices.uses(uses.get(to, 0), others)


_STAYS = Journey(0, 0, 0)


def _hold_line(
    title: str,
    ask: Ask,
    by_order: Mapping[str, str],
    chosen: Mapping[str, str],
    offers: Mapping[str, Offer],
    pricing: Pricing,
) -> HoldLine:
    nearest, item = by_order.get(ask.hold), chosen.get(ask.hold)
    before = None if nearest is None else pricing.journey(offers[nearest].branch, ask.pickup)
    after = None if item is None else pricing.journey(offers[item].branch, ask.pickup)
    promised = offers.get(ask.promised or "")
    now = None if promised is None else pricing.journey(promised.branch, ask.pickup)
    return HoldLine(
        hold=ask.hold,
        title=title,
        place=ask.place,
        pickup=ask.pickup,
        promised=ask.promised,
        nearest=nearest,
        item=item,
        origin=None if item is None else offers[item].branch,
        days=None if after is None else after.days,
        metres=None if after is None else after.metres,
        days_saved=None if before is None or after is None else before.days - after.days,
        metres_saved=None if before is None or after is None else before.metres - after.metres,
        metres_less=None if now is None or after is None else now.metres - after.metres,
    )


def _return_line(
    queue: Queue, copy: FreeCopy, offer: Offer, hold: str | None, pricing: Pricing, bound_days: int
) -> ReturnLine:
    micros = {rest.what: rest.micros for rest in offer.rests}
    serving = _serving(queue, offer, pricing, bound_days)
    rest = offer.rest
    choice, to, costs = ("stay", offer.branch, 0) if rest is None else (rest.what, rest.to, rest.micros)
    if hold is not None:
        choice, to = "hold", next(ask.pickup for ask in queue.asks if ask.hold == hold)
        costs = offer.decided if serving is None else serving
    stay = micros.get("stay")
    return ReturnLine(
        item=offer.barcode,
        title=queue.title,
        branch=offer.branch,
        decided=copy.decided,
        choice=choice,
        to=to,
        hold=hold,
        home_micros=micros.get("home"),
        hold_micros=serving,
        float_micros=micros.get("float"),
        stay_micros=stay,
        stay_allowed=copy.may_stay and stay is not None,
        saved_micros=offer.decided - costs,
    )


def _serving(queue: Queue, offer: Offer, pricing: Pricing, bound_days: int) -> int | None:
    """What it costs in all to let a return serve some hold, against doing without it; None where none can have it."""
    if not any(queue.fits(ask, offer) and pricing.serve(ask, offer) for ask in queue.asks):
        return None
    others = [one for one in queue.offers if one.barcode != offer.barcode]
    forced = replace(offer, rests=(Rest("home", offer.home, _NEVER),))
    with_it = Queue(queue.title, queue.asks, [*others, forced], queue.fits)
    chosen = _together(with_it, pricing, in_queue_order(with_it, pricing), bound_days)
    if offer.barcode not in chosen.values():
        return None
    without_it = Queue(queue.title, queue.asks, others, queue.fits)
    without = _together(without_it, pricing, in_queue_order(without_it, pricing), bound_days)
    return account(with_it, chosen, pricing).micros - account(without_it, without, pricing).micros

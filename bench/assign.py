"""
Holds and copies decided together on the demo's two networks: what it saves, and how long 20,000 holds take.

A morning after two days without service: 20,000 holds wait, most of them for what many ask for. Titles, where their
copies live, and who asks where are drawn by the demo's own proportions; a tenth of the copies lies where it was
brought back and is to go home. Both ways of deciding see the same holds and copies in the same run.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from random import Random

from bench.promise import Promise
from circulation.batch_ledger import BatchLedger
from circulation.calendar import at_minute, zone_of
from circulation.keyring import Keyring
from circulation.store.url import StoreUrl
from interfaces.demo.agenda import Agenda
from interfaces.demo.fill import PLANNED_DAY
from interfaces.demo.founding import found_network
from interfaces.demo.geography import demo_network
from interfaces.demo.network import DemoNetwork
from interfaces.demo.stock import stock_of
from interfaces.demo.traffic import Traffic
from logistics.assignment import Account, Ask, Offer, Pricing, Queue, Rest, account, in_queue_order
from logistics.dispatcher import roads_of
from logistics.journeys import NetworkJourneys
from logistics.situation import read_situation
from logistics.solver.assign import together

__all__ = ["measure"]

HOLDS = 20_000
_ITEMS = 60_000
_EIGHT = 8 * 60
_FAVOUR = 0.9
"""How much more the titles at the top are asked for: the nth as often as n to the power of minus this."""
_ON_SHELF, _RETURNED = 0.45, 0.1
"""So many copies of a title stand on a shelf, or lie at a branch to go home; the rest is lent."""
_HOLDS_A_COPY = 4
"""Of what many ask for libraries buy a copy for every so many holds."""
_LONGEST_WAIT = 40
_SEED = 1


def measure() -> list[Promise]:
    """The savings and the seconds on both networks."""
    found: list[Promise] = []
    for preset in ("librarieswest", "ireland"):
        found += _measured(preset)
    return found


def _measured(preset: str) -> list[Promise]:
    network = demo_network(preset, _SEED)
    pricing = _pricing(network)
    queues = list(_queues(network, pricing))
    # The ways are kept up by the desk's courier; they are not what is measured.
    orders = [in_queue_order(queue, pricing) for queue in queues]
    began = time.perf_counter()
    orders = [in_queue_order(queue, pricing) for queue in queues]
    one_by_one = time.perf_counter() - began
    chosen = [together(queue, pricing, reference=order) for queue, order in zip(queues, orders, strict=True)]
    seconds = time.perf_counter() - began
    before, after = Account(), Account()
    for queue, order, choice in zip(queues, orders, chosen, strict=True):
        before += account(queue, order, pricing, as_decided=True)
        after += account(queue, choice, pricing)
    holds = sum(len(queue.asks) for queue in queues)
    several = sum(len(order) > 1 for order in orders)
    note = (
        f"{before.journeys:,} → {after.journeys:,} item-journeys, {before.metres // 1000:,} → "
        f"{after.metres // 1000:,} km, {before.days:,} → {after.days:,} days; {after.served:,} served"
    )
    of = f"{holds:,} holds, {len(queues):,} titles, {several:,} with a choice; one at a time {one_by_one:.1f} s"
    money = f"{(before.micros - after.micros) / 1e6:,.0f} saved at the prices of `AssignmentPrices`"
    return [
        Promise(f"{preset}: holds assigned together", seconds, "s", 10, higher_is_better=False, note=of),
        Promise(f"{preset}: item-km saved", _percent(before.metres, after.metres), "%", 0, note=note),
        Promise(f"{preset}: item-journeys saved", _percent(before.journeys, after.journeys), "%", 0, note=money),
        Promise(f"{preset}: days of waiting saved", _percent(before.days, after.days), "%", 0),
    ]


def _percent(before: int, after: int) -> float:
    return 100 * (before - after) / before


def _pricing(network: DemoNetwork) -> Pricing:
    at_us = at_minute(PLANNED_DAY, _EIGHT, zone_of(network.branches[0].time_zone))
    agenda = Agenda(at_us)
    keyring = Keyring.open(StoreUrl.parse("sqlite::memory:").beside("keys"))
    with BatchLedger.open("sqlite::memory:", simulated=True, clock=agenda) as ledger:
        found_network(ledger, keyring, agenda, network=network, history=())
        situation = read_situation(ledger)
        roads = roads_of(situation, ledger.attachment)(sorted(situation.branches))
    keyring.close()
    return Pricing(NetworkJourneys(situation.ways, situation.branches, roads, at_us))


def _queues(network: DemoNetwork, pricing: Pricing) -> list[Queue]:
    draw = Random(f"{_SEED}/assign")
    traffic = Traffic(network.branches)
    stock = list(stock_of(network.branches, items=_ITEMS, seed=_SEED))
    weights = list(accumulate((number + 20) ** -_FAVOUR for number in range(len(stock))))
    asked: Mapping[int, int] = Counter(draw.choices(range(len(stock)), cum_weights=weights, k=HOLDS))
    queues = []
    for number, holds in sorted(asked.items()):
        title, copies = stock[number]
        homes = [copy.home for copy in copies]
        homes += [traffic.branch_near(draw, draw.choice(homes)) for _ in range(holds // _HOLDS_A_COPY)]
        per_tote = {"dvd": 80, "picture-book": 60}.get(copies[0].item_type, 35)
        offers = [
            offer
            for place, home in enumerate(homes)
            if (offer := _offer(f"{title.title_id}/{place}", home, per_tote, traffic, pricing, draw)) is not None
        ]
        waited = sorted((draw.randrange(_LONGEST_WAIT) for _ in range(holds)), reverse=True)
        asks = [
            Ask(f"{title.title_id}#{place}", place, traffic.branch_near(draw, draw.choice(homes)), days)
            for place, days in enumerate(waited, 1)
        ]
        queues.append(Queue(title.title_id, asks, offers))
    return queues


def _offer(barcode: str, home: str, per_tote: int, traffic: Traffic, pricing: Pricing, draw: Random) -> Offer | None:
    drawn = draw.random()
    if drawn < _ON_SHELF:
        return Offer(barcode, home, home, per_tote=per_tote)
    branch = traffic.branch_near(draw, home)
    way = pricing.journey(branch, home)
    if drawn >= _ON_SHELF + _RETURNED or branch == home or way is None:
        return None
    return Offer(
        barcode, branch, home, per_tote=per_tote, rests=(Rest("home", home, pricing.prices.carriage(way, per_tote)),)
    )

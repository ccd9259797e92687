"""
The networks that can be simulated: the demo's, the real branches of the south-west, and the one of the store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from circulation.clock import DAY_US
from circulation.errors import Refused, Unknown
from interfaces.context import Session

if TYPE_CHECKING:
    from interfaces.demo.network import DemoNetwork
    from interfaces.demo.traffic import Traffic as DemoTraffic
    from logistics.roads import Matrix
    from logistics.simulation.demand import Traffic
    from logistics.situation import Situation

__all__ = ["NETWORKS", "SimulatedNetwork", "network_to_simulate"]

NETWORKS = ("southwest", "librarieswest", "ireland", "store")
_FIRST = date(2026, 11, 2)
"""A Monday; four weeks from here are without a holiday and a change of clocks."""
_FOUNDED_US = 1_793_577_600_000_000
_DAYS_A_WEEK = 5
"""What the networks publish of an ordinary day, they publish of five of them."""
_MEASURED_WEEKS = 4
_NETWORK_SEED = 1


@dataclass(frozen=True)
class SimulatedNetwork:
    """
    A network as it stands, roads between all of its places, and what travels in it, a `hold_share` of it for holds.

    The first day is a Monday.
    """

    situation: Situation
    roads: Matrix
    traffic: Traffic
    items_a_week: float
    hold_share: float
    first: date


def network_to_simulate(name: str, session: Session) -> SimulatedNetwork:
    """The network of that name. Raises `Unknown` (`simulate.network`, `simulate.no-lists`) and `Refused`."""
    if name == "store":
        return _of_the_store(session)
    if name == "southwest":
        from interfaces.demo.southwest import LIKE, listed_network

        return _of_a_demo(listed_network(), LIKE)
    if name not in NETWORKS:
        raise Unknown("simulate.network", network=name[:40], networks=", ".join(NETWORKS))
    from interfaces.demo.geography import demo_network

    return _of_a_demo(demo_network(name, _NETWORK_SEED), name)


class _PopulationTraffic:
    """Implements `logistics.simulation.demand.Traffic` as the demo spreads circulation: by where people live."""

    def __init__(self, traffic: DemoTraffic) -> None:
        self._traffic = traffic

    def busyness(self, day: date) -> float:
        from interfaces.demo.traffic import busyness

        return busyness(day)

    def asked(self, draw: Random, day: date) -> tuple[str, str] | None:
        here = self._traffic.open_branch(draw, day)
        for _ in range(20):
            there = None if here is None else self._traffic.branch_near(draw, here)
            if here is not None and there is not None and here != there:
                return here, there
        return None

    brought_back = asked

    def near(self, draw: Random, branch: str) -> str:
        return self._traffic.branch_near(draw, branch)


def _of_a_demo(network: DemoNetwork, size: str) -> SimulatedNetwork:
    """Founded in a store of its own, in memory, by the commands that people have."""
    from circulation.batch_ledger import BatchLedger
    from circulation.keyring import Keyring
    from circulation.store.url import StoreUrl
    from interfaces.demo.founding import found_network
    from interfaces.demo.size import DEFAULT_SCALE, size_of
    from interfaces.demo.traffic import Traffic
    from logistics.situation import read_situation

    store = StoreUrl("memory")
    with BatchLedger.open(store, simulated=True, clock=lambda: _FOUNDED_US) as ledger:
        keyring = Keyring.open(store.beside("keys"))
        try:
            found_network(ledger, keyring, lambda: _FOUNDED_US, network=network, history=())
            situation = read_situation(ledger)
        finally:
            keyring.close()
    travels = size_of(size, DEFAULT_SCALE)
    return SimulatedNetwork(
        situation=situation,
        roads=_roads(situation),
        traffic=_PopulationTraffic(Traffic(network.branches)),
        items_a_week=(travels.holds_a_day + travels.away_returns_a_day) * _DAYS_A_WEEK,
        hold_share=0.5,
        first=_FIRST,
    )


def _of_the_store(session: Session) -> SimulatedNetwork:
    """With what travelled in its last four weeks."""
    from circulation.calendar import local_day, zone_of
    from interfaces.wiring import clock_of
    from logistics.simulation.measured import MeasuredTraffic
    from logistics.situation import read_situation
    from projections.reports import turnaround

    ledger = session.part("ledger")
    situation = read_situation(ledger)
    if not situation.ways.hubs:
        raise Refused("plan.no-hub", branches=len(situation.branches))
    missing = [hub for hub in situation.ways.hubs if all(van.hub != hub for van in situation.vans.values())]
    if missing:
        raise Refused("simulate.no-vans", hubs=", ".join(missing))
    now_us = clock_of(ledger)()
    began_us = next((fact.recorded_us for fact in ledger.facts(limit=1)), now_us)
    # Of a store that is younger than four weeks less was measured.
    weeks = min(_MEASURED_WEEKS, max(1.0, (now_us - began_us) / (7 * DAY_US)))
    since_us = now_us - _MEASURED_WEEKS * 7 * DAY_US
    lanes = {
        kind: {
            (lane.origin, lane.destination): lane.journeys
            for lane in turnaround(session.part("views"), from_us=since_us, to_us=now_us + 1, reason=kind)
            if situation.ways.hub_of(lane.origin) and situation.ways.hub_of(lane.destination)
        }
        for kind in ("hold", "home")
    }
    journeys = sum(sum(counted.values()) for counted in lanes.values())
    if not journeys:
        raise Refused("simulate.no-journeys", weeks=_MEASURED_WEEKS)
    today = local_day(now_us, zone_of(next(iter(situation.branches.values())).time_zone))
    return SimulatedNetwork(
        situation=situation,
        roads=_roads(situation, session),
        traffic=MeasuredTraffic(lanes["hold"], lanes["home"]),
        items_a_week=journeys / weeks,
        hold_share=sum(lanes["hold"].values()) / journeys,
        first=today + timedelta(days=7 - today.weekday()),
    )


def _roads(situation: Situation, session: Session | None = None) -> Matrix:
    from logistics.dispatcher import roads_of

    def attachment(digest: str) -> bytes:
        if session is None:
            raise KeyError(digest)
        found: bytes = session.part("ledger").attachment(digest)
        return found

    return roads_of(situation, attachment)(sorted(situation.branches))

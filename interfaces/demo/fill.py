"""
A whole demo: found the network in an empty store, bring in what the libraries own, play the days, plan the next one.

Everything follows from the network, the size, the number of days and the seed: the same four give the same days and
the same routes. Only the names of readers' streams and the keys are random, and nothing is drawn by them.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from circulation.batch_ledger import BatchLedger
from circulation.branch import Branch
from circulation.calendar import at_minute, zone_of
from circulation.errors import Refused
from circulation.keyring import Keyring
from circulation.store.url import StoreUrl
from interfaces.demo.agenda import Agenda
from interfaces.demo.founding import found_network
from interfaces.demo.history import daily_counts
from interfaces.demo.network import DemoNetwork
from interfaces.demo.opening import bring_in
from interfaces.demo.play import Play
from interfaces.demo.size import Size
from interfaces.demo.stage import Stage
from interfaces.demo.traffic import Traffic
from logistics.dispatcher import Dispatcher, Drafted
from logistics.situation import read_situation
from projections.day_board import DayBoardOfViews
from projections.registry import open_views

__all__ = ["PLANNED_DAY", "Filled", "Told", "days_before", "fill", "founded"]

PLANNED_DAY = date(2026, 11, 24)
"""A Tuesday without a holiday near it."""
_FOUNDED_AT = 4 * 60
_ITERATIONS = 30_000

Told = Callable[[str], None]
"""Hears in a few words what is being done next."""


@dataclass(frozen=True, slots=True)
class Filled:
    """
    A store that was filled.

    `played` are the days, those without vans too; `done` counts what was done on them, in words. `seconds` is how
    long the play took on this machine, without founding and the last plan.
    """

    network: DemoNetwork
    branches: Mapping[str, Branch]
    size: Size
    played: Sequence[date]
    done: Mapping[str, int]
    commands: int
    events: int
    seconds: float
    plan: Drafted


def days_before(planned: date, network: DemoNetwork, *, service_days: int) -> list[date]:
    """The days before one, in their order, as many as hold so many days on which vans go out."""
    with_vans = {weekday for van in network.vans for weekday in van.days}
    days: list[date] = []
    day = planned
    while sum(one.weekday() in with_vans for one in days) < service_days:
        day -= timedelta(days=1)
        days.append(day)
    return days[::-1]


def fill(store: StoreUrl, network: DemoNetwork, size: Size, *, service_days: int, tell: Told) -> Filled:
    """
    Fill an empty store with a network, days that were played, and a draft for the day after them.

    Raises `Refused` (`demo.store-in-use`, `store.clock`).
    """
    days = days_before(PLANNED_DAY, network, service_days=service_days)
    with founded(store, network, size, days=days, tell=tell) as (stage, play):
        began, before = time.perf_counter(), stage.ledger.recorded
        with _without_old_garbage():
            for day in days:
                tell(f"playing {day:%A} {day}")
                play.day(day)
            play.mornings_work(PLANNED_DAY)
            seconds, after = time.perf_counter() - began, stage.ledger.recorded
            tell(f"planning {PLANNED_DAY:%A} {PLANNED_DAY}")
            plan = play.plan(PLANNED_DAY, iterations=_ITERATIONS, seed=network.seed)
        return Filled(
            network=network,
            branches=stage.ways.situation.branches,
            size=size,
            played=days,
            done=stage.done,
            commands=after.commands - before.commands,
            events=after.events - before.events,
            seconds=seconds,
            plan=plan,
        )


@contextmanager
def founded(
    store: StoreUrl, network: DemoNetwork, size: Size, *, days: Sequence[date], tell: Told
) -> Iterator[tuple[Stage, Play]]:
    """
    An empty store with a network and what the libraries own, early on the first of the days, ready to be played.

    Raises `Refused` (`demo.store-in-use`, `store.clock`).
    """
    seed = network.seed
    agenda = Agenda(at_minute(days[0], _FOUNDED_AT, zone_of(network.branches[0].time_zone)))
    with _empty_store(store, agenda) as (ledger, keyring):
        tell(f"founding a network of {len(network.branches)} places")
        journeys = size.holds_a_day + size.away_returns_a_day
        counts = daily_counts(Traffic(network.branches), before=days[0], journeys_a_day=journeys, seed=seed)
        found_network(ledger, keyring, agenda, network=network, history=counts)
        situation = read_situation(ledger)
        tell(f"bringing in {size.items:,} items and {size.readers:,} readers")
        opening = bring_in(
            ledger,
            keyring,
            network=network,
            size=size,
            calendar=situation.calendar,
            days=days,
            opens_us=agenda.now_us,
            seed=seed,
        )
        views = open_views(ledger)
        try:
            views.fresh()
            stage = Stage(ledger, keyring, agenda, network, size, opening, seed)
            yield stage, Play(stage, Dispatcher(ledger, stage.commands, DayBoardOfViews(views)))
        finally:
            views.close()


@contextmanager
def _empty_store(store: StoreUrl, agenda: Agenda) -> Iterator[tuple[BatchLedger, Keyring]]:
    keys = store.beside("keys")
    if store.path is not None and not store.path.exists() and keys.path is not None and keys.path.exists():
        raise Refused("demo.store-in-use:keys", store=keys.shown)
    with BatchLedger.open(store, simulated=True, clock=agenda) as ledger:
        events = ledger.head().position
        if events:
            raise Refused("demo.store-in-use", store=store.shown, events=events)
        keyring = Keyring.open(keys)
        try:
            yield ledger, keyring
        finally:
            keyring.close()


@contextmanager
def _without_old_garbage() -> Iterator[None]:
    """Keep the collector from walking over everything that was brought in again and again: it all stays."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()

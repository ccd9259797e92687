"""
A van that goes out several times, whatever its driver tells: nothing is missing, and views and folds agree, always.

Bristol's van has three trips. The driver leaves, calls, skips, loads again, scans totes or does not, comes back early,
or the rest is entered from paper; more totes are sealed meanwhile at every place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from circulation.errors import BranchlineError
from circulation.event import NewEvents
from circulation.folds import FILLING
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from logistics.balance import balance, by_lane
from logistics.paper import Deviation
from logistics.plan import PlanDrafted, PlannedReload, PlannedRoute, PlannedStop, PlanPublished
from logistics.run import Run, RunReloaded, fold_run
from logistics.run_desk import RunDesk
from projections import locations, runs, totes
from projections.day_balance import sent_on
from projections.registry import open_views
from projections.views import Views
from tests.cast import BATH_COPY, CLEVEDON_COPY, DAY, FLOATING_COPY, TUESDAY, WELLS_COPY
from tests.logistics.drafted_day import drafted
from tests.world import World

RUN = f"{DAY}/v1/day"
TRIPS = (("bath",), ("clevedon", "wells"), ("bath",))
COPIES = {"T1": BATH_COPY, "T2": CLEVEDON_COPY, "T3": WELLS_COPY, "T4": FLOATING_COPY}
PLACES = ("bristol", "bath", "clevedon", "wells")


def three_trips() -> PlanDrafted:
    """A plan for v1, an hour for each stop and one for each reload, from nine on."""
    hour, stops, reloads = 9, [], []
    for number, trip in enumerate(TRIPS):
        if number:
            reloads.append(
                PlannedReload(after=len(stops), arrives=3600 * hour, leaves=3600 * hour + 900, totes_off=1, totes_on=1)
            )
            hour += 1
        for branch in trip:
            at = 3600 * hour
            stops.append(
                PlannedStop(
                    branch=branch, arrives=at, starts=at, leaves=at + 600, totes_off=1, totes_on=1, load_after=1,
                    items_off=1, items_on=1, stop=f"{branch}@{number}",
                )
            )  # fmt: skip
            hour += 1
    route = PlannedRoute(
        van="v1", hub="bristol", leaves=3600 * 9 - 1800, returns=3600 * hour, metres=1, drive_seconds=1,
        load_at_start=1, stops=tuple(stops), reloads=tuple(reloads),
    )  # fmt: skip
    base = drafted()
    return PlanDrafted(
        revision=1, day=DAY, hubs=("bristol",), wave="day", inputs=base.inputs, routes=(route,), left=(), tight=(),
        totals=base.totals,
    )  # fmt: skip


@contextmanager
def at_work() -> Iterator[tuple[World, Views, RunDesk]]:
    made: list[World] = []
    with Ledger.open("sqlite::memory:", clock=lambda: made[0].clock_us if made else TUESDAY, simulated=True) as ledger:
        keyring = Keyring.open("sqlite::memory:")
        world = World(ledger, keyring)
        made.append(world)
        views = open_views(ledger)
        world.record("plan", [NewEvents(f"plan/{DAY}/bristol/day", 0, (three_trips(), PlanPublished(revision=1)))])
        try:
            yield world, views, RunDesk(ledger, world.commands, _Totes(views))
        finally:
            views.close()
            keyring.close()


class _Totes:
    def __init__(self, views: Views) -> None:
        self._views = views

    def fillings_at(self, place: str) -> list[totes.FillingState]:
        return totes.fillings_at(self._views, place)


branches = st.sampled_from(PLACES)
boxes = st.none() | st.lists(st.sampled_from(sorted(COPIES)), max_size=2, unique=True)
steps = st.one_of(
    st.tuples(st.just("pack"), st.sampled_from(sorted(COPIES)), branches),
    st.tuples(st.just("start"), boxes),
    st.tuples(st.just("stop"), branches, boxes, boxes),
    st.tuples(st.just("stop"), branches, st.none(), st.none()),
    st.tuples(st.just("next")),
    st.tuples(st.just("skip"), branches),
    st.tuples(
        st.just("finish"),
        st.booleans(),
        st.none() | st.sampled_from(("on", "off", "not-on", "not-off", "skipped")),
        branches,
    ),
)


def run_at(ledger: Ledger, position: int) -> Run | None:
    run = None
    for fact in ledger.stream(f"run/{RUN}", upto_position=position):
        run = fold_run(run, fact)
    return run


def carry_out(world: World, desk: RunDesk, step: tuple[object, ...]) -> None:
    caller, day = world.at("bristol"), date.fromisoformat(DAY)
    match step:
        case ("pack", str(tote), str(at)):
            world.scan(COPIES[tote], at, tote=tote)
            world.desk.totes.seal(world.at(at), tote)
        case ("start", scanned):
            desk.start(caller, day=day, van="v1", wave="day", totes=scanned)  # type: ignore[arg-type]
        case ("stop", str(branch), off, on):
            desk.stop(caller, RUN, branch, off=off, on=on)  # type: ignore[arg-type]
        case ("next",):
            run = run_at(world.ledger, world.ledger.head().position)
            desk.stop(caller, RUN, "bristol" if run is None or not run.due else run.due[0])
        case ("skip", str(branch)):
            desk.skip(caller, RUN, branch, why="snow")
        case ("finish", True, what, str(branch)):
            told = () if what is None else (Deviation(branch, what, "" if what == "skipped" else "T1"),)  # type: ignore[arg-type]
            desk.finish_as_planned(caller, day=day, van="v1", wave="day", deviations=told)
        case _:
            desk.finish(caller, RUN)


@given(st.lists(steps, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_is_missing_and_everything_agrees_at_every_position(day: list[tuple[object, ...]]) -> None:
    with at_work() as (world, views, desk):
        for tote, at in (("T1", "bristol"), ("T2", "bristol"), ("T3", "bath")):
            carry_out(world, desk, ("pack", tote, at))
        heads = [world.ledger.head().position]
        for step in day:
            world.clock_us += 10 * 60_000_000
            try:
                carry_out(world, desk, step)
            except BranchlineError:
                continue
            heads.append(world.ledger.head().position)
            nothing_is_missing(views)
            totes_are_where_their_streams_say(world, views)
        for head in heads:
            what_is_shown_is_the_fold(world, views, head)
        for name in ("runs", "totes", "custody"):
            assert [] == views.verify(name)


def nothing_is_missing(views: Views) -> None:
    """What was sent is received, travelling or listed, of the day and of every lane."""
    sent = sent_on(views, DAY)
    rules = {"hubs": sent.hubs, "finished_runs": sent.finished_runs, "unpacked": sent.unpacked}
    whole = balance(sent.fillings, sent.items, **rules)  # type: ignore[arg-type]
    assert whole.sent == whole.received + whole.travelling + whole.listed
    lanes = by_lane(sent.fillings, sent.items, **rules)  # type: ignore[arg-type]
    assert all(lane.holds for lane in lanes.values())
    assert whole.sent == sum(lane.sent for lane in lanes.values())


def totes_are_where_their_streams_say(world: World, views: Views) -> None:
    """By the views and by their own streams; and what a run has on board was loaded, or seen elsewhere since."""
    run = run_at(world.ledger, world.ledger.head().position)
    for stream in world.ledger.streams("tote/"):
        if stream.count("/") == 2:
            state, seen = world.ledger.load(stream, FILLING).state, totes.filling(views, stream.removeprefix("tote/"))
            assert state is not None
            assert seen is not None
            assert (state.status, state.place, state.known) == (seen.status, seen.place, seen.known)
            if state.status == "loaded":
                assert run is not None
                assert state.filling in run.on_board
    if run is None or run.finished:
        return
    later = {branch for trip in run.ahead[run.trip :] for branch in trip} - set(run.due)
    assumed_aboard = [one for one in run.on_board if (box := totes.filling(views, one)) and box.known == "assumed"]
    for one in assumed_aboard:
        box = totes.filling(views, one)
        assert box is None or box.status != "loaded" or box.origin != "bristol" or box.destination not in later


def what_is_shown_is_the_fold(world: World, views: Views, position: int) -> None:
    """The calls of the view at a position, each with its trip, are those of the run's own stream up to there."""
    run = run_at(world.ledger, position)
    calls = runs.calls(views, run=RUN, as_of=position)
    assert [
        (stop.branch, "served" if stop.served else "skipped", stop.fillings_off, stop.fillings_on, stop.trip)
        for stop in ([] if run is None else run.stops)
    ] == [
        (call.branch, call.outcome, call.fillings_off, call.fillings_on, call.trip)
        for call in calls
        if call.outcome in ("served", "skipped")
    ]
    reloads = [fact.event for fact in world.ledger.stream(f"run/{RUN}", upto_position=position)]
    assert [one.trip for one in reloads if isinstance(one, RunReloaded)] == [
        call.trip for call in calls if call.outcome == "reloaded"
    ]
    for copy in COPIES.values():
        where = locations.where(views, copy, as_of=position)
        if where is not None and where.filling is not None:
            box = totes.filling(views, where.filling, as_of=position)
            assert box is not None
            assert where.kind == {"loaded": "van", "lost": "nowhere"}.get(box.status, "branch")
            assert where.place == box.place

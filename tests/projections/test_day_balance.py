"""What a day's runs sent, item by item, read in one go however much it was."""

from __future__ import annotations

from sqlalchemy import event

from circulation.event import NewEvents
from logistics.run import RunStarted, StopServed, run_stream
from projections.day_balance import sent_on
from projections.views import Views
from tests.cast import BATH_COPY, CLEVEDON_COPY
from tests.tote_world import TOTE, WELLS_BOOKS, ToteWorld
from tests.world import World

DAY = "2026-11-24"
RUN = run_stream(date=DAY, van="v1", wave="day")


def driven(world: World) -> ToteWorld:
    """Ten copies in one tote from Bristol to Wells, where it stands unopened."""
    totes = ToteWorld.sealed(world)
    started = RunStarted(van="v1", hub="bristol", stops=("wells",), fillings_on=("T1/1",))
    served = StopServed(branch="wells", fillings_off=("T1/1",))
    world.record("start", (NewEvents(RUN, 0, (started,)),))
    totes.drive()
    world.record("stop", (NewEvents(RUN, 1, (served,)),))
    return totes


def counted(views: Views) -> int:
    """The statements of one balance."""
    views.fresh()
    statements: list[str] = []

    def note(*told: object) -> None:
        statements.append(str(told[2]))

    event.listen(views.database.engine, "before_cursor_execute", note)
    try:
        sent_on(views, DAY)
    finally:
        event.remove(views.database.engine, "before_cursor_execute", note)
    return len(statements)


def seen(views: Views) -> dict[str, str | None]:
    return {row.item: row.seen_at for row in sent_on(views, DAY).items}


def test_each_item_says_where_it_was_scanned_next(world: World, views: Views) -> None:
    driven(world)
    assert seen(views) == dict.fromkeys(WELLS_BOOKS)
    first, second, third, *rest = WELLS_BOOKS
    world.scan(first, "wells")
    world.scan(second, "bath", tote="T2")
    world.lend(third, "ada", "wells")
    assert seen(views) == {first: "wells", second: "bath", third: "wells", **dict.fromkeys(rest)}
    world.scan(first, "bath")
    assert seen(views)[first] == "wells", "what came after that is another day's"


def test_what_came_out_of_it_unpacked_is_named(world: World, views: Views) -> None:
    driven(world)
    for code in (CLEVEDON_COPY, BATH_COPY):
        world.scan(code, "wells", out_of=TOTE)
    sent = sent_on(views, DAY)
    assert sent.unpacked == {"T1/1": sorted((BATH_COPY, CLEVEDON_COPY))}
    assert ([box.filling for box in sent.fillings], sent.finished_runs) == (["T1/1"], frozenset())


def test_what_was_taken_out_before_the_van_left_was_not_sent(world: World, views: Views) -> None:
    totes = ToteWorld.sealed(world)
    world.scan(WELLS_BOOKS[0], "bristol")
    world.record("start", (NewEvents(RUN, 0, (RunStarted(van="v1", hub="bristol", stops=("wells",)),)),))
    totes.drive()
    world.record("stop", (NewEvents(RUN, 1, (StopServed(branch="wells", fillings_on=("T1/1",)),)),))
    assert WELLS_BOOKS[0] not in seen(views)
    assert 9 == len(seen(views))


def test_it_takes_no_more_statements_for_more_items(world: World, views: Views) -> None:
    driven(world)
    first, second, *rest = WELLS_BOOKS
    world.scan(first, "wells")
    world.scan(second, "bath", tote="T2")
    two = counted(views)
    for code in rest[:4]:
        world.scan(code, "wells")
    for code in rest[4:]:
        world.scan(code, "bath", tote="T2")
    assert counted(views) == two


def test_a_day_without_runs_sent_nothing(world: World, views: Views) -> None:
    sent = sent_on(views, "2026-11-25")
    assert (sent.fillings, sent.items, sent.unpacked) == ((), (), {})

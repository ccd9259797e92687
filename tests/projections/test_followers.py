"""Several processes and threads follow one set of views, and a rebuild runs beside them."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from projections.locations import counts, where
from projections.parallel import rebuild_all
from projections.projection import ProjectionStopped
from projections.registry import PROJECTIONS, open_views
from tests.cast import BATH_COPY, BRANCHES
from tests.world import World

FOLLOW = """
import sys
from circulation.ledger import Ledger
from projections.registry import open_views
with Ledger.open(sys.argv[1], simulated=None, create=False) as ledger:
    views = open_views(ledger)
    while ledger.head().position < int(sys.argv[2]):
        views.fresh()
    print(views.fresh())
"""


def scan_around(world: World, times: int) -> int:
    branches = sorted(BRANCHES)
    for number in range(times):
        world.scan(BATH_COPY, branches[number % len(branches)])
    return world.ledger.head().position


def test_processes_that_follow_together_leave_what_one_would(shared_world: World, shared_store_url: str) -> None:
    scan_around(shared_world, 30)
    goal = shared_world.ledger.head().position + 60
    followers = [
        subprocess.Popen([sys.executable, "-c", FOLLOW, shared_store_url, str(goal)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    while shared_world.ledger.head().position < goal:
        scan_around(shared_world, 1)

    said = [int(follower.communicate(timeout=120)[0]) for follower in followers]

    assert [0, 0, 0] == [follower.returncode for follower in followers]
    assert min(said) >= goal
    views = open_views(shared_world.ledger)
    assert {projection.name: [] for projection in PROJECTIONS} == {
        projection.name: views.verify(projection.name) for projection in PROJECTIONS
    }
    views.close()


def test_two_processes_rebuild_what_one_would(shared_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.parallel.WORTH_TWO_PROCESSES", 0)
    head = scan_around(shared_world, 30)
    views = open_views(shared_world.ledger)
    before = [counts(views, as_of=position) for position in range(0, head, 7)]
    told: list[tuple[int, int]] = []

    assert head == rebuild_all(shared_world.ledger, views, lambda *reached: told.append(reached))

    assert before == [counts(views, as_of=position) for position in range(0, head, 7)]
    assert {(0, "")} == {(status.head - status.position, status.stopped) for status in views.status()}
    assert told[-1] == (head, head)
    views.close()


def test_what_is_put_aside_during_a_rebuild_is_no_other(shared_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.engine.REBUILD_BATCH", 15)
    monkeypatch.setattr("projections.engine.ROWS_IN_MEMORY", 4)
    scan_around(shared_world, 30)
    views = open_views(shared_world.ledger)
    views.fresh()

    assert {name: [] for name in views.names} == {name: views.verify(name) for name in views.names}
    views.close()


def test_threads_that_read_during_a_rebuild_never_see_less_than_the_log(shared_world: World) -> None:
    scan_around(shared_world, 20)
    views = open_views(shared_world.ledger)
    stop, wrong = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            head = shared_world.ledger.head().position
            seen = where(views, BATH_COPY)
            if seen is None or min(status.position for status in views.status()) < head:
                wrong.append((head, seen))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(3):
        views.rebuild()
        scan_around(shared_world, 3)
    stop.set()
    for reader in readers:
        reader.join()

    assert [] == wrong
    views.close()


def test_a_process_that_cannot_rebuild_says_why(shared_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.parallel.WORTH_TWO_PROCESSES", 0)
    views = open_views(shared_world.ledger)
    with shared_world.ledger.store.writing() as c:
        head = shared_world.ledger.head()
        body = b'{"v":1,"m":{"at":1,"by":"","via":"system","desk":"","req":""},"d":{}}'
        broken = (head.position + 1, "item/none", 1, "ItemReturned", head.recorded_us, body)
        shared_world.ledger.store.insert_rows(c, [broken])

    with pytest.raises(ProjectionStopped) as stop:
        rebuild_all(shared_world.ledger, views)

    assert ("custody", "ItemReturned") == (stop.value.projection, stop.value.event_type)
    assert "cannot be the first fact of item/none" in stop.value.sentence
    views.close()

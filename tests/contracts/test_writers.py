"""Several processes and threads append at once: nothing is lost, nothing doubled, no position left out."""

from __future__ import annotations

import multiprocessing
import sqlite3
import threading
from collections import Counter
from pathlib import Path

import pytest

from circulation.errors import Conflict
from circulation.ledger import Ledger
from tests.contracts.said import added, noted, stamp

WRITERS = 4
COMMANDS = 25


def _write(url: str, writer: int, follow: bool) -> None:
    """Append to streams of its own and to a shared one, until each command went through once."""
    seen = 0
    with Ledger.open(url) as ledger:
        for n in range(COMMANDS):
            while True:
                shared = len(ledger.stream("title/shared"))
                try:
                    changes = [added(f"{writer}-{n}"), noted("shared", after=shared)]
                    ledger.append(stamp(f"r{n}", device=f"desk-{writer}"), changes)
                    break
                except Conflict:
                    continue
            while follow and (rows := ledger.rows(after=seen, limit=7)):
                # A follower that meets a gap would never come back for what fills it.
                assert [row[0] for row in rows] == list(range(seen + 1, seen + 1 + len(rows)))
                seen = rows[-1][0]


@pytest.fixture
def written(shared_store_url: str) -> Ledger:
    """A store that four processes have written to at once."""
    Ledger.open(shared_store_url).close()
    fresh = multiprocessing.get_context("spawn")
    writers = [fresh.Process(target=_write, args=(shared_store_url, n, n == 0)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    return Ledger.open(shared_store_url)


def test_four_processes_lose_races_and_nothing_else(written: Ledger) -> None:
    with written as ledger:
        facts = ledger.facts(limit=10_000)
        shared = ledger.stream("title/shared")

    total = WRITERS * COMMANDS
    assert [f.position for f in facts] == list(range(1, 2 * total + 1))
    assert [f.version for f in shared] == list(range(1, total + 1))
    assert sorted(f.stream for f in facts if f.version == 1 and f.stream != "title/shared") == sorted(
        f"title/{writer}-{n}" for writer in range(WRITERS) for n in range(COMMANDS)
    )
    recorded = [f.recorded_us for f in facts]
    assert recorded == sorted(recorded)
    # Both events of a command stand side by side, under one recorded time.
    for first, second in zip(facts[::2], facts[1::2], strict=True):
        assert (first.request, first.recorded_us, second.stream) == (
            second.request,
            second.recorded_us,
            "title/shared",
        )


def test_threads_share_one_ledger(ledger: Ledger) -> None:
    def write(writer: int) -> None:
        for n in range(COMMANDS):
            ledger.append(stamp(f"r{n}", device=f"desk-{writer}"), [added(f"{writer}-{n}")])
            ledger.stream(f"title/{writer}-{n}")

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    facts = ledger.facts(limit=10_000)
    assert [f.position for f in facts] == list(range(1, WRITERS * COMMANDS + 1))
    assert Counter(f.stream.split("-")[0] for f in facts) == {f"title/{n}": COMMANDS for n in range(WRITERS)}


def test_one_request_sent_twice_at_once_is_carried_out_once(shared_store_url: str) -> None:
    answers: list[bool] = []
    with Ledger.open(shared_store_url) as ledger:
        begin = threading.Barrier(WRITERS)

        def send() -> None:
            begin.wait()
            answers.append(ledger.append(stamp("scan-1"), [added("a")]).repeated)

        threads = [threading.Thread(target=send) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert ledger.head().position == 1
    assert sorted(answers) == [False, True, True, True]


def test_a_thread_that_ended_leaves_no_connection_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    connect = sqlite3.connect

    def counted(*args: object, **kwargs: object) -> sqlite3.Connection:
        opened.append(args)
        return connect(*args, **kwargs)  # type: ignore[call-overload,no-any-return]

    with Ledger.open(str(tmp_path / "branchline.db")) as ledger:
        ledger.append(stamp(), [added("a")])
        monkeypatch.setattr(sqlite3, "connect", counted)
        for _ in range(30):
            reader = threading.Thread(target=ledger.stream, args=("title/a",))
            reader.start()
            reader.join()
    assert len(opened) <= 1


def test_a_reader_sees_the_log_while_a_writer_holds_the_lock(shared_store_url: str) -> None:
    with Ledger.open(shared_store_url) as ledger, Ledger.open(shared_store_url) as other:
        ledger.append(stamp(), [added("a")])
        with ledger.store.writing():
            assert other.head().position == 1
            assert [f.stream for f in other.facts()] == ["title/a"]

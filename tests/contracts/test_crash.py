"""What a killed desk leaves: everything that it acknowledged, commands whole or not at all, and views that catch up."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from circulation.event import Fact
from circulation.hold import HoldCaptured
from circulation.item import ItemLent, ItemReturned, ItemSetAside, ScanUndone
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from projections.registry import PROJECTIONS, open_views
from tests.contracts.desk_to_kill import STORE
from tests.world import World

KILLS = 12
LONGEST_SECONDS = 0.2
"""Of undisturbed work; then it dies in one of the writes that come next."""

LONGEST_WRITE_NS = 1_000_000


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, int]]:
    """The folder of a store whose desk was killed again and again, and the position acknowledged for each command."""
    folder = tmp_path_factory.mktemp("killed")
    with Ledger.open(f"sqlite:{folder / STORE}", clock=lambda: 0, simulated=True) as ledger:
        keyring = Keyring.open(ledger.url.beside("keys"))
        World(ledger, keyring)
        keyring.close()
    chance = random.Random(1)
    acknowledged: dict[int, int] = {}
    for _ in range(KILLS):
        acknowledged |= _work_until_killed(folder, len(acknowledged), chance)
    return folder, acknowledged


def _work_until_killed(folder: Path, first: int, chance: random.Random) -> dict[int, int]:
    """What a desk acknowledged that was killed while it was writing to the log."""
    command = [sys.executable, "-m", "tests.contracts.desk_to_kill", str(folder), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        begun = desk.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            desk.wait(chance.uniform(0, LONGEST_SECONDS))
        _await_write(desk, folder, chance.randrange(LONGEST_WRITE_NS))
        desk.send_signal(signal.SIGKILL)
        lines = [begun, *desk.stdout]
    assert -signal.SIGKILL == desk.returncode
    return {int(number): int(position) for number, position in (line.split() for line in lines)}


def _await_write(desk: subprocess.Popen[str], folder: Path, then_ns: int) -> None:
    """Return so long after the log's file was next touched: most of a desk's time is thinking, not writing."""
    journal = folder / f"{STORE}-wal"
    untouched = journal.stat().st_mtime_ns
    while journal.stat().st_mtime_ns == untouched and desk.poll() is None:
        pass
    touched = time.perf_counter_ns()
    while time.perf_counter_ns() - touched < then_ns:
        pass


@pytest.fixture
def facts(killed: tuple[Path, dict[int, int]]) -> list[Fact]:
    """The whole log after the last crash."""
    with Ledger.open(f"sqlite:{killed[0] / STORE}", simulated=None, create=False) as ledger:
        return ledger.facts(limit=1_000_000)


def by_the_desk(facts: list[Fact]) -> dict[int, list[Fact]]:
    """The facts of each numbered command."""
    found: dict[int, list[Fact]] = {}
    for fact in facts:
        if fact.request.isdigit():
            found.setdefault(int(fact.request), []).append(fact)
    return found


def test_everything_that_was_acknowledged_is_found(killed: tuple[Path, dict[int, int]], facts: list[Fact]) -> None:
    acknowledged = {number: position for number, position in killed[1].items() if position}

    assert len(acknowledged) > KILLS  # how many more depends on the machine
    commands = by_the_desk(facts)
    assert acknowledged == {number: commands[number][-1].position for number in acknowledged if number in commands}


def test_a_command_that_was_sent_again_after_the_crash_is_recorded_once(
    killed: tuple[Path, dict[int, int]], facts: list[Fact]
) -> None:
    assert list(range(len(killed[1]))) == sorted(killed[1])
    for number, recorded in by_the_desk(facts).items():
        first = recorded[0].position
        assert list(range(first, first + len(recorded))) == [fact.position for fact in recorded], number


def test_commands_are_all_or_nothing(killed: tuple[Path, dict[int, int]], facts: list[Fact]) -> None:
    commands = by_the_desk(facts)
    assert max(len({fact.stream for fact in recorded}) for recorded in commands.values()) >= 2
    with sqlite3.connect(killed[0] / STORE) as connection:
        promised = connection.execute("SELECT request, events FROM requests WHERE device = 'desk-1'").fetchall()

    assert Counter({int(number): events for number, events in promised if number.isdigit()}) == Counter(
        {number: len(recorded) for number, recorded in commands.items()}
    )
    captured = {(f.request, f.event.hold) for f in facts if isinstance(f.event, HoldCaptured)}
    set_aside = {(f.request, f.event.hold) for f in facts if isinstance(f.event, ItemSetAside)}
    assert captured
    assert captured == set_aside


def test_positions_and_versions_have_no_gaps(facts: list[Fact]) -> None:
    assert list(range(1, len(facts) + 1)) == [fact.position for fact in facts]
    versions: dict[str, list[int]] = {}
    for fact in facts:
        versions.setdefault(fact.stream, []).append(fact.version)
    assert {stream: list(range(1, len(seen) + 1)) for stream, seen in versions.items()} == versions


def test_the_claims_beside_the_log_are_the_open_loans_of_the_log(
    killed: tuple[Path, dict[int, int]], facts: list[Fact]
) -> None:
    assert not [fact for fact in facts if isinstance(fact.event, ScanUndone)]
    lent = {fact.event.loan for fact in facts if isinstance(fact.event, ItemLent)}
    returned = {fact.event.loan for fact in facts if isinstance(fact.event, ItemReturned)}
    with sqlite3.connect(killed[0] / STORE) as connection:
        claimed = {ref for (ref,) in connection.execute("SELECT ref FROM claims WHERE kind = 'loan'")}

    assert returned
    assert lent - returned == claimed


def test_the_views_catch_up_by_themselves_and_are_what_the_log_says(killed: tuple[Path, dict[int, int]]) -> None:
    with Ledger.open(f"sqlite:{killed[0] / STORE}", simulated=None, create=False) as ledger:
        views = open_views(ledger)

        assert ledger.head().position == views.fresh()
        assert {status.name: (ledger.head().position, "") for status in views.status()} == {
            status.name: (status.position, status.stopped) for status in views.status()
        }
        assert {p.name: [] for p in PROJECTIONS} == {p.name: views.verify(p.name) for p in PROJECTIONS}
        views.close()

"""
Whatever is changed in a sealed log, or in the hashes beside it, is found at the right position.

The hand that does it works past every trigger, in a copy of the store's own files; the checkpoint is kept elsewhere.
"""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest

from circulation.evidence.tree import HASH
from circulation.evidence.verifying import Verdict
from tests.evidence.conftest import EVENTS, SIZES, SMALL, Evidence
from tests.evidence.sealed_store import COLUMNS, Copy

SEALED = SIZES[-1]
LATER = "'HoldSuspended', 2000000000000000, x'7b7d'"


def rows(copy: Copy) -> list[tuple[object, ...]]:
    """All rows of the log, by position from 1."""
    with closing(copy.log()) as log:
        return log.execute("SELECT * FROM stored_events ORDER BY position").fetchall()


def write(copy: Copy, events: list[tuple[object, ...]]) -> None:
    """Put rows in the place of all others, numbered anew."""
    with closing(copy.log()) as log:
        log.execute("BEGIN")
        log.execute("DELETE FROM stored_events")
        numbered = [(at, *row[1:]) for at, row in enumerate(events, 1)]
        log.executemany("INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)", numbered)
        log.execute("COMMIT")


def flip(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Change one bit of one column of one event."""
    position = chance.randint(1, SEALED)
    column = chance.choice(COLUMNS.split(", "))
    with closing(copy.log()) as log:
        (value,) = log.execute(f"SELECT {column} FROM stored_events WHERE position = ?", (position,)).fetchone()
        if isinstance(value, int):
            changed: object = value ^ 1 << chance.randrange(20, 50)
        else:
            data = bytearray(value if isinstance(value, bytes) else value.encode())
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            changed = bytes(data)
        text = "" if isinstance(value, (int, bytes)) else "CAST(? AS TEXT)"
        log.execute(f"UPDATE stored_events SET {column} = {text or '?'} WHERE position = ?", (changed, position))
    return position, {"changed"}


def retype(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Store the same bytes as another kind of value, which a reader would choke on."""
    position = chance.randint(1, SEALED)
    column, kind = chance.choice([("state", "TEXT"), ("topic", "BLOB"), ("originator_id", "BLOB")])
    with closing(copy.log()) as log:
        log.execute(f"UPDATE stored_events SET {column} = CAST({column} AS {kind}) WHERE position = ?", (position,))
    return position, {"changed"}


def delete(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Take an event, or a few, out and leave the gap."""
    position = chance.randint(1, SEALED)
    with closing(copy.log()) as log:
        upto = position + chance.choice([0, 0, 3, 40])
        log.execute("DELETE FROM stored_events WHERE position BETWEEN ? AND ?", (position, upto))
    return position, {"removed"}


def delete_and_close_up(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Take an event out and number what comes later anew."""
    position = chance.randint(1, SEALED - 1)
    events = rows(copy)
    del events[position - 1]
    write(copy, events)
    return position, {"removed"}


def insert(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Put an event that never was between two, and number what comes later anew."""
    position = chance.randint(1, SEALED)
    events = rows(copy)
    forged = (0, "title/forged", chance.randint(1, 3), "HoldSuspended", events[position - 1][4], b"{}")
    events.insert(position - 1, forged)
    write(copy, events)
    return position, {"inserted"}


def insert_before_the_first(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Put an event at a position that no event has."""
    position = -chance.randint(0, 5)
    with closing(copy.log()) as log:
        log.execute("INSERT INTO stored_events VALUES (?, 'title/forged', 1, 'TitleAdded', 0, x'7b7d')", (position,))
    return position, {"inserted"}


def swap(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Let two events change places."""
    first, second = sorted(chance.sample(range(1, SEALED + 1), 2))
    events = rows(copy)
    events[first - 1], events[second - 1] = events[second - 1], events[first - 1]
    write(copy, events)
    return first, {"reordered"}


def swap_contents(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Let two events exchange what they say, each staying in its stream."""
    events = rows(copy)
    first, second = sorted(chance.sample(range(1, SEALED + 1), 2))
    while events[first - 1][5] == events[second - 1][5]:
        first, second = sorted(chance.sample(range(1, SEALED + 1), 2))
    a, b = events[first - 1], events[second - 1]
    events[first - 1], events[second - 1] = (*a[:5], b[5]), (*b[:5], a[5])
    write(copy, events)
    return first, {"changed"}


def rotate(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Move one event some places on."""
    first, last = sorted(chance.sample(range(1, SEALED + 1), 2))
    events = rows(copy)
    events.insert(last - 1, events.pop(first - 1))
    write(copy, events)
    return first, {"reordered"}


def truncate(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Cut the log off."""
    position = chance.randint(1, SEALED)
    with closing(copy.log()) as log:
        log.execute("DELETE FROM stored_events WHERE position >= ?", (position,))
    return position, {"removed"}


def flip_a_hash(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Change one bit of one leaf's hash in the tree."""
    at = chance.randrange(SEALED)
    with closing(copy.tree()) as tree:
        number = at // SMALL
        (leaves,) = tree.execute("SELECT leaves FROM blocks WHERE number = ?", (number,)).fetchone()
        changed = bytearray(leaves)
        changed[at % SMALL * HASH + chance.randrange(HASH)] ^= 1 << chance.randrange(8)
        tree.execute("UPDATE blocks SET leaves = ? WHERE number = ?", (bytes(changed), number))
    return at + 1, {"tree"}


def flip_a_root(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Change one bit of the root over one block."""
    number = chance.randrange(-(-SEALED // SMALL))
    with closing(copy.tree()) as tree:
        (root,) = tree.execute("SELECT root FROM blocks WHERE number = ?", (number,)).fetchone()
        changed = bytearray(root)
        changed[chance.randrange(HASH)] ^= 1 << chance.randrange(8)
        tree.execute("UPDATE blocks SET root = ? WHERE number = ?", (bytes(changed), number))
    return number * SMALL + 1, {"tree"}


def drop_a_block(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Take a block, or all from it on, out of the tree."""
    number = chance.randrange(-(-SEALED // SMALL))
    with closing(copy.tree()) as tree:
        tree.execute(f"DELETE FROM blocks WHERE number {chance.choice(['=', '>='])} ?", (number,))
    return number * SMALL + 1, {"tree"}


def shorten_a_block(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Cut hashes off a block."""
    at = chance.randrange(SEALED)
    with closing(copy.tree()) as tree:
        length = at % SMALL * HASH + chance.randrange(HASH)
        tree.execute("UPDATE blocks SET leaves = substr(leaves, 1, ?) WHERE number = ?", (length, at // SMALL))
    return at + 1, {"tree"}


def swap_hashes(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Let two blocks change places in the tree."""
    first, second = sorted(chance.sample(range(SEALED // SMALL), 2))
    with closing(copy.tree()) as tree:
        tree.execute("UPDATE blocks SET number = -1 WHERE number = ?", (first,))
        tree.execute("UPDATE blocks SET number = ? WHERE number = ?", (first, second))
        tree.execute("UPDATE blocks SET number = ? WHERE number = -1", (second,))
    return first * SMALL + 1, {"tree"}


def junk_in_the_tree(copy: Copy, chance: random.Random) -> tuple[int, set[str]]:
    """Fill a column of the tree with something that is no hash."""
    number = chance.randrange(-(-SEALED // SMALL))
    with closing(copy.tree()) as tree:
        junk = chance.choice(["'text'", "42", "x''", "3.5"])
        tree.execute(f"UPDATE blocks SET {chance.choice(['leaves', 'root'])} = {junk} WHERE number = ?", (number,))
    return number * SMALL + 1, {"tree"}


OF_EVENTS = (
    flip, retype, delete, delete_and_close_up, insert, insert_before_the_first,
    swap, swap_contents, rotate, truncate,
)  # fmt: skip
OF_THE_TREE = (flip_a_hash, flip_a_root, drop_a_block, shorten_a_block, swap_hashes, junk_in_the_tree)
EACH = 50
"""Of each kind; with a bare checkpoint, and again with the tree forged as well: 1,500 mutations and more."""


def check(found: Verdict, position: int, reasons: set[str], what: str) -> None:
    """The right position, and the right word for it."""
    assert not found.ok, what
    assert (found.position, found.upto) == (position, position), f"{what}: {found}"
    assert found.reason in reasons, f"{what}: {found}"


def test_an_untouched_log_is_all_well(evidence: Evidence, tmp_path: Path) -> None:
    found = Copy(evidence.store, tmp_path).verified(evidence.folder)

    assert found == Verdict(True, SEALED, EVENTS - SEALED, len(SIZES))
    assert found.sentence == "All 280 sealed events are as they were sealed; not yet sealed: 20."


@pytest.mark.parametrize("mutation", [*OF_EVENTS, *OF_THE_TREE], ids=lambda one: one.__name__)
def test_every_mutation_is_found_with_a_checkpoint_alone(
    evidence: Evidence, tmp_path: Path, mutation: type(flip)
) -> None:
    checkpoint = tmp_path / "checkpoint"
    checkpoint.write_bytes((evidence.folder / "checkpoint").read_bytes())
    key = (evidence.folder / "seal.pub").read_text()
    for seed in range(EACH):
        copy = Copy(evidence.store, tmp_path)
        position, reasons = mutation(copy, random.Random(seed))
        check(copy.verified(checkpoint, key=key), position, reasons, f"{mutation.__name__} {seed}")


@pytest.mark.parametrize("mutation", OF_EVENTS, ids=lambda one: one.__name__)
def test_every_mutation_is_found_though_the_tree_was_forged_to_fit(
    evidence: Evidence, tmp_path: Path, mutation: type(flip)
) -> None:
    for seed in range(EACH):
        copy = Copy(evidence.store, tmp_path)
        position, reasons = mutation(copy, random.Random(seed))
        if position > 0:
            copy.rederive_in_secret()
        check(copy.verified(evidence.folder), position, reasons, f"{mutation.__name__} {seed}")


@pytest.mark.parametrize("mutation", OF_EVENTS, ids=lambda one: one.__name__)
def test_every_mutation_is_found_though_the_tree_was_damaged_elsewhere(
    evidence: Evidence, tmp_path: Path, mutation: type(flip)
) -> None:
    for seed in range(EACH // 2):
        copy = Copy(evidence.store, tmp_path)
        chance = random.Random(seed)
        position, reasons = mutation(copy, chance)
        chance.choice(OF_THE_TREE)(copy, chance)
        check(copy.verified(evidence.folder), position, reasons, f"{mutation.__name__} {seed}")


def test_without_the_folder_a_forged_tree_leaves_a_range_between_checkpoints(
    evidence: Evidence, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "checkpoints").mkdir()
    (elsewhere / "seal.pub").write_bytes((evidence.folder / "seal.pub").read_bytes())
    for note in (evidence.folder / "checkpoints").iterdir():
        (elsewhere / "checkpoints" / note.name).write_bytes(note.read_bytes())
    copy = Copy(evidence.store, tmp_path)
    with closing(copy.log()) as log:
        log.execute("UPDATE stored_events SET topic = 'Forged' WHERE position = 150")
    copy.rederive_in_secret()

    found = copy.verified(elsewhere)

    assert (found.ok, found.position, found.upto, found.reason) == (False, 101, 237, "somewhere")
    assert "from 101 to 237" in found.sentence


@pytest.mark.parametrize(
    ("statement", "position", "reason"),
    [
        ("UPDATE stored_events SET recorded_us = 5 WHERE position = 290", 290, "time"),
        ("UPDATE stored_events SET originator_version = 900 WHERE position = 285", 285, "version"),
        ("DELETE FROM stored_events WHERE position = 288", 288, "removed"),
        (f"INSERT INTO stored_events VALUES (301, 'title/0', 900, {LATER})", 301, "version"),
        (f"INSERT INTO stored_events VALUES (303, 'title/new', 1, {LATER})", 301, "removed"),
    ],
)
def test_what_is_not_yet_sealed_must_still_be_possible(
    evidence: Evidence, tmp_path: Path, statement: str, position: int, reason: str
) -> None:
    copy = Copy(evidence.store, tmp_path)
    with closing(copy.log()) as log:
        log.execute(statement)

    check(copy.verified(evidence.folder), position, {reason}, statement)


def damage(copy: Copy, btree: str) -> None:
    """Overwrite one leaf page of a table or an index in the file."""
    page_of = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 1"
    with closing(copy.log()) as log:
        if ("ENABLE_DBSTAT_VTAB",) not in log.execute("PRAGMA compile_options").fetchall():
            pytest.skip("this SQLite cannot say which page holds which rows")
        (page,) = log.execute(page_of, (btree,)).fetchone()
        (size,) = log.execute("PRAGMA page_size").fetchone()
        log.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with copy.path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 64)


def test_a_damaged_page_is_found_at_the_first_event_that_cannot_be_read(evidence: Evidence, tmp_path: Path) -> None:
    copy = Copy(evidence.store, tmp_path)
    damage(copy, "stored_events")

    found = copy.verified(evidence.folder)

    assert (found.ok, found.reason) == (False, "unreadable")
    assert found.position == found.upto
    with closing(copy.log()) as log:
        log.execute("SELECT * FROM stored_events WHERE position < ?", (found.position,)).fetchall()


def test_a_damaged_index_is_told_from_damaged_events(evidence: Evidence, tmp_path: Path) -> None:
    copy = Copy(evidence.store, tmp_path)
    damage(copy, "sqlite_autoindex_stored_events_1")

    found = copy.verified(evidence.folder)

    assert (found.ok, found.position, found.reason) == (False, None, "index")

"""A small sealed store with a folder elsewhere, and a hand that changes what must not be changed."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from circulation.event import NewEvents
from circulation.evidence import tree as tree_module
from circulation.evidence.folder import SealFolder, read_against
from circulation.evidence.merkle import root_of
from circulation.evidence.note import origin_of
from circulation.evidence.reading import hashed_block
from circulation.evidence.sealing import Sealed, seal
from circulation.evidence.tree import Tree, open_tree
from circulation.evidence.verifying import Verdict, verify
from circulation.ledger import Ledger
from tests.contracts.said import added, noted, stamp

COLUMNS = "originator_id, originator_version, topic, recorded_us, state"


def record(ledger: Ledger, events: int, *, seed: int = 0) -> None:
    """Append so many events to a few streams, some commands with several."""
    chance = random.Random(seed)
    left = events
    while left:
        name = f"{chance.randrange(9)}"
        version = len(ledger.stream(f"title/{name}"))
        many = min(left, chance.randint(1, 3)) if version else 1
        change: NewEvents = noted(name, after=version, times=many) if version else added(name)
        ledger.append(stamp(f"r{ledger.head().position}"), [change])
        left -= many


def sealed(ledger: Ledger, folder: Path, *, rederive: bool = False) -> Sealed:
    """Seal what is new."""
    tree = tree_of(ledger)
    try:
        return seal(ledger, tree, SealFolder(folder), rederive=rederive)
    finally:
        tree.close()


def tree_of(ledger: Ledger) -> Tree:
    """The store's tree, made if it is not there."""
    tree = open_tree(ledger.url.beside("tree"), create=True)
    assert tree is not None
    return tree


def verified(ledger: Ledger, against: Path, *, key: str | None = None) -> Verdict:
    """Verify against a folder or one checkpoint."""
    tree = open_tree(ledger.url.beside("tree"), create=False)
    try:
        return verify(ledger, read_against(against, origin_of(ledger.store_id), key=key), tree)
    finally:
        if tree is not None:
            tree.close()


class Copy:
    """A copy of a store's file and its tree, which may be changed by hand past every trigger."""

    def __init__(self, store: Path, place: Path) -> None:
        self.path = place / store.name
        for end in ("", ".tree"):
            shutil.copyfile(f"{store}{end}", f"{self.path}{end}")
            for left in ("-wal", "-shm"):
                Path(f"{self.path}{end}{left}").unlink(missing_ok=True)
        with closing(self.log()) as log:
            for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                log.execute(f"DROP TRIGGER {name}")

    def log(self) -> sqlite3.Connection:
        """A plain connection to the log."""
        return _hasty(self.path)

    def tree(self) -> sqlite3.Connection:
        """A plain connection to the tree."""
        return _hasty(Path(f"{self.path}.tree"))

    def rederive_in_secret(self) -> None:
        """Make the tree fit the log as it is now, as a forger would."""
        with Ledger.open(str(self.path), simulated=None) as ledger, closing(self.tree()) as tree:
            head = ledger.head().position
            tree.execute("BEGIN")
            tree.execute("DELETE FROM blocks")
            for number in range(-(-head // block_size())):
                leaves = hashed_block(ledger.store, number, head).leaves
                tree.execute("INSERT INTO blocks VALUES (?, ?, ?)", (number, root_of(leaves), b"".join(leaves)))
            tree.execute("COMMIT")

    def verified(self, against: Path, *, key: str | None = None) -> Verdict:
        """Verify the copy."""
        with Ledger.open(str(self.path), simulated=None) as ledger:
            return verified(ledger, against, key=key)


def block_size() -> int:
    """How many leaves a block has in this test."""
    return tree_module.LEAVES


def _hasty(path: Path) -> sqlite3.Connection:
    """A connection that waits for no disk: nobody pulls the plug here."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    return connection

"""
Sealing: what the log holds since the last checkpoint goes into the tree, and a new checkpoint is signed.

It only reads the log, and runs whenever somebody wants it: nothing that records waits for it. What an earlier
checkpoint covers is taken from the store's tree if that leads to the signed root, and derived from the log again
if not; a log that no longer gives the signed root is not sealed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from circulation.errors import Refused
from circulation.evidence.folder import SealFolder
from circulation.evidence.note import Checkpoint, SealKey, origin_of
from circulation.evidence.tree import HASH, LEAVES, Tree
from circulation.evidence.workers import Question, reading
from circulation.ledger import Ledger

__all__ = ["Sealed", "seal"]

FOLDER = "folder"
"""Under this name the tree notes where it was sealed to last."""

Progress = Callable[[int], None]
"""Called with how many more events were read."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """The checkpoint that stands now, how many events were sealed just now, and whether the tree was derived again."""

    checkpoint: Checkpoint
    new: int
    rederived: bool


def seal(
    ledger: Ledger, tree: Tree, folder: SealFolder, *, rederive: bool = False, progress: Progress | None = None
) -> Sealed:
    """
    Seal every event that is recorded by now.

    `rederive` makes the tree from the log again even where it leads to the signed root.

    Raises `Refused` (`seal.tampered`, `seal.unsound`, `seal.other-store`, `seal.empty`), `Unknown` (`seal.key-gone`),
    `Invalid` (`seal.unsigned`, `seal.key-unreadable`) and `Conflict` (`store.busy`).
    """
    with tree.writing():
        key = folder.key(origin_of(ledger.store_id))
        last = folder.newest(key.verifier)
        head = ledger.head().position
        if head == 0:
            raise Refused("seal.empty")
        size = 0 if last is None else last.size
        if head < size:
            raise _tampered(size)
        sound = last is not None and not rederive and tree.root(size) == last.root
        start = size if sound else 0
        tree.cut(start)
        _extend(ledger, tree, start, head, progress)
        if last is not None and tree.root(size) != last.root:
            raise _tampered(size)
        _keep_leaves(tree, folder, start, head)
        tree.note(FOLDER, str(folder.path.resolve()))
        if last is None or head > size:
            last = _signed(key, head, tree.root(head))
            folder.add(last)
    return Sealed(last, head - size, rederived=not sound and size > 0)


def _extend(ledger: Ledger, tree: Tree, start: int, head: int, progress: Progress | None) -> None:
    if start == head:
        return
    first = start // LEAVES
    known = tree.leaves(first)
    with reading(ledger, Question(head), tree) as log:
        for number, leaves in log.leaves(after=start):
            if number == first and not leaves.startswith(known):
                raise _tampered(start)
            tree.put(number, leaves)
            if progress:
                progress(len(leaves) // HASH)


def _keep_leaves(tree: Tree, folder: SealFolder, start: int, head: int) -> None:
    """Bring the folder's copy of the leaves to those of the tree, from `start` on or, where some are missing, all."""
    begin = start if folder.sealed_leaves() >= start else 0
    for number in range(begin // LEAVES, -(-head // LEAVES)):
        after = max(begin, number * LEAVES)
        folder.append_leaves(after, tree.leaves(number)[(after - number * LEAVES) * HASH :])


def _signed(key: SealKey, size: int, root: bytes) -> Checkpoint:
    checkpoint = Checkpoint(key.name, size, root)
    return replace(checkpoint, note=key.sign(checkpoint.text))


def _tampered(size: int) -> Refused:
    return Refused("seal.tampered", size=size)

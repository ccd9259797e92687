"""
Finding the first event that is not as it was sealed, when the log no longer gives a signed root.

Hashes of what was sealed come from the store's tree and from the folder, and are believed only where they lead to the
signed root. Where each of them was forged, but not in the same places, the right ones are chosen by trying;
where nothing leads to the root, the answer is the smallest range that can be proven.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from circulation.errors import BranchlineError
from circulation.evidence.leaf import hash_of_row
from circulation.evidence.merkle import root_of
from circulation.evidence.note import Checkpoint
from circulation.evidence.reading import ABSENT, hashed_block, rows_or_damage
from circulation.evidence.tree import HASH, LEAVES, Tree, hashes_in
from circulation.store.recorder import LogRecorder

__all__ = ["Found", "Search", "find_first", "settle"]

_MOST_TRIES = 256
_MOST_OTHERS = 1000
"""How many more wrong positions are looked at to say what happened at the first one."""


@dataclass(frozen=True, slots=True)
class Found:
    """The first wrong position is from `first` to `last`, usually the same; `reason` says in one word what happened."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look: a log that ends at `head` and does not fit a checkpoint, but does fit one over `passed` events."""

    store: LogRecorder
    head: int
    checkpoint: Checkpoint
    passed: int
    tree: Tree | None
    folder: Path | None

    def count(self, number: int) -> int:
        """How many sealed leaves a block has."""
        return min(LEAVES, self.checkpoint.size - number * LEAVES)

    def in_log(self, number: int) -> list[bytes]:
        """The hashes of a block's events as they are now."""
        count = self.count(number)
        upto = min(self.head, self.checkpoint.size)
        leaves = hashed_block(self.store, number, upto).leaves if number * LEAVES < upto else []
        return [*leaves, *[ABSENT] * (count - len(leaves))]

    def in_tree(self, number: int) -> list[bytes]:
        """The hashes that the store's tree has of a block."""
        try:
            return [] if self.tree is None else hashes_in(self.tree.leaves(number))[: self.count(number)]
        except BranchlineError:
            return []

    def in_folder(self, number: int) -> list[bytes]:
        """The hashes that the folder has of a block."""
        if self.folder is None:
            return []
        with self.folder.open("rb") as file:
            file.seek(number * LEAVES * HASH)
            return hashes_in(file.read(self.count(number) * HASH))

    def sealed(self, number: int, root: bytes) -> list[bytes] | None:
        """The hashes of a block's events as they were sealed; None where nothing gives its root."""
        return settle((source(number) for source in (self.in_log, self.in_tree, self.in_folder)), root)


def settle(candidates: Iterable[Sequence[bytes]], root: bytes) -> list[bytes] | None:
    """
    The hashes that give a root: one of the candidates as it is, or the right choice among them where they differ.

    Choices are tried as long as they are few.
    """
    read: list[Sequence[bytes]] = []
    for one in candidates:
        if one and root_of(one) == root:
            return list(one)
        read.append(one)
    length = max(map(len, read), default=0)
    read = [one for one in read if len(one) == length]
    choices = [list(dict.fromkeys(at)) for at in zip(*read, strict=True)]
    disputed = [at for at, hashes in enumerate(choices) if len(hashes) > 1]
    if not disputed or prod(len(choices[at]) for at in disputed[:20]) > _MOST_TRIES:
        return None
    tried = [hashes[0] for hashes in choices]
    for choice in product(*(choices[at] for at in disputed)):
        for at, hash_ in zip(disputed, choice, strict=True):
            tried[at] = hash_
        if root_of(tried) == root:
            return tried
    return None


def find_first(search: Search, mine: Sequence[bytes], gaps: Sequence[int]) -> Found:
    """
    The first sealed event that is not as it was.

    `mine` are the roots of the log's blocks as they are now, `gaps` the positions at which there is no event.
    """
    size = search.checkpoint.size
    roots = settle(_block_roots(search, mine), search.checkpoint.root)
    if roots is None:
        # A gap is seen without any hash; before it there may be more.
        return Found(search.passed + 1, min([size, *(gap for gap in gaps if gap > search.passed)]), "somewhere")
    wrong = [number for number, root in enumerate(roots) if root != mine[number]]
    first = wrong[0]
    sealed = search.sealed(first, roots[first])
    if sealed is None:
        before = first * LEAVES
        return Found(max(search.passed, before) + 1, min(size, before + LEAVES), "somewhere")
    now = search.in_log(first)
    at = next(at for at, hash_ in enumerate(sealed) if hash_ != now[at])
    position = first * LEAVES + at + 1
    return Found(position, position, _what_happened(search, position, sealed[at], _others(search, wrong, roots)))


def _block_roots(search: Search, mine: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """The roots of all sealed blocks as each source has them."""
    yield mine
    numbers = range(len(mine))
    if search.tree is not None:
        whole, part = divmod(search.checkpoint.size, LEAVES)
        try:
            stored = search.tree.block_roots(0, whole)
        except BranchlineError:
            stored = []
        yield [*stored, *([root_of(search.in_tree(whole))] if part else [])]
        yield [root_of(search.in_tree(number)) for number in numbers]
    if search.folder is not None:
        yield [root_of(search.in_folder(number)) for number in numbers]


def _others(search: Search, wrong: Sequence[int], roots: Sequence[bytes]) -> dict[int, bytes]:
    """The first wrong positions, with the hashes that were sealed there."""
    found: dict[int, bytes] = {}
    for number in wrong:
        sealed = search.sealed(number, roots[number]) or []
        for at, (was, now) in enumerate(zip(sealed, search.in_log(number), strict=False)):
            if was != now:
                found[number * LEAVES + at + 1] = was
        if len(found) >= _MOST_OTHERS:
            break
    return dict(list(found.items())[:_MOST_OTHERS])


def _what_happened(search: Search, position: int, sealed: bytes, others: dict[int, bytes]) -> str:
    """Whether the event that was here, or the one that is here now, stands elsewhere."""
    here = rows_or_damage(search.store, position - 1, position)
    if here is None:
        return "unreadable"
    if not here:
        return "removed"
    came_from = any(hash_of_row(here[0], position=other) == hash_ for other, hash_ in others.items())
    moved = any(hash_of_row(row, position=position) == sealed for row in _rows(search.store, [*others, position + 1]))
    match came_from, moved:
        case True, True:
            return "reordered"
        case True, False:
            return "removed"
        case False, True:
            return "inserted"
    return "changed"


def _rows(store: LogRecorder, positions: Iterable[int]) -> Iterator[Any]:
    for position in positions:
        yield from rows_or_damage(store, position - 1, position) or []

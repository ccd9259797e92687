"""
The tree of RFC 6962, section 2.1: hashes, roots and proofs; pure functions over SHA-256.

Nothing here knows what a leaf stands for or where hashes are kept: whoever asks for a proof brings a function
that gives the hash of any run of leaves. Proofs are checked by the algorithms of RFC 9162, sections 2.1.3.2
and 2.1.4.2, which share no code with those that make them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

__all__ = [
    "EMPTY_ROOT",
    "Subtree",
    "consistency_path",
    "inclusion_path",
    "is_consistent",
    "leaf_hash",
    "levels_of",
    "node_hash",
    "pruned",
    "root_at",
    "root_of",
    "root_of_inclusion",
]

EMPTY_ROOT = sha256().digest()
"""The root of the tree without leaves."""

Subtree = Callable[[int, int], bytes]
"""Gives the hash of the leaves from one index (from 0) up to, but without, another."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\1" + left + right).digest()


def levels_of(hashes: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The hashes, then those of all whole pairs, of all whole fours, and so on."""
    levels = [hashes]
    while len(hashes) > 1:
        hashes = [sha256(b"\1" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=False)]
        levels.append(hashes)
    return levels


def root_at(levels: Sequence[Sequence[bytes]], size: int, rest: bytes | None = None) -> bytes:
    """
    The root over the first `size` hashes of the lowest level, and over the subtree `rest` behind them, if given.

    It costs one hash for each bit that is set in `size`.
    """
    parts: list[bytes] = []
    start = 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            parts.append(levels[height][start >> height])
            start += 1 << height
    if rest is not None:
        parts.append(rest)
    if not parts:
        return EMPTY_ROOT
    root = parts.pop()
    while parts:
        root = node_hash(parts.pop(), root)
    return root


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes."""
    return root_at(levels_of(hashes), len(hashes))


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that lead from a leaf to the root of a tree of `size` leaves (RFC 6962, section 2.1.1)."""
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_path(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """The hashes that show that the first `old` of `new` leaves are the old tree (RFC 6962, section 2.1.2)."""
    if old in {0, new}:
        return []
    start, end, path = 0, new, []
    # Down to the run that ends where the old tree did; what is left aside on the way is the proof.
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:
        path.append(subtree(start, end))
    return path[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads from a leaf's hash; None for a proof that cannot be of that leaf and size."""
    if not 0 <= index < size:
        return None
    node, last, root = index, size - 1, leaf
    for hash_ in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = node_hash(hash_, root)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            root = node_hash(root, hash_)
        node >>= 1
        last >>= 1
    return root if last == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a proof shows that the tree of `new` leaves begins with that of `old` leaves."""
    if old in {0, new}:
        return not path and old <= new and old_root == (new_root if old else EMPTY_ROOT)
    if old > new or not path:
        return False
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = hashes[0]
    for hash_ in hashes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(hash_, first), node_hash(hash_, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, hash_)
        node >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root


def pruned(wanted: Callable[[int, int], bool], size: int, subtree: Subtree) -> list[tuple[int, int, bytes]]:
    """
    The largest runs without a wanted leaf, with their hashes, from left to right.

    Together with the wanted leaves they give the root: one proof for any number of leaves. `wanted(start, end)` says
    whether there is one in a run.
    """
    found: list[tuple[int, int, bytes]] = []
    waiting = [(0, size)] if size else []
    while waiting:
        start, end = waiting.pop()
        if not wanted(start, end):
            found.append((start, end, subtree(start, end)))
        elif end - start > 1:
            middle = start + _split(end - start)
            waiting += [(middle, end), (start, middle)]
    return found

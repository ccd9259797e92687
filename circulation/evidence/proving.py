"""
Proofs for others: that one event is in the sealed log, and that one checkpoint continues another.

A proof is made from the store's tree and checked before it is handed out.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from circulation.errors import Refused
from circulation.evidence.leaf import leaf_bytes
from circulation.evidence.merkle import consistency_path, inclusion_path, is_consistent, leaf_hash, root_of_inclusion
from circulation.evidence.note import Checkpoint
from circulation.evidence.tree import Tree
from circulation.ledger import Ledger

__all__ = ["Inclusion", "prove_consistency", "prove_inclusion"]


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The proof that an event was sealed: its leaf, the hashes that lead to the root, the checkpoint."""

    position: int
    leaf: bytes
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def text(self) -> str:
        """The proof in the text form of C2SP (`tlog-proof`); the leaf's bytes are its extra data."""
        lines = ["c2sp.org/tlog-proof@v1", f"extra {b64encode(self.leaf).decode()}", f"index {self.position - 1}"]
        lines += [b64encode(hash_).decode() for hash_ in self.path]
        return "\n".join(lines) + f"\n\n{self.checkpoint.note}"


def prove_inclusion(ledger: Ledger, tree: Tree, checkpoint: Checkpoint, position: int) -> Inclusion:
    """
    Prove that the event at a position is the one that was sealed.

    Raises `Refused`: `seal.not-sealed` for an event that the checkpoint does not cover, `seal.unprovable` where the
    event or the store's hashes are not as they were.
    """
    if not 1 <= position <= checkpoint.size:
        raise Refused("seal.not-sealed", position=position, size=checkpoint.size)
    rows = ledger.store.stored_rows(position - 1, position)
    leaf = leaf_bytes(*rows[0][:6]) if rows and rows[0][6] else b""
    path = inclusion_path(position - 1, checkpoint.size, tree.subtree)
    if root_of_inclusion(leaf_hash(leaf), position - 1, checkpoint.size, path) != checkpoint.root:
        raise Refused("seal.unprovable", position=position, size=checkpoint.size)
    return Inclusion(position, leaf, tuple(path), checkpoint)


def prove_consistency(tree: Tree, old: Checkpoint, new: Checkpoint) -> tuple[bytes, ...] | None:
    """
    The hashes that show that a checkpoint continues another one; None where it does not.

    Raises `Refused` (`seal.unprovable`) where the store's hashes do not lead to the newer one.
    """
    if old.size > new.size:
        return None
    path = consistency_path(old.size, new.size, tree.subtree)
    if is_consistent(old.size, new.size, old.root, new.root, path):
        return tuple(path)
    if tree.root(new.size) != new.root:
        raise Refused("seal.unprovable:prove-consistency", size=new.size)
    return None

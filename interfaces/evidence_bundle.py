"""
A folder for somebody who trusts neither us nor our software: events, proof, checkpoint, key and a script.

However many events are in it, there is one proof: the hashes of all that lies between them. Events are written as they
are stored, what concerns people encrypted.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from circulation.errors import Refused
from circulation.evidence.leaf import StoredRow
from circulation.evidence.merkle import pruned
from circulation.evidence.note import Checkpoint, VerifierKey
from circulation.evidence.proving import prove_consistency

if TYPE_CHECKING:
    from circulation.evidence.tree import Tree
    from circulation.ledger import Ledger

__all__ = ["Runs", "runs_of", "write_bundle"]

Runs = Sequence[tuple[int, int]]
"""Positions as first and last of runs without gaps, in rising order."""

_READ_AT_ONCE = 4096

_README = """\
{count} of the {size} sealed events of {origin}.

To verify them without Branchline (Python 3.9 or newer, with the package cryptography):

    python verify.py --key KEY

KEY is the public key that you were given when the seals began. It must be this one:

    {key}

With --since CHECKPOINT it is also shown that nothing under a checkpoint that you kept was changed since.
How the bytes of an event become a leaf of the tree stands in verify.py, in the function leaf.
"""


def runs_of(positions: Iterable[int]) -> list[tuple[int, int]]:
    """Positions in rising order as runs without gaps."""
    runs: list[tuple[int, int]] = []
    for position in positions:
        if runs and runs[-1][1] == position - 1:
            runs[-1] = (runs[-1][0], position)
        else:
            runs.append((position, position))
    return runs


def write_bundle(
    ledger: Ledger,
    tree: Tree,
    folder: Path,
    runs: Runs,
    *,
    checkpoint: Checkpoint,
    key: VerifierKey,
    since: Checkpoint | None = None,
) -> int:
    """
    Write the events at these positions with all that proves them to a new folder; how many there are.

    Raises `Refused`: `bundle.exists`, `bundle.empty`, `seal.not-sealed` for events that the checkpoint does not cover,
    `seal.unprovable` where events or hashes are not as they were, `seal.not-continued` where the checkpoint
    does not continue `since`.
    """
    if not runs:
        raise Refused("bundle.empty")
    if runs[-1][1] > checkpoint.size:
        raise Refused("seal.not-sealed", position=runs[-1][1], size=checkpoint.size)
    if folder.exists():
        raise Refused("bundle.exists", folder=folder)
    path = () if since is None else prove_consistency(tree, since, checkpoint)
    if path is None:
        raise Refused("seal.not-continued")
    lasts = [last for _, last in runs]

    def wanted(start: int, end: int) -> bool:
        at = bisect_left(lasts, start + 1)
        return at < len(runs) and runs[at][0] <= end

    between = pruned(wanted, checkpoint.size, tree.subtree)
    folder.mkdir(parents=True)
    count = 0
    with (folder / "events.ndjson").open("w", encoding="utf-8", newline="\n") as out:
        for row in _rows(ledger, runs):
            out.write(json.dumps(_event(row), ensure_ascii=False) + "\n")
            count += 1
    proof = {
        "between": [(start, end, hash_.hex()) for start, end, hash_ in between],
        "since": {} if since is None else {str(since.size): [hash_.hex() for hash_ in path]},
    }
    readme = _README.format(count=count, size=checkpoint.size, origin=checkpoint.origin, key=key.text)
    for name, text in {
        "proof.json": json.dumps(proof),
        "checkpoint": checkpoint.note,
        "seal.pub": key.text + "\n",
        "verify.py": Path(__file__).with_name("verify_bundle.py").read_text("utf-8"),
        "README.txt": readme,
    }.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return count


def _rows(ledger: Ledger, runs: Runs) -> Iterator[StoredRow]:
    for first, last in runs:
        for after in range(first - 1, last, _READ_AT_ONCE):
            yield from ledger.store.stored_rows(after, min(last, after + _READ_AT_ONCE))


def _event(row: StoredRow) -> dict[str, Any]:
    position, stream, version, topic, recorded_us, state, _ = row
    try:
        return {
            "position": position,
            "stream": stream.decode(),
            "version": version,
            "type": topic.decode(),
            "recorded_us": recorded_us,
            "state": state.decode(),
        }
    except (UnicodeDecodeError, AttributeError):
        raise Refused("seal.unprovable:event", position=position) from None

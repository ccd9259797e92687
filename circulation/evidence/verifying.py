"""
Verifying: is the log what the checkpoints say it was, and can what came later be as it is?

Everything is derived again from the stored rows: leaves, blocks, the root at every checkpoint, positions without
gaps, times that never run back, versions that follow in each stream. Then the store's own hashes and the folder's
are compared. The answer names the first position that is not as it should be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from circulation.errors import BranchlineError
from circulation.evidence.finding import Found, Search, find_first
from circulation.evidence.folder import Against
from circulation.evidence.merkle import levels_of, root_at
from circulation.evidence.note import Checkpoint
from circulation.evidence.reading import BlockReport, Trouble
from circulation.evidence.tree import LEAVES, Tree
from circulation.evidence.workers import UNREADABLE, Question, reading
from circulation.ledger import Ledger
from circulation.messages.catalogue import told

__all__ = ["Verdict", "verify"]

Progress = Callable[[int], None]
"""Called with how many more events were read."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What a verification found.

    `sealed` events are covered by the newest checkpoint, `unsealed` came later. Where it is not `ok`, `position` is the
    first that is wrong and `reason` one word for how; `upto` is another position only where the first one cannot be
    proven, and then says how far it may be from it; `details` are sentences about checkpoints.
    """

    ok: bool
    sealed: int
    unsealed: int
    checkpoints: int
    position: int | None = None
    upto: int | None = None
    reason: str = ""
    details: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What to tell a person."""
        position = self.position
        if self.ok:
            return told("evidence.sound", sealed=self.sealed, unsealed=self.unsealed)
        match self.reason:
            case "changed":
                return told("evidence.changed", position=position)
            case "removed":
                return told("evidence.removed", position=position)
            case "inserted":
                return told("evidence.inserted", position=position)
            case "reordered":
                return told("evidence.reordered", position=position)
            case "unreadable":
                return told("evidence.unreadable", position=position)
            case "time":
                return told("evidence.time", position=position)
            case "version":
                return told("evidence.version", position=position)
            case "index":
                return told("evidence.index")
            case "tree":
                return told("evidence.tree", position=position)
            case "leaves":
                return told("evidence.leaves", position=position)
            case "checkpoint":
                return told("evidence.checkpoint")
        return told("evidence.somewhere", position=position, upto=self.upto)


@dataclass(slots=True)
class _Log:
    """What the reading of the whole log, which ends at `head`, has shown."""

    head: int
    blocks: list[bytes] = field(default_factory=list)
    ends: dict[int, tuple[int, bytes]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    stored: int | None = None
    kept: int | None = None
    _levels: list[Sequence[bytes]] = field(default_factory=list)

    def take(self, report: BlockReport, before_us: int) -> int:
        """Take a block's report and say when its last event was recorded."""
        self.blocks.append(report.root)
        self.ends.update((size, (report.number, root)) for size, root in report.roots.items())
        if report.trouble:
            self.troubles.append(report.trouble)
        if report.begin_us and report.begin_us < before_us:
            self.troubles.append(Trouble(report.number * LEAVES + 1, "time"))
        self.stored = report.stored if self.stored is None else self.stored
        self.kept = report.kept if self.kept is None else self.kept
        return max(before_us, report.end_us)

    def root(self, size: int) -> bytes | None:
        """The root over the first `size` events, for the size of a checkpoint; None if there are not so many."""
        if size not in self.ends:
            return None
        self._levels = self._levels or levels_of(self.blocks)
        number, part = self.ends[size]
        return root_at(self._levels, number, part)

    def block_roots(self, size: int) -> list[bytes]:
        """The roots of the blocks over the first `size` events, the last of them perhaps over a part; b"" for none."""
        count = -(-size // LEAVES)
        roots = self.blocks[: count - 1]
        return [*roots, *[b""] * (count - 1 - len(roots)), self.ends.get(size, (0, b""))[1]]


def verify(ledger: Ledger, against: Against, tree: Tree | None, *, progress: Progress | None = None) -> Verdict:
    """
    Verify the whole log against checkpoints. Nothing is written.

    `tree` is the store's own, None where it has none: it is a help and an object of the search, never what is believed.
    """
    lowest, head = ledger.store.ends()
    sizes = tuple(sorted({one.size for one in against.checkpoints}))
    question = Question(max(head, 0), sizes, None if tree is None else ledger.url.beside("tree"), against.leaves)
    log = _Log(head)
    with reading(ledger, question, tree) as parts:
        before_us = 0
        for report in parts.reports():
            before_us = log.take(report, before_us)
            if progress:
                progress(min(LEAVES, head - report.number * LEAVES))
        version = parts.broken_streams()
    if lowest < min(head, 1):
        log.troubles.append(Trouble(lowest, "inserted"))
    if version is not None and version != UNREADABLE:
        log.troubles.append(Trouble(version, "version"))
    counted = (against.size, max(0, head - against.size), len(against.checkpoints))
    failed = [one for one in against.checkpoints if log.root(one.size) != one.root]
    passed = max((one.size for one in against.checkpoints if one not in failed), default=0)
    if doubted := [one for one in failed if one.size > passed]:
        found = _search(ledger, log, against, tree, doubted, passed)
        return Verdict(False, *counted, found.first, found.last, found.reason, against.broken)
    if log.troubles:
        position, reason = min(log.troubles)
        return Verdict(False, *counted, position, position, reason, against.broken)
    if version == UNREADABLE:
        return Verdict(False, *counted, None, None, "index", against.broken)
    details = (*against.broken, *(told("evidence.other-root", size=one.size) for one in failed))
    if details:
        return Verdict(False, *counted, None, None, "checkpoint", details)
    for wrong, reason in ((_first(log.stored, tree, head), "tree"), (log.kept, "leaves")):
        if wrong is not None:
            return Verdict(False, *counted, wrong, wrong, reason)
    return Verdict(True, *counted)


def _search(
    ledger: Ledger, log: _Log, against: Against, tree: Tree | None, doubted: Sequence[Checkpoint], passed: int
) -> Found:
    """
    The first wrong event, by the newest checkpoint, which knows most of what happened to it.

    Where the hashes do not lead to that one any more, the oldest that does not fit bounds the search.
    """
    gaps = [one.position for one in log.troubles if one.reason == "removed"]
    for checkpoint in (doubted[-1], doubted[0]):
        search = Search(ledger.store, log.head, checkpoint, passed, tree, against.leaves)
        found = find_first(search, log.block_roots(checkpoint.size), gaps)
        if found.reason != "somewhere":
            break
    return found


def _first(stored: int | None, tree: Tree | None, head: int) -> int | None:
    """The first position whose hash in the store's tree is wrong, one of an event that there is not included."""
    if tree is None:
        return None
    try:
        strays = [number * LEAVES + 1 for number, _ in tree.blocks() if not 0 <= number * LEAVES < head]
    except BranchlineError:
        return 1
    return min((*strays, *(() if stored is None else (stored,))), default=None)

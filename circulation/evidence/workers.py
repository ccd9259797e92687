"""
Reading the log for proof on every core: each process opens the store by itself and takes one task after the other.

A short log, and one in memory, is read in the caller's own process.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from eventsourcing.domain import EventSourcingError

from circulation.evidence.reading import BlockReport, block_of, is_damage, leaves_between, report_on
from circulation.evidence.tree import Tree, open_tree
from circulation.ledger import Ledger
from circulation.store.recorder import LogRecorder
from circulation.store.url import StoreUrl

__all__ = ["UNREADABLE", "Question", "Reading", "reading"]

WORTH_PROCESSES = 200_000
"""From so many events on, starting processes costs less than it saves."""

UNREADABLE = 0
"""Stands for a position where the index of streams cannot be read."""

_BLOCKS_AT_ONCE = 32
_TASKS_AHEAD = 2
_MOST_PROCESSES = 8


@dataclass(frozen=True, slots=True)
class Question:
    """What whoever reads must know: how far to read, where checkpoints end, where hashes are kept."""

    upto: int
    sizes: tuple[int, ...] = ()
    tree: StoreUrl | None = None
    leaves: Path | None = None


@dataclass(frozen=True, slots=True)
class _Reader:
    """One process's own way to the log and the tree."""

    ledger: Ledger
    question: Question
    tree: Tree | None

    @property
    def store(self) -> LogRecorder:
        return self.ledger.store

    def leaves(self, numbers: Sequence[int]) -> list[tuple[int, bytes]]:
        return [(number, leaves_between(self.store, number, self.question.upto)) for number in numbers]

    def reports(self, numbers: Sequence[int]) -> list[BlockReport]:
        asked = self.question
        return [report_on(self.store, one, asked.upto, asked.sizes, self.tree, asked.leaves) for one in numbers]

    def streams(self, ends: tuple[str, str | None]) -> list[int]:
        try:
            return self.store.broken_streams(*ends)
        except EventSourcingError as failed:
            if is_damage(failed):
                return [UNREADABLE]
            raise


_mine: list[_Reader] = []
"""The reader of this process, if it was started to read."""


def _begin(address: str, question: Question) -> None:
    ledger = Ledger.open(address, simulated=None, create=False)
    tree = None if question.tree is None else open_tree(question.tree, create=False)
    _mine.append(_Reader(ledger, question, tree))


def _run(what: str, task: Any) -> list[Any]:
    found: list[Any] = getattr(_mine[0], what)(task)
    return found


class Reading:
    """Answers to one question, in the order of the log. Opened by `reading`."""

    def __init__(self, reader: _Reader, pool: ProcessPoolExecutor | None, processes: int) -> None:
        self._reader = reader
        self._pool = pool
        self._processes = processes

    def leaves(self, after: int) -> Iterator[tuple[int, bytes]]:
        """
        Numbers of blocks with the hashes of all their leaves, from the block of the event after a position on.

        Raises `Refused` (`seal.unsound`).
        """
        return self._each("leaves", self._blocks(block_of(after + 1)))

    def reports(self) -> Iterator[BlockReport]:
        """What there is to know of each block."""
        return self._each("reports", self._blocks(0))

    def broken_streams(self) -> int | None:
        """The first position whose version does not follow in its stream; `UNREADABLE` if the index is damaged."""
        ends = self._stream_ends()
        return min(self._each("streams", zip(ends, [*ends[1:], None], strict=True)), default=None)

    def _blocks(self, first: int) -> Iterator[range]:
        end = block_of(self._reader.question.upto) + 1
        for begin in range(first, end, _BLOCKS_AT_ONCE):
            yield range(begin, min(begin + _BLOCKS_AT_ONCE, end))

    def _stream_ends(self) -> list[str]:
        """Names of streams that divide all streams into parts for the processes; the first one is empty."""
        upto, parts = self._reader.question.upto, self._processes * 4
        if self._pool is None:
            return [""]
        names = set()
        for at in range(1, parts):
            for row in self._reader.store.stored_rows(upto * at // parts - 1, upto * at // parts):
                names.add(row[1].decode("utf-8", "replace"))
        return ["", *sorted(names)]

    def _each(self, what: str, tasks: Iterable[Any]) -> Iterator[Any]:
        if self._pool is None:
            for task in tasks:
                yield from getattr(self._reader, what)(task)
            return
        coming = iter(tasks)
        waiting: deque[Future[list[Any]]] = deque()
        ahead = self._processes * _TASKS_AHEAD
        while True:
            # Only so many at a time, or a slow taker would have all answers waiting in memory.
            waiting += [self._pool.submit(_run, what, task) for task in islice(coming, ahead - len(waiting))]
            if not waiting:
                return
            yield from waiting.popleft().result()


@contextmanager
def reading(ledger: Ledger, question: Question, tree: Tree | None) -> Iterator[Reading]:
    """Read a ledger, in several processes where that is worth it; `tree` is what this process reads hashes from."""
    reader = _Reader(ledger, question, tree)
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES)
    if ledger.url.kind == "memory" or question.upto < WORTH_PROCESSES or processes < 2:
        yield Reading(reader, None, 1)
        return
    with ProcessPoolExecutor(
        processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(ledger.url.address, question)
    ) as pool:
        try:
            yield Reading(reader, pool, processes)
        finally:
            pool.shutdown(cancel_futures=True)

"""
Every projection rebuilt by several processes at once, because folding and loading both keep a core busy.

Each process reads the log by itself and rebuilds some of the projections (`engine.py`), under one rebuild lock
that the caller's process holds. A log in memory belongs to one process and cannot be shared.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized

from circulation.errors import BranchlineError
from circulation.ledger import Ledger
from projections.custody import CUSTODY
from projections.engine import Progress
from projections.registry import PROJECTIONS, open_views
from projections.views import Views

__all__ = ["GROUPS", "rebuild_all"]

GROUPS = ((CUSTODY.name,), tuple(p.name for p in PROJECTIONS if p is not CUSTODY))
"""What each process rebuilds: custody costs more than all the others."""

WORTH_TWO_PROCESSES = 200_000
"""From so many events on, starting two processes costs less than it saves."""

_LOOK_SECONDS = 0.2

_Running = tuple[BaseProcess, Connection, "Synchronized[int]"]


def rebuild_all(ledger: Ledger, views: Views, progress: Progress | None = None) -> int:
    """
    Rebuild every projection, in two processes where the log is long and not in memory; the position reached.

    Raises what the first process that failed raised; what the other one rebuilt stays.
    """
    target = ledger.head().position
    if ledger.url.kind == "memory" or target < WORTH_TWO_PROCESSES:
        return views.rebuild(progress=progress)
    address = ledger.url.address
    with views.database.rebuilding():
        running = [_start(address, names) for names in GROUPS]
        while any(process.is_alive() for process, _, _ in running):
            for process, _, _ in running:
                process.join(_LOOK_SECONDS)
            if progress:
                progress(min(reached.value for _, _, reached in running), target)
        answers = [_answer(one) for one in running]
        views.try_again()
        if progress:
            progress(min(answers), target)
    return min(answers)


def _start(address: str, names: Iterable[str]) -> _Running:
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    reached: Synchronized[int] = context.Value("q", 0)
    process = context.Process(target=_rebuild, args=(address, tuple(names), sending, reached))
    process.start()
    sending.close()
    return process, receiving, reached


def _answer(running: _Running) -> int:
    process, receiving, _ = running
    try:
        answer = receiving.recv()
    except EOFError:
        raise BranchlineError("projection.rebuild-died", exitcode=process.exitcode) from None
    if isinstance(answer, BaseException):
        raise answer
    return int(answer)


def _rebuild(address: str, names: tuple[str, ...], sending: Connection, reached: Synchronized[int]) -> None:
    def note(position: int, _target: int) -> None:
        reached.value = position

    with Ledger.open(address, simulated=None, create=False) as ledger:
        views = open_views(ledger)
        try:
            sending.send(views.rebuild_unlocked(*names, progress=note))
        except BranchlineError as error:
            sending.send(error)
        finally:
            views.close()

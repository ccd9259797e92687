"""
The views of one log: opened, repaired and read.

Every reading first follows the log to the head: no daemon is needed, and nothing that was recorded is missing.
Views that are missing, damaged, of another log or of an older shape are made again without being asked.
The queries themselves stand beside the folds, one projection a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from circulation.errors import BranchlineError, Invalid, Unknown
from projections.database import Database
from projections.engine import Difference, Engine, Progress
from projections.projection import Decode, Log, Projection, ProjectionStopped
from projections.register import REGISTER, enter, mark_of, registered

__all__ = ["Status", "Views"]

_WORTH_A_REBUILD = 50_000
"""From so many events on, a projection that starts from nothing is loaded in bulk instead of followed."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a projection is, how far the log is, and why it stopped if it did (else empty)."""

    name: str
    version: int
    position: int
    head: int
    stopped: str


class Views:
    """Every projection of one log, readable at its head and at any earlier position."""

    def __init__(
        self,
        *,
        log: Log,
        database: Database,
        projections: Sequence[Projection],
        decode: Decode,
        known_types: frozenset[str],
    ) -> None:
        self.log = log
        self.database = database
        self._projections = {projection.name: projection for projection in projections}
        self._engine = Engine(log, database, self._projections, decode, known_types)
        self._repairing(self._prepare)

    @property
    def names(self) -> tuple[str, ...]:
        """Every projection that is kept."""
        return tuple(self._projections)

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()

    @contextmanager
    def reading(self, *names: str, as_of: int | None = None, scratch_in_memory: bool = False) -> Iterator[Connection]:
        """
        A connection on which these projections stand at the head of the log, or at least at `as_of`.

        `scratch_in_memory` is for a question that joins hundreds of thousands of rows (`Database.reading`).
        Raises `ProjectionStopped` when one of them cannot get there,
        and `Invalid` (`position.ahead`) when the log has not got there.
        """
        head = self.log.head().position
        if as_of is not None and not 0 <= as_of <= head:
            raise Invalid("position.ahead", as_of=as_of, head=head)
        self.at_least(head if as_of is None else as_of, *names)
        try:
            with self.database.reading(scratch_in_memory=scratch_in_memory) as connection:
                yield connection
        except DatabaseError as error:
            if not _is_damage(error):
                raise
            self._start_again()
            raise BranchlineError("views.damaged", path=self.database.path) from error

    def fresh(self, *names: str) -> int:
        """Follow to the head of the log, and give that position."""
        head = self.log.head().position
        self.at_least(head, *names)
        return head

    def at_least(self, position: int, *names: str) -> None:
        """
        Make sure that these projections (all, if none is named) have folded the log up to `position`.

        Raises `ProjectionStopped` for one that cannot.
        """
        self._repairing(lambda: self._bring(position, names or tuple(self._projections)))

    def follow(self, *, upto: int | None = None, progress: Progress | None = None) -> None:
        """
        Fold what is new, up to the head of the log or to `upto`.

        A projection that cannot fold an event stops there while the others go on; reading it says so.
        The next process that opens the views tries it again.
        """
        target = self.log.head().position if upto is None else upto
        if target >= _WORTH_A_REBUILD and not all(self._reached().values()):
            # What cannot be folded is found again, and named, by following.
            with suppress(ProjectionStopped):
                self._engine.load_new(progress)
        self._engine.follow(target, progress)

    def rebuild(self, *names: str, progress: Progress | None = None) -> int:
        """
        Fold the whole log into new tables beside the live ones, then swap; the position reached.

        Without names, all projections in one pass. Readers see the old tables until the swap.
        Raises `ProjectionStopped`, with the live tables untouched, when an event cannot be folded.
        """
        return self._engine.rebuild(self._chosen(names), progress)

    def rebuild_unlocked(self, *names: str, progress: Progress | None = None) -> int:
        """As `rebuild`, for a process whose parent holds the rebuild lock (`parallel.py`)."""
        return self._engine.rebuild_unlocked(self._chosen(names), progress)

    def try_again(self) -> None:
        """Let projections that stopped go on at the next reading, after another process rebuilt them."""
        self._engine.stopped.clear()

    def verify(self, name: str, *, progress: Progress | None = None) -> list[Difference]:
        """
        Fold the whole log again and compare with the live rows; empty when they are equal.

        At most 100 differences a table and kind are listed.
        """
        (projection,) = self._chosen((name,))
        self.fresh(name)
        return self._engine.verify(projection, progress)

    def status(self) -> list[Status]:
        """How every projection stands; nothing is followed."""
        head = self.log.head().position
        with self.database.reading() as connection:
            rows = registered(connection)
        return [
            Status(name, projection.version, rows[name].position, head, rows[name].stopped)
            for name, projection in self._projections.items()
        ]

    # -- keeping the views whole -----------------------------------------------------------------------------

    def _prepare(self) -> None:
        """Make the tables that are missing, and make anew those of another shape or another log."""
        with self.database.reading() as connection:
            if REGISTER.name in self.database.table_names(connection) and not self._unfit(connection):
                return
        with self.database.writing() as connection:
            REGISTER.sql.create(connection, checkfirst=True)
            generation = max((row.generation for row in registered(connection).values()), default=0) + 1
            for projection in self._unfit(connection):
                enter(self.database, connection, projection, generation=generation)

    def _unfit(self, connection: Connection) -> list[Projection]:
        rows = registered(connection)
        head = self.log.head().position
        marks: dict[int, str] = {0: ""}
        for position in {row.position for row in rows.values() if 0 < row.position <= head}:
            marks[position] = mark_of(self.log, self.log.rows(after=position - 1, limit=1, upto=position)[0])
        return [
            projection
            for name, projection in self._projections.items()
            if name not in rows
            or rows[name].shape != projection.shape
            or rows[name].mark != marks.get(rows[name].position)
        ]

    def _bring(self, position: int, names: tuple[str, ...]) -> None:
        reached = self._reached()
        if all(reached[name] >= position for name in names):
            return
        self.follow(upto=position)
        reached = self._reached()
        for name in names:
            if reached[name] < position:
                raise self._engine.stopped[name]

    def _repairing(self, step: Callable[[], None]) -> None:
        """Do the step; if the file turns out to be damaged, begin a new one and do it again."""
        try:
            step()
        except DatabaseError as error:
            if not _is_damage(error):
                raise
            self._start_again()
            step()

    def _start_again(self) -> None:
        self.database.remove()
        self._prepare()

    def _reached(self) -> dict[str, int]:
        with self.database.reading() as connection:
            return {name: row.position for name, row in registered(connection).items()}

    def _chosen(self, names: tuple[str, ...]) -> list[Projection]:
        unknown = [name for name in names if name not in self._projections]
        if unknown:
            raise Unknown("projection.unknown", projection=unknown[0], projections=", ".join(self._projections))
        return [self._projections[name] for name in names or self._projections]


def _is_damage(error: DatabaseError) -> bool:
    return "malformed" in str(error) or "not a database" in str(error)

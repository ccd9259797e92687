"""
One engine for every projection, with three drivers: follow, rebuild, verify.

Following reads the log in batches and writes rows and position in one transaction that holds the write lock,
so any number of processes may follow the same views. A rebuild fills new tables beside the live ones and
swaps them; a verification fills a third set and compares. Folds are the same for all: what follows reads rows from
its tables and writes them back (`following.py`), what is filled from nothing is written once (`filling.py`).
A projection that fails stops before the event that it cannot fold, and says so; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text

from projections.collecting import rarely_collecting
from projections.database import BoundStorage, Database
from projections.filling import Filling
from projections.following import Following
from projections.projection import Decode, Log, LogRow, Projection, ProjectionStopped, fold_rows
from projections.register import Registered, mark_of, move, registered
from projections.working import Working

__all__ = ["Difference", "Engine", "Progress"]

FOLLOW_BATCH = 5_000
"""Events in one transaction of a follower: some 100 ms, the longest that another one waits."""

REBUILD_BATCH = 20_000

ROWS_IN_MEMORY = 150_000
"""How many rows a rebuild changes before it puts them aside; some 100 MB."""

_LISTED_DIFFERENCES = 100

Progress = Callable[[int, int], None]
"""Called with the position reached and the position to reach."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that only the live table has (`extra`), or only the rebuilt one (`missing`)."""

    table: str
    kind: str
    row: tuple[Any, ...]


@dataclass(slots=True)
class _Beside:
    """Tables that are being filled beside the live ones."""

    suffix: str
    generation: int
    parts: list[tuple[Projection, BoundStorage]]
    reached: int = 0
    mark: str = ""


@dataclass(slots=True)
class Engine:
    """Drives projections over one log into one views database; `stopped` says which could not go on."""

    log: Log
    database: Database
    projections: dict[str, Projection]
    decode: Decode
    known_types: Container[str]
    stopped: dict[str, ProjectionStopped] = field(default_factory=dict)

    # -- follow ----------------------------------------------------------------------------------------------

    def follow(self, target: int, progress: Progress | None = None) -> None:
        """Fold the log up to `target` into every projection that has not stopped."""
        while True:
            try:
                with self.database.writing() as connection:
                    reached = self._follow_batch(connection, target)
            except ProjectionStopped as stop:
                self._stop(stop)
                continue
            if progress:
                progress(reached, target)
            if reached >= target:
                return

    def _follow_batch(self, connection: Connection, target: int) -> int:
        """Advance those furthest behind by one batch; a position that all have now reached."""
        rows = [row for row in self._own(connection).values() if row.name not in self.stopped]
        behind = sorted({row.position for row in rows if row.position < target})
        if not behind:
            return target
        # Those furthest behind go as far as the next ones, and from there on together.
        upto = behind[1] if len(behind) > 1 else target
        return self._advance(connection, [row for row in rows if row.position == behind[0]], upto)

    def _advance(self, connection: Connection, group: list[Registered], upto: int) -> int:
        events = self.log.rows(after=group[0].position, limit=FOLLOW_BATCH, upto=upto)
        parts = []
        for row in group:
            storage = BoundStorage(self.database, suffix="")
            storage.bind(connection)
            projection = self.projections[row.name]
            parts.append((projection, Following(projection.tables, storage)))
        self._follow_events(parts, events)
        reached = events[-1][0] if events else upto
        mark = mark_of(self.log, events[-1]) if events else group[0].mark
        for row in group:
            move(connection, row, position=reached, mark=mark, stopped="")
        return reached

    def _stop(self, stop: ProjectionStopped) -> None:
        """Bring the projection to the event before the one that it cannot fold, and mark it as stopped."""
        while True:
            with self.database.writing() as connection:
                row = self._own(connection)[stop.projection]
                if row.position < stop.position - 1:
                    self._advance(connection, [row], stop.position - 1)
                    continue
                move(connection, row, stopped=stop.sentence)
                self.stopped[stop.projection] = stop
                return

    # -- rebuild and verify ----------------------------------------------------------------------------------

    def rebuild(self, chosen: Sequence[Projection], progress: Progress | None = None) -> int:
        """Fold the whole log into new tables, then swap them with the live ones; the position reached."""
        with self.database.rebuilding():
            return self.rebuild_unlocked(chosen, progress)

    def load_new(self, progress: Progress | None = None) -> None:
        """Rebuild the projections that have folded nothing yet, unless another process just did."""
        with self.database.rebuilding():
            with self.database.writing() as connection:
                new = [row.name for row in self._own(connection).values() if not row.position]
            chosen = [self.projections[name] for name in new if name not in self.stopped]
            if chosen:
                self.rebuild_unlocked(chosen, progress)

    def verify(self, projection: Projection, progress: Progress | None = None) -> list[Difference]:
        """Fold the whole log again and compare with the live tables row by row."""
        with self.database.rebuilding(), rarely_collecting(), self._beside([projection]) as beside:
            self._fill(beside, progress)
            with self.database.writing() as connection:
                live = self._own(connection)[projection.name]
                self._catch_up(connection, beside, live.position)
                return list(self._differences(connection, projection, beside.suffix))

    def rebuild_unlocked(self, chosen: Sequence[Projection], progress: Progress | None) -> int:
        """As `rebuild`, for a caller that sees to it that nobody else rebuilds these projections."""
        with rarely_collecting(), self._beside(chosen) as beside:
            self._fill(beside, progress)
            with self.database.writing() as connection:
                for projection in chosen:
                    self.database.index(connection, projection.tables, suffix=beside.suffix, names=beside.suffix)
            with self.database.writing() as connection:
                own = self._own(connection)
                live = max(own[projection.name].position for projection in chosen)
                # Under the lock, so that nobody sees a view go back.
                self._catch_up(connection, beside, max(live, beside.reached))
                for projection in chosen:
                    self._swap(connection, projection, own[projection.name], beside)
            for projection in chosen:
                self.stopped.pop(projection.name, None)
            return beside.reached

    @contextmanager
    def _beside(self, chosen: Sequence[Projection]) -> Iterator[_Beside]:
        """Empty tables beside the live ones, dropped at the end unless they were swapped."""
        with self.database.writing() as connection:
            generation = max((row.generation for row in registered(connection).values()), default=0) + 1
            suffix = f"__{generation}"
            parts = []
            for projection in chosen:
                self._drop_beside(connection, projection)
                self.database.create(connection, projection.tables, suffix=suffix)
                parts.append((projection, BoundStorage(self.database, suffix=suffix)))
        try:
            yield _Beside(suffix, generation, parts)
        finally:
            with self.database.writing() as connection:
                for projection in chosen:
                    self._drop_beside(connection, projection)

    def _fill(self, beside: _Beside, progress: Progress | None) -> None:
        """Fold what the log now holds, and write it; the lock is only taken to write, so others do in between."""
        fillings = [Filling(projection.tables, self.database.folder) for projection, _ in beside.parts]
        try:
            self._fold_from_nothing(beside, fillings, progress)
            for filling, (_, storage) in zip(fillings, beside.parts, strict=True):
                for table, rows in filling.in_order():
                    while some := list(islice(rows, REBUILD_BATCH)):
                        with self.database.writing() as connection:
                            storage.bind(connection)
                            storage.insert(table, some)
        finally:
            for filling in fillings:
                filling.close()

    def _fold_from_nothing(self, beside: _Beside, fillings: list[Filling], progress: Progress | None) -> None:
        target = self.log.head().position
        parts = [(projection, filling) for (projection, _), filling in zip(beside.parts, fillings, strict=True)]
        while beside.reached < target:
            self._fold(parts, self._next_events(beside, REBUILD_BATCH, target))
            with self.database.writing() as connection:
                for filling, (_, storage) in zip(fillings, beside.parts, strict=True):
                    storage.bind(connection)
                    filling.write_trails(storage)
            if sum(filling.in_memory for filling in fillings) > ROWS_IN_MEMORY:
                for filling in fillings:
                    filling.put_aside()
            if progress:
                progress(beside.reached, target)

    def _catch_up(self, connection: Connection, beside: _Beside, upto: int) -> None:
        """Follow the tables that were filled to a position, under the lock."""
        while beside.reached < upto:
            parts = []
            for projection, storage in beside.parts:
                storage.bind(connection)
                parts.append((projection, Following(projection.tables, storage)))
            self._follow_events(parts, self._next_events(beside, FOLLOW_BATCH, upto))

    def _next_events(self, beside: _Beside, limit: int, upto: int) -> Sequence[LogRow]:
        events = self.log.rows(after=beside.reached, limit=limit, upto=upto)
        if events:
            beside.mark = mark_of(self.log, events[-1])
        beside.reached = events[-1][0] if events else upto
        return events

    def _swap(self, connection: Connection, projection: Projection, live: Registered, beside: _Beside) -> None:
        self.database.drop(connection, [table.name for table in projection.tables])
        for table in projection.tables:
            self.database.rename(connection, table.name + beside.suffix, table.name)
        move(
            connection,
            live,
            shape=projection.shape,
            generation=beside.generation,
            position=beside.reached,
            mark=beside.mark,
            stopped="",
        )

    def _drop_beside(self, connection: Connection, projection: Projection) -> None:
        starts = tuple(f"{table.name}__" for table in projection.tables)
        names = self.database.table_names(connection)
        self.database.drop(connection, [name for name in names if name.startswith(starts)])

    def _differences(self, connection: Connection, projection: Projection, suffix: str) -> Iterator[Difference]:
        for table in projection.tables:
            live, again = table.name, table.name + suffix
            for kind, here, there in (("extra", live, again), ("missing", again, live)):
                rows = connection.execute(_only_in(here, there, table.columns))
                yield from (Difference(live, kind, tuple(row)) for row in rows)

    # -- shared ----------------------------------------------------------------------------------------------

    def _follow_events(self, parts: Sequence[tuple[Projection, Following]], events: Sequence[LogRow]) -> None:
        self._fold(parts, events)
        for _, following in parts:
            following.write()

    def _fold(self, parts: Sequence[tuple[Projection, Working]], events: Sequence[LogRow]) -> None:
        fold_rows(parts, events, decode=self.decode, known_types=self.known_types)

    def _own(self, connection: Connection) -> dict[str, Registered]:
        """The rows of the projections that this program knows."""
        return {name: row for name, row in registered(connection).items() if name in self.projections}


def _only_in(here: str, there: str, columns: tuple[str, ...]) -> Any:
    # Counted per distinct row, because a trail may hold the same row twice and EXCEPT alone would not see it.
    # The names come from the declarations in this package.
    named = ", ".join(columns)
    counted = f"SELECT {named}, COUNT(*) AS times FROM %s GROUP BY {named}"  # noqa: S608
    return text(f"{counted % here} EXCEPT {counted % there} ORDER BY 1 LIMIT {_LISTED_DIFFERENCES}")

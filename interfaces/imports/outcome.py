"""
What an import came to: how many things were new, changed and known already, and the rows that could not be used.

Every import gives one of these, so that every command tells it in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from circulation.errors import BranchlineError
from interfaces.imports.table import Reject, Row

__all__ = ["Outcome"]


@dataclass(slots=True)
class Outcome:
    """Counted while the import goes on; `rejects` are in the order of their lines in the end."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)

    def reject(self, row: Row, reason: str) -> None:
        """List one row with the reason why it cannot be used."""
        self.rejects.append(Reject(row.file, row.line, reason))

    @contextmanager
    def rejecting(self, row: Row) -> Iterator[None]:
        """Turn an error of ours inside the block into a reject of the row; a hint goes with its sentence."""
        try:
            yield
        except BranchlineError as error:
            self.reject(row, f"{error.sentence} {error.hint}".strip())

    def count(self, *, known: bool, recorded: bool) -> None:
        """Count one thing: `known` before, and whether anything was `recorded` about it now."""
        if not recorded:
            self.unchanged += 1
        elif known:
            self.changed += 1
        else:
            self.added += 1

    def add(self, part: Outcome) -> None:
        """Count what a part of the import came to."""
        self.added += part.added
        self.changed += part.changed
        self.unchanged += part.unchanged
        self.rejects.extend(part.rejects)

    def told(self, what: str) -> str:
        """One sentence for the person at the terminal; `what` names the things in the plural."""
        return (
            f"{self.added:,} {what} added, {self.changed:,} changed, {self.unchanged:,} as before, "
            f"{len(self.rejects):,} rows rejected."
        )

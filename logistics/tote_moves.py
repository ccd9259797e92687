"""
What one command of a van does to totes: onto it and off it, each fact on the filling's own stream.

A scan is believed: a box that was scanned at a stop is there, wherever it was thought to be. An assumption never
overrides what somebody saw: a box that is not where the plan thinks it is stays where it was seen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from circulation.errors import Refused, Unknown
from circulation.event import Event, Fact, NewEvents
from circulation.folds import FILLING, TOTE
from circulation.ledger import Ledger
from circulation.tote import Filling, filling_stream, fold_filling, tote_stream
from circulation.tote_desk import decide_loaded, decide_received, decide_unloaded

__all__ = ["Known", "ToteMoves"]

Known = Literal["scanned", "assumed"]
_READY = ("sealed", "unloaded", "received")


@dataclass(slots=True)
class _Moved:
    """A filling as it stands after the facts that are about to be recorded."""

    version: int
    state: Filling
    events: list[Event] = field(default_factory=list)


class ToteMoves:
    """Collects the facts of one append; `van` and `run` are the names that they carry."""

    def __init__(self, ledger: Ledger, *, van: str, run: str) -> None:
        self._ledger = ledger
        self._van = van
        self._run = run
        self._moved: dict[str, _Moved] = {}

    def filling_of(self, code: str) -> str:
        """The filling that a scanned label means: the current one of a box. Raises `Unknown` (`tote.unknown`)."""
        if "/" in code:
            return self._of(code).state.filling
        tote = self._ledger.load(tote_stream(code), TOTE).state
        if tote is None or not tote.fillings:
            raise Unknown("tote.unknown", tote=code[:60])
        return f"{code}/{tote.fillings}"

    def load(self, filling: str, *, branch: str, known: Known) -> bool:
        """
        Put a filling onto the van; whether it is there now.

        Scanned, it is taken to be at the branch; assumed, it goes on only if it was last known there and ready.
        Raises `Refused` (`tote.not-sealed`) for a scanned box that is open or was emptied.
        """
        moved = self._of(filling)
        state = moved.state
        if state.status == "loaded" and state.place == self._van:
            return True
        here = state.status in _READY and state.place == branch
        if not here and known == "assumed":
            return False
        if not here and state.status not in ("open", "ended"):
            self._add(moved, decide_received(state, branch))
        self._add(moved, decide_loaded(moved.state, branch=branch, van=self._van, run=self._run, known=known))
        return True

    def unload(self, filling: str, *, branch: str, known: Known) -> bool:
        """
        Take a filling off the van; whether it is at the branch now.

        What was scanned off another van, or was thought to be elsewhere, is received. What the branch has received
        or opened meanwhile is there already. Raises `Refused` (`tote.not-sealed`) for a scanned box that is open.
        """
        moved = self._of(filling)
        state = moved.state
        if state.status == "loaded" and state.place == self._van:
            self._add(moved, decide_unloaded(state, branch=branch, van=self._van, run=self._run, known=known))
            return True
        if state.place == branch and state.status in ("unloaded", "received", "ended"):
            return True
        if known == "assumed":
            return False
        if state.status in ("open", "ended"):
            raise Refused("tote.not-sealed:unload", filling=filling, status=state.status, place=state.place)
        self._add(moved, decide_received(state, branch))
        return True

    def load_all(self, branch: str, *, assumed: Iterable[str], scanned: Iterable[str]) -> tuple[str, ...]:
        """What went on at a branch: every label that was scanned, and of the fillings assumed those that can have."""
        on: dict[str, None] = {}
        for code in scanned:
            filling = self.filling_of(code)
            self.load(filling, branch=branch, known="scanned")
            on[filling] = None
        for filling in assumed:
            if filling not in on and self.load(filling, branch=branch, known="assumed"):
                on[filling] = None
        return tuple(on)

    def unload_all(self, branch: str, *, assumed: Iterable[str], scanned: Iterable[str]) -> tuple[str, ...]:
        """What came off at a branch: every label that was scanned, and of the fillings assumed those that can have."""
        off: dict[str, None] = {}
        for code in scanned:
            filling = self.filling_of(code)
            self.unload(filling, branch=branch, known="scanned")
            off[filling] = None
        for filling in assumed:
            if filling not in off and self.unload(filling, branch=branch, known="assumed"):
                off[filling] = None
        return tuple(off)

    def destination_of(self, filling: str) -> str:
        """Where a filling goes."""
        return self._of(filling).state.destination

    def changes(self) -> tuple[NewEvents, ...]:
        """The facts on the fillings' streams, by stream."""
        return tuple(
            NewEvents(filling_stream(filling), moved.version, tuple(moved.events))
            for filling, moved in sorted(self._moved.items())
            if moved.events
        )

    def _of(self, filling: str) -> _Moved:
        if filling not in self._moved:
            loaded = self._ledger.load(filling_stream(filling), FILLING)
            if loaded.state is None:
                raise Unknown("tote.unknown-filling", filling=filling[:60])
            self._moved[filling] = _Moved(loaded.version, loaded.state)
        return self._moved[filling]

    def _add(self, moved: _Moved, event: Event) -> None:
        moved.events.append(event)
        stream = filling_stream(moved.state.filling)
        version = moved.version + len(moved.events)
        moved.state = fold_filling(moved.state, Fact(stream, version, event, 0, "", "system", "", ""))

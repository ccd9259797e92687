"""
A whole session of scans undone, or moved to the branch or time where it belongs, as one command.

Each copy is put right in an append of its own under a request id that the scan gives it, between a fact that the
correction began and one that it ended. So nothing waits for the whole, a correction that was cut off is seen to be
unfinished, and the same command again goes on where it stopped and changes nothing that is done.
A copy to which something else has happened since is left alone and listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from circulation.actor import Role
from circulation.command import Caller, Commands, Decision, refuse_future
from circulation.desk import Desk
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Appended, NewEvents
from circulation.folds import FILLING, ITEM, SESSION
from circulation.handwork import put_right, told_by, where_it_was_put
from circulation.item import ScanUndone, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.receipt import Receipt, receipt_of
from circulation.scan_session import (
    Scanned,
    ScanSession,
    SessionCorrectionBegun,
    SessionCorrectionEnded,
    scanned_of,
    session_stream,
    sessions_of,
)
from circulation.tote import filling_stream

__all__ = ["CORRECTIONS", "Corrected", "SessionDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR)

CORRECTIONS = "corrections"
"""The device of what puts a session right: the same correction given on another machine is still the same."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """
    What became of one scan of a corrected session.

    `outcome` is `undone`, `moved`, `left` (something else has happened to the copy since), or `nothing` (there was
    nothing to undo). `was` and `now` are what the wrong scan said and what is right, None if nobody knows yet;
    `todo` is what somebody must do with the book, empty for nothing.
    """

    scan: Scanned
    outcome: str
    was: Receipt
    now: Receipt | None
    todo: str


class SessionDesk:
    """Sessions as the log tells them, and the commands on a whole one."""

    def __init__(self, desk: Desk, keyring: Keyring) -> None:
        self._desk = desk
        self._ledger: Ledger = desk.ledger
        self._commands: Commands = desk.commands
        self._keyring = keyring

    # --- reading --------------------------------------------------------------------------------------------------

    def sessions(self, *, after: int = 0, upto: int | None = None, device: str | None = None) -> list[ScanSession]:
        """The sessions with scans between two positions of the log, by their first scan."""
        return sessions_of(self._scans(self._ledger.requests(after=after, upto=upto, device=device)))

    def session(self, name: str) -> ScanSession:
        """
        A session by its name; from a later scan on if that one's position is named.

        Raises `Unknown` (`session.unknown`).
        """
        device, _, position = name.rpartition("/")
        if device and position.isdigit():
            requests = self._ledger.requests(after=int(position) - 1, device=device)
            found = sessions_of(self._scans(requests, one_session=True))
            if found and found[0].name == name:
                return found[0]
        raise Unknown("session.unknown", session=name[:80])

    def is_undone(self, scan: Scanned) -> bool:
        """Whether a scan does not count any more."""
        if scan.item is None:
            return False
        stream = item_stream(scan.item)
        before = min(fact.version for fact in scan.facts if fact.stream == stream) - 1
        return any(
            isinstance(fact.event, ScanUndone)
            and (fact.event.request, fact.event.undone_version) == (scan.request, before)
            for fact in self._ledger.stream(stream, after=before)
        )

    def unfinished(self) -> list[tuple[str, str]]:
        """The sessions whose correction began and did not end, each with its kind: the same command again ends it."""
        return [
            (stream.removeprefix("session/"), correction.kind)
            for stream in self._ledger.streams("session/")
            for correction in self._ledger.load(stream, SESSION).state or ()
            if not correction.ended
        ]

    def _scans(self, requests: Sequence[tuple[str, str, int, int]], *, one_session: bool = False) -> Iterator[Scanned]:
        """The scans among requests; with `one_session` not beyond the first session."""
        first: list[Scanned] = []
        for device, _, position, count in requests:
            scan = scanned_of(device, self._ledger.facts(after=position - 1, limit=count))
            if scan is None:
                continue
            if one_session:
                first = [*first[-1:], scan]
                if len(sessions_of(first)) > 1:
                    return
            yield scan

    # --- commands -------------------------------------------------------------------------------------------------

    def undo(self, caller: Caller, name: str, *, why: str) -> list[Corrected]:
        """
        Undo every scan of a session that nothing has followed, the last one first; what became of each, in order.

        Raises `Invalid` (`session.no-reason`), `Unknown` (`session.unknown`, `actor.unknown`) and `Refused`
        (`actor.not-allowed`).
        """
        session = self.session(name)
        self._begin(caller, session, "undo", why, to=None, shift_us=None)
        outcomes = {scan.position: self._undo(caller, session, scan) for scan in reversed(session.scans)}
        rows = [self._told(scan, outcomes[scan.position], None) for scan in session.scans]
        self._end(caller, session, "undo", rows)
        return rows

    def move(self, caller: Caller, name: str, *, to: str | None, at_us: int | None, why: str) -> list[Corrected]:
        """
        Record a session again as scanned at the branch `to`, its first scan at `at_us` and the others as long after it.

        What nothing has followed is undone, then scanned again in its order. Raises as `undo` does, `Invalid`
        (`session.move-nowhere`), `Unknown` (`branch.unknown`) and `Refused` (`time.in-future`).
        """
        session = self.session(name)
        branch = session.branch if to is None else self._desk.places.branch(to).code
        shift_us = 0 if at_us is None else at_us - session.first_us
        if branch == session.branch and not shift_us:
            raise Invalid("session.move-nowhere", name=name, branch=session.branch)
        refuse_future(session.last_us + shift_us, self._commands.clock())
        correction = f"move {branch} {shift_us}"
        self._begin(caller, session, correction, why, to=branch, shift_us=shift_us)
        outcomes = {scan.position: self._undo(caller, session, scan) for scan in reversed(session.scans)}
        rows = []
        for scan in session.scans:
            outcome, now = outcomes[scan.position], None
            if outcome == "undone" and scan.item is not None:
                again = self._again(caller, session, scan, branch, shift_us)
                if again.code != "late":
                    outcome, now = "moved", again
            rows.append(self._told(scan, outcome, now))
        self._end(caller, session, correction, rows)
        return rows

    def _undo(self, caller: Caller, session: ScanSession, scan: Scanned) -> str:
        """`undone` now or by an earlier correction of this session, `left`, or `nothing`."""
        if scan.item is None:
            return "nothing"
        request = f"{session.device}/{scan.position}:undo"
        try:
            self._desk.undo(self._hand(caller), scan.item, why="session", of=scan.at, request=request)
        except Refused as refused:
            if refused.code not in ("undo.moved-on", "undo.hold-ended", "undo.already", "undo.nothing"):
                raise
            return "left" if refused.code in ("undo.moved-on", "undo.hold-ended") else "nothing"
        return "undone"

    def _again(self, caller: Caller, session: ScanSession, scan: Scanned, branch: str, shift_us: int) -> Receipt:
        """The scan as it should have been."""
        is_drop = scan.by == "drop"
        return self._desk.scan(
            replace(self._hand(caller), desk=branch),
            scan.item or "",
            by=scan.by,
            dropped_us=scan.happened_us + shift_us if is_drop and shift_us else None,
            request=f"{session.device}/{scan.position}:{branch}:{shift_us}",
            happened_us=scan.happened_us + (0 if is_drop else shift_us),
        )

    @staticmethod
    def _hand(caller: Caller) -> Caller:
        return replace(caller, device=CORRECTIONS)

    def _told(self, scan: Scanned, outcome: str, now: Receipt | None) -> Corrected:
        was = receipt_of(Appended(scan.facts, False))
        return Corrected(scan, outcome, was, now, self._todo(scan, outcome, was, now))

    def _todo(self, scan: Scanned, outcome: str, was: Receipt, now: Receipt | None) -> str:
        """The books to fetch back, and what to do with each."""
        item = scan.item
        if item is None:
            return ""
        if outcome == "left":
            return f"Something else has happened to {item} since, and nothing was changed: {self._place_of(item)}."
        if outcome == "nothing":
            return ""
        box = "" if was.filling is None else self._about(was.filling)
        if now is None:
            return f"Take {item} {where_it_was_put(told_by(was))}{box} and scan it where it is."
        todo = put_right(item, told_by(was), told_by(now), about=box)
        if todo or was.filling is None:
            return todo
        return f"Take {item} out of tote {was.filling}{box} and pack it again: it still goes to {now.route_to}."

    def _about(self, filling: str) -> str:
        """Where a filling is now, in brackets."""
        state = self._ledger.load(filling_stream(filling), FILLING).state
        return "" if state is None else f" ({state.status}, at {state.place})"

    def _place_of(self, item: str) -> str:
        state = self._ledger.load(item_stream(item), ITEM).state
        if state is None:
            return "it is not in the catalogue"
        place = state.custody.place
        return {
            "branch": f"it was last seen at {place.ref}",
            "filling": f"it is in tote {place.ref}{self._about(place.ref)}",
            "patron": "it is on loan",
        }.get(place.kind, "it is missing")

    # --- the whole ------------------------------------------------------------------------------------------------

    def _begin(
        self, caller: Caller, session: ScanSession, correction: str, why: str, *, to: str | None, shift_us: int | None
    ) -> None:
        if not why.strip():
            raise Invalid("session.no-reason")
        stream = session_stream(session.name)

        def decide(_at_us: int) -> Decision:
            known = self._ledger.load(stream, SESSION)
            key = self._keyring.new_key()
            sealed = self._keyring.seal(key, why.strip(), context=stream)
            begun = SessionCorrectionBegun(
                correction=correction,
                kind="undo" if correction == "undo" else "move",
                scans=len(session.scans),
                to=to,
                shift_us=shift_us,
                key=key,
                why=sealed,
            )
            return Decision((NewEvents(stream, known.version, (begun,)),))

        self._record(caller, session, correction, "begun", decide)

    def _end(self, caller: Caller, session: ScanSession, correction: str, rows: Sequence[Corrected]) -> None:
        stream = session_stream(session.name)
        counted = Counter(row.outcome for row in rows)

        def decide(_at_us: int) -> Decision:
            known = self._ledger.load(stream, SESSION)
            ended = SessionCorrectionEnded(
                correction=correction, undone=counted["undone"], moved=counted["moved"], left=counted["left"]
            )
            return Decision((NewEvents(stream, known.version, (ended,)),))

        self._record(caller, session, correction, "ended", decide)

    def _record(
        self, caller: Caller, session: ScanSession, correction: str, step: str, decide: Callable[[int], Decision]
    ) -> None:
        self._commands.run(
            self._hand(caller),
            f"session {step}",
            {"session": session.name, "correction": correction},
            decide,
            roles=_STAFF,
            request=f"{session.name}:{correction}:{step}",
        )

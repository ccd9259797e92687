"""
One command, carried out once: who may, what it decided, one append, retried when somebody else was faster.

Every use-case of the desk, the dispatcher and the imports goes through `Commands.run`.
The decision is taken by a function that reads fresh state and returns events; it may be called several times.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import uniform
from time import sleep
from typing import TypeVar

from circulation.actor import Actor, Role, fold_actor
from circulation.clock import MINUTE_US, Clock, iso
from circulation.errors import Conflict, Refused, Unknown
from circulation.event import Appended, Event, NewEvents, Stamp, Via
from circulation.keyring import Keyring
from circulation.ledger import ClaimChanges, Fold, ImportReport, Ledger
from circulation.messages.names import Names
from circulation.words import sealed_words

__all__ = [
    "ACTOR",
    "CLOCK_TOLERANCE_US",
    "Behind",
    "Caller",
    "Commands",
    "Decision",
    "check_of",
    "new_request",
    "refuse_another",
    "refuse_future",
]

S = TypeVar("S")

ACTOR = Fold("actor", 1, fold_actor, Actor)
"""How the ledger keeps an actor's state."""

_TRIES = 16
_GIVES_WAY_AFTER = 3
CLOCK_TOLERANCE_US = 5 * MINUTE_US
"""So far ahead of ours another clock may be."""


def refuse_future(happened_us: int, now_us: int) -> None:
    """Raises `Refused` (`time.in-future`) for a time more than five minutes ahead: some clock is wrong."""
    if happened_us > now_us + CLOCK_TOLERANCE_US:
        minutes = (happened_us - now_us) // MINUTE_US
        raise Refused("time.in-future", happened=iso(happened_us), now=iso(now_us), minutes=minutes)


def check_of(code: str) -> int:
    """One byte of a code, for the digest of a command whose code may have to be forgotten: 256 codes share each."""
    return hashlib.sha256(code.encode()).digest()[0]


def refuse_another(scanned: Appended, code: str) -> None:
    """
    Catch what one byte cannot: a request id that was used before for another code.

    Raises `Refused` (`request.reused`) where the facts of that time are about another item.
    """
    streams = {fact.stream.partition("/")[2] for fact in scanned.facts if fact.stream.startswith(("item/", "foreign/"))}
    if scanned.repeated and streams and code not in streams:
        raise Refused("request.reused:refuse-another", request=scanned.facts[0].request)


def new_request() -> str:
    """A request id that nobody used before; a caller that may retry makes one and keeps it."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Who gives a command and from where: `staff/<id>`, how that was established, the branch, the device.

    `desk` is a branch code, or empty where the command belongs to no branch.
    """

    actor: str
    via: Via
    desk: str
    device: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command comes to: events by stream, and the patron claims that open or end with them."""

    changes: tuple[NewEvents, ...]
    claims: ClaimChanges | None = None


class Behind(Exception):
    """
    What a decision read happened at `newer_us`, after the time that the clock gave this command when it began.

    Another desk was faster, or its clock is ahead of ours. A command given now is later than what it sees.
    """

    def __init__(self, newer_us: int) -> None:
        super().__init__(newer_us)
        self.newer_us = newer_us

    @classmethod
    def check(cls, at_us: int, newest_us: int, happened_us: int | None) -> None:
        """Raise it where a command that is given now, not about the past, is about to decide on newer things."""
        if happened_us is None and at_us < newest_us:
            raise cls(newest_us)


class Commands:
    """Carries out commands on one ledger."""

    def __init__(self, ledger: Ledger, clock: Clock, keyring: Keyring) -> None:
        self.ledger = ledger
        self.clock = clock
        self.keyring = keyring

    def sealed(self, typed: str) -> str:
        """
        What somebody typed as a reason or a note, as it may stand in an event (`words.py`); nothing stays nothing.

        It is sealed before anything is decided, once a command, and is left out of `arguments`: a digest of it would
        confirm a guess long after it is forgotten.
        """
        return sealed_words(self.keyring, typed)

    def run(
        self,
        caller: Caller,
        name: str,
        arguments: Mapping[str, object],
        decide: Callable[[int], Decision],
        *,
        roles: Collection[Role],
        request: str | None = None,
        happened_us: int | None = None,
    ) -> Appended:
        """
        The facts that the command recorded, or those of its first time if `request` was seen before.

        `decide` receives the time of happening in microseconds and is called again after a lost race,
        and with a later time where it says that what it read is newer (`Behind`).
        `arguments` go into the digest only: they must not be needed to understand the events.

        Raises `Unknown` (`actor.unknown`), `Refused` (`actor.not-allowed`, `time.in-future`, `request.reused`,
        and whatever `decide` refuses) and `Conflict` (`command.busy`) after 16 lost races.
        """
        digest = _digest(name, arguments, happened_us)
        if request is None:
            request = new_request()
        elif (seen := self.ledger.repeated(caller.device, request, digest)) is not None:
            return seen
        with self.ledger.looking() as look:
            self._permit(caller, name, roles)
            now_us = self.clock()
            if happened_us is not None:
                refuse_future(happened_us, now_us)
            at_us = now_us if happened_us is None else happened_us
            last: Conflict | Behind | None = None
            for tried in range(_TRIES):
                if tried > _GIVES_WAY_AFTER:
                    # Desks that lost together must not come back together; the wait doubles up to 0.2 s.
                    sleep(uniform(0.5, 1) * min(0.2, 0.002 * 2 ** (tried - _GIVES_WAY_AFTER)))
                if tried:
                    look()
                try:
                    decision = decide(at_us)  # it may find, too, that what it read does not fit together
                    if not decision.changes:
                        return Appended((), False)
                    stamp = Stamp(at_us, caller.actor, caller.via, caller.desk, caller.device, request, digest)
                    return self.ledger.append(stamp, decision.changes, claims=decision.claims)
                except Behind as behind:
                    last, at_us = behind, behind.newer_us
                except Conflict as lost:
                    last = lost
        raise (
            Conflict("command.busy:beaten", name=name, tries=_TRIES, last=last.sentence)
            if isinstance(last, Conflict)
            else Conflict("command.busy", name=name, tries=_TRIES)
        )

    def change(
        self,
        caller: Caller,
        name: str,
        arguments: Mapping[str, object],
        subject: tuple[str, Fold[S]],
        decide: Callable[[S | None], Sequence[Event]],
        *,
        roles: Collection[Role],
        request: str | None = None,
    ) -> Appended:
        """
        Carry out a command that concerns one thing only: `subject` is its stream and how its state is folded.

        `decide` turns the state (None if there is none yet) into events. Raises as `run` does.
        """
        stream, fold = subject

        def decide_one(_at_us: int) -> Decision:
            loaded = self.ledger.load(stream, fold)
            events = tuple(decide(loaded.state))
            return Decision((NewEvents(stream, loaded.version, events),) if events else ())

        return self.run(caller, name, arguments, decide_one, roles=roles, request=request)

    def import_events(
        self,
        caller: Caller,
        name: str,
        batches: Iterable[Sequence[NewEvents]],
        *,
        roles: Collection[Role],
    ) -> ImportReport:
        """
        Record the events of a long list as `Ledger.import_events` does, by somebody who may.

        The list is its own request: what the same content recorded before is passed over.
        Raises as `run` does, and what the ledger raises.
        """
        self._permit(caller, name, roles)
        digest = _digest(name, {}, None)
        stamp = Stamp(
            self.clock(), caller.actor, caller.via, caller.desk, caller.device, name.replace(" ", "-"), digest
        )
        return self.ledger.import_events(stamp, batches)

    def _permit(self, caller: Caller, name: str, roles: Collection[Role]) -> None:
        actor = self.ledger.load(caller.actor, ACTOR).state
        if actor is None or actor.retired:
            raise Unknown("actor.unknown", actor=caller.actor.removeprefix("staff/"))
        if actor.role is not Role.ADMINISTRATOR and actor.role not in roles:
            raise Refused(
                "actor.not-allowed",
                actor=caller.actor.removeprefix("staff/"),
                role=actor.role.value,
                name=name,
                roles=Names(sorted(role.value for role in roles or (Role.ADMINISTRATOR,))),
            )
        if actor.branches and caller.desk and caller.desk not in actor.branches:
            raise Refused(
                "actor.other-branch",
                actor=caller.actor.removeprefix("staff/"),
                branches=", ".join(actor.branches),
                desk=caller.desk,
            )


def _digest(name: str, arguments: Mapping[str, object], happened_us: int | None) -> bytes:
    """SHA-256 of the command as it was given, so that a request id is never used for two different ones."""
    text = json.dumps([name, arguments, happened_us], sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()

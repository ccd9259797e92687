"""
Who may act: the use-cases on actors, and the first administrator of a new store.

An id such as `ana-desk` is what every event names; the login behind it stands sealed on the actor's stream,
and the key store finds the id of a login. What an actor is, is in `actor.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from circulation.actor import Actor, ActorRegistered, ActorRetired, Role, RoleGiven
from circulation.barcode import parse_name
from circulation.clock import Clock
from circulation.command import ACTOR, Caller, Commands
from circulation.directory import actors, require_branch
from circulation.errors import Refused, Unknown
from circulation.event import Appended, Event, NewEvents, Stamp
from circulation.keyring import Keyring
from circulation.ledger import Ledger

__all__ = ["FIRST_ADMINISTRATOR", "Staff", "found"]

FIRST_ADMINISTRATOR = "staff/admin"
"""Who made the store; others are registered by them."""


# --- decisions -------------------------------------------------------------------------------------------------------


def register(
    actor: Actor | None, name: str, role: Role, branches: tuple[str, ...], key: int | None, sealed: str | None
) -> tuple[Event, ...]:
    """Somebody joins. Raises `Refused` (`actor.taken`): an id is never used for two people."""
    if actor is not None:
        raise (
            Refused("actor.taken:retired", name=name)
            if actor.retired
            else Refused("actor.taken", name=name, role=actor.role.value)
        )
    return (ActorRegistered(role=role, branches=branches, key=key, sealed=sealed),)


def give_role(
    actor: Actor | None, name: str, role: Role, branches: tuple[str, ...], administrators: Collection[str]
) -> tuple[Event, ...]:
    """Another role or other branches; nothing if they are the same. Raises as `retire` does."""
    present = _known(actor, name)
    if role is not Role.ADMINISTRATOR:
        _keep_one_administrator(present, administrators)
    if (present.role, present.branches, present.retired) == (role, branches, False):
        return ()
    return (RoleGiven(role=role, branches=branches),)


def retire(actor: Actor | None, name: str, administrators: Collection[str]) -> tuple[Event, ...]:
    """
    An actor leaves; nothing if gone already.

    Raises `Unknown` (`actor.unknown`) and `Refused` (`actor.last-administrator`): a store without one is locked.
    """
    present = _known(actor, name)
    _keep_one_administrator(present, administrators)
    return () if present.retired else (ActorRetired(),)


def _known(actor: Actor | None, name: str) -> Actor:
    if actor is None:
        raise Unknown("actor.unknown:named", name=name)
    return actor


def _keep_one_administrator(actor: Actor, administrators: Collection[str]) -> None:
    if set(administrators) == {actor.actor}:
        raise Refused("actor.last-administrator", actor=actor.actor.removeprefix("staff/"))


# --- use-cases -------------------------------------------------------------------------------------------------------


def found(ledger: Ledger, keyring: Keyring, clock: Clock, *, login: str) -> bool:
    """
    Register the operating system's user `login` as the first administrator of a store that has no staff.

    Returns whether it did. Two processes that do it at once leave one administrator, because both use the same
    request id; one that was stopped half way is put right by the next of the same user.
    """
    if keyring.actor_of(login) is not None:
        return False
    made = next(iter(ledger.streams("staff/")), None) is None
    if made:
        key = keyring.new_key()
        sealed = keyring.seal(key, login, context=FIRST_ADMINISTRATOR)
        stamp = Stamp(
            happened_us=clock(),
            actor=FIRST_ADMINISTRATOR,
            via="system",
            desk="",
            device="branchline",
            request="found",
            digest=hashlib.sha256(b"found").digest(),
        )
        event = ActorRegistered(role=Role.ADMINISTRATOR, key=key, sealed=sealed)
        made = not ledger.append(stamp, (NewEvents(FIRST_ADMINISTRATOR, 0, (event,)),)).repeated
    for fact in ledger.stream(FIRST_ADMINISTRATOR):
        match fact.event:
            case ActorRegistered(key=int(key), sealed=str(sealed)):
                if keyring.unseal(key, sealed, context=FIRST_ADMINISTRATOR) == login:
                    keyring.bind_login(login, FIRST_ADMINISTRATOR)
    return made


class Staff:
    """The use-cases on actors; only an administrator may carry them out."""

    def __init__(self, commands: Commands, keyring: Keyring) -> None:
        self._commands = commands
        self._ledger = commands.ledger
        self._keyring = keyring

    def register(
        self,
        caller: Caller,
        name: str,
        role: Role,
        *,
        branches: Collection[str] = (),
        login: str | None = None,
        request: str | None = None,
    ) -> Appended:
        """
        Register an actor, at some branches (none: everywhere), found by the operating system's `login` if given.

        Raises `Invalid` (`name.unreadable`), `Unknown` (`branch.unknown`) and `Refused` (`actor.taken`,
        `actor.login-taken`).
        """
        stream = f"staff/{parse_name(name, what='staff')}"
        places = self._places(branches)
        if login is not None and self._keyring.actor_of(login) not in (None, stream):
            raise Refused("actor.login-taken")
        key = None if login is None else self._keyring.new_key()
        sealed = None if key is None or login is None else self._keyring.seal(key, login, context=stream)

        appended = self._commands.change(
            caller,
            "actor add",
            {"actor": name, "role": role.value, "branches": places},
            (stream, ACTOR),
            lambda actor: register(actor, name, role, places, key, sealed),
            roles=(),
            request=request,
        )
        if login is not None:
            self._keyring.bind_login(login, stream)
        return appended

    def give_role(
        self,
        caller: Caller,
        name: str,
        role: Role,
        *,
        branches: Collection[str] = (),
        request: str | None = None,
    ) -> Appended:
        """Give an actor another role, and branches. Raises `Unknown` and `Refused` (`actor.last-administrator`)."""
        places = self._places(branches)
        return self._commands.change(
            caller,
            "actor role",
            {"actor": name, "role": role.value, "branches": places},
            (f"staff/{parse_name(name, what='staff')}", ACTOR),
            lambda actor: give_role(actor, name, role, places, self._administrators()),
            roles=(),
            request=request,
        )

    def retire(self, caller: Caller, name: str, *, request: str | None = None) -> Appended:
        """Take an actor's right to act. Raises `Unknown` and `Refused` (`actor.last-administrator`)."""
        return self._commands.change(
            caller,
            "actor retire",
            {"actor": name},
            (f"staff/{parse_name(name, what='staff')}", ACTOR),
            lambda actor: retire(actor, name, self._administrators()),
            roles=(),
            request=request,
        )

    def _administrators(self) -> set[str]:
        return {a.actor for a in actors(self._ledger) if a.role is Role.ADMINISTRATOR and not a.retired}

    def _places(self, branches: Collection[str]) -> tuple[str, ...]:
        return tuple(sorted({require_branch(self._ledger, code).code for code in branches}))

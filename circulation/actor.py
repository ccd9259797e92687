"""
Who may act, on the streams `staff/<id>`: a role, and a login that is sealed.

An id such as `ana-desk` names the actor in every event. Whose id it is stands sealed under a key;
the key store finds the id of a login.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from circulation.event import Event, Fact, event

__all__ = ["Actor", "ActorRegistered", "ActorRetired", "Role", "RoleGiven", "actor_stream", "fold_actor"]


class Role(StrEnum):
    """What an actor is there for. An administrator may do everything."""

    DESK = "desk"
    COORDINATOR = "coordinator"
    DRIVER = "driver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


def actor_stream(actor: str) -> str:
    """The name of an actor's stream; `actor` is written `staff/<id>`, which it already is."""
    return actor


@event
class ActorRegistered(Event):
    """Somebody may act from now on, in a role, at some branches (none named: at every branch)."""

    role: Role
    branches: tuple[str, ...] = ()
    key: int | None = None
    sealed: str | None = None


@event
class RoleGiven(Event):
    """An actor has another role from now on."""

    role: Role
    branches: tuple[str, ...] = ()


@event
class ActorRetired(Event):
    """An actor may not act any more."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who may act."""

    actor: str
    role: Role
    branches: tuple[str, ...] = ()
    retired: bool = False


def fold_actor(actor: Actor | None, fact: Fact) -> Actor:
    """The actor after one more fact. Raises `TypeError` for a fact that cannot be."""
    match fact.event:
        case ActorRegistered() as registered:
            return Actor(fact.stream, registered.role, registered.branches)
        case RoleGiven() as given if actor is not None:
            return replace(actor, role=given.role, branches=given.branches, retired=False)
        case ActorRetired() if actor is not None:
            return replace(actor, retired=True)
        case other:
            raise TypeError(f"{type(other).__name__} is not a fact about an actor ({fact.stream})")

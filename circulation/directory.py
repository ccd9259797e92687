"""
What is registered, read from the ledger: branches, actors, closures.

These are few and change seldom, so they are folded from their own streams, always as of now.
Nothing here decides anything; `administration.py` and `staff.py` change what stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from circulation.actor import Actor
from circulation.branch import Branch, branch_stream
from circulation.closure import Closed, closure_stream
from circulation.command import ACTOR
from circulation.errors import Unknown
from circulation.folds import BRANCH, CLOSURES
from circulation.ledger import Ledger
from circulation.messages.names import Names

__all__ = [
    "actors",
    "all_closures",
    "branches",
    "members",
    "require_branch",
    "require_member",
    "unknown_branch",
]


def branches(ledger: Ledger, *, retired: bool = False) -> dict[str, Branch]:
    """Every branch by its code, in the order of codes; those that were retired only if asked for."""
    found: dict[str, Branch] = {}
    for stream in ledger.streams("branch/"):
        branch = ledger.load(stream, BRANCH).state
        if branch is not None and (retired or not branch.retired):
            found[branch.code] = branch
    return found


def require_branch(ledger: Ledger, code: str) -> Branch:
    """The branch of that code. Raises `Unknown` (`branch.unknown`, `branch.retired`)."""
    branch = ledger.load(branch_stream(code), BRANCH).state
    if branch is None:
        raise unknown_branch(code, branches(ledger))
    if branch.retired:
        raise Unknown("branch.retired", code=code, branch=branch.name)
    return branch


def unknown_branch(code: str, known: Collection[str]) -> Unknown:
    """The refusal of a branch code that nobody carries, with those that come near it."""
    near = get_close_matches(code, known, n=3, cutoff=0.6)
    return (
        Unknown("branch.unknown:near", branch=code[:60], near=Names(near))
        if near
        else Unknown("branch.unknown", branch=code[:60])
    )


def members(ledger: Ledger) -> tuple[str, ...]:
    """The members that own a branch, by name."""
    return tuple(sorted({branch.member for branch in branches(ledger).values()}))


def require_member(ledger: Ledger, member: str) -> str:
    """The member's name. Raises `Unknown` (`member.unknown`) for one that owns no branch."""
    known = members(ledger)
    if member not in known:
        near = get_close_matches(member, known, n=3, cutoff=0.5)
        raise (
            Unknown("member.unknown:near", member=member[:60], near=Names(near))
            if near
            else Unknown("member.unknown", member=member[:60], known=Names(known))
        )
    return member


def actors(ledger: Ledger) -> Iterator[Actor]:
    """Everybody who is or was registered, by id."""
    for stream in ledger.streams("staff/"):
        actor = ledger.load(stream, ACTOR).state
        if actor is not None:
            yield actor


def all_closures(ledger: Ledger) -> dict[str, tuple[Closed, ...]]:
    """The closures that hold, by scope."""
    found: dict[str, tuple[Closed, ...]] = {}
    for stream in ledger.streams(closure_stream("")):
        closures = ledger.load(stream, CLOSURES).state
        if closures:
            found[stream.removeprefix(closure_stream(""))] = closures
    return found

"""
Where a copy belongs that nobody waits for and nobody moves by hand: one pure function of what is known.

The rules, in their order:

1. at home it stays, and where its home is a walk away it stays as if it were home;
2. a copy that does not float goes home, and so does a floating one that is outside its group: its home is the one
   branch that always has room for it;
3. a floating copy that has been away from home for the homing time of its group goes home;
4. where the branch keeps enough copies of the type from elsewhere (limit), or of the title, it goes on: to the
   allowed branch with room whose (held + inbound − outbound) / limit is lowest, among equals home first, then by
   branch code. A branch without a limit counts as empty; one that a transfer limit denies is passed over. Where
   none has room it goes home;
5. otherwise it stays.

A branch's own copies do not count against its limit, and neither does the copy itself: where a copy was sent to, it
stays when it arrives, unless others took the room meanwhile. Nothing is left to chance (Koha breaks ties at random
and gives up after the first candidate that is not allowed: `Koha/Library/FloatLimits.pm`, reference 1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from circulation.clock import DAY_US
from circulation.custody import TransitReason
from circulation.floating import FloatingGroup
from circulation.shelves import Shelves

__all__ = ["Placed", "Stray", "floats_at", "is_fit", "place"]


@dataclass(frozen=True, slots=True)
class Stray:
    """
    A copy at a branch, as far as its place depends on it.

    `away_since_us` is None for one not seen away.
    """

    owner: str
    home: str
    item_type: str
    floats: bool
    away_since_us: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where it is to go and why, `to` None where it stays; of the `grounds` considered the last one decided."""

    to: str | None
    reason: TransitReason
    grounds: tuple[str, ...]


def place(copy: Stray, here: str, at_us: int, shelves: Shelves) -> Placed:
    """Where a copy that was scanned at `here` at an instant is to be."""
    policy = shelves.floating
    if copy.home == here:
        return Placed(None, "home", ("place.home",))
    if policy.walks(here, copy.home):
        return Placed(None, "home", (f"place.walked {copy.home}",))
    group = policy.group_of(owner=copy.owner, item_type=copy.item_type, floats=copy.floats)
    if group is None:
        return Placed(copy.home, "home", (f"place.belongs {copy.home}",))
    if not floats_at(copy, here, shelves):
        return Placed(copy.home, "home", (_named("float.outside", group),))
    if _has_been_away(copy, group, at_us):
        return Placed(copy.home, "home", (f"float.homing {group.homing_days}",))
    full = _why_full(copy, here, group, shelves)
    if full is None:
        return Placed(None, "float", (_named("place.floats", group),))
    to, room = _least_full(copy, here, group, shelves)
    return Placed(to, "home" if to == copy.home else "float", (full, f"float.goes-on {to} {room}"))


def floats_at(copy: Stray, branch: str, shelves: Shelves) -> bool:
    """Whether a copy may float at a branch, full or not."""
    group = shelves.floating.group_of(owner=copy.owner, item_type=copy.item_type, floats=copy.floats)
    member = shelves.member_of(branch)
    return group is not None and member is not None and group.allows(branch, member)


def is_fit(copy: Stray, there: str, shelves: Shelves) -> bool:
    """Whether a branch that a copy floats to still is one that it may float to, with room for it."""
    if there == copy.home:
        return True
    group = shelves.floating.group_of(owner=copy.owner, item_type=copy.item_type, floats=copy.floats)
    if group is None or not floats_at(copy, there, shelves):
        return False
    return _why_full(copy, there, group, shelves) is None


def _has_been_away(copy: Stray, group: FloatingGroup, at_us: int) -> bool:
    if group.homing_days is None or copy.away_since_us is None:
        return False
    return at_us - copy.away_since_us >= group.homing_days * DAY_US


def _why_full(copy: Stray, branch: str, group: FloatingGroup, shelves: Shelves) -> str | None:
    """The ground on which a branch keeps no more of it; None where it has room."""
    limit = shelves.floating.limit(branch, copy.item_type)
    if limit is not None:
        kept = shelves.guests().get(branch, 0)
        if kept >= limit:
            return f"float.full {branch} {kept}/{limit}"
    if group.title_copies is not None:
        copies = shelves.same_title().get(branch, 0)
        if copies >= group.title_copies:
            return f"float.duplicates {branch} {copies}/{group.title_copies}"
    return None


def _least_full(copy: Stray, here: str, group: FloatingGroup, shelves: Shelves) -> tuple[str, str]:
    """The allowed branch with room that is least full, home if there is none; and how full it is, as text."""
    guests = shelves.guests() if shelves.floating.has_limit(copy.item_type) else {}
    best = _fullness(copy, copy.home, guests, shelves), False, copy.home
    # Home has room whatever its limit says, but a full home is the last that is chosen.
    home_is_full = _why_full(copy, copy.home, group, shelves) is not None
    for branch, member in shelves.branches().items():
        if branch in (here, copy.home) or not group.allows(branch, member):
            continue
        if shelves.denied(branch) is not None or _why_full(copy, branch, group, shelves) is not None:
            continue
        candidate = _fullness(copy, branch, guests, shelves), True, branch
        if home_is_full or candidate < best:
            best, home_is_full = candidate, False
    limit = shelves.floating.limit(best[2], copy.item_type)
    return best[2], f"{guests.get(best[2], 0)}/{'any' if limit is None else limit}"


def _fullness(copy: Stray, branch: str, guests: Mapping[str, int], shelves: Shelves) -> Fraction:
    """Kept copies as a part of the limit; a branch without a limit counts as empty."""
    limit = shelves.floating.limit(branch, copy.item_type)
    if limit is None:
        return Fraction(0)
    return Fraction(guests.get(branch, 0), limit) if limit else Fraction(1)


def _named(code: str, group: FloatingGroup) -> str:
    return f"{code} {group.group}" if group.group else code

"""
The best hold for a copy that lies somewhere, and why the others are not: pure, and without looking away early.

A copy that was assigned together with others goes to its hold (`assigned_to`); how far that may be from the order of
the queue was bounded then. Else a hold is passed over for a reason (`passed_over`); those that are left are ranked by
the keys of the queue order (`queue_policy.py`), and what is equal by its place in the queue. No queue is truncated:
Indiana's consortium had to switch first come, first served off because only ten holds were looked at. A queue of
thousands costs little all the same, since the first hold that nothing can beat ends the search.

Volumes and parts: a hold on a part is filled by copies of that part only. A hold on the title as a whole is filled by
copies without a part; only where a title has none (a set in volumes) by a copy of any part, as in Evergreen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import NamedTuple

from circulation.clock import DAY_US
from circulation.hold import Hold, Title
from circulation.item import Item
from circulation.queue_policy import FIFO, Key, QueueOrder

__all__ = ["Best", "Candidate", "ForCopy", "QueueRulings", "assigned_to", "best_hold", "candidates", "passed_over"]


@dataclass(frozen=True, slots=True)
class QueueRulings:
    """
    What holds for the queue of this copy here and now, as pure answers that are asked for when they matter.

    `order` is asked only when several holds could have the copy, `whole_copies` (whether the title has copies without
    a part) only for a copy with one, `lands_on` (the local day on which a copy sent now would be at a pickup branch,
    None where there is no way) only for a hold that is suspended until a day, and `member_of` (whose a branch is)
    only for a new copy. `age_protection_days` is for how many days a copy counts as new; None or 0 is never.
    """

    order: Callable[[], QueueOrder] = lambda: FIFO
    whole_copies: Callable[[], bool] = lambda: True
    lands_on: Callable[[str], str | None] = lambda _pickup: None
    member_of: Callable[[str], str] = lambda _branch: ""
    age_protection_days: int | None = None


@dataclass(frozen=True, slots=True)
class ForCopy:
    """
    The question: who shall have this copy, which lies at `branch` at an instant, on that local day?

    `bars` names the rule or transfer limit that keeps the copy from a hold, empty for none.
    """

    item: Item
    branch: str
    at_us: int
    day: str
    rulings: QueueRulings = field(default_factory=QueueRulings)
    bars: Callable[[Hold], str] = lambda _hold: ""

    @property
    def is_new(self) -> bool:
        """Whether it is so new that it stays with its owner's branches (age protection)."""
        days, added = self.rulings.age_protection_days, self.item.added
        if not days or added is None:
            return False
        return (date.fromisoformat(self.day) - date.fromisoformat(added)).days < days


_BARRED = "barred by "


def passed_over(hold: Hold, asked: ForCopy, *, is_new: bool) -> str | None:
    """
    Why the hold cannot have the copy now, as a stable word; None where it can.

    `has-copy`, `other-copy`, `other-part`; `lapsed` after its last day; `suspended`, unless it ends its suspension on
    a day before which the copy cannot be at the pickup branch; `new-copy` where a new copy stays with its owner;
    `barred by` a rule or transfer limit.
    """
    if hold.captured is not None:
        return "has-copy"
    item = asked.item
    if hold.item is not None:
        if hold.item != item.barcode:
            return "other-copy"
    elif hold.part != item.part and (hold.part is not None or asked.rulings.whole_copies()):
        return "other-part"
    if hold.expires is not None and hold.expires < asked.day:
        return "lapsed"
    if hold.suspended and not _thaws_in_time(hold, asked):
        return "suspended"
    if is_new and hold.pickup != item.home and asked.rulings.member_of(hold.pickup) != item.owner:
        return "new-copy"
    barred_by = asked.bars(hold)
    return f"{_BARRED}{barred_by}" if barred_by else None


def _thaws_in_time(hold: Hold, asked: ForCopy) -> bool:
    """Whether the copy would be on no hold shelf before the day on which the suspension ends."""
    until = hold.suspended_until
    if until is None:
        return False
    if until <= asked.day:
        return True
    lands_on = None if hold.pickup == asked.branch else asked.rulings.lands_on(hold.pickup)
    return lands_on is not None and lands_on >= until


# --- the best ------------------------------------------------------------------------------------------------------


class Best(NamedTuple):
    """
    The hold that gets the copy; None where nobody can have it.

    `order` is the queue order that put it ahead of `ahead_of`, None if none did. `barred` says how many holds that
    stood before every one that could have the copy were kept from it by which rule. The copy is `joint` if it was
    assigned to the hold together with others; nobody else was looked at then.
    """

    hold: Hold | None
    barred: tuple[tuple[str, int], ...] = ()
    order: str | None = None
    ahead_of: str | None = None
    joint: bool = False


def assigned_to(title: Title, asked: ForCopy) -> Hold | None:
    """The hold that the copy was assigned to when holds and copies were assigned together, if it still can have it."""
    promised = asked.item.custody.target
    hold = None if promised is None else title.holds.get(promised)
    if hold is None or not hold.joint or hold.target != asked.item.barcode:
        return None
    return hold if passed_over(hold, asked, is_new=asked.is_new) is None else None


def best_hold(title: Title, asked: ForCopy) -> Best:
    """The open hold that gets the copy; nobody does where it may not be held."""
    if not asked.item.holdable:
        return Best(None)
    assigned = assigned_to(title, asked)
    if assigned is not None:
        return Best(assigned, joint=True)
    barred: Counter[str] = Counter()
    fitting = _fitting(title, asked, barred)
    first = next(fitting, None)
    barred_before = tuple(sorted(barred.items()))
    second = None if first is None else next(fitting, None)
    if first is None or second is None:
        return Best(first, barred_before)
    ranking = _Ranking.of(asked, first)
    best, lowest = first, ranking.rank(first, 0)
    for gap, hold in enumerate(chain((second,), fitting), 1):
        if ranking.nothing_beats(lowest, gap):
            break
        rank = ranking.rank(hold, gap)
        if rank < lowest:
            best, lowest = hold, rank
    if best is first:
        return Best(first, barred_before)
    return Best(best, barred_before, ranking.order.order, first.hold)


def _fitting(title: Title, asked: ForCopy, barred: Counter[str]) -> Iterator[Hold]:
    is_new = asked.is_new
    for hold in title.holds.values():
        if hold.captured is not None:
            # Hundreds of a long queue may have their copy: they are not worth a question.
            continue
        why = passed_over(hold, asked, is_new=is_new)
        if why is None:
            yield hold
        elif why.startswith(_BARRED):
            barred[why.removeprefix(_BARRED)] += 1


@dataclass(frozen=True, slots=True)
class _Ranking:
    """
    The keys of an order that can make a difference for this copy, and what they say of a hold.

    `first` is the hold that would be served first come, first served: what goes ahead of it is measured from it.
    """

    order: QueueOrder
    keys: tuple[Key, ...]
    item: Item
    branch: str
    first: Hold
    _known: dict[tuple[str, str, bool], tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, asked: ForCopy, first: Hold) -> _Ranking:
        order = asked.rulings.order()
        since_us = asked.item.custody.away_since_us
        away_us = (order.away_days or 0) * DAY_US
        is_long_away = since_us is not None and asked.at_us - since_us >= away_us and asked.branch != asked.item.home
        keys = tuple(key for key in order.keys if key != "away" or is_long_away)
        return cls(order, keys, asked.item, asked.branch, first)

    def rank(self, hold: Hold, gap: int) -> tuple[int, ...]:
        """One number a key, 0 or 1, lower is better; `gap` is how many that could have the copy came before it."""
        within = self._may_go_ahead(hold, gap)
        # Thousands of holds come from a few branches.
        kind = (hold.pickup, hold.patron_home, within)
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = tuple(int(not self._holds(key, hold, within)) for key in self.keys)
        return known

    def nothing_beats(self, lowest: tuple[int, ...], gap: int) -> bool:
        """Whether no hold from this one on can rank better."""
        limit = self.order.local_gap
        return not any(lowest) or (self.keys == ("here",) and limit is not None and gap > limit)

    def _may_go_ahead(self, hold: Hold, gap: int) -> bool:
        order = self.order
        if order.local_gap is not None and gap > order.local_gap:
            return False
        return order.local_days is None or hold.placed_us - self.first.placed_us <= order.local_days * DAY_US

    def _holds(self, key: Key, hold: Hold, within: bool) -> bool:
        match key:
            case "here":
                return within and hold.pickup == self.branch
            case "home" | "away":
                return hold.pickup == self.item.home
            case "patron-here":
                return hold.patron_home == self.branch
            case "patron-home":
                return hold.patron_home == self.item.home


# --- explained -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    One open hold for a copy: its place in the queue, and `rank`, the place in which it would get this copy (1 is next).

    `keys` say for each key of the order whether it puts the hold ahead; both are empty where `passed_over` says why
    the hold cannot have the copy. `promised` is the copy that it was promised.
    """

    place: int
    hold: Hold
    rank: int | None
    keys: tuple[tuple[Key, bool], ...]
    passed_over: str | None

    @property
    def promised(self) -> str | None:
        """The copy that is to be pulled for it."""
        return self.hold.target


def candidates(title: Title, asked: ForCopy) -> list[Candidate]:
    """
    Every open hold of the title, in the order of the queue, with its rank for this copy or why it has none.

    A copy that nobody can have is `not-holdable`, or `unfit` while something is wrong with it.
    """
    unfit = "unfit" if asked.item.custody.defect else None if asked.item.holdable else "not-holdable"
    is_new = asked.is_new
    found: list[Candidate] = []
    ranking: _Ranking | None = None
    ranks: dict[str, tuple[int, ...]] = {}
    for place, hold in enumerate(title.holds.values(), 1):
        why = unfit or passed_over(hold, asked, is_new=is_new)
        keys: tuple[tuple[Key, bool], ...] = ()
        if why is None:
            ranking = ranking or _Ranking.of(asked, hold)
            rank = ranks[hold.hold] = ranking.rank(hold, len(ranks))
            keys = tuple((key, not number) for key, number in zip(ranking.keys, rank, strict=True))
        found.append(Candidate(place, hold, None, keys, why))
    assigned = None if unfit else assigned_to(title, asked)
    first = "" if assigned is None else assigned.hold
    # Sorting is stable, so what the keys leave equal stays in the order of the queue.
    best_first = {
        name: number for number, name in enumerate(sorted(ranks, key=lambda one: (one != first, ranks[one])), 1)
    }
    return [replace(one, rank=best_first.get(one.hold.hold)) for one in found]

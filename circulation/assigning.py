"""
Recording an assignment of copies to a title's holds: which promises are made, kept and taken back. Pure.

What was proposed may have been overtaken. A proposal that cannot be carried out any more is left out, and with it
every one that needs the copy which its hold would have given up: nobody loses a promise for nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from circulation.event import Event
from circulation.hold import Title
from circulation.holding import Target, drop, promise

__all__ = ["Reassigned", "reassign"]


@dataclass(slots=True)
class Reassigned:
    """
    The facts, on the title and by barcode on its copies.

    `promised` are the holds that were promised another copy, `kept` those that keep theirs, `stale` those left out.
    """

    on_title: list[Event] = field(default_factory=list)
    on_items: dict[str, list[Event]] = field(default_factory=dict)
    promised: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)


def reassign(title: Title, wanted: Mapping[str, Target | None], stale: Collection[str] = ()) -> Reassigned:
    """
    The facts of an assignment by hold, None for one that is to have no copy; `stale` are overtaken already.

    A hold that is neither in `wanted` nor gives anything up stays as it is.
    """
    found = Reassigned(stale=sorted(stale))
    possible = _possible(title, wanted, found)
    for hold in title.holds.values():
        if hold.hold not in possible or hold.target is None:
            continue
        target = possible[hold.hold]
        dropped = drop(hold, "other-copy")
        if dropped is not None and (target is None or target.item != hold.target):
            found.on_title.extend(dropped.title)
            found.on_items.setdefault(dropped.item, []).extend(dropped.on_item)
    for name, target in possible.items():
        hold = title.holds[name]
        if target is None:
            continue
        if hold.joint and (hold.target, hold.target_branch) == (target.item, target.branch):
            found.kept.append(name)
            continue
        made = promise(name, target, joint=True)
        found.on_title.extend(made.title)
        found.on_items.setdefault(made.item, []).extend(made.on_item)
        found.promised.append(name)
    return found


def _possible(title: Title, wanted: Mapping[str, Target | None], found: Reassigned) -> dict[str, Target | None]:
    """What can be carried out as a whole, in the order of the queue."""
    holder = {hold.target: hold.hold for hold in title.holds.values() if hold.target is not None}
    possible: dict[str, Target | None] = {}
    taken: set[str] = set()
    for name, hold in title.holds.items():
        target = wanted.get(name)
        if name not in wanted or hold.captured is not None or (target is not None and target.item in taken):
            continue
        possible[name] = target
        if target is not None:
            taken.add(target.item)
    found.stale.extend(sorted(set(wanted) - set(possible)))
    while True:
        robbing = [
            name
            for name, target in possible.items()
            if target is not None and (owner := holder.get(target.item)) not in (None, name) and owner not in possible
        ]
        if not robbing:
            return possible
        for name in robbing:
            found.stale.append(name)
            del possible[name]

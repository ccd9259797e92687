"""
Assigning copies to a title's holds at once: read for a proposal, and recorded title by title.

A proposal is worked out elsewhere, from a state that may be minutes old. What must not be stale is guarded by the
streams of the title and of its copies: each pair is looked at anew when it is recorded. From then on scans follow
it (`queue_order.py`); what decided itself otherwise meanwhile is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from circulation.actor import Role
from circulation.assigning import Reassigned, reassign
from circulation.clock import DAY_US
from circulation.command import Caller, Commands, Decision
from circulation.event import NewEvents
from circulation.free_copies import OpenQueue, read_queue
from circulation.hold import Title, title_stream
from circulation.holding import Target
from circulation.item import item_stream
from circulation.targeting import Targeting

__all__ = ["Assigned", "AssignmentDesk"]

_COORDINATORS = (Role.COORDINATOR,)


@dataclass(frozen=True, slots=True)
class Assigned:
    """How many holds of a title were promised another copy, kept theirs, and were overtaken and left as they are."""

    promised: int = 0
    kept: int = 0
    stale: int = 0

    def __add__(self, other: Assigned) -> Assigned:
        return Assigned(self.promised + other.promised, self.kept + other.kept, self.stale + other.stale)


class AssignmentDesk:
    """The commands about assigning copies to holds."""

    def __init__(self, commands: Commands, targeting: Targeting) -> None:
        self._commands = commands
        self._targeting = targeting

    def queue(self, title: str, at_us: int) -> OpenQueue:
        """The holds of a title that have no copy, and the copies that nobody has, at an instant."""
        return read_queue(self._targeting, title, at_us)

    def assign(
        self, caller: Caller, title: str, wanted: Mapping[str, str | None], *, request: str | None = None
    ) -> Assigned:
        """
        Promise copies to holds as proposed: by hold the barcode of its copy, None for a hold that is to have none.

        A hold that has a copy by now or has ended, and a copy that somebody has or that may not serve it any more,
        are left out and counted; so is whoever would take another hold's promise for nothing.
        """
        outcome = Reassigned()

        def decide(at_us: int) -> Decision:
            nonlocal outcome
            queue = self.queue(title, at_us)
            targets: dict[str, Target | None] = {}
            stale = []
            for hold, barcode in wanted.items():
                if hold not in queue.holds or (barcode is not None and not self._still_fits(queue, hold, barcode)):
                    stale.append(hold)
                else:
                    targets[hold] = None if barcode is None else self._target(queue, hold, barcode, at_us)
            outcome = reassign(queue.loaded.state or Title(title_id=title), targets, stale)
            changes = [
                NewEvents(item_stream(barcode), queue.look.copies[barcode].version, tuple(events))
                for barcode, events in outcome.on_items.items()
            ]
            if outcome.on_title:
                changes.insert(0, NewEvents(title_stream(title), queue.loaded.version, tuple(outcome.on_title)))
            return Decision(tuple(changes))

        arguments = {"title": title, "wanted": dict(wanted)}
        self._commands.run(caller, "board assign", arguments, decide, roles=_COORDINATORS, request=request)
        return Assigned(len(outcome.promised), len(outcome.kept), len(outcome.stale))

    def _still_fits(self, queue: OpenQueue, hold: str, barcode: str) -> bool:
        return barcode in queue.copies and queue.fits(hold, barcode)

    def _target(self, queue: OpenQueue, hold: str, barcode: str, at_us: int) -> Target:
        courier, branch, pickup = self._targeting.courier, queue.copies[barcode].branch, queue.holds[hold][1].pickup
        # Where no van calls, what is carried over on foot is pulled within a day.
        limit = courier.cutoff(branch, at_us) or courier.cutoff(pickup, at_us) or at_us + DAY_US
        return Target(barcode, branch, limit)

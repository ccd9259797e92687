"""
Rotating collections, in use: the round is set, copies join and leave it, and what is due is sent on.

A copy's place in the round and the move that it is asked for are one append, so that none is sent on twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from circulation.actor import Role
from circulation.barcode import parse_barcode, parse_name
from circulation.calendar import local_day, zone_of
from circulation.command import Caller, Commands, Decision
from circulation.directory import require_branch
from circulation.errors import Refused
from circulation.event import Appended, Event, NewEvents
from circulation.folds import ITEM, ROTATION
from circulation.item import item_stream
from circulation.move import MoveCancelled
from circulation.move_desk import MoveDesk, Wanted
from circulation.rotation import (
    Due,
    Rotation,
    RotationMovedOn,
    Stop,
    decide_join,
    decide_leave,
    due,
    first_stop,
    plus,
    rotation_stream,
    set_rotation,
)

__all__ = ["RotationDesk", "rotations"]

_COORDINATORS = (Role.COORDINATOR,)


def rotations(commands: Commands) -> dict[str, Rotation]:
    """Every plan by its name."""
    found = {}
    for stream in commands.ledger.streams(rotation_stream("")):
        rotation = commands.ledger.load(stream, ROTATION).state
        if rotation is not None:
            found[rotation.plan] = rotation
    return found


class RotationDesk:
    """The commands about rotating collections."""

    def __init__(self, commands: Commands, moves: MoveDesk) -> None:
        self._commands = commands
        self._ledger = commands.ledger
        self._moves = moves

    def set(self, caller: Caller, plan: str, stops: Sequence[Stop], *, request: str | None = None) -> Appended:
        """Set or replace a round. Raises `Unknown` (`branch.unknown`) and what `set_rotation` refuses."""
        parse_name(plan, what="rotation")
        for stop in stops:
            require_branch(self._ledger, stop.branch)
        return self._commands.change(
            caller,
            "rotation set",
            {"plan": plan, "stops": [f"{stop.branch}:{stop.days}" for stop in stops]},
            (rotation_stream(plan), ROTATION),
            lambda rotation: set_rotation(rotation, tuple(stops)),
            roles=_COORDINATORS,
            request=request,
        )

    def join(self, caller: Caller, plan: str, barcodes: Sequence[str], *, request: str | None = None) -> Appended:
        """
        Copies join a round: each is asked for at the first stop, in place of other moves, from its next scan on.

        Raises `Refused` (`rotation.unset`, or why a copy cannot be moved) and `Unknown` (`item.unknown`).
        """

        def decide(rotation: Rotation, at_us: int) -> tuple[tuple[Event, ...], list[NewEvents]]:
            stop = first_stop(rotation)
            today = self._today(stop.branch, at_us)
            joined = decide_join(rotation, [parse_barcode(barcode) for barcode in barcodes], today)
            wanted = [
                Wanted(item, stop.branch, plus(today, stop.days))
                for happened in joined
                for item in getattr(happened, "items", ())
            ]
            return joined, [self._request(one, plan, at_us) for one in wanted]

        return self._change(caller, "rotation add", plan, {"items": sorted(barcodes)}, decide, request)

    def leave(self, caller: Caller, plan: str, barcodes: Sequence[str], *, request: str | None = None) -> Appended:
        """Copies leave a round, and what it had asked for is cancelled: they go home from their next scan on."""

        def decide(rotation: Rotation, _at_us: int) -> tuple[tuple[Event, ...], list[NewEvents]]:
            items = [parse_barcode(barcode) for barcode in barcodes]
            changes = []
            left = decide_leave(rotation, items)
            for item in sorted(set(items)):
                loaded = self._ledger.load(item_stream(item), ITEM)
                moves = () if loaded.state is None else loaded.state.custody.moves or ()
                cancelled = tuple(
                    MoveCancelled(move=move.move, why=f"left rotation {plan}")
                    for move in moves
                    if move.why == _why(plan)
                )
                if cancelled:
                    changes.append(NewEvents(item_stream(item), loaded.version, cancelled))
            return left, changes

        return self._change(caller, "rotation remove", plan, {"items": sorted(barcodes)}, decide, request)

    def due(self, plan: str) -> list[Due]:
        """The copies of a plan that are due for their next stop today, by the first stop's calendar."""
        rotation = self._rotation(plan)
        return due(rotation, self._today(first_stop(rotation).branch, self._commands.clock()))

    def send_on(self, caller: Caller, plan: str, *, request: str | None = None) -> Appended:
        """Ask for every copy that is due to be moved to its next stop. Raises `Refused` (`rotation.unset`)."""

        def decide(rotation: Rotation, at_us: int) -> tuple[tuple[Event, ...], list[NewEvents]]:
            today = self._today(first_stop(rotation).branch, at_us)
            found = due(rotation, today)
            by_stop: dict[int, list[str]] = {}
            for one in found:
                by_stop.setdefault(one.stop, []).append(one.item)
            moved = tuple(
                RotationMovedOn(items=tuple(items), stop=stop, day=today) for stop, items in sorted(by_stop.items())
            )
            return moved, [self._request(Wanted(one.item, one.to, one.stay_until), plan, at_us) for one in found]

        return self._change(caller, "rotation due", plan, {}, decide, request)

    def _change(
        self,
        caller: Caller,
        name: str,
        plan: str,
        arguments: dict[str, object],
        decide: Callable[[Rotation, int], tuple[tuple[Event, ...], list[NewEvents]]],
        request: str | None,
    ) -> Appended:
        def decide_once(at_us: int) -> Decision:
            loaded = self._ledger.load(rotation_stream(plan), ROTATION)
            events, changes = decide(loaded.state or Rotation(plan), at_us)
            if not events:
                return Decision(())
            return Decision((NewEvents(rotation_stream(plan), loaded.version, events), *changes))

        return self._commands.run(
            caller, name, {"plan": plan, **arguments}, decide_once, roles=_COORDINATORS, request=request
        )

    def _request(self, one: Wanted, plan: str, at_us: int) -> NewEvents:
        version, events, what = self._moves.requested(one, "rebalance", _why(plan), at_us)
        if not events:
            raise Refused("rotation.cannot-move", item=one.item, what=what)
        return NewEvents(item_stream(one.item), version, events)

    def _rotation(self, plan: str) -> Rotation:
        return self._ledger.load(rotation_stream(plan), ROTATION).state or Rotation(plan)

    def _today(self, branch: str, at_us: int) -> str:
        return local_day(at_us, zone_of(require_branch(self._ledger, branch).time_zone)).isoformat()


def _why(plan: str) -> str:
    return f"rotation {plan}"

"""
The commands about empty totes: counted by hand, carried to another branch, and how many a branch is to have.
"""

from __future__ import annotations

from circulation.actor import Role
from circulation.command import Caller, Commands, Decision
from circulation.empties import EmptiesCounted, EmptiesMoved, EmptiesTargetSet, empties_stream
from circulation.errors import Invalid
from circulation.event import Event, NewEvents
from circulation.folds import EMPTIES
from circulation.ledger import Ledger
from circulation.places import Places
from circulation.receipt import Receipt, receipt_of

__all__ = ["EmptiesDesk"]

_STAFF = (Role.DESK, Role.COORDINATOR, Role.DRIVER)
_MOST = 10_000


class EmptiesDesk:
    """The commands about empty totes."""

    def __init__(self, ledger: Ledger, commands: Commands, places: Places) -> None:
        self._ledger = ledger
        self._commands = commands
        self._places = places

    def count(self, caller: Caller, totes: int, *, request: str | None = None) -> Receipt:
        """So many empties stand at `caller.desk`, from 0. Raises `Invalid` (`empties.number`)."""
        branch = caller.desk
        _check(totes, least=0)
        return self._record(caller, "empties count", EmptiesCounted(branch=branch, totes=totes), _STAFF, request)

    def move(self, caller: Caller, to: str, totes: int, *, request: str | None = None) -> Receipt:
        """
        So many empties went from `caller.desk` to another branch.

        Raises `Invalid` (`empties.number`, `empties.to-itself`), `Unknown` (`branch.unknown`).
        """
        _check(totes, least=1)
        self._places.branch(to)
        if to == caller.desk:
            raise Invalid("empties.to-itself", to=to)
        moved = EmptiesMoved(branch=caller.desk, to=to, totes=totes)
        return self._record(caller, "empties move", moved, _STAFF, request)

    def set_target(self, caller: Caller, totes: int, *, request: str | None = None) -> Receipt:
        """So many empties are to stand at `caller.desk`, from 0. Raises `Invalid` (`empties.number`)."""
        _check(totes, least=0)
        target = EmptiesTargetSet(branch=caller.desk, totes=totes)
        return self._record(caller, "empties target", target, (Role.COORDINATOR,), request)

    def _record(
        self, caller: Caller, name: str, happened: Event, roles: tuple[Role, ...], request: str | None
    ) -> Receipt:
        self._places.branch(caller.desk)
        stream = empties_stream(caller.desk)

        def decide(_at_us: int) -> Decision:
            return Decision((NewEvents(stream, self._ledger.load(stream, EMPTIES).version, (happened,)),))

        arguments = {"happened": repr(happened)}
        return receipt_of(self._commands.run(caller, name, arguments, decide, roles=roles, request=request))


def _check(totes: int, *, least: int) -> None:
    if not least <= totes <= _MOST:
        raise Invalid("empties.number", totes=totes, least=least, most=_MOST)

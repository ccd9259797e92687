"""
Suspending the courier's service and resuming it: two commands of a coordinator on one stream.
"""

from __future__ import annotations

from circulation.actor import Role
from circulation.administration import parse_day
from circulation.calendar import local_day, zone_of
from circulation.command import Caller, Commands
from circulation.directory import branches, require_branch
from circulation.errors import Invalid, Unknown
from circulation.event import Appended
from circulation.folds import SERVICE_FOLD
from circulation.service import SERVICE, resume, suspend

__all__ = ["ServiceDesk"]

_COORDINATORS = (Role.COORDINATOR,)


class ServiceDesk:
    """The commands about where the courier does not drive for now."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._ledger = commands.ledger

    def suspend(
        self,
        caller: Caller,
        scope: str,
        *,
        reason: str,
        first: str | None = None,
        last: str | None = None,
        requests: bool = False,
        request: str | None = None,
    ) -> Appended:
        """
        Suspend a scope as a person writes it (`scope_of`) from a day (today) to a day, or until it is resumed.

        Raises `Invalid` (`day.unreadable`, `service.scope`) and `Unknown` (`branch.unknown`, `hub.unknown`), and what
        `service.suspend` refuses.
        """
        whole = self.scope_of(scope)
        first = self.today() if first is None else parse_day(first)
        last = None if last is None else parse_day(last)
        sealed = self._commands.sealed(" ".join(reason.split()))
        return self._commands.change(
            caller,
            "service suspend",
            {"scope": whole, "first": first, "last": last, "requests": requests},
            (SERVICE, SERVICE_FOLD),
            lambda held: suspend(held or (), whole, first=first, last=last, reason=sealed, requests=requests),
            roles=_COORDINATORS,
            request=request,
        )

    def resume(self, caller: Caller, scope: str, *, day: str | None = None, request: str | None = None) -> Appended:
        """
        There is service again from a day (today) on. Raises as `suspend` does, and `Unknown` (`service.not-suspended`).
        """
        whole = self.scope_of(scope)
        day = self.today() if day is None else parse_day(day)
        return self._commands.change(
            caller,
            "service resume",
            {"scope": whole, "day": day},
            (SERVICE, SERVICE_FOLD),
            lambda held: resume(held or (), whole, day),
            roles=_COORDINATORS,
            request=request,
        )

    def scope_of(self, text: str) -> str:
        """
        The scope that a person means: `all`, a branch's code, `hub/<code>`, or `<from>/<to>` for a lane.

        Raises `Unknown` (`branch.unknown`, `hub.unknown`) and `Invalid` (`service.scope`).
        """
        if text == "all":
            return text
        match text.removeprefix("branch/").removeprefix("lane/").split("/"):
            case ["hub", code]:
                branch = require_branch(self._ledger, code)
                if branch.serves is None:
                    raise Unknown("hub.unknown:none", code=code, branch=branch.name)
                return f"hub/{code}"
            case [code]:
                return f"branch/{require_branch(self._ledger, code).code}"
            case [origin, destination] if origin != destination:
                ends = (require_branch(self._ledger, code).code for code in (origin, destination))
                return "lane/" + "/".join(ends)
            case _:
                raise Invalid("service.scope", scope=text[:80])

    def today(self) -> str:
        """The date at the first branch of the network; in UTC where there is none."""
        zone = next((branch.time_zone for branch in branches(self._ledger).values()), "UTC")
        return local_day(self._commands.clock(), zone_of(zone)).isoformat()

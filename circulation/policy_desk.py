"""
Setting the rules: the use-cases on loan rules and transfer limits. What they decide stands in `policy_changes.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, replace

from circulation.barcode import parse_name
from circulation.calendar import local_day, zone_of
from circulation.command import Caller, Commands, Decision
from circulation.directory import branches, require_branch, require_member
from circulation.errors import Invalid
from circulation.event import Appended, Event, NewEvents
from circulation.folds import LOAN_RULES_FOLD, TRANSFER_LIMITS_FOLD
from circulation.messages.names import Names
from circulation.policy import LOAN_RULES, utc_day
from circulation.policy_changes import LimitChange, RuleChange, lift_limit, remove_rule, set_limit, set_rule
from circulation.transfer_limits import TRANSFER_LIMITS

__all__ = ["PolicyDesk"]


class PolicyDesk:
    """The use-cases on loan rules and transfer limits; they are an administrator's."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._ledger = commands.ledger

    def set_rule(self, caller: Caller, change: RuleChange, *, request: str | None = None) -> Appended:
        """Set a loan rule, or a new version of it. Raises as `set_rule` does, and `Unknown` for whom it names."""
        parse_name(change.rule, what="rule")
        if change.owner not in (None, "*"):
            require_member(self._ledger, change.owner)
        if change.branch not in (None, "*"):
            require_branch(self._ledger, change.branch)
        sealed = replace(change, reason=self._sealed(change.reason))

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(LOAN_RULES, LOAN_RULES_FOLD)
            return _one(LOAN_RULES, loaded.version, set_rule(loaded.state or {}, sealed, self.today(at_us)))

        arguments = asdict(replace(change, reason=None))
        return self._commands.run(caller, "policy set", arguments, decide, roles=(), request=request)

    def remove_rule(
        self,
        caller: Caller,
        name: str,
        *,
        from_day: str | None = None,
        reason: str | None = None,
        request: str | None = None,
    ) -> Appended:
        """Remove a loan rule. Raises as `remove_rule` does."""
        sealed = self._sealed(reason)

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(LOAN_RULES, LOAN_RULES_FOLD)
            events = remove_rule(loaded.state or {}, name, self.today(at_us), from_day=from_day, reason=sealed)
            return _one(LOAN_RULES, loaded.version, events)

        arguments = {"rule": name, "from_day": from_day}
        return self._commands.run(caller, "policy remove", arguments, decide, roles=(), request=request)

    def set_limit(self, caller: Caller, change: LimitChange, *, request: str | None = None) -> Appended:
        """Deny journeys or except some from a denial. Raises as `set_limit` does, and `Unknown` for places."""
        parse_name(change.limit, what="limit")
        for scope, kinds in (
            (change.origin, ("branch", "member", "owner")),
            (change.destination, ("branch", "member")),
        ):
            self._check_place(scope, kinds)

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(TRANSFER_LIMITS, TRANSFER_LIMITS_FOLD)
            return _one(TRANSFER_LIMITS, loaded.version, set_limit(loaded.state or {}, change, self.today(at_us)))

        return self._commands.run(caller, "policy deny", asdict(change), decide, roles=(), request=request)

    def lift_limit(
        self, caller: Caller, name: str, *, from_day: str | None = None, request: str | None = None
    ) -> Appended:
        """Lift a transfer limit. Raises as `lift_limit` does."""

        def decide(at_us: int) -> Decision:
            loaded = self._ledger.load(TRANSFER_LIMITS, TRANSFER_LIMITS_FOLD)
            events = lift_limit(loaded.state or {}, name, self.today(at_us), from_day=from_day)
            return _one(TRANSFER_LIMITS, loaded.version, events)

        arguments = {"limit": name, "from_day": from_day}
        return self._commands.run(caller, "policy lift", arguments, decide, roles=(), request=request)

    def today(self, at_us: int) -> str:
        """The date on the walls of the network; where it is two at once, the earlier, so that a rule holds at once."""
        zones = {branch.time_zone for branch in branches(self._ledger).values()}
        return min((local_day(at_us, zone_of(zone)).isoformat() for zone in zones), default=utc_day(at_us))

    def _sealed(self, reason: str | None) -> str | None:
        return None if reason is None else self._commands.sealed(reason.strip())

    def _check_place(self, scope: str, kinds: Collection[str]) -> None:
        kind, _, name = scope.partition("/")
        if scope == "*":
            return
        if kind not in kinds or not name:
            raise Invalid("transfer.place", scope=scope[:60], kinds=Names(f"{one}/<name>" for one in kinds))
        if kind == "branch":
            require_branch(self._ledger, name)
        else:
            require_member(self._ledger, name)


def _one(stream: str, version: int, events: tuple[Event, ...]) -> Decision:
    return Decision((NewEvents(stream, version, events),) if events else ())

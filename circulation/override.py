"""
What a rule forbids and a role may allow all the same: who may, for what reason, and the fact that says so.

A decision that meets such a rule hands its refusal to `Override.forbid`; without an override it stands. Every rule
that was passed is a fact on the copy's stream, in the same append: who did it is in the envelope, the reason is sealed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from circulation.actor import Role
from circulation.errors import Invalid, Refused
from circulation.event import Event, event
from circulation.messages.names import Names

__all__ = ["MAY_OVERRIDE", "Forbid", "Override", "RuleOverridden", "refuse"]

MAY_OVERRIDE: Mapping[str, frozenset[Role]] = {
    "patron.blocked": frozenset({Role.COORDINATOR}),
    "loan.limit": frozenset({Role.COORDINATOR}),
    "loan.set-aside": frozenset({Role.COORDINATOR}),
    "renew.limit": frozenset({Role.DESK, Role.COORDINATOR}),
    "renew.wanted": frozenset({Role.COORDINATOR}),
    "service.requests-suspended": frozenset({Role.COORDINATOR}),
}
"""The rules that can be passed, by the code of their refusal, and who may besides an administrator."""

Forbid = Callable[[Refused], None]
"""What a decision does with a refusal that might be overridden: it raises it, or lets it pass."""


@event
class RuleOverridden(Event):
    """
    A rule was passed by somebody who may; `rule` is the code of the refusal that was not made.

    `why` is sealed under `key`, the loan's or the hold's own, so that the reason is forgotten with it.
    """

    rule: str
    key: int
    why: str


def refuse(refused: Refused) -> None:
    """The answer where nothing is overridden."""
    raise refused


@dataclass(slots=True)
class Override:
    """
    The wish of somebody with a role to pass the rules that stand in the way of one command.

    `passed` are the codes of those that did. Raises `Invalid` (`override.no-reason`) without a reason.
    """

    role: Role
    why: str
    passed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.why.strip():
            raise Invalid("override.no-reason")

    def forbid(self, refused: Refused) -> None:
        """
        Let a rule pass if it can be and this role may.

        Raises the refusal itself where it cannot be overridden, `Refused` (`override.not-allowed`) for another role.
        """
        roles = MAY_OVERRIDE.get(refused.code)
        if roles is None:
            raise refused
        if self.role is not Role.ADMINISTRATOR and self.role not in roles:
            raise Refused(
                "override.not-allowed",
                role=self.role.value,
                refused=refused.code,
                roles=Names(sorted(role.value for role in roles)),
                refusal=refused.sentence,
            )
        if refused.code not in self.passed:
            self.passed.append(refused.code)

    def facts(self, key: int, sealed: str) -> tuple[RuleOverridden, ...]:
        """The facts of the rules that were passed, with the reason as it was sealed."""
        return tuple(RuleOverridden(rule=code, key=key, why=sealed) for code in self.passed)

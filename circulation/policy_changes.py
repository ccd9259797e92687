"""
What it takes to change a rule: pure decisions about new versions of loan rules and transfer limits.

What was decided by an earlier version stays as it was decided: a loan keeps its due time and its renewals.
A change whose days lie in the past is for the record only, and needs a reason. The use-cases are in `policy_desk.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import get_args

from circulation.administration import parse_day
from circulation.calendar import ClosedDay
from circulation.errors import Invalid, Refused, Unknown
from circulation.event import Event
from circulation.messages.names import Names
from circulation.policy import VALUES, Dated, LoanRule, LoanRuleRemoved, LoanRules, LoanRuleSet, in_force
from circulation.transfer_limits import TransferLimit, TransferLimitRemoved, TransferLimits, TransferLimitSet

__all__ = ["LimitChange", "RuleChange", "lift_limit", "remove_rule", "set_limit", "set_rule"]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """
    What is to be said of a rule; what is None stays as it is on the first day, in a new rule as for any.

    `leave_open` names values that it shall not set any more. `from_day` is today unless given.
    """

    rule: str
    owner: str | None = None
    category: str | None = None
    item_type: str | None = None
    branch: str | None = None
    values: Mapping[str, int | bool | str] = field(default_factory=dict)
    leave_open: Collection[str] = ()
    from_day: str | None = None
    until_day: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A transfer limit, whole; see `TransferLimitSet` for the fields. `from_day` is today unless given."""

    limit: str
    origin: str
    destination: str
    item_type: str
    allowed: bool
    reason: str
    from_day: str | None = None
    until_day: str | None = None


_RANGES = {
    "days": (1, 3650),
    "renewals": (0, 99),
    "loan_limit": (0, 10_000),
    "hold_limit": (0, 10_000),
    "shelf_days": (1, 365),
    "age_protection_days": (0, 3650),
    "guaranteed_days": (0, 3650),
    "recall_notice_days": (1, 365),
}


def set_rule(rules: LoanRules, change: RuleChange, today: str) -> tuple[Event, ...]:
    """
    A new version of a rule; nothing where just that holds from that day on already.

    Raises `Invalid`: `rule.out-of-range`, `rule.sets-nothing`, `rule.value-unknown`, `rule.hold-limit-scope`,
    `rule.closed-day`, `day.unreadable`, `policy.ends-before-it-begins`; and `Refused`: `policy.past-needs-reason`, and
    `rule.same-scope` for two rules for the same things on one day, since names would decide between them.
    """
    unknown = sorted({*change.values, *change.leave_open} - set(VALUES))
    if unknown:
        raise Invalid("rule.value-unknown", unknown=unknown[0][:40], values=", ".join(VALUES))
    first, last = _dates(change.from_day, change.until_day, today, change.reason)
    versions = rules.get(change.rule, ())
    before = in_force(versions, first)
    base = before or LoanRule(change.rule)
    after = LoanRule(
        rule=change.rule,
        version=len(versions) + 1,
        owner=base.owner if change.owner is None else change.owner,
        category=base.category if change.category is None else change.category,
        item_type=base.item_type if change.item_type is None else change.item_type,
        branch=base.branch if change.branch is None else change.branch,
        from_day=first,
        until_day=last,
        reason=change.reason,
        **{name: value for name, value in {**base.values, **change.values}.items() if name not in change.leave_open},  # type: ignore[arg-type]
    )
    _check_values(after, change)
    _check_scope(rules, after)
    if before is not None and (before.scope, before.values, before.until_day) == (after.scope, after.values, last):
        return ()
    return (
        LoanRuleSet(
            rule=after.rule,
            owner=after.owner,
            category=after.category,
            item_type=after.item_type,
            branch=None if after.branch == "*" else after.branch,
            from_day=first,
            until_day=last,
            reason=after.reason,
            **after.values,  # type: ignore[arg-type]
        ),
    )


def _check_values(rule: LoanRule, change: RuleChange) -> None:
    if not rule.values:
        raise Invalid("rule.sets-nothing", rule=rule.rule)
    for name, (least, most) in _RANGES.items():
        value = getattr(rule, name)
        if value is not None and not least <= value <= most:
            raise Invalid("rule.out-of-range", rule=rule.rule, name=name, value=value, least=least, most=most)
    if rule.closed_day is not None and rule.closed_day not in get_args(ClosedDay):
        raise Invalid(
            "rule.closed-day", rule=rule.rule, closed_day=rule.closed_day, known=", ".join(get_args(ClosedDay))
        )
    if "hold_limit" in change.values and (rule.owner, rule.item_type) != ("*", "*"):
        # A hold on a title is for no one owner or type: such a limit would never be counted.
        raise Invalid("rule.hold-limit-scope", rule=rule.rule, owner=rule.owner, item_type=rule.item_type)


def _check_scope(rules: LoanRules, rule: LoanRule) -> None:
    for name, versions in rules.items():
        if name == rule.rule:
            continue
        for day in _turning_days(versions, rule):
            other = in_force(versions, day)
            if other is not None and other.scope == rule.scope:
                raise Refused("rule.same-scope", rule=name, day=day, scope=", ".join(rule.scope))


def _turning_days(versions: Sequence[LoanRule], rule: LoanRule) -> list[str]:
    """The days of a new version on which another rule may come into force; between them nothing changes."""
    days = {rule.from_day, *(version.from_day for version in versions)}
    # A later version that ends gives way to an earlier one on the day after.
    days |= {_day_after(version.until_day) for version in versions if version.until_day is not None}
    return sorted(day for day in days if rule.from_day <= day and (rule.until_day is None or day <= rule.until_day))


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def remove_rule(
    rules: LoanRules, name: str, today: str, *, from_day: str | None = None, reason: str | None = None
) -> tuple[Event, ...]:
    """No version of the rule holds from that day on. Raises `Unknown` (`rule.unknown`) and as `set_rule` does."""
    first, _ = _dates(from_day, None, today, reason)
    if not _lives(rules.get(name, ()), first):
        raise Unknown(
            "rule.unknown",
            rule=name[:40],
            rules=Names(sorted((rule for rule, versions in rules.items() if _lives(versions, first)))),
        )
    return (LoanRuleRemoved(rule=name, from_day=first, reason=reason),)


def set_limit(limits: TransferLimits, change: LimitChange, today: str) -> tuple[Event, ...]:
    """
    A new version of a transfer limit; nothing where just that holds from that day on already.

    Raises `Invalid`: `transfer.no-reason`, `transfer.everything`, and for its days as `set_rule` does.
    """
    if not change.reason.strip():
        raise Invalid("transfer.no-reason")
    if not change.allowed and (change.origin, change.destination, change.item_type) == ("*", "*", "*"):
        raise Invalid("transfer.everything")
    first, last = _dates(change.from_day, change.until_day, today, change.reason)
    after = TransferLimitSet(
        limit=change.limit,
        origin=change.origin,
        destination=change.destination,
        item_type=change.item_type,
        allowed=change.allowed,
        reason=change.reason.strip(),
        from_day=first,
        until_day=last,
    )
    before = in_force(limits.get(change.limit, ()), first)
    if before is not None and _told(before) == {**asdict(after), "from_day": before.from_day}:
        return ()
    return (after,)


def _told(limit: TransferLimit) -> dict[str, object]:
    fields = asdict(limit)
    del fields["version"], fields["removed"]
    return fields


def lift_limit(limits: TransferLimits, name: str, today: str, *, from_day: str | None = None) -> tuple[Event, ...]:
    """The limit does not hold from that day on. Raises `Unknown` (`transfer.unknown`)."""
    first, _ = _dates(from_day, None, today, "lifted")
    if not _lives(limits.get(name, ()), first):
        raise Unknown(
            "transfer.unknown",
            name=name[:40],
            limits=Names(sorted((limit for limit, versions in limits.items() if _lives(versions, first)))),
        )
    return (TransferLimitRemoved(limit=name, from_day=first),)


def _lives(versions: Sequence[Dated], day: str) -> bool:
    """Whether a version holds on that day or later."""
    days = {day, *(version.from_day for version in versions if version.from_day > day)}
    return any(in_force(versions, one) is not None for one in days)


def _dates(first: str | None, last: str | None, today: str, reason: str | None) -> tuple[str, str | None]:
    """The days, checked. Raises `Invalid` and `Refused` as `set_rule` says."""
    begins = today if first is None else parse_day(first)
    ends = None if last is None else parse_day(last)
    if ends is not None and ends < begins:
        raise Invalid("policy.ends-before-it-begins", begins=begins, ends=ends)
    if begins < today and not (reason or "").strip():
        raise Refused("policy.past-needs-reason", begins=begins, today=today)
    return begins, ends

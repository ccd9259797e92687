"""
Other rules for a period, read from a TOML file and put over those that are registered.

    [[loan]]              # as `policy set`: rule, owner, category, item_type, branch, from, until, and its values
    rule = "standard"
    days = 14

    [[calendar.closure]]  # as `calendar close`
    scope = "all"         # or branch/CODE, member/NAME
    first = "2026-11-26"
    last = "2026-11-27"

    [calendar.hours]      # as a list of branches has them, Monday first
    bath = ["09:00-17:00", "09:00-17:00", "", "09:00-17:00", "09:00-17:00", "09:00-12:00", ""]

    [[float.group]]       # as `float set`: group, branches, excludes, owners, item_types, homing_days, title_copies
    group = "everywhere"
    branches = ["all"]

    [[float.limit]]       # as `float limit`: branch, item_type, copies

    [courier.branches]    # on which days a van calls
    bath = "mon wed fri"

    [courier.vans]        # on which days a van works
    van-1 = "mon-fri"

What is not named stays as it is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from circulation.administration import parse_day
from circulation.branch import BranchDescribed, DeliveryTermsSet, branch_stream
from circulation.calendar import parse_spans
from circulation.closure import ClosureDeclared, closure_stream
from circulation.command import Caller, Commands
from circulation.directory import require_branch
from circulation.errors import Invalid, Unknown
from circulation.event import Event, NewEvents, Stamp
from circulation.floating import FloatingGroup
from circulation.floating_rules import FloatingRules
from circulation.folds import BRANCH, CLOSURES
from circulation.policy import VALUES
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from circulation.scratch_ledger import ScratchLedger
from interfaces.imports.fleet import parse_weekdays
from logistics.fleet import VanSet, van_stream
from logistics.folds import VAN

__all__ = ["Alternative", "apply", "read_alternative"]

Alternative = Mapping[str, Any]
"""The sections of the file, their names checked."""

_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "calendar": ("closure", "hours"),
    "float": ("group", "limit"),
    "courier": ("branches", "vans"),
}


def read_alternative(content: bytes) -> Alternative:
    """
    The other rules. Raises `Invalid` (`what-if.unreadable`, `what-if.section`, `what-if.nothing`).
    """
    try:
        told = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise Invalid("what-if.unreadable", why=unreadable) from unreadable
    for name, section in told.items():
        if name == "loan":
            continue
        if name not in _SECTIONS or not isinstance(section, dict):
            raise Invalid("what-if.section", section=name[:40], known=", ".join(("loan", *_SECTIONS)))
        for part in section:
            if part not in _SECTIONS[name]:
                known = ", ".join(f"{name}.{one}" for one in _SECTIONS[name])
                raise Invalid("what-if.section", section=f"{name}.{part}"[:40], known=known)
    if not told:
        raise Invalid("what-if.nothing")
    return told


def apply(alternative: Alternative, scratch: ScratchLedger, commands: Commands, caller: Caller) -> None:
    """
    Put the other rules over those of a scratch ledger, by the commands that would set them.

    Raises what those refuse, and `Invalid` (`what-if.field`) for a field that they do not have.
    """
    try:
        for rule in alternative.get("loan", ()):
            _set_rule(rule, PolicyDesk(commands), caller)
        floats = FloatingRules(commands)
        for group in alternative.get("float", {}).get("group", ()):
            fields: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value for name, value in group.items()
            }
            floats.set_group(caller, FloatingGroup(**fields))
        for limit in alternative.get("float", {}).get("limit", ()):
            floats.set_limit(caller, **limit)
        for number, closure in enumerate(alternative.get("calendar", {}).get("closure", ()), 1):
            _close(scratch, number, **closure)
        for code, hours in alternative.get("calendar", {}).get("hours", {}).items():
            _open(scratch, code, hours)
        for code, days in alternative.get("courier", {}).get("branches", {}).items():
            _call(scratch, code, days)
        for van, days in alternative.get("courier", {}).get("vans", {}).items():
            _drive(scratch, van, days)
    except (TypeError, AttributeError) as wrong:
        raise Invalid("what-if.field", why=wrong) from wrong


def _set_rule(told: Mapping[str, Any], desk: PolicyDesk, caller: Caller) -> None:
    values = {name: value for name, value in told.items() if name in VALUES}
    rest = {name: value for name, value in told.items() if name not in VALUES}
    first, last = rest.pop("from", None), rest.pop("until", None)
    change = RuleChange(values=values, from_day=first, until_day=last, reason="what if", **rest)
    desk.set_rule(caller, change)


def _close(scratch: ScratchLedger, number: int, *, scope: str, first: str, last: str, reason: str = "what if") -> None:
    stream = closure_stream(scope)
    declared = ClosureDeclared(closure=f"what-if-{number}", first=parse_day(first), last=parse_day(last), reason=reason)
    _add(scratch, stream, scratch.load(stream, CLOSURES).version, declared)


def _open(scratch: ScratchLedger, code: str, hours: list[str]) -> None:
    branch = require_branch(scratch, code)  # type: ignore[arg-type]  # it is read like a ledger
    week = _week(hours)
    described = BranchDescribed(
        name=branch.name,
        member=branch.member,
        kind=branch.kind,
        latitude_e6=branch.latitude_e6,
        longitude_e6=branch.longitude_e6,
        time_zone=branch.time_zone,
        hours=week,
        island=branch.island,
    )
    _add(scratch, branch_stream(code), scratch.load(branch_stream(code), BRANCH).version, described)


def _week(hours: list[str]) -> tuple[str, str, str, str, str, str, str]:
    if len(hours) != len(_EVERY_DAY):
        raise Invalid("what-if.week", days=len(hours))
    for day in hours:
        parse_spans(day)
    return tuple(hours)  # type: ignore[return-value]  # it has seven


_EVERY_DAY = range(7)


def _call(scratch: ScratchLedger, code: str, days: str) -> None:
    """A van calls on these days, while the branch takes deliveries or else is staffed."""
    branch = require_branch(scratch, code)  # type: ignore[arg-type]  # it is read like a ledger
    usual, called = branch.terms.windows or branch.hours, parse_weekdays(days)
    windows = [usual[day] or branch.hours[day] if day in called else "" for day in _EVERY_DAY]
    terms = replace(branch.terms, windows=_week(windows))
    stream = branch_stream(code)
    _add(scratch, stream, scratch.load(stream, BRANCH).version, DeliveryTermsSet(terms=terms))


def _drive(scratch: ScratchLedger, van: str, days: str) -> None:
    loaded = scratch.load(van_stream(van), VAN)
    if loaded.state is None:
        raise Unknown("van.unknown", van=van[:60])
    fields = {name: value for name, value in asdict(loaded.state).items() if name not in ("van", "out", "retired")}
    _add(scratch, van_stream(van), loaded.version, VanSet(**{**fields, "days": parse_weekdays(days)}))


def _add(scratch: ScratchLedger, stream: str, version: int, event: Event) -> None:
    stamp = Stamp(scratch.now_us, "staff/what-if", "declared", "", "what-if", f"{stream}:{version}", b"")
    scratch.append(stamp, (NewEvents(stream, version, (event,)),))

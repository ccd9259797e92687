"""
Branches, hubs, closures, vans, trunk runs, loan rules and transfer limits: as they are and as they were.

There are few of them and their states are small, so each is kept whole, folded by the very fold that the
ledger uses. What stood at a position is read back as the same domain objects.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from circulation.branch import Branch
from circulation.closure import Closed
from circulation.event import EVENT_TYPES, Fact
from circulation.floating import FLOATING, Floating
from circulation.folds import BRANCH, CLOSURES, FLOATING_FOLD, LOAN_RULES_FOLD, SERVICE_FOLD, TRANSFER_LIMITS_FOLD
from circulation.ledger import Fold
from circulation.policy import LOAN_RULES, LoanRules
from circulation.service import SERVICE, Suspensions
from circulation.transfer_limits import TRANSFER_LIMITS, TransferLimits
from logistics.fleet import Van
from logistics.folds import COURIER_FOLD, VAN
from logistics.network import Courier
from projections.asof import standing
from projections.projection import Projection, Seen
from projections.table import keyed, trail
from projections.views import Views
from projections.working import Working

__all__ = [
    "NETWORK",
    "STATE_NOW",
    "STATE_PAST",
    "branches",
    "closures",
    "courier",
    "floating",
    "hubs",
    "loan_rules",
    "suspensions",
    "transfer_limits",
    "vans",
]


class StateNow(NamedTuple):
    """The state of one stream as JSON; `kind` is the name of its fold."""

    stream: str
    kind: str
    state: str
    from_pos: int
    from_us: int


class StatePast(NamedTuple):
    """A state that a stream has left."""

    stream: str
    kind: str
    state: str
    from_pos: int
    from_us: int
    to_pos: int
    to_us: int


STATE_NOW = keyed("network_now", StateNow, indexes=[("kind",)])
STATE_PAST = trail("network_past", StatePast, indexes=[("kind", "to_pos")])


def branches(views: Views, *, as_of: int | None = None) -> dict[str, Branch]:
    """Every place of the network by code, retired ones too."""
    return _states(views, BRANCH, as_of)


def hubs(views: Views, *, as_of: int | None = None) -> dict[str, Branch]:
    """The places that sort totes and start vans."""
    found = branches(views, as_of=as_of)
    return {code: hub for code, hub in found.items() if hub.serves is not None and not hub.retired}


def vans(views: Views, *, as_of: int | None = None) -> dict[str, Van]:
    """Every van by its id, retired ones too."""
    return _states(views, VAN, as_of)


def closures(views: Views, *, as_of: int | None = None) -> dict[str, tuple[Closed, ...]]:
    """The closures that hold, by scope: `all`, `member/<name>` or `branch/<code>`."""
    return {scope: closed for scope, closed in _states(views, CLOSURES, as_of).items() if closed}


def courier(views: Views, *, as_of: int | None = None) -> Courier:
    """Trunk runs, direct totes and the courier's other settings."""
    found: Courier = _states(views, COURIER_FOLD, as_of).get("courier", Courier())
    return found


def loan_rules(views: Views, *, as_of: int | None = None) -> LoanRules:
    """The loan rules that were set, by name with all versions."""
    found: LoanRules = _states(views, LOAN_RULES_FOLD, as_of).get("loans", {})
    return found


def transfer_limits(views: Views, *, as_of: int | None = None) -> TransferLimits:
    """The transfer limits that were set, by name with all versions."""
    found: TransferLimits = _states(views, TRANSFER_LIMITS_FOLD, as_of).get("transfers", {})
    return found


def suspensions(views: Views, *, as_of: int | None = None) -> Suspensions:
    """The suspensions of the courier's service that were declared, those that are over too."""
    found: Suspensions = _states(views, SERVICE_FOLD, as_of).get("courier", ())
    return found


def floating(views: Views, *, as_of: int | None = None) -> Floating:
    """Where copies may float, how many a branch keeps, what is carried on foot."""
    found: Floating = _states(views, FLOATING_FOLD, as_of).get("floating", Floating())
    return found


def _states(views: Views, fold: Fold[Any], as_of: int | None) -> dict[str, Any]:
    with views.reading("network", as_of=as_of) as connection:
        asked = standing(STATE_NOW, STATE_PAST, ("stream", "state"), as_of=as_of, where=lambda c: c.kind == fold.name)
        rows = sorted(connection.execute(asked).all())
    return {stream.partition("/")[2]: fold.load(state.encode()) for stream, state in rows}


# --- folds ---------------------------------------------------------------------------------------------------------


_FOLDS: dict[str, Fold[Any]] = {
    "branch": BRANCH,
    "calendar": CLOSURES,
    "van": VAN,
    "network": COURIER_FOLD,
    LOAN_RULES: LOAN_RULES_FOLD,
    FLOATING: FLOATING_FOLD,
    SERVICE: SERVICE_FOLD,
    TRANSFER_LIMITS: TRANSFER_LIMITS_FOLD,
}
"""By the stream, or by its first word."""


def _changed(working: Working, seen: Seen) -> None:
    fold = _FOLDS.get(seen.stream) or _FOLDS[seen.stream.partition("/")[0]]
    before = working[STATE_NOW].get(seen.stream)
    happened = EVENT_TYPES[seen.type](**seen.data)
    fact = Fact(seen.stream, seen.version, happened, seen.happened_us, "", "system", "", seen.request)
    state = fold.apply(fold.load(before.state.encode()) if before else None, fact)
    if before:
        working[STATE_PAST].add(StatePast(*before, seen.position, seen.happened_us))
    working[STATE_NOW].put(StateNow(seen.stream, fold.name, _text(fold, state), seen.position, seen.happened_us))


def _text(fold: Fold[Any], state: Any) -> str:
    """The state as JSON that is the same in every process: sets have no order of their own."""
    return json.dumps(
        _adapter(fold).dump_python(state, exclude_defaults=True), default=sorted, sort_keys=True, ensure_ascii=False
    )


@cache
def _adapter(fold: Fold[Any]) -> TypeAdapter[Any]:
    return TypeAdapter(fold.shape)


NETWORK = Projection(
    "network",
    3,
    (STATE_NOW, STATE_PAST),
    dict.fromkeys(
        (
            "BranchOpened", "BranchDescribed", "BranchRetired", "HubMarked", "HubUnmarked", "DeliveryTermsSet",
            "ClosureDeclared", "ClosureWithdrawn",
            "VanSet", "VanOut", "VanBack", "VanRetired",
            "TrunkSet", "TrunkRemoved", "DirectToteSet", "DirectToteRemoved", "ItemsPerToteSet",
            "RoadEstimateSet", "RoadMatrixSet",
            "LoanRuleSet", "LoanRuleRemoved", "TransferLimitSet", "TransferLimitRemoved",
            "FloatingGroupSet", "FloatingGroupRemoved", "FloatLimitSet", "FloatLimitRemoved",
            "WalkedLanesSet", "WalkedLanesRemoved", "TechnicalServicesSet",
            "ServiceSuspended", "ServiceResumed",
        ),
        _changed,
    ),
)  # fmt: skip

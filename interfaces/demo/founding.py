"""
The first morning of a demo: the network, the courier, staff and rules, set up by the use-cases that people have.

What the libraries own and have on loan by then is brought in bulk (`opening.py`).
"""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from typing import Literal, cast

from circulation.actor import Role
from circulation.administration import Administration
from circulation.batch_ledger import BatchLedger
from circulation.branch import BranchOpened, DeliveryTerms
from circulation.clock import Clock
from circulation.command import Caller, Commands
from circulation.keyring import Keyring
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from circulation.staff import FIRST_ADMINISTRATOR, Staff, found
from interfaces.demo.network import DemoNetwork
from logistics.administration import CourierAdministration
from logistics.counts import DailyCountsImported
from logistics.fleet import VanSet
from logistics.garage import Garage
from logistics.network import TrunkSet

__all__ = ["ADMINISTRATOR", "COORDINATOR", "at_desk", "driver_of", "found_network"]

_DEVICE = "demo"
ADMINISTRATOR = Caller(FIRST_ADMINISTRATOR, "system", "", _DEVICE)
COORDINATOR = Caller("staff/coordinator", "declared", "", _DEVICE)

_RULES: tuple[tuple[str, str, str, dict[str, int | bool]], ...] = (
    ("ordinary", "*", "*", {"days": 21, "renewals": 3, "loan_limit": 20, "hold_limit": 12, "shelf_days": 9}),
    ("child", "child", "*", {"renewals": 5}),
    ("dvd", "*", "dvd", {"days": 7, "renewals": 2}),
)
"""Name, patron category, item type, and what the rule sets."""
_ITEMS_PER_TOTE = {"*": 35, "picture-book": 60, "dvd": 80}


def at_desk(branch: str) -> Caller:
    """The staff of a branch at their desk."""
    return Caller(f"staff/{_short('desk', branch)}", "declared", branch, f"scanner-{branch}"[:63])


def driver_of(van: str) -> Caller:
    """The driver of a van."""
    return Caller(f"staff/{_short('driver', van)}", "declared", "", f"phone-{van}"[:63])


def _short(role: str, code: str) -> str:
    return f"{role}-{code}"[:63]


def found_network(
    ledger: BatchLedger,
    keyring: Keyring,
    clock: Clock,
    *,
    network: DemoNetwork,
    history: Iterable[DailyCountsImported],
) -> None:
    """Set up places, hubs, vans, trunk runs, rules, staff and the counts of earlier weeks in an empty store."""
    found(ledger, keyring, clock, login=getpass.getuser())
    commands = Commands(ledger, clock, keyring)
    _places(Administration(commands), network)
    _rules(PolicyDesk(commands))
    _courier(commands, network)
    _staff(Staff(commands, keyring), network)
    courier = CourierAdministration(commands)
    for counts in history:
        courier.set_daily_counts(ADMINISTRATOR, counts)


def _places(administration: Administration, network: DemoNetwork) -> None:
    for branch in network.branches:
        described = BranchOpened(
            name=branch.name,
            member=branch.member_name,
            kind=cast(Literal["branch", "depot"], branch.kind),
            latitude_e6=branch.latitude_e6,
            longitude_e6=branch.longitude_e6,
            time_zone=branch.time_zone,
            hours=branch.hours,
            source="demo",
        )
        administration.describe_branch(ADMINISTRATOR, branch.code, described)
        if branch.windows is not None or branch.door:
            terms = DeliveryTerms(windows=branch.windows, door=branch.door)
            administration.set_delivery_terms(ADMINISTRATOR, branch.code, terms)
    for hub in network.hubs:
        administration.mark_hub(ADMINISTRATOR, hub.code, hub.serves)


def _rules(policies: PolicyDesk) -> None:
    for name, category, item_type, values in _RULES:
        policies.set_rule(ADMINISTRATOR, RuleChange(name, category=category, item_type=item_type, values=values))


def _courier(commands: Commands, network: DemoNetwork) -> None:
    garage, courier = Garage(commands), CourierAdministration(commands)
    for van in network.vans:
        set_ = VanSet(
            hub=van.hub,
            totes=van.totes,
            shift_starts_minute=van.shift_starts_minute,
            shift_ends_minute=van.shift_ends_minute,
            break_minutes=van.break_minutes,
            break_from_minute=van.break_from_minute,
            break_until_minute=van.break_until_minute,
            days=van.days,
            cost_per_km_cents=van.cost_per_km_cents,
            cost_per_hour_cents=van.cost_per_hour_cents,
            cost_per_day_cents=van.cost_per_day_cents,
            source="demo",
        )
        garage.set_van(ADMINISTRATOR, van.van, set_)
    for trunk in network.trunks:
        courier.set_trunk(
            ADMINISTRATOR,
            TrunkSet(
                trunk=trunk.trunk,
                origin=trunk.origin,
                destination=trunk.destination,
                days=trunk.days,
                departs_minute=trunk.departs_minute,
                arrives_minute=trunk.arrives_minute,
                arrives_days=trunk.arrives_days,
                totes=trunk.totes,
                cutoff_minutes=trunk.cutoff_minutes,
            ),
        )
    for item_type, items in _ITEMS_PER_TOTE.items():
        courier.set_items_per_tote(ADMINISTRATOR, item_type, items)


def _staff(staff: Staff, network: DemoNetwork) -> None:
    staff.register(ADMINISTRATOR, "coordinator", Role.COORDINATOR)
    for branch in network.branches:
        staff.register(ADMINISTRATOR, _short("desk", branch.code), Role.DESK, branches=(branch.code,))
    for van in network.vans:
        staff.register(ADMINISTRATOR, _short("driver", van.van), Role.DRIVER)

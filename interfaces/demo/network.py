"""
What a demo network is made of, in the terms of the commands that record it.

Times are minutes after local midnight, weekdays 0 (Monday) to 6, money hundredths of the currency.
"""

from __future__ import annotations

from dataclasses import dataclass

from interfaces.demo.branch_hours import Week

__all__ = ["DemoBranch", "DemoHub", "DemoNetwork", "DemoTrunk", "DemoVan"]


@dataclass(frozen=True, slots=True)
class DemoBranch:
    """
    A `branch`, or a `depot` that is a hub and nothing else; WGS 84 in degrees × 10⁶.

    `population` is how many people it is the nearest branch for, 0 for a depot: circulation is in proportion.
    `windows` are delivery hours where the van has a key (with the note `door`), None where staffed hours hold.
    """

    code: str
    name: str
    member: str
    member_name: str
    kind: str
    latitude_e6: int
    longitude_e6: int
    time_zone: str
    hours: Week
    population: int
    windows: Week | None = None
    door: str = ""


@dataclass(frozen=True, slots=True)
class DemoHub:
    """A place that sorts and starts vans, and the branches that they serve (without itself)."""

    code: str
    serves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoVan:
    """A van with its shift; the break of `break_minutes` begins between the two break times."""

    van: str
    hub: str
    totes: int
    shift_starts_minute: int
    shift_ends_minute: int
    break_minutes: int
    break_from_minute: int
    break_until_minute: int
    days: tuple[int, ...]
    cost_per_km_cents: int
    cost_per_hour_cents: int
    cost_per_day_cents: int


@dataclass(frozen=True, slots=True)
class DemoTrunk:
    """A run between hubs; it arrives `arrives_days` days after it departs."""

    trunk: str
    origin: str
    destination: str
    days: tuple[int, ...]
    departs_minute: int
    arrives_minute: int
    arrives_days: int
    totes: int
    cutoff_minutes: int


@dataclass(frozen=True, slots=True)
class DemoNetwork:
    """Branches (depots among them) by code, hubs, vans and trunk runs."""

    preset: str
    seed: int
    branches: tuple[DemoBranch, ...]
    hubs: tuple[DemoHub, ...]
    vans: tuple[DemoVan, ...]
    trunks: tuple[DemoTrunk, ...]

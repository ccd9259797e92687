"""
What a play came to, in the numbers that people compare policies by. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from logistics.simulation.policy import CourierPolicy
from logistics.simulation.record import Journey, Record

__all__ = ["SERVICE_LEVELS", "YARDSTICK", "Money", "Outcome", "Turnaround", "outcome_of"]

SERVICE_LEVELS = (7, 15, 30)
YARDSTICK = (50, 70, 85)
"""So many percent should be there within 7, 15 and 30 days (PLSS 5: circulation reference, section 2.1)."""
_DAY = 86_400
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Turnaround:
    """
    How long journeys took, of one `reason` or of `all`, in days from being packed to being there.

    Percentiles are of all journeys that began, those that never ended counted as longer than any; None where a
    percentile is one of these. `within_…` are percent, rounded down.
    """

    policy: str
    reason: str
    journeys: int
    p50: float | None
    p90: float | None
    p95: float | None
    longest: float
    within_7: int
    within_15: int
    within_30: int
    not_there: int


@dataclass(frozen=True, slots=True)
class Money:
    """What the weeks cost, in the currency's units with two decimals, and per item that arrived in them."""

    vans: float
    trunk_runs: float
    sorting: float
    total: float
    per_item: float


@dataclass(frozen=True)
class Outcome:
    """
    One policy's weeks, in which so many items `arrived`. `km` is driven by vans; `fill` and `fullest` are percent of a
    van, over its kilometres and on the fullest leg of each tour; `left` counts items that should have travelled on a
    day and did not, by cause.
    """

    policy: CourierPolicy
    days: int
    turnaround: tuple[Turnaround, ...]
    arrived: int
    floated: int
    tours: int
    calls: int
    km: float
    trunk_km: float
    hours: float
    money: Money
    fill: int
    fullest: int
    sorted_at_hubs: int
    same_run: int
    left: dict[str, int]
    under_way: int
    co2_kg: float
    co2_grams_per_item: float
    balance: dict[str, int]
    arrived_by_day: tuple[int, ...]
    """Percent of the journeys that ended within 0, 1, 2, … 30 days, rounded down."""


def outcome_of(policy: CourierPolicy, record: Record) -> Outcome:
    """The numbers of a play."""
    days, journeys = record.days, record.journeys
    metres, trunk_metres = sum(day.metres for day in days), sum(day.trunk_metres for day in days)
    sorted_items = sum(day.sorted for day in days)
    vans = sum(day.micros for day in days) / _MICROS
    trunks = sum(day.trunk_micros for day in days) / _MICROS
    sorting = sorted_items * policy.sorting.hub_cents_per_item / 100
    arrived = sum(day.arrived for day in days)
    total = vans + trunks + sorting
    left: Counter[str] = Counter()
    for day in days:
        left.update(day.left)
    grams = metres / 1000 * policy.vans.grams_co2_per_km + trunk_metres / 1000 * policy.trunks.grams_co2_per_km
    fullest = [100 * most / room for day in days for most, room in day.fullest]
    room = sum(day.room for day in days)
    return Outcome(
        policy=policy,
        days=len(days),
        turnaround=tuple(_turnarounds(policy.name, journeys)),
        arrived=arrived,
        floated=record.floated,
        tours=sum(day.vans for day in days),
        calls=sum(day.calls for day in days),
        km=round(metres / 1000, 1),
        trunk_km=round(trunk_metres / 1000, 1),
        hours=round(sum(day.seconds for day in days) / 3600, 1),
        money=Money(
            round(vans, 2), round(trunks, 2), round(sorting, 2), round(total, 2), round(total / max(1, arrived), 3)
        ),
        fill=round(100 * sum(day.fill for day in days) / max(1, room)),
        fullest=round(sum(fullest) / max(1, len(fullest))),
        sorted_at_hubs=sorted_items,
        same_run=sum(day.same_run for day in days),
        left={cause: items for cause, items in sorted(left.items()) if items},
        under_way=record.under_way,
        co2_kg=round(grams / 1000, 1),
        co2_grams_per_item=round(grams / max(1, arrived), 1),
        balance=days[-1].balance if days else {},
        arrived_by_day=tuple(_within(journeys, day) for day in range(max(SERVICE_LEVELS) + 1)),
    )


def _turnarounds(policy: str, journeys: Sequence[Journey]) -> Iterable[Turnaround]:
    for reason in ("all", "hold", "home"):
        chosen = [one for one in journeys if reason in ("all", one.reason)]
        took = sorted(one.seconds for one in chosen if one.seconds is not None)
        yield Turnaround(
            policy=policy,
            reason=reason,
            journeys=len(chosen),
            p50=_percentile(took, len(chosen), 50),
            p90=_percentile(took, len(chosen), 90),
            p95=_percentile(took, len(chosen), 95),
            longest=round(took[-1] / _DAY, 2) if took else 0.0,
            within_7=_within(chosen, 7),
            within_15=_within(chosen, 15),
            within_30=_within(chosen, 30),
            not_there=len(chosen) - len(took),
        )


def _percentile(took: Sequence[int], count: int, percent: int) -> float | None:
    """The time within which so many percent were there; that of a journey and no mean of two."""
    rank = -(-percent * count // 100)
    return round(took[rank - 1] / _DAY, 2) if 0 < rank <= len(took) else None


def _within(journeys: Sequence[Journey], days: int) -> int:
    if not journeys:
        return 0
    return 100 * sum(one.seconds is not None and one.seconds <= days * _DAY for one in journeys) // len(journeys)

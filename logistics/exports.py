"""
A plan for other people's tools: GeoJSON for maps, GPX for navigation devices, rows for spreadsheets.

Everything is made from the draft event and the branches, so an export of an old revision is the same for ever.
Lines between stops are straight: a plan knows how far and how long the roads are, not where they run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from xml.etree import ElementTree as ET

from circulation.branch import Branch
from circulation.calendar import zone_of
from circulation.errors import Unknown
from circulation.messages.names import Names
from logistics.plan import LeftBehind, PlanDrafted, PlannedRoute, PlannedStop
from logistics.wall_clock import wall_time

__all__ = ["CSV_COLUMNS", "csv_rows", "geojson", "gpx", "kilometres", "peak_load", "place", "route_of"]

CSV_COLUMNS = (
    "day",
    "wave",
    "revision",
    "hub",
    "van",
    "seq",
    "branch",
    "arrives",
    "starts",
    "leaves",
    "totes_off",
    "totes_on",
    "load_after",
    "items_off",
    "items_on",
    "fillings_off",
    "why_left",
)
"""The keys of a row of `csv_rows`, in order."""

_GPX = "http://www.topografix.com/GPX/1/1"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


def kilometres(metres: int) -> str:
    """Metres as kilometres with one decimal, without the unit."""
    tenths = (metres + 50) // 100
    return f"{tenths // 10}.{tenths % 10}"


def peak_load(route: PlannedRoute) -> int:
    """The most totes that the van carries at any time of the route."""
    reloaded = (reload.totes_on for reload in route.reloads or ())
    return max([route.load_at_start, *(stop.load_after for stop in route.stops), *reloaded])


def place(branches: Mapping[str, Branch], code: str) -> Branch:
    """The branch of a code in a plan. Raises `Unknown` (`branch.unknown`)."""
    branch = branches.get(code)
    if branch is None:
        raise Unknown("branch.unknown:plan", code=code[:60])
    return branch


def route_of(plan: PlanDrafted, van: str) -> PlannedRoute:
    """The route of one van. Raises `Unknown` (`plan.van-without-route`)."""
    for route in plan.routes:
        if route.van == van:
            return route
    raise Unknown(
        "plan.van-without-route",
        van=van[:60],
        day=plan.day,
        wave=plan.wave,
        revision=plan.revision,
        routes=Names(route.van for route in plan.routes),
    )


def geojson(plan: PlanDrafted, branches: Mapping[str, Branch]) -> dict[str, object]:
    """
    A `FeatureCollection` (RFC 7946): a line for each van from its hub and back, over it where it reloads, a point for
    each stop, and a point for each stop left behind. The property `kind` is `route`, `stop` or `left`; times are
    ISO 8601 with the offset of the place. Raises `Unknown` (`branch.unknown`).
    """
    features: list[dict[str, object]] = []
    for route in plan.routes:
        features.append(_line(plan, route, branches))
        features.extend(_stop_point(plan, route, number, stop, branches) for number, stop in enumerate(route.stops, 1))
    features.extend(_left_point(left, branches) for left in plan.left)
    return {"type": "FeatureCollection", "features": features}


def gpx(plan: PlanDrafted, van: str | None, branches: Mapping[str, Branch]) -> str:
    """
    A GPX 1.1 document with a route for the van, or for every van where `van` is None.

    Raises `Unknown` (`plan.van-without-route`, `branch.unknown`).
    """
    routes = plan.routes if van is None else (route_of(plan, van),)
    root = ET.Element("gpx", {"xmlns": _GPX, "version": "1.1", "creator": "Branchline"})
    _text(ET.SubElement(root, "metadata"), "name", f"{plan.day} {plan.wave}, revision {plan.revision}")
    for number, route in enumerate(routes, 1):
        line = ET.SubElement(root, "rte")
        _text(line, "name", f"{route.van} {plan.day} {plan.wave}")
        _text(line, "desc", f"{len(route.stops)} stops, {kilometres(route.metres)} km")
        _text(line, "number", str(number))
        hub = place(branches, route.hub)
        _route_point(line, plan, hub, route.leaves, "Leave", f"{route.load_at_start} totes on board")
        for seq, stop in enumerate(route.stops, 1):
            reload = route.reload_before(seq)
            if reload is not None:
                changed = f"{reload.totes_off} totes off, {reload.totes_on} totes on, leave {wall_time(reload.leaves)}"
                _route_point(line, plan, hub, reload.arrives, "Reload", changed)
            handled = f"{stop.totes_off} totes off, {stop.totes_on} totes on"
            _route_point(line, plan, place(branches, stop.branch), stop.arrives, f"{seq}.", handled)
        _route_point(line, plan, hub, route.returns, "Return", "")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def csv_rows(plan: PlanDrafted) -> Iterator[dict[str, str | int]]:
    """
    A row for each stop in the order of driving, then one for each stop left behind, with `CSV_COLUMNS` as keys.

    Times are `HH:MM:SS` of the local day. A reload between two trips is a row of the hub without a number. A stop left
    behind has no van and no times, but says why.
    """
    heading: dict[str, str | int] = {"day": plan.day, "wave": plan.wave, "revision": plan.revision}
    for route in plan.routes:
        for seq, stop in enumerate(route.stops, 1):
            reload = route.reload_before(seq)
            if reload is not None:
                yield {
                    **heading,
                    **dict.fromkeys(CSV_COLUMNS[len(heading) :], ""),
                    "hub": route.hub,
                    "van": route.van,
                    "branch": route.hub,
                    "arrives": _to_the_second(reload.arrives),
                    "starts": _to_the_second(reload.arrives),
                    "leaves": _to_the_second(reload.leaves),
                    "totes_off": reload.totes_off,
                    "totes_on": reload.totes_on,
                    "load_after": reload.totes_on,
                }
            yield {
                **heading,
                "hub": route.hub,
                "van": route.van,
                "seq": seq,
                "branch": stop.branch,
                "arrives": _to_the_second(stop.arrives),
                "starts": _to_the_second(stop.starts),
                "leaves": _to_the_second(stop.leaves),
                "totes_off": stop.totes_off,
                "totes_on": stop.totes_on,
                "load_after": stop.load_after,
                "items_off": stop.items_off,
                "items_on": stop.items_on,
                "fillings_off": " ".join(stop.fillings_off),
                "why_left": "",
            }
    for left in plan.left:
        yield {
            **heading,
            **dict.fromkeys(CSV_COLUMNS[len(heading) :], ""),
            "hub": left.hub,
            "branch": left.branch,
            "totes_off": left.totes_off,
            "totes_on": left.totes_on,
            "why_left": left.why,
        }


def _line(plan: PlanDrafted, route: PlannedRoute, branches: Mapping[str, Branch]) -> dict[str, object]:
    hub = place(branches, route.hub)
    calls = [hub]
    for seq, stop in enumerate(route.stops, 1):
        calls += [] if route.reload_before(seq) is None else [hub]
        calls.append(place(branches, stop.branch))
    calls.append(hub)
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [_lon_lat(call) for call in calls]},
        "properties": {
            "kind": "route",
            "van": route.van,
            "hub": route.hub,
            "hub_name": hub.name,
            "leaves": _local(plan, route.leaves, hub).isoformat(),
            "returns": _local(plan, route.returns, hub).isoformat(),
            "break_at": None if route.break_at is None else _local(plan, route.break_at, hub).isoformat(),
            "km": route.metres / 1000,
            "drive_seconds": route.drive_seconds,
            "stops": len(route.stops),
            "load_at_start": route.load_at_start,
            "peak_load": peak_load(route),
            "reloads": [
                {
                    "after": reload.after,
                    "arrives": _local(plan, reload.arrives, hub).isoformat(),
                    "leaves": _local(plan, reload.leaves, hub).isoformat(),
                    "totes_off": reload.totes_off,
                    "totes_on": reload.totes_on,
                }
                for reload in route.reloads or ()
            ],
        },
    }


def _stop_point(
    plan: PlanDrafted, route: PlannedRoute, seq: int, stop: PlannedStop, branches: Mapping[str, Branch]
) -> dict[str, object]:
    branch = place(branches, stop.branch)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": _lon_lat(branch)},
        "properties": {
            "kind": "stop",
            "van": route.van,
            "seq": seq,
            "branch": stop.branch,
            "name": branch.name,
            "arrives": _local(plan, stop.arrives, branch).isoformat(),
            "leaves": _local(plan, stop.leaves, branch).isoformat(),
            "totes_off": stop.totes_off,
            "totes_on": stop.totes_on,
            "load_after": stop.load_after,
            "items_off": stop.items_off,
            "items_on": stop.items_on,
            "fillings_off": list(stop.fillings_off),
        },
    }


def _left_point(left: LeftBehind, branches: Mapping[str, Branch]) -> dict[str, object]:
    branch = place(branches, left.branch)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": _lon_lat(branch)},
        "properties": {
            "kind": "left",
            "branch": left.branch,
            "name": branch.name,
            "hub": left.hub,
            "totes_off": left.totes_off,
            "totes_on": left.totes_on,
            "items": left.items,
            "oldest_days": left.oldest_days,
            "code": left.code,
            "why": left.why,
        },
    }


def _lon_lat(branch: Branch) -> list[float]:
    return [branch.longitude_e6 / 1_000_000, branch.latitude_e6 / 1_000_000]


def _local(plan: PlanDrafted, seconds: int, branch: Branch) -> datetime:
    # The plan counts as the clock on the wall shows it, so the zone is put on last: on the two odd days of a year
    # ten o'clock is still ten o'clock.
    wall = datetime.combine(date.fromisoformat(plan.day), time()) + timedelta(seconds=seconds)
    return wall.replace(tzinfo=zone_of(branch.time_zone))


def _to_the_second(seconds: int) -> str:
    return f"{wall_time(seconds)}:{seconds % 60:02d}"


def _route_point(line: ET.Element, plan: PlanDrafted, branch: Branch, seconds: int, what: str, desc: str) -> None:
    where = {"lat": _degrees(branch.latitude_e6), "lon": _degrees(branch.longitude_e6)}
    point = ET.SubElement(line, "rtept", where)
    moment = _local(plan, seconds, branch)
    # GPX wants this order of elements, and times in UTC.
    _text(point, "time", moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _text(point, "name", f"{what} {branch.name}")
    _text(point, "cmt", f"{wall_time(seconds)} {branch.terms.door}".strip())
    if desc:
        _text(point, "desc", desc)


def _text(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = _NOT_XML.sub("\ufffd", text)


def _degrees(e6: int) -> str:
    sign = "-" if e6 < 0 else ""
    return f"{sign}{abs(e6) // 1_000_000}.{abs(e6) % 1_000_000:06d}"

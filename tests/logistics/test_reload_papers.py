"""What a driver and a map see of a reload between two trips."""

from __future__ import annotations

from dataclasses import replace

from logistics.exports import csv_rows, geojson, gpx, peak_load
from logistics.manifest import manifest_page, manifest_text
from logistics.map_page import map_page
from logistics.plan import PlanDrafted, PlannedReload
from tests.logistics.drafted_day import at, drafted, named_branches

RELOAD = PlannedReload(after=1, arrives=at(9, 40), leaves=at(9, 55), totes_off=7, totes_on=52)


def reloading() -> PlanDrafted:
    plan = drafted()
    route, *others = plan.routes
    assert route.stops[0].leaves <= RELOAD.arrives
    stops = tuple(replace(one, arrives=max(one.arrives, at(10))) for one in route.stops[1:])
    route = replace(route, stops=(route.stops[0], *stops), reloads=(RELOAD,))
    return replace(plan, routes=(route, *others))


def test_the_driver_reads_when_to_be_back_what_to_load_and_when_to_leave() -> None:
    sentence = "09:40 Back at the hub: 7 totes off, reload 52 totes, leave 09:55"
    plan = reloading()
    van = plan.routes[0].van
    lines = manifest_text(plan, van, named_branches()).splitlines()
    at_hub = next(number for number, line in enumerate(lines) if sentence in line)
    first, second = (next(n for n, line in enumerate(lines) if line.startswith(f"  {seq}  ")) for seq in (1, 2))
    assert first < at_hub < second
    assert sentence in manifest_page(plan, van, named_branches())


def test_tables_lines_and_maps_go_over_the_hub() -> None:
    plan, branches = reloading(), named_branches()
    route = plan.routes[0]
    assert 52 == peak_load(route)
    rows = [row for row in csv_rows(plan) if row["van"] == route.van]
    assert [1, "", 2] == [row["seq"] for row in rows][:3]
    assert (route.hub, "09:40:00", "09:55:00", 7, 52, 52) == tuple(
        rows[1][key] for key in ("branch", "arrives", "leaves", "totes_off", "totes_on", "load_after")
    )
    line = geojson(plan, branches)["features"][0]  # type: ignore[index]
    coordinates = line["geometry"]["coordinates"]
    assert coordinates[0] == coordinates[2] == coordinates[-1]
    assert len(route.stops) + 3 == len(coordinates)
    assert [52] == [one["totes_on"] for one in line["properties"]["reloads"]]
    assert "7 totes off, 52 totes on, leave 09:55" in gpx(plan, route.van, branches)
    assert "Back at the hub" in map_page(plan, branches)

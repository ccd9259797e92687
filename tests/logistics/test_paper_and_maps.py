"""What leaves the system: the driver's page, the exports, and the map that opens from disk."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from circulation.branch import Branch, DeliveryTerms
from circulation.errors import Unknown
from logistics.code128 import code128_svg
from logistics.day_stops import PlanRequest
from logistics.draft import PlanRules, draft
from logistics.exports import csv_rows, geojson, gpx, letter_of
from logistics.manifest import manifest_page, manifest_text
from logistics.map_page import map_page
from logistics.plan import PlanDrafted, PlanInputs
from logistics.planned import planned
from logistics.solver import Budget
from tests.logistics.small_network import (
    Box,
    branch,
    first_fit,
    flat_roads,
    instant,
    situation,
    two_regions,
    van,
    waiting,
)

NASTY = 'Keynsham </script><b>"O\'Brien" & Sons\x07'
GPX = "{http://www.topografix.com/GPX/1/1}"


@pytest.fixture(scope="module")
def branches() -> dict[str, Branch]:
    places = two_regions()
    terms = DeliveryTerms(door="Key safe <left>, mind the step & the cat")
    places["keynsham"] = replace(branch("keynsham"), name=NASTY, terms=terms, longitude_e6=-2_490_000)
    places["midsomer"] = replace(places["midsomer"], latitude_e6=51_285_000)
    return places


@pytest.fixture(scope="module")
def plan(branches: Mapping[str, Branch]) -> PlanDrafted:
    """v1 goes to Keynsham with two labelled totes and to Midsomer, w1 nowhere; Wells is skipped."""
    boxes = [Box("T1/3", "keynsham", "sealed", "bath"), Box("T22/1", "keynsham", "sealed", "bath")]
    of = situation(van("v1", rest=(30, 8 * 60, 12 * 60)), van("w1", hub="taunton"), of=dict(branches))
    made = draft(
        PlanRequest(day=date(2026, 11, 24), skip=("wells",), must=("keynsham",)),
        of,
        roads=flat_roads,
        rows=[
            *(waiting(7, "bath", "keynsham", "hold", filling=box.filling) for box in boxes),
            waiting(41, "midsomer", "bath", "hold"),
            waiting(3, "taunton", "wells", "hold"),
        ],
        fillings=boxes,
        counts=(),
        rules=PlanRules(),
        at_us=instant("23 18:00"),
    )
    inputs = PlanInputs(
        position=48_112,
        network="n" * 64,
        fleet="f" * 64,
        rules="r" * 64,
        problem="abcdef123456" + "0" * 52,
        seed=1,
        solver="first fit",
        budget="1 iterations",
        roads="estimated",
        collect="waiting",
    )
    solution = first_fit(made.problem, Budget(iterations=1), 1)
    return planned(made, solution, revision=3, inputs=inputs, at_us=instant("23 18:00"))


class Seen(HTMLParser):
    """The text, tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_a_barcode_holds_the_bars_of_its_code_between_two_quiet_zones():
    svg = code128_svg("T1", module_mm=0.25)
    # Start, two characters, check character and stop: 4 × 11 + 13 modules, and ten quiet ones on either side.
    assert 'viewBox="0 0 77 1"' in svg
    assert f'width="{77 * 0.25:g}mm"' in svg
    bars = [(int(x), int(width)) for x, width in re.findall(r"M(\d+) 0h(\d+)v1h-\2z", svg)]
    assert (10, 2) == bars[0], "every code begins with a bar of two or three modules"
    assert 67 == bars[-1][0] + bars[-1][1]
    assert [(10, 2), (13, 1), (16, 1)] == bars[:3], "start of code set B: 11010010000"


@pytest.mark.parametrize("code", ["", "T\n1", "Tôte"])
def test_a_code_that_bars_cannot_hold_is_refused(code: str):
    with pytest.raises(ValueError, match="barcode"):
        code128_svg(code)


def test_a_manifest_names_every_stop_with_time_door_totes_and_room_to_sign(plan: PlanDrafted, branches):
    page = Seen(manifest_page(plan, "v1", branches))
    text = page.text
    assert "v1 Tuesday 24 November 2026 · plan revision 3" in text
    first, second = plan.routes[0].stops
    for stop in (first, second):
        assert f"{stop.starts // 3600:02d}:{stop.starts % 3600 // 60:02d}" in text
        assert branches[stop.branch].name.replace("\x07", "") in text.replace("\x07", "")
    assert "Key safe <left>, mind the step & the cat" in text
    assert {"Barcode T1", "Barcode T22", "Barcode v1"} == {
        value for name, value in page.attributes if name == "aria-label"
    }
    assert 2 == sum(value == "tick" for name, value in page.attributes if name == "class")
    assert 2 == sum(value == "sign" for name, value in page.attributes if name == "class")
    assert "everything on board comes off" in text
    assert "problem abcdef123456, made from position 48,112. Travel times are estimated." in text


def test_nothing_that_a_branch_is_called_becomes_markup(plan: PlanDrafted, branches):
    assert "script" not in Seen(manifest_page(plan, "v1", branches)).tags
    tags = Seen(map_page(plan, branches)).tags
    assert (3, 0) == (tags.count("script"), tags.count("b"))


def test_a_manifest_needs_nothing_from_outside(plan: PlanDrafted, branches):
    page = manifest_page(plan, "v1", branches)
    assert [] == re.findall(r"(?:src|href|url)\s*[=(]", page)


def test_the_rows_of_a_full_day_are_lower_than_those_of_a_short_one(plan: PlanDrafted, branches):
    (route,) = plan.routes
    full = replace(plan, routes=(replace(route, stops=route.stops[1:] * 22),))
    heights = [float(re.findall(r"--row:([\d.]+)mm", manifest_page(one, "v1", branches))[0]) for one in (plan, full)]
    assert [16.0, 11.5] == heights


def test_the_manifest_as_text_says_the_same(plan: PlanDrafted, branches):
    text = manifest_text(plan, "v1", branches)
    lines = text.splitlines()
    assert "VAN v1   Tuesday 24 November 2026   plan revision 3 (day)" == lines[0]
    assert lines[1].startswith("leaves Bath (bath) 08:")
    assert "with 2 totes; " in lines[1]
    assert "off 2, on 0, then 0 on board   [ ]" in text
    assert "      off: T1 T22" in lines
    assert "      door: Key safe <left>, mind the step & the cat" in lines
    assert "off 0, on 2, then 2 on board   [ ]" in text


def test_a_van_that_stays_at_home_has_no_manifest(plan: PlanDrafted, branches):
    with pytest.raises(Unknown) as caught:
        manifest_page(plan, "w1", branches)
    assert ("plan.no-route", "Van w1 does not go out on 2026-11-24; these do: v1.") == (
        caught.value.code,
        caught.value.sentence,
    )


@pytest.mark.parametrize(("number", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_routes_are_lettered(number: int, letter: str):
    assert letter == letter_of(number)


def test_geojson_has_a_line_a_van_a_point_a_stop_and_what_is_left(plan: PlanDrafted, branches):
    collection = json.loads(json.dumps(geojson(plan, branches)))
    assert "FeatureCollection" == collection["type"]
    kinds = [(one["properties"]["kind"], one["geometry"]["type"]) for one in collection["features"]]
    assert [("route", "LineString"), ("stop", "Point"), ("stop", "Point"), ("left-behind", "Point")] == kinds
    route, first, _, left = collection["features"]
    assert [[-2.6, 51.4], [-2.49, 51.4], [-2.6, 51.285], [-2.6, 51.4]] == route["geometry"]["coordinates"]
    assert ("v1", "A", 1, 2, 14) == tuple(
        first["properties"][key] for key in ("van", "letter", "stop", "totes_off", "items_off")
    )
    assert ("wells", "skipped") == (left["properties"]["branch"], left["properties"]["code"])


def test_gpx_is_well_formed_and_goes_from_hub_to_hub(plan: PlanDrafted, branches):
    root = ET.fromstring(gpx(plan, "v1", branches))  # noqa: S314 - it was written here
    points = root.findall(f"{GPX}rte/{GPX}rtept")
    assert ["51.400000", "51.400000", "51.285000", "51.400000"] == [point.get("lat") for point in points]
    names = [point.findtext(f"{GPX}name") for point in points]
    assert ["Bath", NASTY.replace("\x07", ""), "Midsomer", "Bath"] == names
    first = plan.routes[0].stops[0]
    assert (
        points[1].findtext(f"{GPX}time") == f"2026-11-24T{first.starts // 3600:02d}:{first.starts % 3600 // 60:02d}:00Z"
    )
    assert "stop 1: 2 off, 0 on; Key safe <left>, mind the step & the cat" == points[1].findtext(f"{GPX}desc")


def test_gpx_of_a_van_that_stays_at_home_is_refused(plan: PlanDrafted, branches):
    with pytest.raises(Unknown) as caught:
        gpx(plan, "w1", branches)
    assert "plan.no-route" == caught.value.code


def test_csv_has_one_row_a_stop(plan: PlanDrafted):
    header, *rows = csv_rows(plan)
    records = [dict(zip(header, row, strict=True)) for row in rows]
    assert [("v1", 1, "keynsham", 2, 0, "T1/3 T22/1"), ("v1", 2, "midsomer", 0, 2, "")] == [
        tuple(record[key] for key in ("van", "stop", "branch", "totes_off", "totes_on", "fillings_off"))
        for record in records
    ]


def test_a_plan_without_coordinates_cannot_be_drawn(plan: PlanDrafted, branches):
    fewer = {code: one for code, one in branches.items() if code != "midsomer"}
    for draw in (geojson, map_page):
        with pytest.raises(Unknown) as caught:
            draw(plan, fewer)
        assert "branch.unknown" == caught.value.code


def test_the_map_fetches_nothing(plan: PlanDrafted, branches):
    page = map_page(plan, branches)
    seen = Seen(page)
    assert [] == [value for name, value in seen.attributes if name in ("src", "href")]
    assert [] == re.findall(r"url\((?!#)", page.split("<body>")[0]), "no style points outside the page"
    assert "sourceMappingURL" not in page
    policy = next(value for name, value in seen.attributes if name == "content" and "default-src" in (value or ""))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "L.map" in page


def test_the_map_carries_the_plan_as_data_and_as_a_table(plan: PlanDrafted, branches):
    page = map_page(plan, branches)
    raw = re.findall(r'<script type="application/json" id="plan">(.*?)</script>', page, re.DOTALL)
    data = json.loads(raw[0])
    assert geojson(plan, branches)["features"] == data["features"]
    assert [("Bath", 1), ("Taunton", 0)] == [(hub["name"], hub["vans"]) for hub in data["hubs"]]
    text = Seen(page).text
    assert "1 vans, 2 stops, 4 totes, 55 items" in text
    assert "A1" in text
    assert "wells was taken out of the plan by hand; 3 items in 1 tote left." in text

"""What other tools read from a plan."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from circulation.errors import Unknown
from logistics.exports import CSV_COLUMNS, csv_rows, geojson, gpx, kilometres
from logistics.wall_clock import wall_time
from tests.logistics.drafted_day import BATH_AND_CLEVEDON, HOSTILE, YEOVIL, at, drafted, named_branches

NAMES = {"g": "http://www.topografix.com/GPX/1/1"}
BRISTOL, BATH, CLEVEDON = [-2.601, 51.452], [-2.36, 51.383], [-2.854, 51.438]


def features(kind: str, **changes: object) -> list[dict]:
    collection = geojson(drafted(**changes), named_branches())
    return [feature for feature in collection["features"] if feature["properties"]["kind"] == kind]


def parsed(document: str) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - our own document


def points(document: str) -> list[ET.Element]:
    return parsed(document).findall("g:rte/g:rtept", NAMES)


def test_a_van_is_a_line_from_its_hub_and_back_longitude_first() -> None:
    line = features("route")[0]

    assert {"type": "LineString", "coordinates": [BRISTOL, BATH, CLEVEDON, BRISTOL]} == line["geometry"]
    assert ("BRS-1", "bristol", 74.35) == tuple(line["properties"][key] for key in ("van", "hub", "km"))
    assert "2026-11-24T08:30:00+00:00" == line["properties"]["leaves"]
    assert "2026-11-24T12:05:30+00:00" == line["properties"]["returns"]


def test_a_stop_is_a_point_with_its_number_and_local_time() -> None:
    bath, clevedon, yeovil = features("stop")

    assert {"type": "Point", "coordinates": BATH} == bath["geometry"]
    assert (1, 2, 1) == tuple(stop["properties"]["seq"] for stop in (bath, clevedon, yeovil))
    assert "2026-11-24T09:12:45+00:00" == bath["properties"]["arrives"]
    assert (3, 4) == (bath["properties"]["totes_off"], bath["properties"]["totes_on"])


def test_what_is_left_behind_says_why() -> None:
    (wells,) = features("left")

    assert "wells" == wells["properties"]["branch"]
    assert "Wells would bring BRS-1 back at 13:20, 20 min after its shift ends." == wells["properties"]["why"]


def test_ten_on_the_wall_is_ten_on_the_day_the_clocks_change() -> None:
    bath = features("stop", day="2026-03-29")[0]

    assert "2026-03-29T09:12:45+01:00" == bath["properties"]["arrives"]


def test_geojson_is_json() -> None:
    collection = geojson(drafted(), named_branches(bath=HOSTILE))

    assert HOSTILE == json.loads(json.dumps(collection))["features"][1]["properties"]["name"]


def test_gpx_goes_out_over_the_stops_and_back_in_universal_time() -> None:
    calls = points(gpx(drafted(day="2026-07-21"), "BRS-1", named_branches()))

    assert ["Leave Bristol Central", "1. Bath Central", "2. Clevedon", "Return Bristol Central"] == [
        call.findtext("g:name", namespaces=NAMES) for call in calls
    ]
    assert ("51.383000", "-2.360000") == (calls[1].get("lat"), calls[1].get("lon"))
    assert "2026-07-21T08:12:45Z" == calls[1].findtext("g:time", namespaces=NAMES)


def test_gpx_elements_stand_in_the_order_of_the_schema() -> None:
    document = parsed(gpx(drafted(), None, named_branches()))

    local = [[child.tag.partition("}")[2] for child in call] for call in document.iterfind("g:rte/g:rtept", NAMES)]
    assert ["time", "name", "cmt", "desc"] == local[0]
    assert "1.1" == document.get("version")
    assert 2 == len(document.findall("g:rte", NAMES))


@pytest.mark.parametrize("name", [HOSTILE, "Café \u2013 Ōtautahi \U0001f4da", "]]>"])
def test_gpx_keeps_every_name_as_it_is(name: str) -> None:
    assert f"1. {name}" == points(gpx(drafted(), "BRS-1", named_branches(bath=name)))[1].findtext(
        "g:name", namespaces=NAMES
    )


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\ud800", "\uffff"])
def test_gpx_replaces_what_xml_cannot_hold(character: str) -> None:
    document = gpx(drafted(), "BRS-1", named_branches(bath=f"Ba{character}th"))

    assert "1. Ba\ufffdth" == points(document)[1].findtext("g:name", namespaces=NAMES)


def test_a_place_just_south_of_the_equator_keeps_its_sign() -> None:
    branches = named_branches()
    branches["bath"] = replace(branches["bath"], latitude_e6=-5, longitude_e6=-500_000)

    bath = points(gpx(drafted(), "BRS-1", branches))[1]

    assert ("-0.000005", "-0.500000") == (bath.get("lat"), bath.get("lon"))


def test_a_van_without_a_route_is_named_with_those_that_have_one() -> None:
    with pytest.raises(Unknown) as refusal:
        gpx(drafted(), "BRS-7", named_branches())

    assert "plan.van-without-route" == refusal.value.code
    assert "BRS-7" in refusal.value.sentence
    assert "Vans with a route: BRS-1, TAU-1." == refusal.value.hint


def test_a_branch_that_is_gone_is_named() -> None:
    branches = named_branches()
    del branches["bath"]

    with pytest.raises(Unknown) as refusal:
        geojson(drafted(), branches)

    assert "branch.unknown" == refusal.value.code
    assert "'bath'" in refusal.value.sentence


def test_rows_are_the_stops_in_driving_order_and_then_what_is_left() -> None:
    rows = list(csv_rows(drafted()))

    assert [("BRS-1", 1, "bath"), ("BRS-1", 2, "clevedon"), ("TAU-1", 1, "yeovil"), ("", "", "wells")] == [
        (row["van"], row["seq"], row["branch"]) for row in rows
    ]
    assert ("09:12:45", "T1001/17 T1002/3 T1003/8") == (rows[0]["arrives"], rows[0]["fillings_off"])
    assert {CSV_COLUMNS} == {tuple(row) for row in rows}


def test_a_plan_without_vans_or_leftovers_has_no_features_and_no_rows() -> None:
    nothing = replace(drafted(left=()), routes=())

    assert [] == geojson(nothing, named_branches())["features"]
    assert [] == list(csv_rows(nothing))
    assert [] == points(gpx(nothing, None, named_branches()))


@pytest.mark.parametrize(("seconds", "shown"), [(0, "00:00"), (at(9, 12, 59), "09:12"), (at(24, 10), "24:10")])
def test_the_wall_shows_minutes_begun(seconds: int, shown: str) -> None:
    assert shown == wall_time(seconds)


@pytest.mark.parametrize(
    ("metres", "shown"), [(0, "0.0"), (49, "0.0"), (50, "0.1"), (74_350, "74.4"), (82_000, "82.0")]
)
def test_kilometres_have_one_decimal(metres: int, shown: str) -> None:
    assert shown == kilometres(metres)


def test_one_van_alone_is_one_route() -> None:
    document = parsed(gpx(drafted(BATH_AND_CLEVEDON, YEOVIL), "TAU-1", named_branches()))

    assert ["TAU-1 2026-11-24 am"] == [
        route.findtext("g:name", namespaces=NAMES) for route in document.findall("g:rte", NAMES)
    ]

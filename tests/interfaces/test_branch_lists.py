"""Real lists of branches: joined, selected, and everything unusable named with its line."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from circulation.calendar import NEVER_OPEN, WEEKDAYS, format_spans, parse_spans
from circulation.errors import Invalid, Unknown
from interfaces.imports.branch_lists import PLAIN_COLUMNS, PLAIN_OPTIONAL, BranchList, read_branch_lists
from interfaces.imports.branch_record import member_code, parse_degrees, plain_name, slug
from interfaces.imports.english_lists import GEO_COLUMNS, HOURS_COLUMNS
from interfaces.imports.table import Reject
from tests.shared_files import shared_data

LIBRARIES_WEST = (
    "Bath and North East Somerset",
    "Bournemouth, Christchurch and Poole",
    "Bristol",
    "Dorset",
    "North Somerset",
    "Somerset",
    "South Gloucestershire",
)
NINE_TO_FIVE = "09:00-17:00"


def csv_of(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def geo(name: str, **more: str) -> dict[str, str]:
    return {
        "Reporting service": "Bristol City Council",
        "Name": name,
        "Type": "Static Library",
        "Longitude": "-2.6",
        "Latitude": "51.45",
        **{key.replace("_", " "): value for key, value in more.items()},
    }


def timed(name: str, monday: str = NINE_TO_FIVE, **more: str) -> dict[str, str]:
    return {
        "Local authority": "Bristol City  Council",
        "Library name": name,
        "Monday staffed hours": monday,
        **{key.replace("_", " "): value for key, value in more.items()},
    }


def read_english(places: Sequence[Mapping[str, str]], hours: Sequence[Mapping[str, str]], *members: str) -> BranchList:
    files = [("geo.csv", csv_of(GEO_COLUMNS, places)), ("hours.csv", csv_of(HOURS_COLUMNS, hours))]
    return read_branch_lists(files, members=members)


def plain(**values: str) -> dict[str, str]:
    return {
        "name": "Bath Central",
        "member": "Bath and North East Somerset",
        "latitude": "51.3835",
        "longitude": "-2.3590",
        "time_zone": "Europe/London",
        "monday": NINE_TO_FIVE,
        **values,
    }


def read_plain(*rows: Mapping[str, str], columns: Sequence[str] = PLAIN_COLUMNS + PLAIN_OPTIONAL) -> BranchList:
    return read_branch_lists([("branches.csv", csv_of(columns, rows))])


# --- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nailsea library", "NAILSEA  Library"),
        ("Corfe Mullen Library & Children's Centre", "Corfe Mullen and Childrens Centre Library"),
        ("St. Blazey", "St Blazey"),
        ("Dún Laoghaire", "Dun Laoghaire"),
    ],
)
def test_names_are_compared_without_what_lists_differ_in(one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)


def test_codes_are_readable() -> None:
    assert "corfe-mullen-and-childrens-centre" == slug("Corfe Mullen Library & Children's Centre")
    assert "bristol" == member_code("Bristol City Council") == member_code("Bristol, City of")
    assert "isles-of-scilly" == member_code("Council of the Isles of Scilly")
    assert "bath-and-north-east-somerset" == member_code("Bath and North East Somerset Council")


@pytest.mark.parametrize("pair", [("", "-2"), ("51", " "), ("91", "0"), ("51", "181"), ("0", "0"), ("nan", "1")])
def test_coordinates_that_are_nowhere_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        parse_degrees(*pair)
    assert "place.coordinates" == refused.value.code


# --- the two English lists ---------------------------------------------------------------------------------


def test_a_branch_takes_its_place_from_one_list_and_its_hours_from_the_other() -> None:
    found = read_english([geo("Bishopston Library")], [timed("Bishopston", "09:30-13:00,14:00-17:00")])
    (record,) = found.records
    assert ("bishopston", "Bishopston", "bristol", "Bristol City Council") == (
        record.code,
        record.name,
        record.member,
        record.member_name,
    )
    assert (51.45, -2.6, "Europe/London", "branch") == (
        record.latitude,
        record.longitude,
        record.time_zone,
        record.kind,
    )
    assert "09:30-13:00,14:00-17:00" == format_spans(record.hours[0])
    assert "hours.csv:2 geo.csv:2" == record.source
    assert () == found.rejects


def test_the_order_of_the_files_does_not_matter() -> None:
    files = [
        ("geo.csv", csv_of(GEO_COLUMNS, [geo("Bishopston")])),
        ("hours.csv", csv_of(HOURS_COLUMNS, [timed("Bishopston")])),
    ]
    assert read_branch_lists(files) == read_branch_lists(files[::-1])


def test_names_that_differ_are_joined_by_postcode_within_the_authority() -> None:
    found = read_english(
        [geo("Chew Valley", Postcode="BS39 5UU"), geo("Mobile", Type="Mobile Library", Postcode="BS1 1AA")],
        [timed("Bishop Sutton", Postcode="bs395uu"), timed("Other", Postcode="BS1 1AA")],
    )
    assert ["bishop-sutton"] == [record.code for record in found.records]
    assert [
        Reject("geo.csv", 3, "A mobile library, which is no stop for a van: Mobile."),
        Reject("hours.csv", 3, "No coordinates, for it is not in the other list: Other."),
    ] == list(found.rejects)


def test_of_two_entries_of_a_library_that_moved_the_open_one_is_taken() -> None:
    found = read_english(
        [geo("Southmead")], [timed("Southmead", Year_closed="2022"), timed("Southmead"), timed("Southmead", "")]
    )
    assert ["hours.csv:3 geo.csv:2"] == [record.source for record in found.records]
    assert [
        Reject("hours.csv", 2, "Closed for good: Southmead (2022)."),
        Reject("hours.csv", 4, "It has no opening hours: Southmead."),
    ] == list(found.rejects)


def test_of_two_open_entries_the_one_at_the_known_postcode_is_taken() -> None:
    found = read_english(
        [geo("Southmead", Postcode="BS10 6AS")],
        [timed("Southmead", Postcode="BS1 1AA"), timed("Southmead", Postcode="BS10 6AS")],
    )
    assert ["hours.csv:3 geo.csv:2"] == [record.source for record in found.records]
    assert [Reject("hours.csv", 2, "Listed twice: Southmead.")] == list(found.rejects)


def test_what_a_van_cannot_serve_is_rejected_with_its_reason() -> None:
    found = read_english(
        [
            geo("Shut", Year_closed="2017"),
            geo("Shut Too", Year_closed="2018"),
            geo("Records", Type="Archive"),
            geo("Erlestoke", Type="Prison Library"),
            geo("Unknown Hours"),
            geo("Strange Hours"),
            geo("Nowhere", Latitude=""),
        ],
        [
            timed("Shut"),
            timed("St Mary's", Postcode="TR21 0HX"),
            timed("Strange Hours", "AM & PM"),
            timed("Nowhere"),
        ],
    )
    assert () == found.records
    reasons = {(reject.file, reject.line): reject.reason for reject in found.rejects}
    assert {
        ("geo.csv", 3): "Closed for good: Shut Too (2018).",
        ("geo.csv", 4): "An archive, which does not lend: Records.",
        ("geo.csv", 5): "A prison library, which the public courier does not serve: Erlestoke.",
        ("geo.csv", 6): "No opening hours, for it is not in the other list: Unknown Hours.",
        ("hours.csv", 2): "Closed for good according to the other list: Shut (2017).",
        ("hours.csv", 3): "No coordinates in the other list, and no road: St Mary's (it is on the Isles of Scilly).",
        ("hours.csv", 4): "Strange Hours: 'AM & PM' cannot be read as opening hours: 'AM & PM' is not two times.",
        ("hours.csv", 5): "Nowhere: It has no coordinates.",
    } == reasons


def test_a_branch_on_an_island_is_kept_and_marked() -> None:
    (record,) = read_english([geo("Ryde")], [timed("Ryde", Postcode="PO33 2JF")]).records
    assert record.island
    assert "No road leads to the Isle of Wight." == record.note
    (mainland,) = read_english([geo("Truro")], [timed("Truro", Postcode="TR2 1AA")]).records
    assert (False, "") == (mainland.island, mainland.note)


def test_one_list_without_the_other_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read_branch_lists([("geo.csv", csv_of(GEO_COLUMNS, [geo("Bishopston")]))])
    assert "geo.csv has the branches' coordinates and not their hours." == refused.value.sentence


# --- members and codes -------------------------------------------------------------------------------------

TWO_MEMBERS = (
    [geo("Westbury"), geo("Westbury", Reporting_service="Wiltshire Council"), geo("Clifton")],
    [timed("Westbury"), timed("Westbury", Local_authority="Wiltshire Council"), timed("Clifton"), timed("Gone")],
)


def test_two_members_branches_of_one_name_get_the_member_in_their_codes() -> None:
    codes = [record.code for record in read_english(*TWO_MEMBERS).records]
    assert ["clifton", "westbury-bristol", "westbury-wiltshire"] == codes


def test_choosing_members_changes_neither_codes_nor_other_members_rejects() -> None:
    wiltshire = read_english(*TWO_MEMBERS, "wiltshire council")
    assert ["westbury-wiltshire"] == [record.code for record in wiltshire.records]
    assert () == wiltshire.rejects
    assert 2 == wiltshire.not_chosen
    assert {"bristol": "Bristol City Council", "wiltshire": "Wiltshire Council"} == wiltshire.members
    assert 1 == len(read_english(*TWO_MEMBERS, "Bristol").rejects)


def test_a_misspelt_member_is_answered_with_the_nearest() -> None:
    with pytest.raises(Unknown) as unknown:
        read_english(*TWO_MEMBERS, "Wilshire")
    assert "Wilshire" in unknown.value.sentence
    assert "There is: Wiltshire Council." == unknown.value.hint


# --- the plain list ----------------------------------------------------------------------------------------


def test_a_plain_list_needs_its_documented_columns_only() -> None:
    (record,) = read_plain(plain(), columns=PLAIN_COLUMNS).records
    assert ("bath-central", "branch", False, None, None, "") == (
        record.code,
        record.kind,
        record.island,
        record.delivery,
        record.stop_minutes,
        record.door_note,
    )
    assert (parse_spans(NINE_TO_FIVE), *NEVER_OPEN[1:]) == record.hours


def test_a_plain_list_may_say_all_of_a_place() -> None:
    (record,) = read_plain(
        plain(
            code="BATH-1",
            kind="Depot",
            island="yes",
            door_note="key in the safe",
            stop_minutes="12",
            delivery_wednesday="06:00-08:00",
        )
    ).records
    assert ("bath-1", "depot", True, "key in the safe", 12) == (
        record.code,
        record.kind,
        record.island,
        record.door_note,
        record.stop_minutes,
    )
    assert (*NEVER_OPEN[:2], parse_spans("06:00-08:00"), *NEVER_OPEN[3:]) == record.delivery


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("name", "", "no name"),
        ("member", "Council", "no member"),
        ("latitude", "fifty", "'fifty'"),
        ("time_zone", "Europe/Bath", "'Europe/Bath'"),
        ("monday", "9-5", "'9-5'"),
        ("delivery_friday", "09:00", "'09:00'"),
        ("kind", "kiosk", "'kiosk'"),
        ("island", "maybe", "'maybe'"),
        ("stop_minutes", "500", "'500'"),
        ("stop_minutes", "-5", "'-5'"),
        ("code", "bath central", "'bath central'"),
    ],
)
def test_a_row_of_a_plain_list_that_cannot_be_used_is_rejected_alone(column: str, value: str, said: str) -> None:
    found = read_plain(plain(code="wells"), plain(**{column: value}))
    assert ["wells"] == [record.code for record in found.records]
    (reject,) = found.rejects
    assert ("branches.csv", 3) == (reject.file, reject.line)
    assert said in reject.reason


def test_a_code_that_the_list_gives_is_never_changed_and_used_once() -> None:
    found = read_plain(plain(code="central"), plain(code="central", name="Other", member="Bristol"))
    assert ["central"] == [record.code for record in found.records]
    assert [Reject("branches.csv", 3, "The code 'central' is taken already by Bath Central (branches.csv:2).")] == list(
        found.rejects
    )


def test_a_file_that_is_no_list_of_branches_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        read_branch_lists([("items.csv", b"barcode,title\n1,2\n")])
    assert "items.csv" in refused.value.sentence


# --- the real lists ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_files() -> list[tuple[str, bytes]]:
    folder = shared_data("southwest_england")
    names = ("libraries_geo_2023.csv", "library_hours.csv")
    return [(name, (folder / name).read_bytes()) for name in names]


def test_every_row_of_the_real_lists_is_used_or_rejected(real_files: list[tuple[str, bytes]]) -> None:
    found = read_branch_lists(real_files)
    rejected = Counter(reject.file for reject in found.rejects)
    assert 395 == len(found.records) + rejected["library_hours.csv"]
    used_rows = {source for record in found.records for source in record.source.split()}
    assert 2 * len(found.records) == len(used_rows)


def test_the_seven_members_of_librarieswest_have_155_branches_and_48_are_shut_on_wednesday(
    real_files: list[tuple[str, bytes]],
) -> None:
    found = read_branch_lists(real_files, members=LIBRARIES_WEST)
    assert {
        "bath-and-north-east-somerset": 14,
        "bournemouth-christchurch-and-poole": 24,
        "bristol": 26,
        "dorset": 31,
        "north-somerset": 11,
        "somerset": 31,
        "south-gloucestershire": 18,
    } == dict(Counter(record.member for record in found.records))
    open_on = {day: sum(bool(record.hours[n]) for record in found.records) for n, day in enumerate(WEEKDAYS)}
    assert (131, 155 - 48) == (open_on["tuesday"], open_on["wednesday"])

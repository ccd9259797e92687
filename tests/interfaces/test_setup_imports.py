"""Branches, vans, closures, delivery windows and daily counts from CSV files."""

from __future__ import annotations

import pytest

from circulation.administration import Administration
from circulation.branch import DeliveryTerms
from circulation.command import Commands
from circulation.directory import all_closures, branches
from circulation.errors import Invalid
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.words import HIDDEN, hidden
from interfaces.imports.board import import_board
from interfaces.imports.calendar import import_closures, import_delivery
from interfaces.imports.fleet import fleet_template, import_fleet, parse_minute, parse_weekdays
from interfaces.imports.outcome import Outcome
from interfaces.imports.places import import_places
from interfaces.imports.table import Reject
from logistics.administration import CourierAdministration
from logistics.counts import DailyCountsImported
from logistics.garage import Garage, vans
from tests.circulation.world import ADMIN, commands_on
from tests.shared_files import shared_data

WEEKDAYS = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
PLACES = f"name,member,latitude,longitude,time_zone,{WEEKDAYS}\n"
NINE_TO_FIVE = ",".join(["09:00-17:00"] * 5 + ["", ""])
ELM = f"Elm,South,51.2,-2.4,Europe/London,{NINE_TO_FIVE}\n"
FLEET = "van,hub,totes,shift_starts,shift_ends,days,cost_per_km,cost_per_hour,break_minutes\n"
VAN_A = "van-a,ash,60,07:00,15:30,mon-fri,0.45,19.50,30\n"


def counted(outcome: Outcome) -> tuple[int, int, int, int]:
    """Added, changed, as before, rejected."""
    return outcome.added, outcome.changed, outcome.unchanged, len(outcome.rejects)


def set_up(ledger: Ledger) -> Commands:
    """The commands of the small network, which is made if the ledger is empty."""
    if not ledger.head().position:
        return commands_on(ledger)
    return Commands(ledger, ledger.store.clock, Keyring.open("sqlite::memory:"))


# --- branches --------------------------------------------------------------------------------------------------------


def places(ledger: Ledger, *lines: str, file: str = "places.csv") -> Outcome:
    return import_places(set_up(ledger), ADMIN, [(file, (PLACES + "".join(lines)).encode())])


def test_a_listed_branch_is_opened_with_where_the_list_says_so(memory_ledger: Ledger) -> None:
    assert counted(places(memory_ledger, ELM)) == (1, 0, 0, 0)
    elm = branches(memory_ledger)["elm"]
    assert (elm.name, elm.member, elm.latitude_e6, elm.hours[0], elm.hours[6]) == (
        "Elm",
        "south",
        51_200_000,
        "09:00-17:00",
        "",
    )
    (fact,) = memory_ledger.stream("branch/elm")
    assert fact.event.source == "places.csv:2"  # type: ignore[attr-defined]


def test_the_same_list_again_changes_nothing(memory_ledger: Ledger) -> None:
    places(memory_ledger, ELM)
    head = memory_ledger.head().position
    assert counted(places(memory_ledger, ELM, file="copy.csv")) == (0, 0, 1, 0)
    assert memory_ledger.head().position == head


def test_a_changed_list_changes_only_what_changed(memory_ledger: Ledger) -> None:
    oak = ELM.replace("Elm", "Oak")
    places(memory_ledger, ELM, oak)
    head = memory_ledger.head().position
    assert counted(places(memory_ledger, ELM, oak.replace("51.2", "51.3"))) == (0, 1, 1, 0)
    assert memory_ledger.head().position == head + 1
    assert branches(memory_ledger)["oak"].latitude_e6 == 51_300_000


def test_delivery_terms_in_a_list_are_set_and_stay_when_it_is_silent(memory_ledger: Ledger) -> None:
    header = PLACES.replace("\n", ",door_note,stop_minutes\n")
    commands = commands_on(memory_ledger)
    with_terms = (header + ELM.replace("\n", ",Ring twice,8\n")).encode()
    import_places(commands, ADMIN, [("places.csv", with_terms)])
    assert branches(memory_ledger)["elm"].terms == DeliveryTerms(door="Ring twice", minutes=8)
    assert counted(import_places(commands, ADMIN, [("places.csv", with_terms)])) == (0, 0, 1, 0)
    places(memory_ledger, ELM)
    assert branches(memory_ledger)["elm"].terms.door == "Ring twice"


def test_a_row_that_cannot_be_used_is_listed_and_the_others_come_in(memory_ledger: Ledger) -> None:
    outcome = places(memory_ledger, ELM, ELM.replace("Elm", "Oak").replace("51.2", "north"))
    assert counted(outcome) == (1, 0, 0, 1)
    assert (outcome.rejects[0].file, outcome.rejects[0].line) == ("places.csv", 3)


def test_the_south_west_as_its_lists_have_it(memory_ledger: Ledger) -> None:
    geo = shared_data("southwest_england", "libraries_geo_2023.csv")
    hours = shared_data("southwest_england", "library_hours.csv")
    files = [(path.name, path.read_bytes()) for path in (geo, hours)]
    commands = commands_on(memory_ledger)
    outcome = import_places(commands, ADMIN, files)
    assert (outcome.changed, outcome.unchanged) == (0, 0)
    assert 300 < outcome.added < 350
    assert all(reject.reason and reject.line > 1 for reject in outcome.rejects)
    head = memory_ledger.head().position

    again = import_places(commands, ADMIN, files, members=["Bristol"])
    assert (again.added, again.changed, memory_ledger.head().position) == (0, 0, head)
    assert again.unchanged == sum(b.member == "bristol" for b in branches(memory_ledger).values())


# --- vans ------------------------------------------------------------------------------------------------------------


def fleet(ledger: Ledger, text: str) -> Outcome:
    return import_fleet(Garage(set_up(ledger)), ADMIN, "FLEET.csv", text.encode(), lambda: vans(ledger))


def test_a_fleet_comes_in_once(memory_ledger: Ledger) -> None:
    assert counted(fleet(memory_ledger, FLEET + VAN_A)) == (1, 0, 0, 0)
    van = vans(memory_ledger)["van-a"]
    assert (van.hub, van.totes, van.shift_starts_minute, van.days) == ("ash", 60, 420, (0, 1, 2, 3, 4))
    assert (van.cost_per_km_cents, van.cost_per_hour_cents, van.cost_per_day_cents) == (45, 1950, 0)
    assert (van.break_minutes, van.break_from_minute, van.break_until_minute) == (30, 420, 900)
    assert counted(fleet(memory_ledger, FLEET + VAN_A)) == (0, 0, 1, 0)
    assert counted(fleet(memory_ledger, FLEET + VAN_A.replace("60", "70"))) == (0, 1, 0, 0)


def test_a_van_that_reloads_says_how_often_and_how_long(memory_ledger: Ledger) -> None:
    more = FLEET.replace("break_minutes", "break_minutes,trips,reload_minutes")
    assert counted(fleet(memory_ledger, FLEET + VAN_A)) == (1, 0, 0, 0)
    assert counted(fleet(memory_ledger, more + VAN_A.replace("19.50,30", "19.50,30,,"))) == (0, 0, 1, 0)
    assert counted(fleet(memory_ledger, more + VAN_A.replace("19.50,30", "19.50,30,2,15"))) == (0, 1, 0, 0)
    van = vans(memory_ledger)["van-a"]
    assert (van.trips, van.reload_minutes) == (2, 15)
    outcome = fleet(memory_ledger, more + VAN_A.replace("19.50,30", "19.50,30,0,15"))
    assert "Van 'van-a' makes 0 trips a day, and 1 to 9 are possible." in outcome.rejects[0].reason
    outcome = fleet(memory_ledger, more + VAN_A.replace("19.50,30", "19.50,30,2,511"))
    assert "Van 'van-a' takes 511 minutes to reload" in outcome.rejects[0].reason


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("van-b,birch,60,07:00,15:30,mon-fri,0.45,19.50,30\n", "'birch' (Birch) is not a hub."),
        ("van-b,ahs,60,07:00,15:30,mon-fri,0.45,19.50,30\n", "There is no branch 'ahs'. Did you mean ash?"),
        ("van-b,ash,many,07:00,15:30,mon-fri,0.45,19.50,30\n", "'many' in the column totes is not a whole number."),
        ("van-b,ash,60,7 am,15:30,mon-fri,0.45,19.50,30\n", "'7 am' is not a time of day."),
        ("van-b,ash,60,07:00,06:30,mon-fri,0.45,19.50,0\n", "which is no shift"),
        ("van-b,ash,60,07:00,15:30,fri-mon,0.45,19.50,30\n", "'fri-mon' runs backwards."),
        ("van-b,ash,60,07:00,15:30,lundi,0.45,19.50,30\n", "'lundi' names no weekdays."),
        ("van-b,ash,60,07:00,15:30,mon,cheap,19.50,30\n", "'cheap' in the column cost_per_km is not an amount"),
        ("van-b,ash,60,07:00,15:30,mon,0.455,19.50,30\n", "'0.455' in the column cost_per_km is not an amount"),
        ("van/b,ash,60,07:00,15:30,mon,0.45,19.50,30\n", "'van/b' is not a van code"),
        (VAN_A, "Van 'van-a' stands in line 2 already."),
        ('van-b,ash,60,07:00,15:30,mon,0.45,"19.50,30\n', "A quote is opened and never closed."),
        ("van-b,ash\n", "It has 2 fields and the header has 9."),
    ],
)
def test_a_van_that_cannot_be_used_is_listed_with_its_line(memory_ledger: Ledger, row: str, reason: str) -> None:
    outcome = fleet(memory_ledger, FLEET + VAN_A + row)
    assert counted(outcome) == (1, 0, 0, 1)
    (reject,) = outcome.rejects
    assert (reject.file, reject.line) == ("FLEET.csv", 3)
    assert reason in reject.reason


def test_a_file_that_is_no_fleet_changes_nothing(memory_ledger: Ledger) -> None:
    commands_on(memory_ledger)
    head = memory_ledger.head().position
    for text, code in (("van,hub\na,ash\n", "file.columns"), ("", "file.empty")):
        with pytest.raises(Invalid) as refused:
            fleet(memory_ledger, text)
        assert refused.value.code == code
    assert memory_ledger.head().position == head


def test_the_template_is_a_fleet_as_it_stands(memory_ledger: Ledger) -> None:
    assert counted(fleet(memory_ledger, fleet_template(["ash"]))) == (1, 0, 0, 0)
    assert "name-of-hub" in fleet_template([])


def test_times_and_weekdays_are_read_as_people_write_them() -> None:
    assert [parse_minute(text) for text in ("07:00", "7:05", "24:00")] == [420, 425, 1440]
    assert [parse_weekdays(text) for text in ("mon-fri", "Monday, wed sat", "sun")] == [
        (0, 1, 2, 3, 4),
        (0, 2, 5),
        (6,),
    ]
    for text in ("24:01", "12:60", "noon", "", "²:00"):
        with pytest.raises(Invalid):
            parse_minute(text)


# --- calendars -------------------------------------------------------------------------------------------------------


def closures(ledger: Ledger, text: str) -> Outcome:
    return import_closures(Administration(set_up(ledger)), ledger, ADMIN, "holidays.csv", text.encode())


def test_bank_holidays_close_everybody(memory_ledger: Ledger) -> None:
    holidays = "date,reason\n2026-12-25,Christmas Day\n2026-12-28,Boxing Day\n"
    assert counted(closures(memory_ledger, holidays)) == (2, 0, 0, 0)
    assert [(c.first, c.last, hidden(c.reason)) for c in all_closures(memory_ledger)["all"]] == [
        ("2026-12-25", "2026-12-25", HIDDEN),
        ("2026-12-28", "2026-12-28", HIDDEN),
    ]
    assert counted(closures(memory_ledger, holidays)) == (0, 0, 2, 0)
    assert counted(closures(memory_ledger, holidays.replace("Boxing Day", "Saint Stephen"))) == (0, 0, 2, 0)
    longer = "date,reason,last\n2026-12-25,Christmas Day,\n2026-12-28,Boxing Day,2026-12-29\n"
    assert counted(closures(memory_ledger, longer)) == (0, 1, 1, 0)
    assert len(all_closures(memory_ledger)["all"]) == 2


def test_a_row_may_close_one_member_or_branch_for_longer(memory_ledger: Ledger) -> None:
    rows = "2026-12-24,Party,2027-01-02,branch/birch\n2027-03-17,Patrick,,member/south\n"
    closures(memory_ledger, "date,reason,last,scope\n" + rows)
    held = all_closures(memory_ledger)
    assert (held["branch/birch"][0].last, held["member/south"][0].last) == ("2027-01-02", "2027-03-17")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-02-30,Never,,", "'2026-02-30' is not a day."),
        ("2026-12-25,Early,2026-12-24,", "A closure from 2026-12-25 cannot end on 2026-12-24."),
        ("2026-12-25,Who,,branch/nowhere", "There is no branch 'nowhere'."),
        ("2026-12-25,Who,,some", "'some' does not say who is closed."),
        ("2026-12-24,Twice,,", "2026-12-24 is in line 2 already."),
    ],
)
def test_a_closure_that_cannot_be_is_listed(memory_ledger: Ledger, row: str, reason: str) -> None:
    outcome = closures(memory_ledger, f"date,reason,last,scope\n2026-12-24,Party,,\n{row}\n")
    assert counted(outcome) == (1, 0, 0, 1)
    assert outcome.rejects[0].reason.startswith(reason)
    assert outcome.rejects[0].line == 3


def test_a_van_with_a_key_comes_before_the_staff(memory_ledger: Ledger) -> None:
    administration = Administration(commands_on(memory_ledger))
    header = f"branch,{WEEKDAYS},door_note,stop_minutes\n"
    rows = header + "birch,06:00-08:30,06:00-08:30,,,,,,Key 12,4\ncedar,,,,,,,,Side door,\n"

    def take_in(text: str) -> Outcome:
        return import_delivery(administration, memory_ledger, ADMIN, "delivery.csv", text.encode())

    assert counted(take_in(rows)) == (2, 0, 0, 0)
    known = branches(memory_ledger)
    assert known["birch"].terms == DeliveryTerms(
        windows=("06:00-08:30", "06:00-08:30", "", "", "", "", ""), door="Key 12", minutes=4
    )
    assert (known["cedar"].terms.windows, known["cedar"].terms.minutes) == (None, 5)
    assert counted(take_in(rows)) == (0, 0, 2, 0)
    assert counted(take_in(rows.replace("Key 12", "Key 13"))) == (0, 1, 1, 0)
    bad = take_in(header + "brich,,,,,,,,,\ncedar,all day,,,,,,,,\nash,,,,,,,,,soon\nash,,,,,,,,,5\n")
    assert [(r.line, r.reason.split(".")[0]) for r in bad.rejects] == [
        (2, "There is no branch 'brich'"),
        (3, "'all day' cannot be read as opening hours: 'all day' is not two times"),
        (4, "'soon' in the column stop_minutes is not a whole number"),
        (5, "Branch 'ash' stands in line 4 already"),
    ]


# --- the board -------------------------------------------------------------------------------------------------------


def board(ledger: Ledger, text: str) -> Outcome:
    return import_board(CourierAdministration(set_up(ledger)), ledger, ADMIN, "counts.csv", text.encode())


def test_counts_come_in_day_by_day(memory_ledger: Ledger) -> None:
    rows = "day,origin,destination,items\n2026-11-02,ash,dale,12\n2026-11-02,ash,birch,3\n2026-11-03,dale,ash,1\n"
    assert counted(board(memory_ledger, rows)) == (2, 0, 0, 0)
    (fact,) = memory_ledger.stream("board/2026-11-02")
    assert isinstance(fact.event, DailyCountsImported)
    assert [(c.origin, c.destination, c.items) for c in fact.event.counts] == [("ash", "birch", 3), ("ash", "dale", 12)]
    assert counted(board(memory_ledger, rows)) == (0, 0, 2, 0)
    assert counted(board(memory_ledger, rows.replace(",12", ",13"))) == (0, 1, 1, 0)


def test_counts_that_cannot_be_are_listed(memory_ledger: Ledger) -> None:
    outcome = board(
        memory_ledger,
        "day,origin,destination,items\n2026-13-02,ash,dale,12\n2026-11-02,ahs,dale,12\n2026-11-02,ash,ash,1\n"
        "2026-11-02,ash,dale,-5\n2026-11-02,ash,dale,5\n2026-11-02,ash,dale,6\n",
    )
    assert outcome.rejects == [
        Reject("counts.csv", 2, "'2026-13-02' is not a day. Write it as 2026-12-25."),
        Reject("counts.csv", 3, "There is no branch 'ahs'. Did you mean ash?"),
        Reject("counts.csv", 4, "'ash' sends nothing to itself."),
        Reject("counts.csv", 5, "'-5' is not a number of items."),
        Reject("counts.csv", 7, "This lane and day is in line 6 already."),
    ]
    assert outcome.added == 1

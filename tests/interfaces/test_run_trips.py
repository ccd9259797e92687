"""
A day of a van that goes out twice, on the command line: where each tote is, and that nothing is missing, at each step.

Van v1 of Bristol holds one tote, and two stand ready there: T1 with a copy for Bath, T2 with one for Clevedon. At Bath
stands T3 with a copy that goes over the hub to Wells. Bath takes deliveries until eleven, so it comes first.
"""

from __future__ import annotations

import shlex

import pytest

from circulation.branch import DeliveryTerms, DeliveryTermsSet
from circulation.event import NewEvents
from logistics.fleet import VanSet
from tests.cast import BATH_COPY, CLEVEDON_COPY, DAY, WELLS_COPY
from tests.interfaces.shop import Done, Shop
from tests.scenarios.pages import consoles, must_say

PLAN = f"{DAY}/bristol/day"
RUN = f"{DAY}/v1/day"


@pytest.fixture
def ready(shop: Shop) -> Shop:
    with shop.world() as world:
        van = VanSet(
            hub="bristol", totes=1, shift_starts_minute=600, shift_ends_minute=960, days=(0, 1, 2, 3, 4),
            cost_per_km_cents=45, cost_per_hour_cents=1800,
        )  # fmt: skip
        until_eleven = DeliveryTermsSet(terms=DeliveryTerms(windows=("09:00-11:00",) * 6 + ("",)))
        world.record("van", [NewEvents("van/v1", 0, (van,)), NewEvents("branch/bath", 1, (until_eleven,))])
        for tote, barcode, at in (
            ("T1", BATH_COPY, "bristol"),
            ("T2", CLEVEDON_COPY, "bristol"),
            ("T3", WELLS_COPY, "bath"),
        ):
            world.scan(barcode, at, tote=tote)
            world.desk.totes.seal(world.at(at), tote)
    return shop


@pytest.fixture
def published(ready: Shop) -> Shop:
    shop = ready
    told(shop.run("fleet", "trips", "v1", "2", "--reload-minutes", "15"))
    draft = ("--date", DAY, "--hub", "bristol", "--collect", "waiting", "--must", "bath", "--must", "clevedon")
    told(shop.run("plan", "draft", *draft, "--iterations", "200"))
    told(shop.run("plan", "publish", PLAN))
    return shop


def told(done: Done) -> Done:
    assert 0 == done.code, done.err
    return done


def trips(shop: Shop) -> list[list[str]]:
    """The stops of each planned trip; a row of the hub stands between two."""
    found: list[list[str]] = [[]]
    for row in told(shop.run("plan", "show", PLAN, "--json")).json:
        if row["stop"] == "":
            found.append([])
        else:
            found[-1].append(row["branch"])
    return found


def places(shop: Shop) -> dict[str, tuple[str, str]]:
    """Where the copy in each tote is, as staff see it."""
    inside = {"T1": BATH_COPY, "T2": CLEVEDON_COPY, "T3": WELLS_COPY}
    cards = {tote: told(shop.run("item", "show", copy, "--json")).json for tote, copy in inside.items()}
    return {tote: (card["kind"], card["place"]) for tote, card in cards.items()}


def balance(shop: Shop) -> tuple[int, int, int]:
    """Sent, received and travelling of the day; nothing may be listed."""
    row = told(shop.run("run", "balance", "--date", DAY, "--lanes", "--json")).json
    assert all(lane["holds"] and not lane["listed"] for lane in row)
    return (
        sum(lane["sent"] for lane in row),
        sum(lane["received"] for lane in row),
        sum(lane["travelling"] for lane in row),
    )


def test_a_van_that_goes_out_twice_is_followed_tote_by_tote(published: Shop) -> None:
    shop = published
    assert [["bath"], ["clevedon"]] == trips(shop)

    started = told(shop.run("run", "start", "v1", "--date", DAY, "--json")).json
    assert (1, 1) == (started["trip"], started["on_board"])
    assert ("van", "v1") == places(shop)["T1"]
    assert ("branch", "bristol") == places(shop)["T2"]
    assert (1, 0, 1) == balance(shop)
    shown = told(shop.run("run", "show", RUN))
    assert (
        "v1 is on trip 1 of 2: it calls at bath, then loads at bristol for clevedon, then comes back to bristol."
        in (shown.err)
    )

    told(shop.run("run", "stop", RUN, "bath"))
    again = told(shop.run("run", "stop", RUN, "bristol", "--json")).json
    assert (2, 1, False) == (again["trip"], again["on_board"], again["finished"])
    assert ("branch", "bath") == places(shop)["T1"]
    assert ("van", "v1") == places(shop)["T2"]
    assert (
        "v1 is on trip 2 of 2: it calls at clevedon, then comes back to bristol."
        in told(shop.run("run", "show", RUN)).err
    )
    assert (3, 0, 3) == balance(shop)

    told(shop.run("run", "finish", "v1", "--date", DAY, "--as-planned"))
    rows = told(shop.run("run", "show", RUN, "--json")).json
    assert [
        (1, "bath", "served"),
        (2, "bristol", "reloaded"),
        (2, "clevedon", "served"),
        (2, "bristol", "finished"),
    ] == [(row["trip"], row["branch"], row["outcome"]) for row in rows]
    assert {"T1": ("branch", "bath"), "T2": ("branch", "clevedon"), "T3": ("branch", "bristol")} == places(shop)
    assert (3, 0, 3) == balance(shop), "they are assumed to have come, and nobody has scanned them yet"


def test_run_show_of_the_past_says_where_the_van_was_then(published: Shop) -> None:
    told(published.run("run", "start", "v1", "--date", DAY))
    head = published.head()
    told(published.run("run", "finish", "v1", "--date", DAY, "--as-planned"))
    assert "v1 is on trip 1 of 2" in told(published.run("run", "show", RUN, "--as-of", str(head))).err
    assert "" == told(published.run("run", "show", RUN)).err


def test_the_fleet_says_how_often_a_van_goes_out(published: Shop) -> None:
    (van,) = told(published.run("fleet", "list", "--json")).json
    assert (2, 15, 1) == (van["trips"], van["reload_minutes"], van["totes"])
    assert "v1 goes out up to 1 time a day." in told(published.run("fleet", "trips", "v1", "1")).err
    (van,) = told(published.run("fleet", "list", "--json")).json
    assert (1, 0) == (van["trips"], van["reload_minutes"])
    refused = published.run("fleet", "trips", "v9", "2")
    assert 0 != refused.code
    assert "v9" in refused.err


def test_the_page_about_several_trips_tells_what_happens(ready: Shop) -> None:
    for command, lines in consoles("several-trips.md"):
        must_say(command, told(ready.run(*shlex.split(command))), lines)

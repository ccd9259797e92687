"""`--as-of` and `--as-happened`: every command answers about the moment asked about, or says that it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

import cli
from circulation.clock import HOUR_US
from circulation.event import NewEvents
from interfaces.exit_code import ExitCode
from logistics.plan import PlanPublished
from tests.cast import BATH_COPY, CLEVEDON_COPY, DAY, MIDDLEMARCH, TUESDAY, WELLS_COPY
from tests.interfaces.shop import Shop
from tests.logistics.drafted_day import drafted

OF_NO_MOMENT = {
    # they record or import something, and their listing is what they recorded
    "board import", "calendar close", "calendar delivery", "calendar import", "calendar settle", "calendar withdraw",
    "fleet import", "hold clear-shelf", "hold expire", "hold import", "items import", "loan import", "network import",
    "network repatriate", "offline scan", "offline upload", "patron import", "policy import", "scan",
    "session move", "session undo", "sort", "sort codes", "transit cancel", "transit import", "transit send",
    "rotation send", "items declare-foreign",
    "privacy age", "privacy retention",
    # it plans from now on
    "plan replan",
    # they are about the whole log and the seals on it, or about the keys as they are
    "audit seal", "audit verify", "audit prove", "audit consistency", "audit export", "privacy check",
    "audit plan", "audit what-if",
    # what they tell does not change with the log
    "item rules",
    # they name their moments themselves, or are about the views, which have no past of their own
    "diff", "projection follow", "projection list", "projection rebuild", "projection verify",
}  # fmt: skip


def commands() -> Iterator[tuple[str, Any]]:
    root: Any = typer.main.get_command(cli.app)

    def below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
        if isinstance(command, TyperGroup):
            if command.invoke_without_command:
                yield path, command
            for name, one in command.commands.items():
                yield from below(one, f"{path} {name}")
        else:
            yield path, command

    for name in root.commands:
        yield from below(root.loaded(name), name)


def test_every_listing_can_be_asked_about_a_past_moment_unless_it_is_said_here_why_not() -> None:
    listings = {
        path: getattr(command.callback, "shown_options", frozenset())
        for path, command in commands()
        if "nl" in getattr(command.callback, "shown_options", frozenset())
    }
    assert len(listings) > 50
    assert sorted(path for path, shown in listings.items() if "as_of" not in shown and path not in OF_NO_MOMENT) == []


@pytest.fixture
def journey(shop: Shop) -> Shop:
    """A hold waits for a copy on Bath's shelf until ten; then it is pulled and travels; a plan is drafted at noon."""
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "cyn", "wells")
        world.lend(CLEVEDON_COPY, "dev", "clevedon")
        world.clock_us = TUESDAY + HOUR_US
        world.scan(WELLS_COPY, "bath")
        world.scan(BATH_COPY, "bath")
        world.clock_us = TUESDAY + 3 * HOUR_US
        world.record("draft", [NewEvents(f"plan/{DAY}/bristol/am", 0, (drafted(), PlanPublished(revision=2)))])
    return shop


AT_HALF_PAST_NINE = ("--as-of", "2026-11-24T09:30:00Z", "--json")


@pytest.mark.parametrize(
    "words",
    [
        ("actor", "list"),
        ("board", "--date", "2026-11-25"),
        ("calendar", "list"),
        ("fleet", "list"),
        ("floating", "list"),
        ("hold", "list"),
        ("hold", "pull-list", "--branch", "wells"),
        ("hold", "shelf", "--branch", "wells"),
        ("hold", "explain", MIDDLEMARCH, "--item", WELLS_COPY),
        ("item", "conditions"),
        ("item", "conditions", "--ended"),
        ("item", "history", WELLS_COPY),
        ("item", "placement", WELLS_COPY, "--at", "bath"),
        ("item", "searches"),
        ("item", "show", WELLS_COPY),
        ("items", "foreign"),
        ("items", "list", "--branch", "wells"),
        ("items", "list", "--title", MIDDLEMARCH),
        ("items", "unknown"),
        ("loan", "claims"),
        ("loan", "list"),
        ("loan", "long-overdue"),
        ("loan", "overrides"),
        ("network", "list"),
        ("network", "onboard", "Somerset"),
        ("network", "show", "wells"),
        ("offline", "devices"),
        ("plan", "list"),
        ("policy", "list"),
        ("privacy", "legal-holds"),
        ("rotation", "due"),
        ("rotation", "list"),
        ("run", "list"),
        ("session", "list"),
        ("sort", "list", "--hub", "bristol"),
        ("tote", "list"),
        ("transit", "list"),
        ("transit", "moves"),
        ("transit", "overdue"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_listing_about_a_moment_says_what_it_said_at_that_moment(shop: Shop, words: tuple[str, ...]) -> None:
    """The same store, listed at half past nine and listed again about half past nine after an eventful day."""
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "cyn", "wells")
        world.lend(CLEVEDON_COPY, "dev", "clevedon")
    then = shop.run(*words, "--json")
    with shop.world() as world:
        world.clock_us = TUESDAY + HOUR_US
        world.scan(WELLS_COPY, "bath")
        world.scan(CLEVEDON_COPY, "bath")
        world.hold(MIDDLEMARCH, "ben", "bath")
        world.record("draft", [NewEvents(f"plan/{DAY}/bristol/am", 0, (drafted(), PlanPublished(revision=2)))])
    shop.run("policy", "set", "short", "--days", "7")
    shop.run("actor", "add", "bob", "--role", "desk")
    position = then_position(shop)
    about = shop.run(*words, "--as-of", position, "--json")
    assert (then.code, without_moment(then.out)) == (about.code, without_moment(about.out))


def then_position(shop: Shop) -> str:
    with shop.world() as world:
        return str(world.ledger.position_at(TUESDAY + 10_000_000))


def without_moment(out: str) -> list[str]:
    """What was said, without the position that an answer is about: an answer about now names the head."""
    return [line for line in out.splitlines() if '"position"' not in line and '"expected_at"' not in line]


def test_a_plan_is_shown_as_it_stood_or_was_not_there_yet(journey: Shop) -> None:
    plan = f"{DAY}/bristol/am"
    assert 3 == len(journey.run("plan", "show", plan, "--json").json)
    assert "plan.unknown" in journey.run("plan", "show", plan, *AT_HALF_PAST_NINE).err


def test_what_records_something_refuses_a_past_moment(shop: Shop) -> None:
    head = shop.head()
    for words in (("loan", "out", BATH_COPY, "--card", "29876000000011"), ("hold", "place"), ("scan", BATH_COPY)):
        done = shop.run(*words, "--branch", "bath", "--as-of", "12")
        assert done.code in (ExitCode.FAILED, ExitCode.USAGE)
    assert "error[asof.not-here]" in shop.run("scan", BATH_COPY, "--branch", "bath", "--as-of", "12").err
    # One that only records where it is asked to answers, and refuses that.
    assert 0 == shop.run("transit", "overdue", "--as-of", "12").code
    assert head == shop.head()


def test_a_moment_behind_the_log_and_one_without_meaning_are_refused(shop: Shop) -> None:
    assert "error[position.ahead]" in shop.run("actor", "list", "--as-of", "99999").err
    assert "error[asof.happened-alone]" in shop.run("item", "show", BATH_COPY, "--as-happened").err
    assert "error[why.as-happened]" in shop.run("why", BATH_COPY, "--as-of", "12", "--as-happened").err


@pytest.fixture
def late(shop: Shop) -> Shop:
    """Lent at nine; scanned at Wells at ten without the network, at Bristol at eleven; Wells is known at noon."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us = TUESDAY + 2 * HOUR_US
        world.scan(BATH_COPY, "bristol")
        world.clock_us = TUESDAY + 3 * HOUR_US
        world.desk.scan(world.at("wells"), BATH_COPY, happened_us=TUESDAY + HOUR_US)
    return shop


def test_as_it_was_known_and_as_it_is_now_known_to_have_been(late: Shop) -> None:
    moment = ("--as-of", "2026-11-24T10:30:00Z")
    known = late.run("item", "show", BATH_COPY, *moment, "--json").json
    happened = late.run("item", "show", BATH_COPY, *moment, "--as-happened", "--json").json
    assert ("patron", True) == (known["kind"], known["due_at"] is not None)
    assert ("branch", "wells", None) == (happened["kind"], happened["place"], happened["due_at"])
    at_wells = ("items", "list", "--branch", "wells", *moment)
    assert BATH_COPY not in late.run(*at_wells).out
    assert BATH_COPY in late.run(*at_wells, "--as-happened").out
    assert 1 == len(late.run("loan", "list", *moment, "--json").json)
    assert [] == late.run("loan", "list", *moment, "--as-happened", "--json").json


def test_a_history_as_it_happened_tells_a_late_scan_in_its_place(late: Shop) -> None:
    noon = ("--as-of", "2026-11-24T12:00:30Z")
    recorded = late.run("item", "history", BATH_COPY, *noon, "--json").json
    happened = late.run("item", "history", BATH_COPY, *noon, "--as-happened", "--json").json
    assert "LateScanRecorded" == recorded[-1]["type"]
    assert ["ItemAdded", "ItemLent", "ItemReturned"] == [row["type"] for row in happened][:3]
    assert "wells" == happened[2]["desk"]

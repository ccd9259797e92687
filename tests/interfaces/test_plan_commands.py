"""Plans changed by hand on the command line: looked at, kept, refused with the broken rules, printed, audited."""

from __future__ import annotations

import pytest

from circulation.event import NewEvents
from interfaces.exit_code import ExitCode
from logistics.fleet import VanSet
from tests.cast import DAY, WELLS_COPY
from tests.interfaces.shop import Done, Shop

PLAN = f"{DAY}/bristol/day"
DRAFT = (
    "plan", "draft", "--date", DAY, "--hub", "bristol", "--collect", "waiting", "--iterations", "100",
    "--must", "bath", "--must", "clevedon", "--must", "wells",
)  # fmt: skip
LATE = "Stop wells is pinned to van v1 and rides with v2."
pytestmark = pytest.mark.usefixtures("courier")


@pytest.fixture
def courier(shop: Shop) -> Shop:
    """Vans v1 and v2 stand at Bristol; van v1 calls at Bath and Wells, van v2 at Clevedon; a copy goes to Wells."""
    van = VanSet(
        hub="bristol",
        totes=20,
        shift_starts_minute=480,
        shift_ends_minute=1020,
        days=(0, 1, 2, 3, 4),
        cost_per_km_cents=45,
        cost_per_hour_cents=1800,
    )
    with shop.world() as world:
        world.scan(WELLS_COPY, "bath")
        world.record("vans", [NewEvents(f"van/{name}", 0, (van,)) for name in ("v1", "v2")])
    assert ExitCode.DONE == shop.run(*DRAFT).code
    for stop, to in (("bath", "v1"), ("wells", "v1"), ("clevedon", "v2")):
        shop.run("plan", "move", DAY, stop, "--to", to, "--keep")
    assert {"bath": "v1", "wells": "v1", "clevedon": "v2"} == vans(shop)
    return shop


def vans(shop: Shop) -> dict[str, str]:
    return {row["branch"]: row["van"] for row in shop.run("plan", "show", PLAN, "--json").json}


def latest(shop: Shop) -> int:
    return max(row["revision"] for row in shop.run("plan", "list", "--json").json)


def test_an_edit_is_shown_before_it_is_kept(shop: Shop) -> None:
    head, number = shop.head(), latest(shop)
    done = shop.run("plan", "move", DAY, "wells", "--to", "v2", "--first")
    assert ExitCode.DONE == done.code
    assert "wells moves from van v1 to van v2, as its first stop." in done.err
    assert "Nothing was changed. Keep it as the plan's next revision with --keep." in done.err
    assert f"Plan {PLAN}, from revision {number}" in done.out
    figures = [line.split()[0] for line in done.out.splitlines()[2:]]
    assert ["km", "paid", "late", "totes", "stops", "left", "cost", "price", "broken"] == figures
    assert (head, number) == (shop.head(), latest(shop))


def test_the_numbers_before_and_after_are_those_of_the_plan(shop: Shop) -> None:
    done = shop.run("plan", "move", DAY, "wells", "--to", "v2", "--first", "--keep", "--json").json
    (kept,) = [row for row in shop.run("plan", "list", "--json").json if row["revision"] == done["revision"]]
    assert (round(kept["metres"] / 1000, 1), kept["stops"]) == (done["after"]["km"], done["after"]["stops"])
    assert ({"bath": "v1", "wells": "v2", "clevedon": "v2"}, [], []) == (vans(shop), done["broken"], done["mended"])
    assert done["from_revision"] == done["revision"] - 1
    assert done["before"]["km"] != done["after"]["km"]


def test_a_draft_and_an_edit_count_alike_what_is_left_behind_and_what_it_costs(shop: Shop) -> None:
    """Bath is set aside before the routes are searched; dropping Wells leaves a second branch behind."""
    drafted = shop.run(*DRAFT, "--skip", "bath", "--json").json
    done = shop.run("plan", "drop", DAY, "wells", "--json").json
    assert (1, drafted["cost"], drafted["stops"]) == tuple(done["before"][name] for name in ("left", "cost", "stops"))
    assert (drafted["left_behind"], 2) == (done["before"]["left"], done["after"]["left"])
    assert done["after"]["cost"] < done["before"]["cost"]
    assert done["after"]["left_price"] > done["before"]["left_price"] == 0
    shop.run("plan", "drop", DAY, "wells", "--keep")
    kept = shop.run("plan", "list", "--json").json[-1]
    assert (2, done["after"]["stops"]) == (kept["left_behind"], kept["stops"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("swap", DAY, "bath", "clevedon"), "change places."),
        (("drop", DAY, "bath"), "bath is taken out of van v1."),
        (("pin", DAY, "bath"), "bath is pinned to van v1."),
        (("pin", DAY, "bath", "--before", "wells"), "bath is pinned to a place before wells."),
        (("pin", DAY, "bath", "--at", "11:00", "--give", "10"), "bath is pinned to a start from 10:50 to 11:10."),
        (("solve", DAY, "--iterations", "100"), "Searched again (free): "),
        (("solve", DAY, "--mode", "insert", "--iterations", "50"), "Searched again (insert): 0 on another van,"),
    ],
)
def test_every_change_says_what_it_does_and_is_kept_when_told_to(shop: Shop, words: tuple[str, ...], said: str) -> None:
    number = latest(shop)
    looked = shop.run("plan", *words, "--json")
    assert (ExitCode.DONE, None, number) == (looked.code, looked.json["revision"], latest(shop))
    kept = shop.run("plan", *words, "--keep", "--json")
    assert (ExitCode.DONE, number + 1) == (kept.code, kept.json["revision"])
    assert said in kept.json["edits"][0]
    shown = shop.run("plan", "show", PLAN).err
    assert f"made from revision {number}: {kept.json['edits'][0]}" in shown


def test_a_dropped_stop_is_added_again(shop: Shop) -> None:
    shop.run("plan", "drop", DAY, "bath", "--keep")
    assert "bath" not in vans(shop)
    assert "left behind: bath: bath was taken out of the plan by hand; 1 item in 1 tote left." in shown(shop).err
    assert ExitCode.DONE == shop.run("plan", "add", DAY, "bath", "--to", "v2", "--after", "clevedon", "--keep").code
    assert "v2" == vans(shop)["bath"]


def shown(shop: Shop) -> Done:
    return shop.run("plan", "show", PLAN)


def test_pins_are_shown_honoured_by_the_next_draft_and_taken_off(shop: Shop) -> None:
    shop.run("plan", "pin", DAY, "wells", "--van", "v2", "--keep")
    assert "pinned: wells to van v2" in shown(shop).err
    shop.run(*DRAFT)
    assert "v2" == vans(shop)["wells"]
    assert "pinned: wells to van v2" in shown(shop).err
    done = shop.run("plan", "unpin", DAY, "wells", "--keep")
    assert "wells is no longer pinned to van v2." in done.err
    assert "pinned:" not in shown(shop).err


@pytest.fixture
def pinned(shop: Shop) -> Shop:
    """Wells is pinned to v1."""
    shop.run("plan", "pin", DAY, "wells", "--keep")
    return shop


def test_a_broken_rule_is_named_and_not_kept_without_a_reason(pinned: Shop) -> None:
    head = pinned.head()
    looked = pinned.run("plan", "move", DAY, "wells", "--to", "v2")
    assert f"now broken: {LATE}" in looked.err
    assert f"It cannot be kept without --because, a reason for what it breaks: {LATE}" in looked.err
    refused = pinned.run("plan", "move", DAY, "wells", "--to", "v2", "--keep")
    assert ExitCode.FAILED == refused.code
    assert f"error[plan.breaks-rules]: Without a reason the plan may break no rule: {LATE}" in refused.err
    assert head == pinned.head()


def test_a_reason_is_recorded_shown_printed_and_audited(pinned: Shop) -> None:
    number = latest(pinned)
    moved = ("plan", "move", DAY, "wells", "--to", "v2", "--because", "v1 has no tail lift", "--keep")
    kept = pinned.run(*moved, "--json").json
    assert ([LATE], [LATE], 1) == (kept["broken"], kept["newly_broken"], kept["after"]["broken_rules"])
    assert f"broken rule: {LATE} Kept because: v1 has no tail lift" in shown(pinned).err
    printed = pinned.run("plan", "manifest", PLAN, "--van", "v2").out
    assert f"! {LATE} Kept because: v1 has no tail lift" in printed
    assert LATE not in pinned.run("plan", "manifest", PLAN, "--van", "v1").out
    (row,) = pinned.run("audit", "exceptions", "--what", "broken rule", "--json").json
    assert ("staff/ana", "v1 has no tail lift", f"plan/{PLAN}") == (row["actor"], row["reason"], row["stream"])
    assert row["sentence"] == (
        f"Revision {number + 1} of plan {PLAN} was made from revision {number}: {kept['edits'][0]} Broken: {LATE}"
    )
    again = pinned.run("plan", "solve", DAY, "--iterations", "100", "--keep", "--json").json
    assert ([], [LATE]) == (again["broken"], again["mended"])
    assert 1 == len(pinned.run("audit", "exceptions", "--what", "broken rule", "--json").json)


def test_a_page_of_the_manifest_tells_the_broken_rule(pinned: Shop) -> None:
    pinned.run("plan", "move", DAY, "wells", "--to", "v2", "--because", "<no> lift", "--keep")
    folder = pinned.path.parent / "paper"
    pinned.run("plan", "manifest", PLAN, "--to", str(folder))
    page = (folder / "manifest-v2.html").read_text(encoding="utf-8")
    assert f"<li>{LATE} <b>Kept because:</b> &lt;no&gt; lift</li>" in page
    assert "Rules that this day breaks" not in (folder / "manifest-v1.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("answer", "kept"), [("y\n", 1), ("n\n", 0)])
def test_on_a_terminal_a_person_is_asked(shop: Shop, monkeypatch: pytest.MonkeyPatch, answer: str, kept: int) -> None:
    number = latest(shop)
    asked = []
    monkeypatch.setattr("interfaces.plan_difference._at_a_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda text, **_: asked.append(text) or answer == "y\n")
    done = shop.run("plan", "drop", DAY, "bath")
    assert ["Keep it as the plan's next revision?"] == asked
    assert number + kept == latest(shop)
    assert kept == (f"Kept as revision {number + 1} of plan {PLAN}." in done.err)


def test_insertions_are_listed_best_first(shop: Shop) -> None:
    rows = shop.run("plan", "insertions", DAY, "wells", "--json").json
    assert {"v1", "v2"} == {row["van"] for row in rows}
    assert [row["cost"] for row in rows] == sorted(row["cost"] for row in rows)
    best = rows[0]
    moved = shop.run(
        "plan", "move", DAY, "wells", "--to", best["van"],
        *(("--after", best["after"]) if best["after"] else ("--first",)), "--json",
    ).json  # fmt: skip
    where = f"after {best['after']}" if best["after"] else "as its first stop"
    assert best["sentence"] == f"Van {best['van']} {where}: {best['km']:+.1f} km, {best['minutes']:+d} min."
    assert best["km"] == pytest.approx(moved["after"]["km"] - moved["before"]["km"], abs=0.11)
    assert best["cost"] == pytest.approx(moved["after"]["cost"] - moved["before"]["cost"], abs=0.011)
    assert 1 == len(shop.run("plan", "insertions", DAY, "wells", "--limit", "1", "--json").json)


def test_changes_are_listed_against_yesterday_and_the_usual_round(shop: Shop) -> None:
    nothing = shop.run("plan", "changes", DAY)
    assert "yesterday: no plan of these hubs and this wave held." in nothing.err
    assert "the usual round: no plan of these hubs and this wave held." in nothing.err
    shop.run("plan", "publish", PLAN)
    usual = f"{PLAN}@{latest(shop)}"
    week = "2026-12-01"
    shop.run("plan", "draft", "--date", week, *DRAFT[4:])
    for stop in ("bath", "wells", "clevedon"):
        shop.run("plan", "move", week, stop, "--to", "v2", "--keep")
    shop.run("plan", "drop", week, "wells", "--keep")
    done = shop.run("plan", "changes", week, "--json")
    found = {(row["against"], row["branch"], row["what"], row["van_before"], row["van"]) for row in done.json}
    assert {(usual, "bath", "van", "v1", "v2"), (usual, "wells", "gone", "v1", None)} <= found
    # The last plan that held is the usual round as well: its changes are listed once.
    assert len(done.json) == len({row["branch"] for row in done.json})
    assert f"yesterday ({usual}): {len(done.json)} stops differ." in done.err
    assert f"the usual round ({usual}): {len(done.json)} stops differ." in done.err
    against = shop.run("plan", "changes", week, "--against", week)
    assert f"that plan ({week}/bristol/day@" in against.err
    assert "0 stops differ." in against.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("move", DAY, "wells", "--to", "v1", "--first", "--after", "bath"), "plan.first-or-after"),
        (("move", DAY, "wells", "--to", "v9"), "plan.van-unknown"),
        (("pin", DAY, "wells", "--at", "noon"), "time.of-day"),
        (("pin", DAY, "wells", "--at", "²:30"), "time.of-day"),
        (("solve", DAY, "--mode", "loose"), "plan.mode"),
        (("solve", DAY, "--price", "5", "--iterations", "5"), "plan.no-usual"),
        (("drop", "2026-11-29", "wells"), "plan.which"),
    ],
)
def test_what_cannot_be_read_is_said(shop: Shop, words: tuple[str, ...], code: str) -> None:
    assert f"error[{code}]" in shop.run("plan", *words).err


def test_a_price_keeps_the_rounds_of_the_named_plan(shop: Shop) -> None:
    shop.run("plan", "publish", PLAN)
    week = ("plan", "draft", "--date", "2026-12-01", *DRAFT[4:])
    shop.run(*week, "--like", DAY, "--price", "500", "--price-hours", "2.50")
    rows = shop.run("plan", "show", "2026-12-01", "--json").json
    assert {"bath": "v1", "wells": "v1", "clevedon": "v2"} == {row["branch"]: row["van"] for row in rows}


def test_an_edited_plan_with_an_accepted_broken_rule_does_not_contradict_its_record(pinned: Shop) -> None:
    number = latest(pinned)
    pinned.run("plan", "move", DAY, "wells", "--to", "v2", "--because", "v1 has no tail lift", "--keep")
    done = pinned.run("audit", "plan", PLAN, "--json")
    assert "contradiction" not in done.out
    assert f"It was made by hand from revision {number}." in done.out

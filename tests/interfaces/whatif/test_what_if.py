"""
A week of the cast played again under other rules, small enough to be counted by hand.

Bath and Wells are two branches of Bristol, whose vans go out every day. There is no fleet, so every call is a drive of
its own, there and back.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from circulation.clock import DAY_US, HOUR_US
from circulation.event import NewEvents
from circulation.folds import ITEM
from circulation.hold import HoldPlaced
from circulation.item import ItemLent, ItemReturned, TransitOpened
from circulation.past_ledger import PastLedger
from interfaces.whatif.deeds import recorded_in
from interfaces.whatif.playing import play
from logistics.roads import Place, estimated_roads, matrix_of
from projections.registry import open_views
from tests.cast import BATH_COPY, BRANCHES, CLEVEDON_COPY, MIDDLEMARCH, TUESDAY, WELLS_COPY
from tests.interfaces.shop import Shop

FLOAT = """
[[float.group]]
group = "everywhere"
branches = ["all"]
"""


def what_if(shop: Shop, tmp_path: Path, rules: str, since: int) -> dict[str, dict[str, float]]:
    file = tmp_path / "rules.toml"
    file.write_text(rules, encoding="utf-8")
    told = shop.run("audit", "what-if", str(file), "--from", str(since), "--json")
    assert 0 == told.code, told.err
    return {row["measure"]: row for row in told.json}


def columns(row: dict[str, float]) -> tuple[float, ...]:
    return (row["recorded"], row["base"], row["alternative"], row["difference"])


def kilometres_there_and_back(*codes: str) -> float:
    places = [Place(code, one.latitude_e6, one.longitude_e6) for code, one in BRANCHES.items()]
    metres = matrix_of(estimated_roads(places), list(BRANCHES)).metres
    hub, names = list(BRANCHES).index("bristol"), list(BRANCHES)
    return sum(int(metres[hub, names.index(code)]) + int(metres[names.index(code), hub]) for code in codes) / 1000


def brought_back_at_wells(shop: Shop) -> int:
    """Ada borrows Bath's copy in Bath and returns it in Wells; on Friday it is home. Returns where it began."""
    since = shop.head()
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us = TUESDAY + HOUR_US
        world.scan(BATH_COPY, "wells")
        world.clock_us = TUESDAY + 3 * DAY_US
        world.scan(BATH_COPY, "bath")
    return since


def test_a_copy_that_floats_makes_one_journey_less_and_two_calls_less(shop: Shop, tmp_path: Path) -> None:
    rows = what_if(shop, tmp_path, FLOAT, brought_back_at_wells(shop))
    assert (1, 1, 0, -1) == columns(rows["journeys"]) == columns(rows["journeys: home"])
    assert (0, 0, 1, 1) == columns(rows["copies floating"])
    # Collected in Wells on one day and brought to Bath on the next.
    driven = kilometres_there_and_back("wells", "bath")
    assert pytest.approx(driven, abs=0.1) == rows["kilometres"]["base"] == rows["kilometres"]["recorded"]
    assert 0 == rows["kilometres"]["alternative"]
    assert (1, 1, 1, 0) == columns(rows["loans"])


def test_the_base_run_that_comes_to_what_happened_says_so_and_nothing_is_recorded(shop: Shop, tmp_path: Path) -> None:
    since = brought_back_at_wells(shop)
    head = shop.head()
    file = tmp_path / "rules.toml"
    file.write_text(FLOAT, encoding="utf-8")
    first, again = (shop.run("audit", "what-if", str(file), "--from", str(since)) for _ in range(2))
    assert "reproduces this period to within 0.0 %" in first.err
    assert first.out == again.out
    assert head == shop.head()


def test_a_base_run_that_is_far_from_what_happened_says_that(shop: Shop, tmp_path: Path) -> None:
    """The log says that a copy which came back to its home was sent to Wells, which no rule makes anybody do."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        since = world.ledger.head().position
        loan, version = world.item(BATH_COPY).custody.loan, world.ledger.load(f"item/{BATH_COPY}", ITEM).version
        assert loan is not None
        sent = TransitOpened(transit="x", origin="bath", destination="wells", reason="home")
        facts = (ItemReturned(branch="bath", loan=loan.loan), sent)
        world.record("odd", (NewEvents(f"item/{BATH_COPY}", version, facts),))
    file = tmp_path / "rules.toml"
    file.write_text(FLOAT, encoding="utf-8")
    told = shop.run("audit", "what-if", str(file), "--from", str(since))
    assert "The model does not reproduce this period: 1 journeys were recorded and the base run makes 0" in told.err


def sent_by_hand(shop: Shop) -> int:
    """A copy is sent from Bath to Wells, which no rule makes anybody do, and arrives there on Thursday."""
    since = shop.head()
    sent = ("transit", "send", BATH_COPY, "--to", "wells", "--why", "display", "--stay-until", "2026-12-24")
    assert 0 == shop.run("--branch", "bath", *sent).code
    with shop.world() as world:
        world.scan(BATH_COPY, "bath")
        world.clock_us = TUESDAY + 2 * DAY_US
        world.scan(BATH_COPY, "wells")
    return since


def test_what_staff_did_by_hand_is_as_it_was(shop: Shop, tmp_path: Path) -> None:
    rows = what_if(shop, tmp_path, FLOAT, sent_by_hand(shop))
    assert (1, 1, 1, 0) == columns(rows["journeys: manual"])
    assert (1, 1, 1, 0) == columns(rows["copies floating"])


def test_what_staff_did_by_hand_with_a_copy_that_is_elsewhere_in_the_run_is_left_out_and_counted(
    shop: Shop, tmp_path: Path
) -> None:
    since = brought_back_at_wells(shop)
    sent = ("transit", "send", BATH_COPY, "--to", "bristol", "--why", "display", "--stay-until", "2026-12-24")
    assert 0 == shop.run("--branch", "bath", *sent).code
    with shop.world() as world:
        world.scan(BATH_COPY, "bath")
    rows = what_if(shop, tmp_path, FLOAT, since)
    assert (None, 0, 1, 1) == columns(rows["not played: copies sent by hand"])
    assert (1, 1, 0, -1) == columns(rows["journeys: manual"])


def hold_for_bath(shop: Shop) -> int:
    """Ben waits in Bath for the copy in Wells: asked for on Tuesday, there on Thursday evening, fetched on Friday."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
    since = shop.head()
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ben", "bath")
        world.clock_us = TUESDAY + HOUR_US
        world.scan(WELLS_COPY, "wells")
        world.clock_us = TUESDAY + 2 * DAY_US + 8 * HOUR_US
        world.scan(WELLS_COPY, "bath")
        world.clock_us = TUESDAY + 3 * DAY_US
        world.lend(WELLS_COPY, "ben", "bath")
        world.clock_us = TUESDAY + 4 * DAY_US
        world.scan(CLEVEDON_COPY, "clevedon")
    return since


def test_a_van_that_calls_on_fewer_days_makes_a_hold_wait_and_who_comes_for_it_goes_without(
    shop: Shop, tmp_path: Path
) -> None:
    rows = what_if(shop, tmp_path, '[courier.branches]\nwells = "fri"\n', hold_for_bath(shop))
    assert (1, 1, 1, 0) == columns(rows["journeys: hold"])
    # Collected on Wednesday and there by Thursday's last window; or collected on Friday and there on Saturday at five.
    assert (2.3, 2.3, None, None) == columns(rows["days to the hold shelf: median"])
    assert (1, 1, 0, -1) == columns(rows["loans"])
    lost = rows["not played: loan: the hold's copy was not there"]
    assert (None, 0, 1, 1) == columns(lost)


def test_shorter_loans_come_back_late(shop: Shop, tmp_path: Path) -> None:
    rules = '[[loan]]\nrule = "very-short"\nitem_type = "book"\ndays = 1\n'
    since = shop.head()
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.clock_us = TUESDAY + 5 * DAY_US
        world.scan(BATH_COPY, "bath")
    assert (0, 0, 1, 1) == columns(what_if(shop, tmp_path, rules, since)["returned late"])


def test_what_another_rule_refuses_is_counted_with_what_depends_on_it(shop: Shop, tmp_path: Path) -> None:
    rules = '[[loan]]\nrule = "none"\nitem_type = "book"\nloan_limit = 0\n'
    rows = what_if(shop, tmp_path, rules, brought_back_at_wells(shop))
    assert (None, 0, 1, 1) == columns(rows["not played: loan: loan.limit"])
    assert (None, 0, 1, 1) == columns(rows["not played: return: its loan was not played"])
    assert 0 == rows["loans"]["alternative"]


def test_a_closure_holds_up_what_would_have_been_brought(shop: Shop, tmp_path: Path) -> None:
    rules = '[[calendar.closure]]\nscope = "branch/bath"\nfirst = "2026-11-26"\nlast = "2026-11-28"\n'
    rows = what_if(shop, tmp_path, rules, hold_for_bath(shop))
    assert (1, 1, 0, -1) == columns(rows["holds that got a copy"])


def test_rules_that_cannot_be_are_refused_in_the_words_of_the_command_that_sets_them(
    shop: Shop, tmp_path: Path
) -> None:
    since = brought_back_at_wells(shop)
    file = tmp_path / "rules.toml"
    for rules, code in (
        ('[courier.vans]\nv9 = "mon"\n', "van.unknown"),
        ('[courier.branches]\nnowhere = "mon"\n', "branch.unknown"),
        ('[calendar.hours]\nbath = ["09:00-17:00"]\n', "what-if.week"),
        ("[[float.group]]\nbranches = ['all']\n", "what-if.field"),
        ('[[loan]]\nrule = "x"\ndays = 0\n', "rule.out-of-range"),
    ):
        file.write_text(rules, encoding="utf-8")
        told = shop.run("audit", "what-if", str(file), "--from", str(since))
        assert (1, True) == (min(1, told.code), code in told.err), (rules, told.err)
    file.write_text(FLOAT, encoding="utf-8")
    assert "what-if.period" in shop.run("audit", "what-if", str(file), "--from", str(shop.head())).err


def test_a_played_period_knows_nobody(shop: Shop) -> None:
    """No sealed link of the log, and nothing that could be opened, is in what was played."""
    since = hold_for_bath(shop)
    with shop.world() as world:
        head = world.ledger.head()
        start, end = PastLedger(world.ledger, since, TUESDAY), PastLedger(world.ledger, head.position, head.recorded_us)
        recorded = recorded_in(world.ledger.facts(after=since))
        views = open_views(world.ledger)
        try:
            played = play(start, end, views, recorded)
        finally:
            views.close()
    links = [fact.event.patron for fact in played.facts if isinstance(fact.event, ItemLent | HoldPlaced)]
    assert {f"hold/{MIDDLEMARCH}#1"} == set(links)
    assert 2 == len(links)


def test_the_file_that_the_page_shows_can_be_played(shop: Shop, tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "what-if.md").read_text(encoding="utf-8")
    shown = page.split("```toml\n")[1].split("```")[0]
    fleet = tmp_path / "fleet.csv"
    columns_of_it = "van,hub,totes,shift_starts,shift_ends,days,cost_per_km,cost_per_hour\n"
    fleet.write_text(f"{columns_of_it}van-1,bristol,20,07:00,16:00,mon-sat,0.45,18.00\n", encoding="utf-8")
    assert 0 == shop.run("fleet", "import", str(fleet)).code
    rows = what_if(shop, tmp_path, shown, brought_back_at_wells(shop))
    assert (1, 1, 0, -1) == columns(rows["journeys"])

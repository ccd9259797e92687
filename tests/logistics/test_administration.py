"""What it takes to set up trunk runs, totes, roads and counts, and what is refused."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from circulation.errors import BranchlineError, Invalid, Unknown
from circulation.ledger import Ledger
from logistics.administration import (
    CourierAdministration,
    check_trunk,
    estimate_roads,
    remove_trunk,
    set_daily_counts,
    set_direct_tote,
    set_items_per_tote,
    set_trunk,
)
from logistics.counts import DailyCountsImported, LaneCount
from logistics.folds import COURIER_FOLD
from logistics.network import (
    COURIER,
    Courier,
    DirectToteRemoved,
    DirectToteSet,
    ItemsPerToteSet,
    RoadEstimateSet,
    Trunk,
    TrunkRemoved,
    TrunkSet,
)
from tests.circulation.world import ADMIN, commands_on

NIGHT = TrunkSet(
    trunk="ash-dale",
    origin="ash",
    destination="dale",
    days=(0, 2, 4),
    departs_minute=1200,
    arrives_minute=30,
    arrives_days=1,
    totes=80,
)


# --- the courier's settings ------------------------------------------------------------------------------------------


def test_a_trunk_run_is_recorded_once() -> None:
    known = Courier(trunks={"ash-dale": Trunk(**asdict(NIGHT))})
    assert set_trunk(Courier(), NIGHT) == (NIGHT,)
    assert set_trunk(known, NIGHT) == ()
    assert remove_trunk(known, "ash-dale") == (TrunkRemoved(trunk="ash-dale"),)
    with pytest.raises(Unknown) as refused:
        remove_trunk(known, "dale-ash")
    assert refused.value.hint == "Trunk runs are: ash-dale."


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"destination": "ash"}, "goes from ash to itself"),
        ({"days": ()}, "runs on no weekday"),
        ({"departs_minute": 1440}, "departs or arrives outside 00:00 to 23:59"),
        ({"arrives_days": 0}, "arrives at 00:30, 0 days after it departs at 20:00"),
        ({"totes": 0}, "carries 0 totes"),
        ({"cutoff_minutes": -1}, "closes -1 minutes before it departs"),
    ],
)
def test_a_trunk_run_that_cannot_be_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_trunk(replace(NIGHT, **changes))  # type: ignore[arg-type]
    assert why in refused.value.sentence


def test_a_direct_tote_is_set_and_taken_back_once() -> None:
    direct = Courier(direct=frozenset({("ash", "dale")}))
    assert set_direct_tote(Courier(), "ash", "dale", packs=True) == (DirectToteSet(branch="ash", destination="dale"),)
    assert set_direct_tote(direct, "ash", "dale", packs=True) == ()
    assert set_direct_tote(direct, "ash", "dale", packs=False) == (DirectToteRemoved(branch="ash", destination="dale"),)
    with pytest.raises(Invalid, match="'ash' needs no tote to itself"):
        set_direct_tote(Courier(), "ash", "ash", packs=True)


def test_a_tote_holds_at_least_one_item() -> None:
    assert set_items_per_tote(Courier(), "dvd", 90) == (ItemsPerToteSet(item_type="dvd", items=90),)
    assert set_items_per_tote(Courier(), "*", 40) == ()
    with pytest.raises(Invalid, match="0 items do not fill a tote"):
        set_items_per_tote(Courier(), "dvd", 0)


def test_roads_are_estimated_within_reason() -> None:
    assert estimate_roads(Courier(matrix="abc"), 130, 100) == (RoadEstimateSet(),)
    assert estimate_roads(Courier(), 130, 100) == ()
    with pytest.raises(Invalid, match="Circuity 90 % and speed 100 %"):
        estimate_roads(Courier(), 90, 100)


def test_counts_of_a_day_are_recorded_when_they_change() -> None:
    counts = DailyCountsImported(day="2026-11-02", counts=(LaneCount(origin="ash", destination="dale", items=12),))
    assert set_daily_counts(None, counts) == (counts,)
    assert set_daily_counts(counts, replace(counts, source="counts.csv")) == ()


# --- use-cases -------------------------------------------------------------------------------------------------------


def test_the_courier_is_set_up_with_commands(memory_ledger: Ledger) -> None:
    courier = CourierAdministration(commands_on(memory_ledger))
    courier.set_items_per_tote(ADMIN, "dvd", 90)
    courier.set_direct_tote(ADMIN, "ash", "dale", packs=True)
    settings = memory_ledger.load(COURIER, COURIER_FOLD).state
    assert settings is not None
    assert settings.items_per_tote == {"*": 40, "dvd": 90}
    assert settings.direct == {("ash", "dale")}


def test_a_trunk_run_joins_two_hubs(memory_ledger: Ledger) -> None:
    courier = CourierAdministration(commands_on(memory_ledger))
    with pytest.raises(Unknown) as refused:
        courier.set_trunk(ADMIN, NIGHT)
    assert (refused.value.code, refused.value.sentence) == ("hub.unknown", "'dale' (Dale) is not a hub.")


def test_counts_are_kept_by_day(memory_ledger: Ledger) -> None:
    courier = CourierAdministration(commands_on(memory_ledger))
    counts = DailyCountsImported(day="2026-11-02", counts=(LaneCount(origin="ash", destination="dale", items=12),))
    assert [fact.stream for fact in courier.set_daily_counts(ADMIN, counts).facts] == ["board/2026-11-02"]
    assert courier.set_daily_counts(ADMIN, counts).facts == ()


def test_a_matrix_must_have_been_attached(memory_ledger: Ledger) -> None:
    courier = CourierAdministration(commands_on(memory_ledger))
    with pytest.raises(BranchlineError) as refused:
        courier.use_road_matrix(ADMIN, "0" * 64, "survey.csv")
    assert refused.value.code == "attachment.unknown"
    attached = memory_ledger.attach(b"origin,destination,seconds,metres\n")
    courier.use_road_matrix(ADMIN, attached, "survey.csv")
    assert courier.use_road_matrix(ADMIN, attached, "survey.csv").facts == ()

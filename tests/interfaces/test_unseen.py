"""What is only assumed to be somewhere is listed when enough service days have passed."""

from __future__ import annotations

from circulation.clock import DAY_US
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from interfaces.unseen import unseen
from projections.registry import open_views
from tests.cast import BATH_COPY
from tests.world import World


def test_an_item_not_scanned_out_of_an_opened_tote_is_listed_after_its_service_days() -> None:
    """Packed on Tuesday; Clevedon is shut on Wednesdays, so Thursday is its first service day after."""
    made: World | None = None
    with Ledger.open("sqlite::memory:", clock=lambda: made.clock_us if made else 0, simulated=True) as ledger:
        keyring = Keyring.open("sqlite::memory:")
        made = world = World(ledger, keyring)
        world.scan(BATH_COPY, "clevedon", tote="T1")
        world.desk.totes.seal(world.at("clevedon"), "T1")
        world.desk.totes.open(world.at("clevedon"), "T1")
        views = open_views(ledger)

        def after(days: int, enough: int) -> list[tuple[str, int]]:
            now_us = world.clock_us + days * DAY_US
            return [(one.item, one.service_days) for one in unseen(views, now_us=now_us, service_days=enough)]

        assert after(1, 1) == []
        assert after(2, 1) == [(BATH_COPY, 1)]
        assert after(2, 2) == []
        assert after(3, 2) == [(BATH_COPY, 2)]
        world.scan(BATH_COPY, "clevedon")
        assert after(3, 1) == []
        views.close()
        keyring.close()

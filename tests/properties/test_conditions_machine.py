"""
Any sequence of commands about conditions among those of the network: a copy is always in exactly one place (case 39).

The invariants of the network hold as before. With views beside it, the same machine runs in
`tests/projections/test_every_position.py`.
"""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from circulation.clock import DAY_US
from circulation.condition_rules import CONDITIONS, fills_holds
from circulation.custody import Custody
from circulation.transit_overdue import LaneLimit
from tests.cast import ITEMS
from tests.properties import test_network_machine
from tests.properties.test_network_machine import Network, barcodes, branches

_WHAT = st.sampled_from(["damaged", "incomplete"])


def contradictions_in(custody: Custody) -> list[str]:
    """What two things a custody says at once; empty for one that is in exactly one place and in one state."""
    place, absence = custody.place.kind, custody.absence
    named = absence.what if absence is not None else ""
    wrong = {
        "nowhere and no reason": place == "nowhere" and absence is None,
        "a place and no ref": place in ("branch", "filling") and not custody.place.ref,
        "on loan and elsewhere": (custody.loan is not None) != (place == "patron"),
        "on loan and travelling": custody.loan is not None and custody.transit is not None,
        "on loan and set aside": custody.loan is not None and custody.capture is not None,
        "nowhere and busy": place == "nowhere" and any((custody.transit, custody.capture, custody.target)),
        "absent and at hand": absence is not None
        and place not in ("nowhere", "patron")
        and named != "overdue-in-transit",
        "overdue and not travelling": named == "overdue-in-transit" and custody.transit is None,
        "claimed and not on loan": named == "claimed-returned" and custody.loan is None,
        "unfit and set aside": custody.capture is not None and not fills_holds(custody) and named == "",
    }
    return [what for what, is_so in wrong.items() if is_so]


class Conditions(Network):
    """The network with everything that may become of a copy."""

    @rule(barcode=barcodes, branch=branches, what=_WHAT)
    def report(self, barcode: str, branch: str, what: str) -> None:
        """Something is found damaged."""
        self._try(self.world.desk.conditions.report, self.world.at(branch), barcode, what, code="wet")

    @rule(barcode=barcodes, gives_up=st.booleans())
    def withdraw(self, barcode: str, gives_up: bool) -> None:
        """A copy leaves the stock."""
        act = self.world.desk.conditions.withdraw
        self._try(act, self.world.at("bath"), barcode, code="worn", gives_up_hold=gives_up)

    @rule(barcode=barcodes, branch=branches, what=st.sampled_from(["missing", "lost", "paid"]))
    def declare(self, barcode: str, branch: str, what: str) -> None:
        """A copy is missing, lost or paid for."""
        self._try(getattr(self.world.desk.conditions, what), self.world.at(branch), barcode)

    @rule(barcode=barcodes, what=st.none() | st.sampled_from(sorted(CONDITIONS)))
    def restore(self, barcode: str, what: str | None) -> None:
        """It was a mistake."""
        self._try(self.world.desk.conditions.restore, self.world.at("bath"), barcode, what=what, why="mistake")

    @rule(barcode=barcodes, branch=branches, found=st.booleans())
    def search(self, barcode: str, branch: str, found: bool) -> None:
        """Somebody looks for it."""
        self._try(self.world.desk.conditions.searched, self.world.at(branch), barcode, found=found)

    @rule(barcode=barcodes, what=st.sampled_from(["claim_returned", "never_had", "reject"]))
    def claim(self, barcode: str, what: str) -> None:
        """A patron says something, or staff do not believe it."""
        self._try(getattr(self.world.desk.claims, what), self.world.at("wells"), barcode)

    @rule(barcode=barcodes, days=st.integers(0, 90))
    def age(self, barcode: str, days: int) -> None:
        """Time passes, and what is overdue is given up."""
        self.world.clock_us += days * DAY_US
        self._try(self.world.desk.claims.long_overdue, self.world.at("bath"), barcode, after_days=30)
        self._try(self.world.desk.claims.expire, self.world.at("bath"), barcode, after_days=30)

    @rule(barcode=barcodes, what=st.sampled_from(["search", "declare_lost", "abort"]))
    def astray(self, barcode: str, what: str) -> None:
        """A journey does not end."""
        more: dict[str, object] = {"search": {"limit": LaneLimit(DAY_US)}, "abort": {"code": "not-sent"}}.get(what, {})
        self._try(getattr(self.world.desk.transits, what), self.world.at("bristol"), barcode, **more)

    @invariant()
    def a_copy_is_in_exactly_one_place(self) -> None:
        """No custody says two things at once, at any fact of any copy."""
        for barcode in ITEMS:
            assert contradictions_in(self.world.item(barcode).custody) == []


TestConditions = pytest.mark.case(39)(Conditions.TestCase)
TestConditions.settings = test_network_machine.TestNetwork.settings

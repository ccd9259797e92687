"""What contradicts itself in a member's data is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from circulation.branch import BranchRetired
from circulation.errors import Unknown
from circulation.event import Event
from circulation.hold import HoldPlaced, TitleAdded
from circulation.item import ItemAdded, ItemLent, TransitOpened
from circulation.ledger import Ledger
from logistics.fleet import VanSet
from projections.contradictions import contradictions
from projections.registry import open_views
from projections.views import Views
from tests.circulation.world import commands_on, opened, record


@pytest.fixture
def ledger(memory_ledger: Ledger) -> Ledger:
    """The small network with a van, and one sound item of a sound title."""
    commands_on(memory_ledger)
    van = VanSet(
        hub="ash",
        totes=40,
        shift_starts_minute=420,
        shift_ends_minute=900,
        days=(0,),
        cost_per_km_cents=1,
        cost_per_hour_cents=1,
    )
    record(memory_ledger, "van/a", van)
    record(memory_ledger, "title/t1", TitleAdded(title="Emma"))
    record(memory_ledger, "item/30001", copy("t1"))
    record(memory_ledger, "title/t1", placed("t1#1", pickup="birch"))
    return memory_ledger


@pytest.fixture
def views(ledger: Ledger) -> Iterator[Views]:
    made = open_views(ledger)
    yield made
    made.close()


def copy(title: str, *, home: str = "ash", branch: str = "ash", holdable: bool = True) -> ItemAdded:
    return ItemAdded(title=title, owner="north", home=home, item_type="book", branch=branch, holdable=holdable)


def placed(hold: str, *, pickup: str, item: str | None = None, home: str = "ash") -> HoldPlaced:
    return HoldPlaced(hold=hold, pickup=pickup, item=item, category="adult", patron_home=home, key=1, patron="sealed")


def lent(loan: str) -> ItemLent:
    return ItemLent(
        loan=loan,
        branch="birch",
        due_us=1,
        rule="default",
        renewals_allowed=1,
        key=2,
        patron="sealed",
        category="adult",
        patron_home="ash",
    )


def sent(transit: str, destination: str) -> TransitOpened:
    return TransitOpened(transit=transit, origin="ash", destination=destination, reason="home")


def found(views: Views, member: str = "north") -> list[tuple[str, str]]:
    return [(odd.check, odd.subject) for odd in contradictions(views, member)]


def test_a_sound_member_has_none(views: Views) -> None:
    assert found(views) == []


def test_a_member_without_branches_is_unknown(views: Views) -> None:
    with pytest.raises(Unknown) as refused:
        found(views, "west")
    assert (refused.value.sentence, refused.value.hint) == (
        "No branch belongs to 'west'.",
        "Members are: north, south.",
    )


def test_a_branch_that_no_hub_serves_and_a_hub_without_a_van(views: Views, ledger: Ledger) -> None:
    assert found(views, "south") == [("branch-without-hub", "dale")]
    record(ledger, "branch/elm", opened("Elm", hours=("",) * 7))
    record(ledger, "branch/oak", opened("Oak", kind="mobile", hours=("",) * 7))
    assert found(views) == [("branch-without-hub", "elm"), ("branch-without-hours", "elm")]


CASES: list[tuple[str, list[tuple[str, Event]], str, str]] = [
    (
        "item-home-of-another-member",
        [("item/30002", copy("t1", home="dale"))],
        "30002",
        "Its home dale belongs to another member.",
    ),
    (
        "item-home-closed",
        [("item/30002", copy("t1", home="elm"))],
        "30002",
        "Its home elm is not in the network any more.",
    ),
    (
        "item-at-closed-branch",
        [("item/30002", copy("t1", branch="elm"))],
        "30002",
        "It is at elm, which is not in the network any more.",
    ),
    (
        "item-on-loan-and-travelling",
        [("item/30002", copy("t1")), ("item/30002", lent("30002#1")), ("item/30002", sent("30002~1", "dale"))],
        "30002",
        "It is on loan from birch and travels to dale.",
    ),
    ("item-without-title", [("item/30002", copy("t2"))], "30002", "Nobody has described its title t2."),
    (
        "transit-to-closed-branch",
        [("item/30002", copy("t1")), ("item/30002", sent("30002~1", "elm"))],
        "30002",
        "It travels to elm, which is not in the network any more.",
    ),
    (
        "hold-on-unknown-title",
        [("title/t9", placed("t9#1", pickup="dale"))],
        "t9#1",
        "Nobody has described title t9, and it has no copy.",
    ),
    (
        "hold-without-copy",
        [
            ("title/t3", TitleAdded(title="Dune")),
            ("item/30002", copy("t3", holdable=False)),
            ("title/t3", placed("t3#1", pickup="ash", home="dale")),
        ],
        "t3#1",
        "Title t3 has no copy that may be held.",
    ),
    (
        "hold-of-another-title",
        [("title/t1", placed("t1#2", pickup="ash", item="30009"))],
        "t1#2",
        "Copy 30009 is wanted, which is no copy of title t1.",
    ),
    (
        "pickup-closed",
        [("title/t1", placed("t1#2", pickup="elm"))],
        "t1#2",
        "It is to be picked up at elm, which is not in the network any more.",
    ),
]


@pytest.mark.parametrize(("check", "given", "subject", "why"), CASES, ids=[case[0] for case in CASES])
def test_each_kind_is_found_with_a_sentence(
    views: Views, ledger: Ledger, check: str, given: list[tuple[str, Event]], subject: str, why: str
) -> None:
    record(ledger, "branch/elm", opened("Elm"))
    record(ledger, "branch/elm", BranchRetired(reason="sold"))
    for stream, event in given:
        record(ledger, stream, event)
    assert list(contradictions(views, "north")) == [(check, subject, why)]


def test_another_members_contradictions_are_not_listed(views: Views, ledger: Ledger) -> None:
    record(ledger, "item/30002", copy("t2"))
    record(ledger, "title/t9", placed("t9#1", pickup="ash"))
    assert found(views, "south") == [("branch-without-hub", "dale")]

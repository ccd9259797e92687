"""The first event after which a question became true is what asking at every position finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from circulation.errors import Invalid
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.question import Question, parse_question
from circulation.store.url import StoreUrl
from projections import hold_shelf, holds, loans, locations, totes, transits
from projections.bisect import Stretch, true_stretches
from projections.registry import open_views
from projections.views import Views
from tests.cast import BATH_COPY, BRANCHES, DUNE, ITEMS, MIDDLEMARCH, TUESDAY
from tests.projections.test_past import a_day
from tests.world import World


@pytest.fixture(scope="module")
def views() -> Iterator[Views]:
    made: list[World] = []
    ledger = Ledger.open(":memory:", clock=lambda: made[0].clock_us if made else TUESDAY, simulated=True)
    keyring = Keyring.open(StoreUrl("memory"))
    made.append(World(ledger, keyring))
    world = made[0]
    a_day(world)
    world.scan(BATH_COPY, "bristol")
    world.scan(BATH_COPY, "bath")
    world.lend(BATH_COPY, "ben", "bath")
    world.scan(BATH_COPY, "wells")
    opened = open_views(ledger)
    yield opened
    opened.close()
    keyring.close()
    ledger.close()


def asked_everywhere(views: Views, holds_at: Callable[[int], bool]) -> list[Stretch]:
    """What a question says at each position in turn, put together to stretches."""
    head = views.log.head().position
    found, began = [], None
    for position in range(head + 1):
        is_true = holds_at(position)
        if is_true and began is None:
            began = position
        elif not is_true and began is not None:
            found.append(Stretch(began, position))
            began = None
    return found if began is None else [*found, Stretch(began, None)]


def place(views: Views, barcode: str, position: int) -> tuple[str, str]:
    found = locations.where(views, barcode, as_of=position)
    return ("", "") if found is None else (found.kind, found.place)


@pytest.mark.parametrize("branch", sorted(BRANCHES))
@pytest.mark.parametrize("barcode", sorted(ITEMS))
def test_where_an_item_was_is_found_exactly_in_totes_too(views: Views, barcode: str, branch: str) -> None:
    found = true_stretches(views, parse_question(f"item {barcode} at {branch}"))
    assert asked_everywhere(views, lambda at: place(views, barcode, at) == ("branch", branch)) == found


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("sign", ["<", ">"])
@pytest.mark.parametrize("branch", ["bath", "wells", "bristol"])
def test_a_count_is_found_exactly_although_it_rises_and_falls(
    views: Views, branch: str, sign: str, number: int
) -> None:
    def compared(count: int) -> bool:
        return count > number if sign == ">" else count < number

    for words, count in (
        (f"items at {branch}", lambda at: len(locations.at(views, branch, as_of=at))),
        (f"holds at {branch}", lambda at: len(holds.holds_for(views, branch, as_of=at))),
        (f"loans at {branch}", lambda at: len(loans.open_loans(views, branch=branch, as_of=at))),
        ("items on loan", lambda at: locations.counts(views, as_of=at).get(("patron", ""), 0)),
    ):
        found = true_stretches(views, parse_question(f"{words} {sign} {number}"))
        assert asked_everywhere(views, lambda at, count=count: compared(count(at))) == found, words


@pytest.mark.parametrize("status", ["waiting", "promised", "captured", "suspended"])
@pytest.mark.parametrize("hold", [f"{MIDDLEMARCH}#1", f"{DUNE}#1"])
def test_how_a_hold_stood_is_found_exactly(views: Views, hold: str, status: str) -> None:
    def stood(at: int) -> bool:
        found = holds.hold(views, hold, as_of=at)
        return found is not None and found.status == status

    assert asked_everywhere(views, stood) == true_stretches(views, parse_question(f"hold {hold} {status}"))


@pytest.mark.parametrize("status", ["open", "sealed", "loaded", "received", "ended", "lost"])
def test_how_a_tote_stood_is_found_exactly(views: Views, status: str) -> None:
    def stood(at: int) -> bool:
        return any(one.status == status for one in totes.fillings_of(views, "T1", as_of=at))

    for name in ("T1", "T1/1"):
        assert asked_everywhere(views, stood) == true_stretches(views, parse_question(f"tote {name} {status}"))


def test_loans_journeys_and_captures_are_found_exactly(views: Views) -> None:
    for words, is_so in (
        ("on loan", lambda at: loans.loan_of(views, BATH_COPY, as_of=at) is not None),
        ("set aside", lambda at: hold_shelf.capture_of(views, BATH_COPY, as_of=at) is not None),
        (
            "to bath",
            lambda at: (
                (one := transits.transit_of(views, BATH_COPY, as_of=at)) is not None and one.destination == "bath"
            ),
        ),
        ("in T1/1", lambda at: BATH_COPY in locations.items_in(views, "T1/1", as_of=at)),
    ):
        found = true_stretches(views, parse_question(f"item {BATH_COPY} {words}"))
        assert asked_everywhere(views, is_so) == found, words
        assert found, words


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("item 30114 at bath", Question("item", "30114", "at", "bath")),
        ("item  30114   on loan", Question("item", "30114", "on loan")),
        ("item 30114 lost-in-transit", Question("item", "30114", "lost-in-transit")),
        ("hold t#3 captured", Question("hold", "t#3", "captured")),
        ("tote T1 lost", Question("tote", "T1", "lost")),
        ("tote T1/4 at v1", Question("tote", "T1/4", "at", "v1")),
        ("plan 2026-11-24/bristol/am published", Question("plan", "2026-11-24/bristol/am", "published")),
        ("items at bath > 100", Question("items", "at", "more", "bath", 100)),
        ("items nowhere < 3", Question("items", "nowhere", "fewer", "", 3)),
    ],
)
def test_what_can_be_asked(words: str, question: Question) -> None:
    assert question == parse_question(words)


@pytest.mark.parametrize(
    "words", ["", "item 30114", "is it raining", "item 30114 at", "items at bath > many", "hold x lost"]
)
def test_what_cannot_be_asked_is_refused_with_what_can(words: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_question(words)
    assert "question.unreadable" == caught.value.code
    assert "items at bath > 100" in caught.value.hint


def test_on_every_store_the_same_is_found(world_anywhere: World) -> None:
    world = world_anywhere
    a_day(world)
    opened = open_views(world.ledger)
    for words, is_so in (
        (f"item {BATH_COPY} at bristol", lambda at: place(opened, BATH_COPY, at) == ("branch", "bristol")),
        ("items at bath > 0", lambda at: len(locations.at(opened, "bath", as_of=at)) > 0),
        ("tote T1 sealed", lambda at: any(one.status == "sealed" for one in totes.fillings_of(opened, "T1", as_of=at))),
    ):
        assert asked_everywhere(opened, is_so) == true_stretches(opened, parse_question(words)), words
    opened.close()

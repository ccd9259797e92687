"""A shift at a desk: what is typed and scanned, what the screen shows, what it sounds like, what is recorded."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from rich.console import Console

from circulation.item import ItemReturned
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from interfaces.desk_screen import DeskScreen
from interfaces.scanning import Way
from interfaces.terminal_desk import TerminalDesk
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.world import TwoHubs, World

Step = str | float | type[BaseException]
"""A line that is typed, seconds that pass before the next one, or what a key raises instead."""


@dataclass
class Shift:
    """What a shift showed, how often it rang after each line, and whether it ended whole."""

    screen: str
    bells: Sequence[int]
    is_whole: bool


@dataclass
class Terminal:
    """Somebody who types the steps one after the other; without any left, the end of the input."""

    steps: list[Step]
    now: float = 0.0
    bells: list[int] = field(default_factory=list)

    def ask(self, _prompt: str) -> str:
        self.bells.append(0)
        while self.steps:
            step = self.steps.pop(0)
            if isinstance(step, float):
                self.now += step
            elif isinstance(step, str):
                return step
            else:
                raise step
        raise EOFError

    def ring(self) -> None:
        self.bells[-1] += 1


Work = Callable[..., Shift]


@pytest.fixture
def world() -> Iterator[World]:
    """The cast on memory stores."""
    made: list[World] = []
    with Ledger.open("sqlite::memory:", clock=lambda: made[0].clock_us if made else 0, simulated=True) as ledger:
        keyring = Keyring.open("sqlite::memory:")
        made.append(World(ledger, keyring))
        yield made[0]
        keyring.close()


@pytest.fixture
def work(world: World) -> Work:
    """Gives `work(branch, *steps)`: a whole shift on a terminal that cannot be cleared."""

    def shift(branch: str, *steps: Step, way: Way | None = None, quiet: bool = False, encoding: str = "utf-8") -> Shift:
        terminal = Terminal(list(steps))
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
        console = Console(file=file, width=80, highlight=False, markup=False, emoji=False)
        place = world.desk.places.branch(branch)
        screen = DeskScreen(place, console, ask=terminal.ask, ring=terminal.ring, quiet=quiet)
        desk = TerminalDesk(
            world.desk,
            world.at(branch),
            screen,
            way=way or Way(),
            slips=None,
            courier=TwoHubs(),
            seconds=lambda: terminal.now,
        )
        is_whole = desk.run()
        file.seek(0)
        return Shift(file.read(), terminal.bells, is_whole)

    return shift


def kinds(world: World, barcode: str) -> list[str]:
    return [type(fact.event).__name__ for fact in world.ledger.stream(f"item/{barcode}")]


# ---- what is seen and heard


def test_the_destination_stands_in_large_letters_with_icon_word_and_reason(world: World, work: Work) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    shown = work("wells", BATH_COPY).screen
    assert f"➜ SEND TO  {BATH_COPY}" in shown
    assert "███   ██  █████ █  █     ███ ████ █   █ █████ ███   ██  █" in shown
    assert "Bath Central" in shown
    assert "Returned at wells. It goes to bath, reason home." in shown


def test_a_terminal_without_unicode_gets_the_same_in_ascii(world: World, work: Work) -> None:
    shown = work("wells", BATH_COPY, encoding="ascii").screen
    assert f"> SEND TO  {BATH_COPY}" in shown
    assert "###   ##  ##### #  #" in shown
    assert shown.isascii()


def test_each_outcome_has_its_own_bells(world: World, work: Work) -> None:
    """None where it stays, two for the hold shelf, one to send, three for trouble."""
    world.hold(MIDDLEMARCH, "ben", "wells")
    shift = work("wells", FLOATING_COPY, BATH_COPY, CLEVEDON_COPY, "99999999", "x", "q")
    assert [0, 2, 1, 3, 3, 0] == shift.bells


def test_a_quiet_desk_does_not_ring(world: World, work: Work) -> None:
    assert 0 == sum(work("wells", BATH_COPY, "99999999", quiet=True).bells)


def test_totals_count_copies_where_their_last_scan_sent_them(world: World, work: Work) -> None:
    shown = work("wells", BATH_COPY, CLEVEDON_COPY, WELLS_COPY, 4.0, BATH_COPY).screen
    assert "4 scans · stays here 1 · to bath 1 · to clevedon 1" in shown


def test_the_end_sums_up_the_shift(world: World, work: Work) -> None:
    shown = work("wells", BATH_COPY, "t T1", 130.0, CLEVEDON_COPY).screen
    *_, heading, to_bath, to_clevedon, packed = shown.rstrip().splitlines()
    assert "2 scans in 2 minutes at Wells." == heading
    assert ["1", "to", "bath"] == to_bath.split()
    assert ["1", "to", "clevedon"] == to_clevedon.split()
    assert ["1", "packed", "in", "T1/1"] == packed.split()


# ---- what goes wrong


def test_the_same_code_at_once_asks_and_records_nothing(world: World, work: Work) -> None:
    shift = work("wells", BATH_COPY, 2.9, BATH_COPY, "n")
    assert "Again? y, or go on with the next one." in shift.screen
    assert ["ItemAdded", "ItemSighted", "TransitOpened"] == kinds(world, BATH_COPY)


def test_the_question_is_answered_by_y_or_by_the_next_scan(world: World, work: Work) -> None:
    work("wells", BATH_COPY, BATH_COPY, CLEVEDON_COPY)
    assert ["ItemAdded", "ItemSighted", "TransitOpened"] == kinds(world, BATH_COPY)
    assert ["ItemAdded", "ItemSighted", "TransitOpened"] == kinds(world, CLEVEDON_COPY)
    work("bath", BATH_COPY, BATH_COPY, "y")
    assert ["ItemArrived", "ItemSighted"] == kinds(world, BATH_COPY)[3:]


def test_after_three_seconds_it_is_another_scan(world: World, work: Work) -> None:
    assert "Again?" not in work("wells", BATH_COPY, 3.0, BATH_COPY).screen


def test_an_error_is_shown_and_the_shift_goes_on(world: World, work: Work) -> None:
    shown = work("wells", "x", BATH_COPY).screen
    assert "NOT DONE" in shown
    assert "'x' is not a barcode" in shown
    assert "It goes to bath" in shown


def test_a_card_on_the_desk_is_not_kept_on_the_screen(world: World, work: Work) -> None:
    shown = work("wells", world.cards["ada"], BATH_COPY).screen
    assert "This is a patron's card" in shown
    assert world.cards["ada"] not in shown


def test_the_keys_that_leave_end_the_shift_with_its_sum(world: World, work: Work) -> None:
    for key in (KeyboardInterrupt, EOFError, "q"):
        shift = work("wells", key)
        assert shift.is_whole
        assert "0 scans in 0 minutes at Wells." in shift.screen


def test_a_key_that_stops_in_the_middle_of_a_scan_says_what_to_do(
    world: World, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(world.desk, "scan", stopped)
    shift = work("wells", BATH_COPY)
    assert not shift.is_whole
    assert "scan the last one again" in shift.screen


# ---- undo


def test_undo_takes_back_the_last_scan_and_its_count(world: World, work: Work) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    shown = work("wells", WELLS_COPY, BATH_COPY, "u").screen
    assert "UNDONE" in shown
    assert "1 scan · stays here 1\n" in shown.replace(" \n", "\n")
    assert world.item(BATH_COPY).custody.loan is not None


def test_undo_twice_takes_back_two_scans(world: World, work: Work) -> None:
    work("wells", CLEVEDON_COPY, BATH_COPY, "u", "u")
    assert ["ScanUndone", "ScanUndone"] == [kinds(world, BATH_COPY)[-1], kinds(world, CLEVEDON_COPY)[-1]]


def test_there_is_nothing_to_undo_at_the_start_of_a_shift(world: World, work: Work) -> None:
    world.scan(BATH_COPY, "wells")
    assert "There is no scan of an item to undo." in work("wells", "u").screen
    assert "ScanUndone" not in kinds(world, BATH_COPY)


def test_an_undone_code_may_be_scanned_at_once(world: World, work: Work) -> None:
    assert "Again?" not in work("wells", BATH_COPY, "u", BATH_COPY).screen


# ---- totes


def test_what_travels_goes_into_the_tote_and_what_does_not_fit_says_so(world: World, work: Work) -> None:
    world.hold(DUNE, "ben", "wells")
    shown = work("clevedon", "t T1", BATH_COPY, CLEVEDON_COPY).screen
    assert "INTO TOTE T1/1." in shown
    assert "NOT INTO TOTE T1: it needs one to bristol (holds)." in shown


def test_a_tote_is_sealed_with_what_is_in_it_and_no_longer_packed(world: World, work: Work) -> None:
    shown = work("wells", "t T1", BATH_COPY, "seal", CLEVEDON_COPY).screen
    assert "T1/1 is sealed with 1 items." in shown
    assert "sealed" == world.desk.totes.filling("T1/1").status
    assert world.item(CLEVEDON_COPY).custody.place.kind == "branch"


def test_sealing_without_a_tote_asks_for_one(world: World, work: Work) -> None:
    assert "No tote is being packed." in work("wells", "seal").screen


def test_an_item_or_a_card_cannot_be_a_tote(world: World, work: Work) -> None:
    shown = work("wells", f"t {BATH_COPY}", f"t {world.cards['ada']}").screen
    assert f"{BATH_COPY} is an item, not a tote." in shown
    assert "This is a patron's card, not a tote." in shown
    assert world.cards["ada"] not in shown


def test_a_tote_that_just_came_is_received_when_it_is_scanned(world: World, work: Work) -> None:
    work("wells", "t T1", BATH_COPY, "seal")
    world.desk.totes.load(world.at("wells"), "T1", van="v1")
    shown = work("bristol", "T1", BATH_COPY).screen
    assert "T1/1 is at bristol; scan its items." in shown
    assert "ended" == world.desk.totes.filling("T1/1").status


def test_a_tote_that_was_sealed_here_waits_for_the_van(world: World, work: Work) -> None:
    shown = work("wells", "t T1", BATH_COPY, "seal", "T1").screen
    assert "Tote T1/1 to bristol is sealed here." in shown


def test_an_open_tote_that_is_scanned_is_packed_into(world: World, work: Work) -> None:
    work("wells", "t T1", BATH_COPY)
    shown = work("wells", "T1", CLEVEDON_COPY).screen
    assert "INTO TOTE T1/1." in shown


# ---- sorting at a hub


def test_an_item_without_an_open_tote_asks_for_an_empty_one_and_goes_into_it(world: World, work: Work) -> None:
    shown = work("bristol", BATH_COPY, "H1", 4.0, BATH_COPY, way=Way(sort=True)).screen
    assert "SCAN AN EMPTY TOTE for bath: none is open for it." in shown
    assert 2 == shown.count("INTO TOTE H1/1.")
    assert "H1/1" == world.item(BATH_COPY).custody.place.ref


def test_each_next_stop_has_its_tote(world: World, work: Work) -> None:
    work("bristol", BATH_COPY, "H1", CLEVEDON_COPY, "H2", WELLS_COPY, "H3", way=Way(sort=True))
    assert {"H1/1": "bath", "H2/1": "clevedon", "H3/1": "wells"} == {
        name: world.desk.totes.filling(name).destination for name in ("H1/1", "H2/1", "H3/1")
    }


def test_a_tote_of_another_stop_is_not_accepted_for_an_item(world: World, work: Work) -> None:
    shown = work("bristol", BATH_COPY, "H1", CLEVEDON_COPY, "H1", "H2", way=Way(sort=True)).screen
    assert "Tote H1 is not empty" in shown
    assert "H2/1" == world.item(CLEVEDON_COPY).custody.place.ref


def test_the_next_item_may_be_sorted_before_an_empty_tote_is_found(world: World, work: Work) -> None:
    work("bristol", BATH_COPY, CLEVEDON_COPY, "H2", way=Way(sort=True))
    assert ("branch", "H2/1") == (world.item(BATH_COPY).custody.place.kind, world.item(CLEVEDON_COPY).custody.place.ref)


def test_a_book_drop_is_always_in_sight_and_in_the_events(world: World, work: Work) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    shown = work("wells", BATH_COPY, way=Way(drop=True)).screen
    assert "BOOK DROP" in shown
    (returned,) = [f.event for f in world.ledger.stream(f"item/{BATH_COPY}") if isinstance(f.event, ItemReturned)]
    assert "drop" == returned.by

"""A whole session scanned under the wrong branch or date: undone or moved as one, and what to fetch back."""

from __future__ import annotations

import pytest

from circulation.clock import DAY_US, HOUR_US, MINUTE_US
from circulation.errors import Invalid, Refused, Unknown
from circulation.handwork import Told, put_right
from circulation.item import ItemReturned, item_stream
from circulation.scan_session import SessionCorrectionBegun, SessionCorrectionEnded
from circulation.session_desk import SessionDesk
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, FLOATING_COPY, MIDDLEMARCH, WELLS_COPY
from tests.circulation.test_undo import what_counts
from tests.world import World


@pytest.fixture
def sessions(world: World) -> SessionDesk:
    return SessionDesk(world.desk, world.keyring)


def a_wrong_session(world: World) -> str:
    """At Bath, with the desk set to Wells: a return, a copy from the shelf, an unknown code; its name."""
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us += HOUR_US
    first = world.ledger.head().position + 1
    for code in (BATH_COPY, WELLS_COPY, "39999000000012"):
        world.clock_us += MINUTE_US
        world.desk.scan(world.at("wells"), code, tote="T1")
    return f"desk-1/{first}"


# ---- told from the log


def test_a_session_is_what_one_device_scanned_in_one_go(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    world.scan(CLEVEDON_COPY, "clevedon")
    world.desk.scan(world.at("clevedon", "desk-2"), CLEVEDON_COPY)
    world.clock_us += HOUR_US
    world.scan(CLEVEDON_COPY, "clevedon")
    found = sessions.sessions()
    assert [(one.device, one.branch, len(one.scans)) for one in found] == [
        ("desk-1", "wells", 3),
        ("desk-1", "clevedon", 1),
        ("desk-2", "clevedon", 1),
        ("desk-1", "clevedon", 1),
    ]
    assert (found[0].name, [one.name for one in sessions.sessions(device="desk-2")]) == (name, [found[2].name])


def test_scans_that_are_said_to_be_of_another_day_are_a_session_of_their_own(
    world: World, sessions: SessionDesk
) -> None:
    world.scan(CLEVEDON_COPY, "clevedon")
    world.scan(FLOATING_COPY, "clevedon", happened_us=world.clock_us - HOUR_US)
    assert [len(one.scans) for one in sessions.sessions()] == [1, 1]


def test_a_loan_between_two_scans_is_no_scan(world: World, sessions: SessionDesk) -> None:
    world.scan(BATH_COPY, "bath")
    world.lend(BATH_COPY, "ada", "bath")
    world.scan(CLEVEDON_COPY, "bath")
    (one,) = sessions.sessions()
    assert [scan.item for scan in one.scans] == [BATH_COPY, CLEVEDON_COPY]


def test_a_later_position_names_the_rest_of_a_session(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    later = sessions.session(name).scans[1].position
    assert [scan.item for scan in sessions.session(f"desk-1/{later}").scans] == [WELLS_COPY, None]


@pytest.mark.parametrize("name", ["", "desk-1", "desk-1/x", "desk-1/1", "desk-9/30"])
def test_a_session_that_never_was_is_unknown(sessions: SessionDesk, name: str) -> None:
    with pytest.raises(Unknown) as error:
        sessions.session(name)
    assert error.value.code == "session.unknown"


# ---- undone


@pytest.mark.case(22)
@pytest.mark.row(10)
def test_an_undone_session_leaves_everything_as_it_was(world: World, sessions: SessionDesk) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    world.hold(MIDDLEMARCH, "ben", "clevedon")
    world.hold(DUNE, "cyn", "wells")
    before = what_counts(world)
    world.clock_us += HOUR_US
    first = world.ledger.head().position + 1
    for code in (BATH_COPY, CLEVEDON_COPY, WELLS_COPY, BATH_COPY):
        world.scan(code, "wells", tote="T1")
    rows = sessions.undo(world.at("wells"), f"desk-1/{first}", why="the desk stood on Wells")
    assert [row.outcome for row in rows] == ["undone"] * 4
    assert what_counts(world) == before


def test_the_books_to_fetch_back_say_where_each_was_put(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    world.desk.totes.seal(world.at("wells"), "T1")
    rows = sessions.undo(world.at("bath"), name, why="wrong branch")
    assert [row.todo for row in rows] == [
        f"Take {BATH_COPY} out of tote T1/1 (sealed, at wells) and scan it where it is.",
        f"Take {WELLS_COPY} from the shelf and scan it where it is.",
        "",
    ]


def test_a_copy_that_moved_on_is_left_alone_and_listed(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    world.scan(BATH_COPY, "bristol")
    custody = world.item(BATH_COPY).custody
    rows = sessions.undo(world.at("wells"), name, why="wrong branch")
    assert [row.outcome for row in rows] == ["left", "undone", "nothing"]
    assert rows[0].todo.endswith("since, and nothing was changed: it was last seen at bristol.")
    assert world.item(BATH_COPY).custody == custody


def test_the_same_correction_again_changes_nothing_and_tells_the_same(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    first = sessions.undo(world.at("wells"), name, why="wrong branch")
    head = world.ledger.head()
    again = sessions.undo(world.at("bath", "another-machine"), name, why="again")
    assert [row.outcome for row in again] == [row.outcome for row in first]
    assert world.ledger.head() == head


def test_a_correction_is_recorded_with_its_sealed_reason_and_its_end(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    sessions.undo(world.at("wells"), name, why="Ben left the desk on Wells")
    begun, ended = (fact.event for fact in world.ledger.stream(f"session/{name}"))
    assert isinstance(begun, SessionCorrectionBegun)
    assert ended == SessionCorrectionEnded(correction="undo", undone=2, moved=0, left=0)
    assert "Ben" not in begun.why
    opened = world.keyring.unseal(begun.key, begun.why, context=f"session/{name}")
    assert opened == "Ben left the desk on Wells"


def test_a_correction_that_was_cut_off_is_seen_and_ended_by_the_same_command(
    world: World, sessions: SessionDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = a_wrong_session(world)
    before_end = world.ledger.append

    def cut_off(stamp: object, changes: object, **more: object) -> object:
        if any(change.stream == item_stream(BATH_COPY) for change in changes):  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return before_end(stamp, changes, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(world.ledger, "append", cut_off)
    with pytest.raises(KeyboardInterrupt):
        sessions.undo(world.at("wells"), name, why="wrong branch")
    monkeypatch.undo()
    assert sessions.unfinished() == [(name, "undo")]
    assert [sessions.is_undone(scan) for scan in sessions.session(name).scans] == [False, True, False]
    assert [row.outcome for row in sessions.undo(world.at("wells"), name, why="wrong")] == [
        "undone",
        "undone",
        "nothing",
    ]
    assert sessions.unfinished() == []


def test_a_session_is_not_changed_without_a_reason_or_by_a_driver(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    with pytest.raises(Invalid) as error:
        sessions.undo(world.at("wells"), name, why=" ")
    assert error.value.code == "session.no-reason"
    assert world.ledger.stream(f"session/{name}") == []


# ---- moved


@pytest.mark.case(22)
@pytest.mark.row(10)
def test_a_moved_session_is_as_if_it_had_been_scanned_at_the_right_branch(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    when = [scan.happened_us for scan in sessions.session(name).scans]
    rows = sessions.move(world.at("bath"), name, to="bath", at_us=None, why="wrong branch")
    assert [row.outcome for row in rows] == ["moved", "moved", "nothing"]
    assert (world.item(BATH_COPY).branch, world.item(WELLS_COPY).branch) == ("bath", "bath")
    assert world.item(WELLS_COPY).custody.transit is not None
    returned = [f for f in world.ledger.stream(item_stream(BATH_COPY)) if isinstance(f.event, ItemReturned)][-1]
    assert (returned.event.branch, returned.happened_us, returned.desk) == ("bath", when[0], "bath")
    assert [row.todo for row in rows] == [
        f"Take {BATH_COPY} out of tote T1/1 (open, at wells) and put it on the shelf.",
        f"Take {WELLS_COPY} from the shelf and send it to wells.",
        "",
    ]


def test_moving_again_changes_nothing(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    first = sessions.move(world.at("bath"), name, to="bath", at_us=None, why="wrong branch")
    head = world.ledger.head()
    again = sessions.move(world.at("bath"), name, to="bath", at_us=None, why="wrong branch")
    assert [(row.outcome, row.todo) for row in again] == [(row.outcome, row.todo) for row in first]
    assert world.ledger.head() == head


@pytest.mark.case(19)
def test_a_session_with_the_wrong_date_is_moved_to_the_right_one(world: World, sessions: SessionDesk) -> None:
    """A backdated session: the scans keep their distance from the first."""
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us += 6 * DAY_US
    first = world.ledger.head().position + 1
    wrong = world.clock_us - 3 * DAY_US
    for number, code in enumerate((BATH_COPY, WELLS_COPY)):
        world.scan(code, "bath", happened_us=wrong + number * MINUTE_US)
    right = world.clock_us - DAY_US
    rows = sessions.move(world.at("bath"), f"desk-1/{first}", to=None, at_us=right, why="last Monday, not Saturday")
    assert [row.outcome for row in rows] == ["moved", "moved"]
    assert [world.item(code).custody.custody_us for code in (BATH_COPY, WELLS_COPY)] == [right, right + MINUTE_US]


def test_a_copy_that_cannot_have_been_there_then_is_undone_and_to_be_scanned(
    world: World, sessions: SessionDesk
) -> None:
    world.lend(BATH_COPY, "ada", "bath")
    lent = world.item(BATH_COPY).custody
    world.clock_us += DAY_US
    first = world.ledger.head().position + 1
    world.scan(BATH_COPY, "bath")
    (row,) = sessions.move(world.at("bath"), f"desk-1/{first}", to=None, at_us=lent.custody_us - 1, why="typo")
    assert (row.outcome, world.item(BATH_COPY).custody) == ("undone", lent)
    assert row.todo == f"Take {BATH_COPY} from the shelf and scan it where it is."


def test_a_move_to_nowhere_or_into_the_future_is_refused(world: World, sessions: SessionDesk) -> None:
    name = a_wrong_session(world)
    with pytest.raises(Invalid) as nowhere:
        sessions.move(world.at("wells"), name, to="wells", at_us=None, why="hm")
    assert nowhere.value.code == "session.move-nowhere"
    with pytest.raises(Refused) as future:
        sessions.move(world.at("wells"), name, to=None, at_us=world.clock_us + DAY_US, why="hm")
    assert future.value.code == "time.in-future"
    assert world.ledger.stream(f"session/{name}") == []


def test_a_drop_that_was_emptied_under_the_wrong_branch_is_backdated_by_the_right_one(
    world: World, sessions: SessionDesk
) -> None:
    """Clevedon is shut on Wednesdays, Bath is not."""
    world.lend(BATH_COPY, "ada", "bath")
    world.clock_us += 2 * DAY_US - HOUR_US
    first = world.ledger.head().position + 1
    world.scan(BATH_COPY, "clevedon", by="drop")
    sessions.move(world.at("bath"), f"desk-1/{first}", to="bath", at_us=None, why="wrong branch")
    returns = [f.happened_us for f in world.ledger.stream(item_stream(BATH_COPY)) if isinstance(f.event, ItemReturned)]
    assert returns[1] - returns[0] == DAY_US


# ---- what to do by hand


@pytest.mark.parametrize(
    ("said", "right", "sentence"),
    [
        (Told("send", "bath"), Told("hold-shelf", None, None, "AB12"),
         "Take 1 out of the box for bath and put it on the hold shelf with the code AB12."),
        (Told("shelve"), Told("send", "wells"), "Take 1 from the shelf and send it to wells."),
        (Told("hold-shelf"), Told("shelve"), "Take 1 from the hold shelf and put it on the shelf."),
        (Told("aside"), Told("shelve"), "Take 1 from what was kept aside and put it on the shelf."),
        (Told("send", "bath", "T1/3"), Told("send", "wells"), "Take 1 out of tote T1/3 and send it to wells."),
        (Told("shelve"), Told("aside"), "Take 1 from the shelf and keep it aside."),
        (Told("send", "bath"), Told("send", "bath"), ""),
        (Told("shelve"), Told("shelve"), ""),
    ],
)  # fmt: skip
def test_one_sentence_says_where_the_book_is_and_where_it_belongs(said: Told, right: Told, sentence: str) -> None:
    assert put_right("1", said, right) == sentence

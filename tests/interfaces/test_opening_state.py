"""An existing consortium's first day: its borrowers, loans, holds and journeys from CSV files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from circulation.borrower import Borrowers
from circulation.clock import DAY_US, parse_instant
from circulation.command import Commands
from circulation.errors import Invalid
from circulation.folds import ITEM, TITLE
from circulation.hold import HoldCancelled, Title
from circulation.item import Item, ItemReturned, ItemSighted, LoanRenewed
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from interfaces.imports.holds import import_holds
from interfaces.imports.items import import_items
from interfaces.imports.loans import import_loans
from interfaces.imports.outcome import Outcome
from interfaces.imports.patrons import import_patrons
from interfaces.imports.transits import import_transits
from tests.circulation.world import ADMIN, commands_on, record

PATRONS = "card,name,category,home,contact\n"
ANN = "29001,Ann Archer,adult,ash,ann@example.org\n"
BEN = "29002,Ben Baker,child,dale,\n"
LOANS = "barcode,card,branch,lent,due,renewals\n"
HOLDS = "title_id,barcode,card,pickup,placed,suspended_until\n"
TRANSITS = "barcode,origin,destination,reason,since\n"
ITEMS = "barcode,title_id,title,home\n" + "".join(f"3000{n},t{n % 2},Title {n % 2},ash\n" for n in range(1, 7))


@dataclass
class FirstDay:
    """The small network with six copies of two titles at ash, on 24 November 2026."""

    commands: Commands
    keyring: Keyring

    @property
    def ledger(self) -> Ledger:
        return self.commands.ledger

    @property
    def head(self) -> int:
        return self.ledger.head().position

    def item(self, barcode: str) -> Item:
        state = self.ledger.load(f"item/{barcode}", ITEM).state
        assert state is not None
        return state

    def title(self, title: str) -> Title:
        state = self.ledger.load(f"title/{title}", TITLE).state
        assert state is not None
        return state

    def patrons(self, text: str) -> Outcome:
        return import_patrons(self.commands, self.keyring, ADMIN, "patrons.csv", (PATRONS + text).encode())

    def loans(self, text: str) -> Outcome:
        return import_loans(self.commands, self.keyring, ADMIN, "loans.csv", (LOANS + text).encode())

    def holds(self, text: str) -> Outcome:
        return import_holds(self.commands, self.keyring, ADMIN, "holds.csv", (HOLDS + text).encode())

    def transits(self, text: str) -> Outcome:
        return import_transits(self.commands, ADMIN, "transits.csv", (TRANSITS + text).encode())

    def claims(self, card: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        claims = Borrowers(self.ledger, self.keyring, self.commands).by_card(card).claims
        return claims.loans, claims.holds


@pytest.fixture
def day(memory_ledger: Ledger) -> Iterator[FirstDay]:
    keyring = Keyring.open("sqlite::memory:")
    made = FirstDay(commands_on(memory_ledger), keyring)
    import_items(made.commands, ADMIN, "items.csv", ITEMS.encode())
    yield made
    keyring.close()


@pytest.fixture
def known(day: FirstDay) -> FirstDay:
    """The first day, with Ann and Ben registered."""
    day.patrons(ANN + BEN)
    return day


def counted(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged, len(outcome.rejects)


def reasons(outcome: Outcome) -> list[tuple[int, str]]:
    return [(reject.line, reject.reason) for reject in outcome.rejects]


# --- borrowers -------------------------------------------------------------------------------------------------------


def test_a_borrower_is_found_by_the_card_and_readable_only_with_the_keys(day: FirstDay) -> None:
    assert counted(day.patrons(ANN + BEN)) == (2, 0, 0, 0)
    borrowers = Borrowers(day.ledger, day.keyring, day.commands)
    ann = borrowers.by_card("29001")
    assert (ann.patron.category, ann.patron.home) == ("adult", "ash")
    assert borrowers.details(ann) == {"name": "Ann Archer", "contact": "ann@example.org", "card": "29001"}
    log = b"".join(row[5] for row in day.ledger.rows(after=0, limit=100))
    assert not any(secret in log for secret in (b"Ann", b"29001", b"example.org"))


def test_the_same_borrowers_again_change_nothing(known: FirstDay) -> None:
    head = known.head
    assert counted(known.patrons(BEN + ANN)) == (0, 0, 2, 0)
    assert known.head == head


def test_a_borrower_who_moved_is_changed_alone(known: FirstDay) -> None:
    head = known.head
    assert counted(known.patrons(ANN.replace("ash", "birch") + BEN)) == (0, 1, 1, 0)
    assert known.head == head + 1
    assert counted(known.patrons(ANN.replace("Archer", "Butcher") + BEN)) == (0, 1, 1, 0)


def test_a_card_that_was_bound_before_the_crash_belongs_to_the_same_borrower(day: FirstDay) -> None:
    day.keyring.bind_card("29001", "0123456789abcdef0123")
    assert counted(day.patrons(ANN)) == (1, 0, 0, 0)
    assert day.ledger.stream("patron/0123456789abcdef0123")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("29/3,Cat Cook,adult,ash,\n", "The card is not 3 to 32 letters, digits, dots or hyphens."),
        ("29003,,adult,ash,\n", "A patron needs a name."),
        ("29003,Cat Cook,Grown Up,ash,\n", "The category is not letters, digits and hyphens."),
        ("29003,Cat Cook,adult,Cat Cook,\n", "The home is not the code of a branch of this network."),
        ("29001,Cat Cook,adult,ash,\n", "The card stands in line 2 already."),
        ("30001,Cat Cook,adult,ash,\n", "The card has the number of an item."),
        ('29003,"Cat Cook,adult,ash,\n', "A quote is opened and never closed."),
    ],
)
def test_a_borrower_who_cannot_be_taken_in_is_listed_without_a_value(day: FirstDay, row: str, reason: str) -> None:
    outcome = day.patrons(ANN + row + BEN)
    assert counted(outcome) == (2, 0, 0, 1)
    assert reasons(outcome) == [(3, reason)]


# --- loans -----------------------------------------------------------------------------------------------------------


def test_an_open_loan_has_its_own_dates_and_counts_for_its_borrower(known: FirstDay) -> None:
    assert counted(known.loans("30001,29001,birch,2026-11-10,2026-12-01,1\n")) == (1, 0, 0, 0)
    custody = known.item("30001").custody
    assert custody.loan is not None
    assert (custody.place.kind, custody.loan.branch, custody.loan.renewals) == ("patron", "birch", 1)
    assert (custody.loan.lent_us, custody.loan.due_us) == (
        parse_instant("2026-11-10T12:00:00Z"),
        parse_instant("2026-12-01T23:59:59Z"),
    )
    assert (custody.loan.category, custody.loan.patron_home) == ("adult", "ash")
    assert known.claims("29001") == (("30001#1",), ())
    assert [f.happened_us for f in known.ledger.stream("item/30001")][1] == custody.loan.lent_us


def test_limits_do_not_keep_a_loan_out(known: FirstDay) -> None:
    rows = "".join(f"3000{n},29001,ash,2026-11-10,2026-12-01,99\n" for n in range(1, 7))
    assert counted(known.loans(rows)) == (6, 0, 0, 0)
    assert len(known.claims("29001")[0]) == 6


def test_a_time_without_an_offset_is_the_clock_on_the_wall(known: FirstDay) -> None:
    known.loans("30001,29001,ash,2026-07-01T09:30,2026-12-01T18:00+02:00,\n")
    loan = known.item("30001").custody.loan
    assert loan is not None
    assert (loan.lent_us, loan.due_us) == (
        parse_instant("2026-07-01T08:30:00Z"),
        parse_instant("2026-12-01T16:00:00Z"),
    )


def test_the_same_loans_again_change_nothing_even_after_a_return(known: FirstDay) -> None:
    row = "30001,29001,ash,2026-11-10,2026-12-01,0\n"
    known.loans(row)
    assert counted(known.loans(row)) == (0, 0, 1, 0)
    record(known.ledger, "item/30001", ItemReturned(branch="dale", loan="30001#1"))
    head = known.head
    assert counted(known.loans(row)) == (0, 0, 1, 0)
    assert (known.head, known.item("30001").branch) == (head, "dale")


def test_a_loan_that_was_renewed_over_there_is_renewed_here(known: FirstDay) -> None:
    row = "30001,29001,ash,2026-11-10,2026-12-01,0\n"
    later = "30001,29001,ash,2026-11-10,2026-12-22,1\n"
    known.loans(row)
    assert counted(known.loans(later)) == (0, 1, 0, 0)
    loan = known.item("30001").custody.loan
    assert loan is not None
    assert (loan.due_us, loan.renewals) == (parse_instant("2026-12-22T23:59:59Z"), 1)
    assert counted(known.loans(later)) == (0, 0, 1, 0)


def test_a_loan_that_was_renewed_here_stays_so_when_its_file_comes_again(known: FirstDay) -> None:
    rows = ["30001,29001,ash,2026-11-10,2026-12-01,0\n", "30001,29001,ash,2026-11-10,2026-12-22,1\n"]
    for row in rows:
        known.loans(row)
    due_us = parse_instant("2027-01-12T23:59:59Z")
    record(
        known.ledger,
        "item/30001",
        LoanRenewed(loan="30001#1", branch="ash", due_us=due_us, renewals=2, rule="default"),
    )
    for row in rows:
        assert counted(known.loans(row)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("39999,29001,ash,2026-11-10,2026-12-01,", "No item has this barcode. Import the items first."),
        ("3/9,29001,ash,2026-11-10,2026-12-01,", "The barcode is not 3 to 32 letters, digits, dots or hyphens."),
        ("30002,29009,ash,2026-11-10,2026-12-01,", "No patron has this card. Import the patrons first."),
        ("30002,29001,ahs,2026-11-10,2026-12-01,", "The branch is not the code of one in this network."),
        (
            "30002,29001,ash,10/11/2026,2026-12-01,",
            "The column lent does not hold a day or a time. Write 2026-11-24, or 2026-11-24T14:00.",
        ),
        (
            "30002,29001,ash,2026-11-10,2026-02-30,",
            "The column due does not hold a day or a time. Write 2026-11-24, or 2026-11-24T14:00.",
        ),
        ("30002,29001,ash,1926-11-10,2026-12-01,", "The column lent lies before 1970. Check the year."),
        ("30002,29001,ash,2026-11-25,2026-12-01,", "It was lent at a time that has not come yet."),
        ("30002,29001,ash,2026-11-10,2026-11-09,", "It is due before it was lent."),
        ("30002,29001,ash,2026-11-10,2026-12-01,lots", "The renewals are not a number from 0 to 99."),
        ("30001,29002,ash,2026-11-11,2026-12-01,", "The item is lent in line 2 already."),
        ("30002,29001,ash", "It has 3 fields and the header has 6."),
    ],
)
def test_a_loan_that_cannot_be_is_listed(known: FirstDay, row: str, reason: str) -> None:
    outcome = known.loans(f"30001,29001,ash,2026-11-10,2026-12-01,\n{row}\n")
    assert counted(outcome) == (1, 0, 0, 1)
    assert reasons(outcome) == [(3, reason)]


def test_a_loan_of_a_copy_that_is_lent_travelling_or_scanned_since_is_listed(known: FirstDay) -> None:
    known.loans("30001,29001,ash,2026-11-10,2026-12-01,\n")
    known.transits("30002,ash,dale,home,2026-11-20\n")
    record(known.ledger, "item/30003", ItemSighted(branch="ash", as_="here"))
    head = known.head
    outcome = known.loans(
        "30001,29002,ash,2026-11-10,2026-12-01,\n30002,29001,ash,2026-11-10,2026-12-01,\n"
        "30003,29001,ash,2026-11-10,2026-12-01,\n"
    )
    assert reasons(outcome) == [
        (2, "The item is on loan since 2026-11-10T12:00:00Z already: scan it in first."),
        (3, "The item is travelling to dale: it cannot be on loan too. Scan it to see where it is."),
        (4, "The item was handled at 2026-11-24T08:00:00Z, after this loan. Scan it to see where it is."),
    ]
    assert known.head == head


def test_nothing_in_the_log_puts_the_loans_of_one_borrower_side_by_side(known: FirstDay) -> None:
    known.loans(
        "30005,29001,ash,2026-11-10,2026-12-01,\n30001,29001,ash,2026-11-10,2026-12-01,\n"
        "30006,29002,ash,2026-11-10,2026-12-01,\n30003,29002,ash,2026-11-10,2026-12-01,\n"
    )
    lent = [f for f in known.ledger.facts(limit=100) if type(f.event).__name__ == "ItemLent"]
    assert [f.stream for f in lent] == ["item/30001", "item/30003", "item/30005", "item/30006"]
    assert {f.event.source for f in lent} == {"loans.csv"}  # type: ignore[attr-defined]


# --- holds -----------------------------------------------------------------------------------------------------------


def test_holds_stand_in_the_order_in_which_they_were_placed(known: FirstDay) -> None:
    outcome = known.holds("t1,,29001,birch,2026-11-12,\nt1,,29002,dale,2026-11-11T10:00,2026-12-24\n")
    assert counted(outcome) == (2, 0, 0, 0)
    first, second = known.title("t1").holds.values()
    assert (first.hold, first.pickup, first.suspended, first.suspended_until) == ("t1#1", "dale", True, "2026-12-24")
    assert (second.hold, second.pickup, second.suspended) == ("t1#2", "birch", False)
    assert first.placed_us < second.placed_us
    assert known.claims("29001") == ((), ("t1#2",))


def test_a_hold_may_want_one_copy(known: FirstDay) -> None:
    known.holds(",30002,29001,birch,2026-11-12,\n")
    (hold,) = known.title("t0").holds.values()
    assert hold.item == "30002"


def test_the_same_holds_again_change_nothing_even_after_one_ended(known: FirstDay) -> None:
    rows = "t1,,29001,ash,2026-11-12,\nt1,,29002,ash,2026-11-12,\n"
    known.holds(rows)
    assert counted(known.holds(rows)) == (0, 0, 2, 0)
    record(known.ledger, "title/t1", HoldCancelled(hold="t1#1", why="patron"))
    head = known.head
    assert counted(known.holds(rows)) == (0, 0, 2, 0)
    assert known.head == head


def test_an_ended_hold_of_a_forgotten_link_is_still_one_row(known: FirstDay) -> None:
    rows = "t1,,29001,ash,2026-11-12,\nt1,,29002,ash,2026-11-12,\n"
    known.holds(rows)
    gone = known.title("t1").holds["t1#1"]
    record(known.ledger, "title/t1", HoldCancelled(hold="t1#1", why="patron"))
    known.keyring.destroy([gone.key])
    assert counted(known.holds(rows)) == (0, 0, 2, 0)


def test_a_suspension_follows_the_list(known: FirstDay) -> None:
    row = "t1,,29001,ash,2026-11-12,"
    known.holds(row + "\n")
    assert counted(known.holds(row + "2026-12-24\n")) == (0, 1, 0, 0)
    assert known.title("t1").holds["t1#1"].suspended_until == "2026-12-24"
    assert counted(known.holds(row + "2026-12-24\n")) == (0, 0, 1, 0)


def test_a_hold_may_come_before_its_title(known: FirstDay) -> None:
    assert counted(known.holds("t9,,29001,ash,2026-11-12,\n")) == (1, 0, 0, 0)
    assert known.title("t9").title == ""


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",,29002,ash,2026-11-12,", "It has neither a title_id nor a barcode."),
        ("t 1,,29002,ash,2026-11-12,", "'t 1' is not a title id"),
        (",39999,29002,ash,2026-11-12,", "No item has this barcode."),
        ("t1,30002,29002,ash,2026-11-12,", "The item is a copy of title 't0', not of the one given."),
        ("t1,,29009,ash,2026-11-12,", "No patron has this card."),
        ("t1,,29002,ahs,2026-11-12,", "The pickup is not the code of a branch in this network."),
        ("t1,,29002,ash,2026-11-31,", "The column placed does not hold a day or a time."),
        ("t1,,29002,ash,2026-11-25,", "It was placed at a time that has not come yet."),
        ("t1,,29002,ash,2026-11-12,someday", "The column suspended_until does not hold a day."),
        ("t1,,29001,birch,2026-11-13,", "The patron waits for title 't1' in another line already."),
    ],
)
def test_a_hold_that_cannot_be_is_listed(known: FirstDay, row: str, reason: str) -> None:
    outcome = known.holds(f"t1,,29001,ash,2026-11-12,\n{row}\n")
    assert counted(outcome) == (1, 0, 0, 1)
    assert outcome.rejects[0].line == 3
    assert outcome.rejects[0].reason.startswith(reason)


def test_a_hold_on_other_terms_than_the_open_one_is_listed(known: FirstDay) -> None:
    known.holds("t1,,29001,ash,2026-11-12,\n")
    outcome = known.holds("t1,,29001,birch,2026-11-12,\n")
    assert reasons(outcome) == [(2, "The patron waits for title 't1' already, for other terms. Cancel it first.")]


# --- journeys --------------------------------------------------------------------------------------------------------


def test_a_copy_on_its_way_left_its_origin(known: FirstDay) -> None:
    assert counted(known.transits("30001,birch,dale,float,2026-11-20\n30002,ash,dale,,2026-11-20\n")) == (2, 0, 0, 0)
    one, two = known.item("30001"), known.item("30002")
    assert one.custody.transit is not None
    assert two.custody.transit is not None
    assert (one.branch, one.custody.transit.destination, one.custody.transit.reason) == ("birch", "dale", "float")
    assert (two.branch, two.custody.transit.reason) == ("ash", "home")
    assert one.custody.transit.opened_us == parse_instant("2026-11-20T12:00:00Z")
    assert [f.event.source for f in known.ledger.stream("item/30002")][-1] == "transits.csv:3"  # type: ignore[attr-defined]


def test_the_same_journeys_again_change_nothing_even_after_one_ended(known: FirstDay) -> None:
    row = "30001,ash,dale,home,2026-11-20\n"
    known.transits(row)
    assert counted(known.transits(row)) == (0, 0, 1, 0)
    record(known.ledger, "item/30001", ItemSighted(branch="dale", as_="found"))
    assert counted(known.transits(row)) == (0, 0, 1, 0)


def test_a_journey_that_was_redirected_has_its_new_destination(known: FirstDay) -> None:
    known.transits("30001,ash,dale,home,2026-11-20\n")
    assert counted(known.transits("30001,ash,birch,home,2026-11-21\n")) == (0, 1, 0, 0)
    transit = known.item("30001").custody.transit
    assert transit is not None
    assert (transit.transit, transit.destination) == ("30001~2", "birch")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("39999,ash,dale,home,2026-11-20", "No item has this barcode."),
        ("30002,ahs,dale,home,2026-11-20", "There is no branch 'ahs'. Did you mean ash?"),
        ("30002,ash,ash,home,2026-11-20", "It goes from 'ash' to itself."),
        ("30002,ash,dale,fun,2026-11-20", "'fun' is no reason to travel."),
        ("30002,ash,dale,home,yesterday", "The column since does not hold a day or a time."),
        ("30002,ash,dale,home,2026-11-25", "It left at a time that has not come yet."),
        ("30001,ash,birch,home,2026-11-20", "The item travels in line 2 already."),
    ],
)
def test_a_journey_that_cannot_be_is_listed(known: FirstDay, row: str, reason: str) -> None:
    outcome = known.transits(f"30001,ash,dale,home,2026-11-20\n{row}\n")
    assert counted(outcome) == (1, 0, 0, 1)
    assert outcome.rejects[0].line == 3
    assert outcome.rejects[0].reason.startswith(reason)


def test_a_copy_on_loan_or_scanned_since_does_not_travel(known: FirstDay) -> None:
    known.loans("30001,29001,ash,2026-11-10,2026-12-01,\n")
    record(known.ledger, "item/30002", ItemSighted(branch="ash", as_="here"))
    outcome = known.transits("30001,ash,dale,home,2026-11-20\n30002,ash,dale,home,2026-11-20\n")
    assert [reason.split(":")[0] for _, reason in reasons(outcome)] == [
        "The item is on loan since 2026-11-10T12",
        "The item was handled at 2026-11-24T08",
    ]


# --- all of them -----------------------------------------------------------------------------------------------------

Taking = Callable[[FirstDay, bytes], Outcome]


@pytest.mark.parametrize(
    "take",
    [
        lambda day, content: import_patrons(day.commands, day.keyring, ADMIN, "x.csv", content),
        lambda day, content: import_loans(day.commands, day.keyring, ADMIN, "x.csv", content),
        lambda day, content: import_holds(day.commands, day.keyring, ADMIN, "x.csv", content),
        lambda day, content: import_transits(day.commands, ADMIN, "x.csv", content),
    ],
)
@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "file.empty"), (b"one,two\n1,2\n", "file.columns"), ("barcode,é\n".encode("latin-1"), "file.encoding")],
)
def test_a_file_that_is_no_such_list_changes_nothing(known: FirstDay, take: Taking, content: bytes, code: str) -> None:
    head = known.head
    with pytest.raises(Invalid) as refused:
        take(known, content)
    assert refused.value.code == code
    assert known.head == head


def test_long_lists_come_in_by_the_hundred(known: FirstDay) -> None:
    items = "barcode,title_id,title,home\n" + "".join(f"5{n:05d},b{n},Book {n},ash\n" for n in range(1201))
    import_items(known.commands, ADMIN, "items.csv", items.encode())
    rows = "".join(f"5{n:05d},29001,ash,2026-11-10,2026-12-01,\n" for n in range(1201))
    assert counted(known.loans(rows)) == (1201, 0, 0, 0)
    assert len(known.claims("29001")[0]) == 1201
    many = "".join(f"7{n:05d},Name {n},adult,ash,\n" for n in range(2100))
    assert counted(known.patrons(many)) == (2100, 0, 0, 0)
    queue = "".join(f"t1,,7{n:05d},ash,2026-11-{1 + n % 20:02d},\n" for n in range(1100))
    assert counted(known.holds(queue)) == (1100, 0, 0, 0)
    placed = [hold.placed_us for hold in known.title("t1").holds.values()]
    assert placed == sorted(placed)
    assert placed[-1] - placed[0] == 19 * DAY_US
    assert counted(known.holds(queue)) == (0, 0, 1100, 0)

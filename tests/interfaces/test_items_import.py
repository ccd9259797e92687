"""A catalogue's stock from a CSV file: every copy once, titles with them, and nothing twice."""

from __future__ import annotations

import random

import pytest

from circulation.branch import BranchRetired
from circulation.command import Commands
from circulation.errors import Invalid, Refused
from circulation.event import Fact
from circulation.folds import ITEM, TITLE
from circulation.item import Item, ItemDescribed, ItemSighted
from circulation.ledger import Ledger
from interfaces.imports import items as items_module
from interfaces.imports import sorting
from interfaces.imports.items import import_items
from interfaces.imports.outcome import Outcome
from interfaces.imports.sorting import in_batches, sorted_lines
from interfaces.imports.table import Reject
from tests.circulation.world import ADMIN, CLERK, commands_on, record

HEADER = "barcode,title_id,title,author,owner,home,item_type,shelf_mark,branch,floats\n"
EMMA = "30001,t1,Emma,Jane Austen,,ash,,823 AUS,,\n"
DUNE = "30002,t2,Dune,Frank Herbert,south,dale,book,SF HER,ash,yes\n"


@pytest.fixture
def commands(memory_ledger: Ledger) -> Commands:
    return commands_on(memory_ledger)


def take_in(commands: Commands, *lines: str, file: str = "items.csv", header: str = HEADER) -> Outcome:
    return import_items(commands, ADMIN, file, (header + "".join(lines)).encode())


def counted(outcome: Outcome) -> tuple[int, int, int, int]:
    return outcome.added, outcome.changed, outcome.unchanged, len(outcome.rejects)


def item(commands: Commands, barcode: str) -> Item:
    state = commands.ledger.load(f"item/{barcode}", ITEM).state
    assert state is not None
    return state


def facts(commands: Commands, after: int) -> list[Fact]:
    return commands.ledger.facts(after=after, limit=1000)


def test_a_copy_is_what_its_row_says(commands: Commands) -> None:
    assert counted(take_in(commands, EMMA, DUNE)) == (2, 0, 0, 0)
    emma, dune = item(commands, "30001"), item(commands, "30002")
    assert (emma.owner, emma.home, emma.branch, emma.item_type, emma.floats) == ("north", "ash", "ash", "book", False)
    assert (dune.owner, dune.home, dune.branch, dune.shelf_mark, dune.floats) == (
        "south",
        "dale",
        "ash",
        "SF HER",
        True,
    )
    title = commands.ledger.load("title/t1", TITLE).state
    assert title is not None
    assert (title.title, title.author) == ("Emma", "Jane Austen")


def test_an_opening_event_names_the_file_and_line_that_it_comes_from(commands: Commands) -> None:
    take_in(commands, EMMA, DUNE)
    sources = {f.stream: f.event.source for f in facts(commands, 0) if f.stream.startswith(("item/", "title/"))}  # type: ignore[attr-defined]
    assert sources == {
        "item/30001": "items.csv:2",
        "item/30002": "items.csv:3",
        "title/t1": "items.csv:2",
        "title/t2": "items.csv:3",
    }


def test_a_listed_copy_was_not_held_by_anybody_so_older_loans_still_apply(commands: Commands) -> None:
    take_in(commands, EMMA)
    assert item(commands, "30001").custody.custody_us == 0


def test_the_same_file_again_changes_nothing_whatever_its_name_and_order(commands: Commands) -> None:
    take_in(commands, EMMA, DUNE)
    head = commands.ledger.head()
    assert counted(take_in(commands, DUNE, EMMA, file="copy.csv")) == (0, 0, 2, 0)
    assert commands.ledger.head() == head


def test_a_changed_file_changes_only_what_changed(commands: Commands) -> None:
    take_in(commands, EMMA, DUNE)
    head = commands.ledger.head().position
    assert counted(take_in(commands, EMMA, DUNE.replace("SF HER", "SCI HER"))) == (0, 1, 1, 0)
    assert [(f.stream, type(f.event)) for f in facts(commands, head)] == [("item/30002", ItemDescribed)]
    assert item(commands, "30002").shelf_mark == "SCI HER"


def test_a_title_that_is_spelled_anew_is_described_anew(commands: Commands) -> None:
    take_in(commands, EMMA)
    head = commands.ledger.head().position
    assert counted(take_in(commands, EMMA.replace("Emma", "Emma: a novel"))) == (0, 0, 1, 0)
    assert [f.stream for f in facts(commands, head)] == ["title/t1"]


def test_the_first_row_of_a_title_says_what_it_is_called(commands: Commands) -> None:
    take_in(commands, "30009,t1,,,,ash,,,,\n", "30001,t1,Emma,,,ash,,,,\n", "30003,t1,EMMA,,,ash,,,,\n")
    title = commands.ledger.load("title/t1", TITLE).state
    assert title is not None
    assert (title.title, len(commands.ledger.stream("title/t1"))) == ("Emma", 1)


def test_a_copy_that_nobody_scanned_moves_with_the_list(commands: Commands) -> None:
    take_in(commands, EMMA)
    assert counted(take_in(commands, EMMA.replace(",ash,,823 AUS,,", ",ash,,823 AUS,birch,"))) == (0, 1, 0, 0)
    assert item(commands, "30001").branch == "birch"


def test_a_scan_is_better_knowledge_than_a_list(commands: Commands) -> None:
    take_in(commands, EMMA)
    record(commands.ledger, "item/30001", ItemSighted(branch="cedar", as_="here"))
    take_in(commands, EMMA.replace(",ash,,823 AUS,,", ",ash,,823 AUS,birch,"))
    assert item(commands, "30001").branch == "cedar"


def test_a_copy_at_a_retired_branch_comes_in_to_be_found_by_onboarding(commands: Commands) -> None:
    record(commands.ledger, "branch/dale", BranchRetired(reason="sold"))
    assert counted(take_in(commands, DUNE.replace("south", "north"))) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("3/1,t3,Ulysses,,,ash,,,,\n", "'3/1' is not a barcode"),
        (",t3,Ulysses,,,ash,,,,\n", "'' is not a barcode"),
        ("30003,t 3,Ulysses,,,ash,,,,\n", "'t 3' is not a title id"),
        ("30003,t#3,Ulysses,,,ash,,,,\n", "'t#3' is not a title id"),
        ("30003,t3,Ulysses,,,,,,,\n", "There is no branch ''."),
        ("30003,t3,Ulysses,,,ahs,,,,\n", "There is no branch 'ahs'. Did you mean ash?"),
        ("30003,t3,Ulysses,,,ash,,,nowhere,\n", "There is no branch 'nowhere'."),
        ("30003,t3,Ulysses,,west,ash,,,,\n", "No branch belongs to 'west'."),
        ("30003,t3,Ulysses,,,ash,Big Book,,,\n", "'big book' is not an item type"),
        ("30003,t3,Ulysses,,,ash,,,,often\n", "'often' in the column floats is neither yes nor no."),
        ("30001,t3,Ulysses,,,ash,,,,\n", "Barcode 30001 stands in line 2 already."),
        ('30003,t3,"Ulysses,,,ash,,,,\n', "A quote is opened and never closed."),
        ("30003,t3,Ulysses\n", "It has 3 fields and the header has 10."),
        ("30003,t3,Uly\0sses,,,ash,,,,\n", "It holds a NUL or another control character."),
    ],
)
def test_a_row_that_cannot_be_used_is_listed_with_its_line(commands: Commands, row: str, reason: str) -> None:
    outcome = take_in(commands, EMMA, row, DUNE)
    assert counted(outcome) == (2, 0, 0, 1)
    assert (outcome.rejects[0].file, outcome.rejects[0].line) == ("items.csv", 3)
    assert outcome.rejects[0].reason.startswith(reason)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ((HEADER + EMMA.replace("Emma", "Émma")).encode("latin-1"), "file.encoding"),
        ((HEADER + EMMA).encode("utf-16"), "file.encoding"),
        ((HEADER + "30001,t1,É").encode()[:-1], "file.encoding"),
        (b"barcode,title_id,title\n30001,t1,Emma\n", "file.columns"),
        (b"", "file.empty"),
    ],
)
def test_a_file_that_is_no_list_of_items_changes_nothing(commands: Commands, content: bytes, code: str) -> None:
    head = commands.ledger.head()
    with pytest.raises(Invalid) as refused:
        import_items(commands, ADMIN, "items.csv", content)
    assert refused.value.code == code
    assert commands.ledger.head() == head


def test_only_an_administrator_takes_in_a_catalogue(commands: Commands) -> None:
    with pytest.raises(Refused) as refused:
        import_items(commands, CLERK, "items.csv", (HEADER + EMMA).encode())
    assert refused.value.code == "actor.not-allowed"


def test_a_long_shuffled_file_comes_in_by_barcode_and_again_not_at_all(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting, "_LINES_IN_A_RUN", 70)
    monkeypatch.setattr(items_module, "_AT_ONCE", 16)
    rows = [f"3{n:05d},t{n // 3},Title {n // 3},,,ash,,,,\n" for n in range(500)]
    random.Random(1).shuffle(rows)
    before = commands.ledger.head().position
    assert counted(take_in(commands, *rows)) == (500, 0, 0, 0)
    streams = [f.stream for f in facts(commands, before)]
    assert streams == [f"item/3{n:05d}" for n in range(500)] + sorted(f"title/t{n}" for n in range(167))
    assert counted(take_in(commands, *rows)) == (0, 0, 500, 0)


def test_an_import_that_was_stopped_is_simply_started_again(commands: Commands) -> None:
    rows = [f"3{n:05d},t1,Emma,,,ash,,,,\n" for n in range(40)]
    take_in(commands, *rows[:25])
    assert counted(take_in(commands, *rows)) == (15, 0, 25, 0)


def test_a_quoted_field_over_two_lines_is_one_line_in_the_log(commands: Commands) -> None:
    assert counted(take_in(commands, '30001,t1,"Emma,\na novel",,,ash,,"823\nAUS",,\n')) == (1, 0, 0, 0)
    title = commands.ledger.load("title/t1", TITLE).state
    assert title is not None
    assert (title.title, item(commands, "30001").shelf_mark) == ("Emma, a novel", "823 AUS")


def test_rejects_come_in_the_order_of_their_lines(commands: Commands) -> None:
    outcome = take_in(commands, EMMA, EMMA, "x,t1,Emma,,,ash,,,,\n")
    assert [reject.line for reject in outcome.rejects] == [3, 4]
    assert outcome.rejects[0] == Reject("items.csv", 3, "Barcode 30001 stands in line 2 already.")


def test_sorting_keeps_every_line_whatever_the_size_of_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{random.Random(n).random()}é" for n in range(1000)]
    for run, block in ((7, 16), (999, 100), (1000, 1 << 18), (2000, 1)):
        monkeypatch.setattr(sorting, "_LINES_IN_A_RUN", run)
        monkeypatch.setattr(sorting, "_BLOCK_BYTES", block)
        assert list(sorted_lines(lines)) == sorted(lines)
    assert [len(batch) for batch in in_batches(lines, 400)] == [400, 400, 200]
    assert list(sorted_lines([])) == []

"""`branchline scan`: one answer a line, nothing lost, and the same lines again change nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from circulation.clock import DAY_US, iso, parse_instant
from circulation.item import ItemReturned, UnknownCodeScanned
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, CLEVEDON_COPY, DUNE, MIDDLEMARCH, PATRONS, WELLS_COPY
from tests.interfaces.shop import Shop

CARD = PATRONS["ada"][0]


def kinds(shop: Shop, barcode: str) -> list[str]:
    with shop.world() as world:
        return [type(fact.event).__name__ for fact in world.ledger.stream(f"item/{barcode}")]


def lend(shop: Shop, barcode: str, branch: str, patron: str = "ada") -> None:
    with shop.world() as world:
        world.lend(barcode, patron, branch)


# ---- named on the command line


def test_a_scan_says_where_the_book_goes_and_why(shop: Shop) -> None:
    lend(shop, BATH_COPY, "bath")
    done = shop.run("scan", "--branch", "wells", BATH_COPY)
    assert ExitCode.DONE == done.code
    assert f"{BATH_COPY}    Send to bath              Returned at wells. It goes to bath, reason home.\n" == done.out


def test_a_scan_as_json_has_the_whole_answer(shop: Shop) -> None:
    done = shop.run("scan", "--branch", "wells", BATH_COPY, "--json")
    (row,) = done.json
    assert ("send.home", "send", "bath", BATH_COPY, False) == (
        row["code"],
        row["signal"],
        row["route_to"],
        row["item"],
        row["repeated"],
    )


def test_one_code_that_cannot_be_scanned_is_one_error(shop: Shop) -> None:
    done = shop.run("scan", "--branch", "wells", "x")
    assert ExitCode.FAILED == done.code
    assert "" == done.out
    assert done.err.startswith("error[barcode.unreadable]")


def test_one_bad_code_of_several_costs_itself_only(shop: Shop) -> None:
    done = shop.run("scan", "--branch", "wells", WELLS_COPY, "x", BATH_COPY, "--nl")
    assert ExitCode.FAILED == done.code
    assert ["shelve", "barcode.unreadable", "send.home"] == [
        "shelve" if row["signal"] == "shelve" else row["code"] for row in done.lines
    ]
    assert done.err.startswith("line 2: 'x' is not a barcode")


def test_a_card_is_answered_and_its_number_is_nowhere(shop: Shop) -> None:
    head = shop.head()
    done = shop.run("scan", "--branch", "wells", "-", stdin=f"{CARD}\n{BATH_COPY}\n".encode())
    assert ExitCode.FAILED == done.code
    assert CARD not in done.out + done.err
    assert "line 1: This is a patron's card" in done.err
    assert shop.head() > head


def test_a_scan_without_a_branch_or_at_an_unknown_one_is_refused(shop: Shop) -> None:
    assert "error[branch.missing]" in shop.run("scan", BATH_COPY).err
    done = shop.run("scan", "--branch", "atlantis", BATH_COPY)
    assert ExitCode.FAILED == done.code
    assert "error[branch.unknown]" in done.err


def test_nothing_to_scan_is_a_mistake_of_the_command_line(shop: Shop) -> None:
    done = shop.run("scan", "--branch", "wells")
    assert ExitCode.USAGE == done.code
    assert "error[scan.nothing]" in done.err


def test_who_is_not_registered_scans_nothing_and_hears_it_once(shop: Shop) -> None:
    done = shop.run("scan", "--branch", "wells", "-", stdin=f"{BATH_COPY}\n{WELLS_COPY}\n".encode(), actor="nobody")
    assert ExitCode.FAILED == done.code
    assert 1 == done.err.count("actor.unknown")
    assert "line 1" not in done.err


def test_the_book_drop_on_monday_is_emptied_with_fridays_date(shop: Shop) -> None:
    lend(shop, BATH_COPY, "bath")
    with shop.world() as world:
        world.clock_us += DAY_US
        world.scan(CLEVEDON_COPY, "clevedon")
    done = shop.run("scan", "--branch", "wells", "--drop", "--occurred-at", "2026-11-24T17:00:00Z", BATH_COPY)
    assert ExitCode.DONE == done.code
    with shop.world() as world:
        (returned,) = [f for f in world.ledger.stream(f"item/{BATH_COPY}") if isinstance(f.event, ItemReturned)]
    assert "drop" == returned.event.by
    assert "2026-11-24T17:00:00Z" == iso(returned.happened_us)


def test_a_tote_takes_what_travels_its_way_and_the_answer_says_what_does_not_fit(shop: Shop) -> None:
    with shop.world() as world:
        world.hold(DUNE, "ben", "wells")
    done = shop.run("scan", "--branch", "clevedon", "--tote", "T1", "--nl", BATH_COPY, CLEVEDON_COPY)
    home, held = done.lines
    assert "T1/1" == home["filling"]
    assert held["filling"] is None
    assert held["sentence"].endswith("Not packed: it needs a tote to bristol (holds).")


# ---- lines of a scanner


def test_each_line_of_a_scanner_gives_one_answer_and_blank_lines_none(shop: Shop) -> None:
    text = f"\ufeff{BATH_COPY}\r\n\r\n  {WELLS_COPY}  \nA{CLEVEDON_COPY}B\n"
    done = shop.run("scan", "--branch", "wells", "-", "--nl", stdin=text.encode())
    assert ExitCode.DONE == done.code
    assert [(1, BATH_COPY), (3, WELLS_COPY), (4, CLEVEDON_COPY)] == [(row["line"], row["item"]) for row in done.lines]


def test_an_empty_stdin_is_an_empty_listing(shop: Shop) -> None:
    done = shop.run("scan", "--branch", "wells", "-", "--json")
    assert (ExitCode.DONE, []) == (done.code, done.json)


def test_the_same_lines_again_change_nothing(shop: Shop) -> None:
    lend(shop, BATH_COPY, "bath")
    lines = f"{BATH_COPY}\n{WELLS_COPY}\n{BATH_COPY}\n".encode()
    shop.run("scan", "--branch", "wells", "-", stdin=lines)
    head = shop.head()
    done = shop.run("scan", "--branch", "wells", "-", "--nl", stdin=lines)
    assert ExitCode.DONE == done.code
    assert [True, True, True] == [row["repeated"] for row in done.lines]
    assert head == shop.head()


def test_after_a_crash_the_lines_go_on_where_they_stopped(shop: Shop) -> None:
    lines = [f"{BATH_COPY}\n", f"{WELLS_COPY}\n", f"{CLEVEDON_COPY}\n"]
    shop.run("scan", "--branch", "wells", "-", stdin="".join(lines[:2]).encode())
    done = shop.run("scan", "--branch", "wells", "-", "--nl", stdin="".join(lines).encode())
    assert [True, True, False] == [row["repeated"] for row in done.lines]


def test_killed_in_the_middle_no_answered_line_is_lost_and_none_is_recorded_twice(shop: Shop) -> None:
    """SIGKILL after the tenth answer; then the same lines again."""
    lines = "".join(f"99900{number:03d}\n" for number in range(60)).encode()
    command = [sys.executable, "-m", "cli", "--store", str(shop.path), "--actor", "ana", "--device", "desk-1"]
    with subprocess.Popen(
        [*command, "scan", "--branch", "wells", "-", "--nl"],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines)
        process.stdin.flush()
        answered = [json.loads(process.stdout.readline())["item"] for _ in range(10)]
        process.kill()
    done = shop.run("scan", "--branch", "wells", "-", "--nl", stdin=lines)
    assert 60 == len(done.lines)
    assert set(answered) <= {row["item"] for row in done.lines if row["repeated"]}
    with shop.world() as world:
        assert 60 == len(world.ledger.stream("unknown/wells"))


def test_a_copy_that_was_lent_since_is_a_new_return_although_the_line_is_the_same(shop: Shop) -> None:
    """A line without a time cannot tell two days apart, and a lost return would be the patron's loss."""
    line = f"{BATH_COPY}\n".encode()
    shop.run("scan", "--branch", "wells", "-", stdin=line)
    lend(shop, BATH_COPY, "wells")
    done = shop.run("scan", "--branch", "wells", "-", "--nl", stdin=line)
    assert [False] == [row["repeated"] for row in done.lines]
    assert "ItemReturned" in kinds(shop, BATH_COPY)


def test_a_code_named_again_is_another_scan(shop: Shop) -> None:
    """What somebody types on the command line is what lies on the desk now."""
    for _ in range(2):
        rows = shop.run("scan", "--branch", "wells", WELLS_COPY, WELLS_COPY, "--nl").lines
        assert [False, False] == [row["repeated"] for row in rows]
    assert ["ItemAdded", *["ItemSighted"] * 4] == kinds(shop, WELLS_COPY)


def test_a_file_that_names_a_copy_twice_is_known_as_a_whole_after_something_happened(shop: Shop) -> None:
    """The second line must not be taken for the first one of the time before."""
    lines = f"{BATH_COPY}\n{BATH_COPY}\n".encode()
    shop.run("scan", "--branch", "wells", "-", stdin=lines)
    lend(shop, BATH_COPY, "wells")
    rows = shop.run("scan", "--branch", "wells", "-", "--nl", stdin=lines).lines
    assert [False, False] == [row["repeated"] for row in rows]
    head = shop.head()
    shop.run("scan", "--branch", "wells", "-", stdin=lines)
    assert head == shop.head()


def test_a_request_id_makes_every_line_of_a_retry_harmless(shop: Shop) -> None:
    lines = f"{BATH_COPY}\n{BATH_COPY}\n".encode()
    shop.run("scan", "--branch", "wells", "-", "--request-id", "monday", stdin=lines)
    head = shop.head()
    shop.run("scan", "--branch", "wells", "-", "--request-id", "monday", stdin=lines)
    assert head == shop.head()


# ---- lines of another system


EXPORT = f"""\
time,branch,barcode
2026-11-23T10:00:00Z,bath,{BATH_COPY}
2026-11-23 11:30,Wells,{WELLS_COPY}
2026-11-23T12:00:00+00:00,clevedon,99999999
"""


def test_lines_of_another_system_say_where_and_when(shop: Shop) -> None:
    with shop.world() as world:
        half_past_nine = parse_instant("2026-11-23T09:30:00Z")
        world.desk.loans.lend(world.at("bath"), card=CARD, barcode=BATH_COPY, happened_us=half_past_nine)
    done = shop.run("scan", "-", "--nl", stdin=EXPORT.encode())
    assert ExitCode.DONE == done.code
    with shop.world() as world:
        returned = [f for f in world.ledger.stream(f"item/{BATH_COPY}") if isinstance(f.event, ItemReturned)]
        (unknown,) = world.ledger.stream("unknown/clevedon")
    assert [("bath", "import", "2026-11-23T10:00:00Z")] == [(f.desk, f.event.by, iso(f.happened_us)) for f in returned]
    assert isinstance(unknown.event, UnknownCodeScanned)


def test_an_export_again_changes_nothing_even_on_another_machine(shop: Shop) -> None:
    shop.run("scan", "-", stdin=EXPORT.encode())
    head = shop.head()
    done = shop.run("scan", "-", "--nl", "--device", "desk-2", stdin=EXPORT.encode())
    assert [True, True, True] == [row["repeated"] for row in done.lines]
    assert head == shop.head()


def test_a_longer_export_records_only_what_is_new(shop: Shop) -> None:
    shop.run("scan", "-", stdin=EXPORT.encode())
    longer = EXPORT.replace("barcode\n", f"barcode\n2026-11-23T09:00:00Z,bath,{CLEVEDON_COPY}\n")
    done = shop.run("scan", "-", "--nl", stdin=longer.encode())
    assert [False, True, True, True] == [row["repeated"] for row in done.lines]


def test_a_time_without_an_offset_is_local_time_at_its_branch(shop: Shop) -> None:
    """In July London is an hour ahead of UTC."""
    shop.run("scan", "-", stdin=f"2026-07-01 10:00,bath,{BATH_COPY}\n".encode())
    with shop.world() as world:
        last = world.ledger.stream(f"item/{BATH_COPY}")[-1]
    assert "2026-07-01T09:00:00Z" == iso(last.happened_us)


def test_lines_that_cannot_be_recorded_are_listed_with_line_and_reason(shop: Shop) -> None:
    lines = (
        f"2026-11-23T10:00:00Z,bath,{BATH_COPY}\n"
        f"yesterday,bath,{BATH_COPY}\n"
        f"2026-11-23T10:00:00Z,atlantis,{BATH_COPY}\n"
        f"2030-01-01T10:00:00Z,bath,{BATH_COPY}\n"
        "one,two\n"
        f'2026-11-23T10:01:00Z,"wells",{WELLS_COPY}\n'
    ).encode() + b"\xff\xfe\x00bad\n"
    done = shop.run("scan", "-", "--nl", stdin=lines)
    assert ExitCode.FAILED == done.code
    rejected = [line.split(":")[0] for line in done.err.splitlines()]
    assert ["line 2", "line 3", "line 4", "line 5", "line 7"] == rejected
    assert "is not a time" in done.err
    assert "no branch 'atlantis'" in done.err
    assert "has not come yet" in done.err
    assert "2 fields" in done.err
    assert "not UTF-8" in done.err
    assert [1, 2, 3, 4, 5, 6, 7] == [row["line"] for row in done.lines]


def test_a_bare_barcode_without_a_branch_is_rejected_on_its_line(shop: Shop) -> None:
    done = shop.run("scan", "-", stdin=f"{BATH_COPY}\n".encode())
    assert ExitCode.FAILED == done.code
    assert done.err.startswith("line 1: The line names no branch.")


# ---- slips


def slips(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))]


@pytest.mark.row(45)
def test_a_slip_has_the_destination_its_hub_and_the_reason(shop: Shop, tmp_path: Path) -> None:
    shop.run("scan", "--branch", "wells", "--slips", str(tmp_path / "slips"), BATH_COPY, WELLS_COPY)
    (page,) = slips(tmp_path / "slips")
    for line in ("SEND TO", "Bath Central", "BRISTOL", BATH_COPY, "bath, reason: going home", "2026-11-24 at wells"):
        assert f">{line}</p>" in page


def test_a_hold_shelf_slip_has_the_pickup_code_and_no_patron(shop: Shop, tmp_path: Path) -> None:
    with shop.world() as world:
        world.hold(MIDDLEMARCH, "ada", "bath")
    shop.run("scan", "--branch", "bath", "--slips", str(tmp_path), BATH_COPY)
    with shop.world() as world:
        capture = world.item(BATH_COPY).custody.capture
    (page,) = slips(tmp_path)
    assert capture is not None
    assert f'<p class="mark">{capture.code}</p>' in page
    assert "ada" not in page.lower()
    assert CARD not in page


def test_a_slip_of_a_scan_that_was_printed_before_is_marked_as_a_copy(shop: Shop, tmp_path: Path) -> None:
    for _ in range(2):
        shop.run("scan", "--branch", "wells", "--slips", str(tmp_path), "-", stdin=f"{BATH_COPY}\n".encode())
    (page,) = slips(tmp_path)
    assert "SEND TO (COPY)" in page


def test_a_slip_that_a_crash_left_out_is_printed_by_the_same_lines(shop: Shop, tmp_path: Path) -> None:
    shop.run("scan", "--branch", "wells", "-", stdin=f"{BATH_COPY}\n".encode())
    shop.run("scan", "--branch", "wells", "--slips", str(tmp_path), "-", stdin=f"{BATH_COPY}\n".encode())
    (page,) = slips(tmp_path)
    assert "COPY" not in page

"""`branchline offline`: a table fetched, a day scanned without the store, the files uploaded, the work that remains."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from circulation.clock import HOUR_US, iso
from cli import main
from interfaces.device_file import DeviceFile, read_file
from interfaces.exit_code import ExitCode
from tests.cast import BATH_COPY, CLEVEDON_COPY, MIDDLEMARCH, PATRONS, TUESDAY, WELLS_COPY
from tests.interfaces.shop import Done, Shop

AT_ELEVEN = iso(TUESDAY + 2 * HOUR_US)
ADA = PATRONS["ada"][0]


class Van:
    """The desk at Bath without the network: a table and a log in a folder, and no store."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self.table, self.log = folder / "bath.routes", folder / "desk-2.log"

    def fetch(self) -> Done:
        return self.shop.run("offline", "route-table", "--branch", "bath", "--to", str(self.table), "--json")

    def run(self, what: str, *arguments: str, stdin: bytes = b"", device: str = "desk-2") -> Done:
        """One command without a store; it must not be looked for."""
        import io

        self.shop.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.shop.capsys.readouterr()
        where = ("--table", str(self.table), "--log", str(self.log), "--actor", "ana", "--device", device)
        code = main(["--store", "/nowhere/at-all.db", "offline", what, *arguments, *where, "--occurred-at", AT_ELEVEN])
        said = self.shop.capsys.readouterr()
        return Done(code, said.out, said.err)

    def upload(self, *arguments: str) -> Done:
        with self.shop.world() as world:
            world.clock_us = max(world.clock_us, TUESDAY + 3 * HOUR_US)
            world.scan(CLEVEDON_COPY, "clevedon")
        return self.shop.run("offline", "upload", str(self.log), *arguments)


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Van:
    """Ada and Ben have a Middlemarch each; Bath has fetched its table."""
    with shop.world() as world:
        world.lend(BATH_COPY, "ada", "bath")
        world.lend(WELLS_COPY, "ben", "bath")
    made = Van(shop, tmp_path)
    assert ExitCode.DONE == made.fetch().code
    return made


@pytest.mark.row(8)
def test_the_table_says_how_large_it_is_and_of_which_position(desk: Van) -> None:
    told = desk.fetch().json
    assert ("bath", 2, desk.table.stat().st_size, 14) == (told["branch"], told["items"], told["bytes"], told["days"])
    assert desk.shop.head() == told["position"]


@pytest.mark.case(20)
@pytest.mark.row(8)
def test_a_day_without_the_network_is_taken_in_as_if_online(desk: Van) -> None:
    done = desk.run("scan", BATH_COPY, WELLS_COPY, "--nl")
    assert [(1, "shelve", None, None), (2, "send", "wells", "bristol")] == [
        (row["n"], row["signal"], row["route_to"], row["box"]) for row in done.lines
    ]
    uploaded = desk.upload()
    assert (ExitCode.DONE, "2 scans: 2 as the slips said") == (uploaded.code, uploaded.out.splitlines()[0])
    with desk.shop.world() as world:
        assert ("bath", None) == (world.item(BATH_COPY).branch, world.item(BATH_COPY).custody.loan)
        assert TUESDAY + 2 * HOUR_US == world.item(BATH_COPY).custody.custody_us
    head = desk.shop.head()
    assert ExitCode.DONE == desk.shop.run("offline", "upload", str(desk.log), "--all").code
    assert head == desk.shop.head()


@pytest.mark.case(20)
def test_the_work_list_says_what_to_do_with_which_book(desk: Van) -> None:
    desk.run("scan", WELLS_COPY)
    with desk.shop.world() as world:
        world.hold(MIDDLEMARCH, "cyn", "bath")
    done = desk.upload("--json")
    (row,) = done.json
    assert ("desk-2", 1, "differs") == (row["device"], row["n"], row["outcome"])
    assert row["to_do"].startswith(f"Take {WELLS_COPY} out of the box for wells and put it on the hold shelf with the")
    assert "to_do" in desk.shop.run("offline", "upload", str(desk.log), "--csv").out.splitlines()[0]


def test_lines_of_stdin_are_scanned_and_what_is_no_code_costs_itself_only(desk: Van) -> None:
    done = desk.run("scan", "-", "--nl", stdin=f"{BATH_COPY}\n?\n\n{WELLS_COPY}\n".encode())
    assert ExitCode.FAILED == done.code
    assert [1, 2] == [row["n"] for row in done.lines]
    assert "is not a barcode" in done.err


def test_a_loan_is_made_at_the_upload_and_the_card_is_not_in_the_file(desk: Van) -> None:
    desk.run("scan", BATH_COPY)
    done = desk.run("lend", ADA, BATH_COPY, "--json")
    assert ("Lent", "2026-12-15T17:00:00Z") == (done.json["headline"], done.json["due_at"])
    assert ADA not in desk.log.read_text()
    assert ExitCode.DONE == desk.upload().code
    with desk.shop.world() as world:
        loan = world.item(BATH_COPY).custody.loan
        assert loan is not None
        assert TUESDAY + 2 * HOUR_US == loan.lent_us


def test_a_loan_that_a_rule_forbids_is_made_with_an_override(desk: Van) -> None:
    desk.run("scan", BATH_COPY)
    desk.run("lend", ADA, BATH_COPY)
    with desk.shop.world() as world:
        world.desk.borrowers.block(world.at("bath"), ADA, "overdue")
    refused = desk.upload("--json")
    assert (ExitCode.FAILED, "patron.blocked") == (refused.code, refused.json[0]["code"])
    assert ADA not in refused.out
    assert ExitCode.DONE == desk.upload("--override", "--why", "it has left already").code
    assert "error[override.not-wanted]" in desk.upload("--why", "x").err


def test_a_slip_is_printed_without_the_network(desk: Van, tmp_path: Path) -> None:
    desk.run("scan", BATH_COPY, WELLS_COPY, "--slips", str(tmp_path / "slips"))
    (slip,) = (tmp_path / "slips").iterdir()
    page = slip.read_text()
    assert f"000002-{WELLS_COPY}.html" == slip.name
    assert "SEND TO" in page
    assert '<p class="large">Wells</p>' in page
    assert '<p class="mark">BRISTOL</p>' in page


@pytest.mark.case(19)
def test_a_wrong_clock_is_named_and_corrected_when_it_is_compared(desk: Van) -> None:
    desk.run("scan", BATH_COPY)
    early = desk.shop.run("offline", "upload", str(desk.log), "--json")
    assert ("time.in-future", True) == (early.json[0]["code"], "119 minutes ahead" in early.json[0]["sentence"])
    assert "desk-2: its clock was not compared with ours." in early.err
    with desk.shop.world() as world:
        shown = iso(world.ledger.head().recorded_us + 2 * HOUR_US)
    done = desk.shop.run("offline", "upload", str(desk.log), "--clock", f"desk-2={shown}")
    assert ExitCode.DONE == done.code
    (device,) = desk.shop.run("offline", "devices", "--json").json
    assert ("desk-2", -7200, True, 0) == (device["device"], device["clock_offset"], device["compared"], device["jumps"])


@pytest.mark.parametrize("clock", ["desk-2", "desk-2=noon", "=2026-11-24"])
def test_a_clock_that_cannot_be_read_is_refused(desk: Van, clock: str) -> None:
    desk.run("scan", BATH_COPY)
    assert ExitCode.DONE != desk.shop.run("offline", "upload", str(desk.log), "--clock", clock).code


# ---- files


def test_a_log_that_was_cut_off_goes_on_and_the_cut_line_is_told(desk: Van) -> None:
    desk.run("scan", BATH_COPY, WELLS_COPY)
    whole = desk.log.read_bytes()
    desk.log.write_bytes(whole[:-20])
    (row,) = desk.run("scan", WELLS_COPY, "--nl").lines
    assert 2 == row["n"]
    assert [1, 2] == [scan.n for scan in read_file(desk.log).scans]
    assert "line 3 was cut off" in desk.upload().err


def test_a_log_belongs_to_one_device_one_branch_and_one_table(desk: Van) -> None:
    desk.run("scan", BATH_COPY)
    assert "error[log.another-desk]" in desk.run("scan", BATH_COPY, device="desk-3").err
    with desk.shop.world() as world:
        world.scan(WELLS_COPY, "bath")
    desk.fetch()
    assert "error[log.another-table]" in desk.run("scan", BATH_COPY).err


def test_two_programs_do_not_write_one_log(desk: Van) -> None:
    desk.run("scan", BATH_COPY)
    header = read_file(desk.log).header
    opened = DeviceFile(desk.log, "desk-2", "bath", header.store, header.table, header.position, header.made_us)
    with opened:
        assert "error[log.in-use]" in desk.run("scan", BATH_COPY).err


def test_what_is_no_table_no_log_or_says_not_who_is_refused(desk: Van, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("time,branch,barcode\n")
    assert "error[log.unreadable]" in desk.shop.run("offline", "upload", str(other)).err
    assert "error[log.unreadable]" in desk.shop.run("offline", "upload", str(tmp_path / "missing")).err
    where = ("--log", str(desk.log), BATH_COPY)
    assert "error[table.unreadable]" in desk.shop.run("offline", "scan", "--table", str(other), *where).err
    assert ExitCode.USAGE == main(["offline", "scan", "--table", str(desk.table), *where])
    desk.shop.capsys.readouterr()
    wrong = desk.shop.run("offline", "scan", "--table", str(desk.table), "--branch", "wells", *where)
    assert "error[branch.not-this-table]" in wrong.err


def test_what_was_answered_is_on_the_disk_when_the_power_goes(desk: Van) -> None:
    """The program is killed after its second answer."""
    where = ("--table", str(desk.table), "--log", str(desk.log), "--actor", "ana", "--device", "desk-2", "--nl")
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "offline", "scan", *where],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers = []
    for code in (BATH_COPY, WELLS_COPY):
        process.stdin.write(f"{code}\n".encode())
        process.stdin.flush()
        answers.append(json.loads(process.stdout.readline()))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [answer["item"] for answer in answers] == [scan.code for scan in read_file(desk.log).scans]

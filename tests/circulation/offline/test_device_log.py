"""The file of a desk without a network: whole lines only, nothing secret in the clear."""

from __future__ import annotations

import pytest

from circulation.errors import Invalid
from circulation.handwork import Told
from circulation.offline.device_log import DeviceLog, LoggedScan, LogHeader, read_log, write_line
from circulation.offline.sealed_box import open_box, public_key, seal_into_box

HEADER = LogHeader("a1", "store", "desk-2", "bath", "digest", 7, 1)
SCANS = tuple(
    LoggedScan(n, n * 1000, "ana", "scan", f"3011400000000{n}", None, Told("send", "wells")) for n in range(1, 4)
)
LINES = [write_line(HEADER), *(write_line(scan) for scan in SCANS)]


def test_a_log_is_read_as_it_was_written() -> None:
    log = read_log(LINES)
    assert (log, log.next_n) == (DeviceLog(HEADER, SCANS), 4)


@pytest.mark.parametrize("length", range(1, len(LINES[-1]) - 1))
def test_a_last_line_that_was_cut_off_anywhere_costs_itself_only(length: int) -> None:
    log = read_log([*LINES[:-1], LINES[-1][:length]])
    assert (log.scans, log.unreadable) == (SCANS[:2], (4,))


def test_a_damaged_line_in_the_middle_is_told_and_the_rest_counts() -> None:
    log = read_log([LINES[0], LINES[1], b'{"n":2,\n', LINES[3]])
    assert ([scan.n for scan in log.scans], log.unreadable) == ([1, 3], (3,))


@pytest.mark.parametrize("lines", [[], [b"time,branch,barcode\n"], [b"[]\n"], [LINES[1]]])
def test_another_file_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(Invalid) as error:
        read_log(lines)
    assert error.value.code == "log.unreadable"


def test_what_is_sealed_for_a_store_is_opened_by_it_alone_and_at_its_place_alone() -> None:
    secret, other = bytes(range(32)), bytes(32)
    sealed = seal_into_box(public_key(secret), "29876000000011", context="a1:1")
    assert "29876000000011" not in sealed
    assert open_box(secret, sealed, context="a1:1") == "29876000000011"
    for key, context, text in ((other, "a1:1", sealed), (secret, "a1:2", sealed), (secret, "a1:1", sealed[:-4])):
        with pytest.raises(Invalid) as error:
            open_box(key, text, context=context)
        assert error.value.code == "sealed.not-ours"


def test_sealed_texts_of_cards_are_equally_long_and_never_the_same() -> None:
    key = public_key(bytes(range(32)))
    sealed = {seal_into_box(key, card, context="a1:1") for card in ("29876000000011", "29876000000011", "298760")}
    assert (len(sealed), len({len(text) for text in sealed})) == (3, 1)

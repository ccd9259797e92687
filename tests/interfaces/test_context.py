"""The session: how global options are read, and when parts are opened and closed."""

from __future__ import annotations

import getpass
import platform
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

from circulation.errors import Invalid, Unknown
from interfaces.context import AtInstant, AtPosition, Options, Session, parse_as_of
from interfaces.output import Format
from interfaces.store_file import check_store_file


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("48112", AtPosition(48112)),
        ("#48,112", AtPosition(48112)),
        ("0", AtPosition(0)),
        ("2026-11-24T14:00:00Z", AtInstant(1_795_528_800_000_000)),
        ("2026-11-24T15:00:00+01:00", AtInstant(1_795_528_800_000_000)),
        ("2026-11-24", AtInstant(1_795_478_400_000_000)),
    ],
)
def test_a_past_moment_is_a_position_or_a_time(text: str, moment: AtPosition | AtInstant) -> None:
    """Digits alone are a position, because no time is written so."""
    assert moment == parse_as_of(text)


@pytest.mark.parametrize("text", ["", "noon", "-3", "1.5", "1969-12-31", "9" * 30])
def test_what_is_neither_a_position_nor_a_time_is_refused(text: str) -> None:
    """Never taken for now."""
    with pytest.raises(Invalid) as refused:
        parse_as_of(text)

    assert refused.value.code in {"time.unreadable", "time.out-of-range"}


def test_options_are_read_as_they_are_given() -> None:
    """Each in its written form."""
    options = Options()
    for option, value in {
        "store": "post.db",
        "csv": True,
        "actor": "Ana-Desk",
        "branch": "bath",
        "device": "desk-2",
        "occurred_at": "1970-01-01T00:00:01Z",
        "request_id": "r:1",
        "quiet": True,
        "no_color": True,
    }.items():
        options = options.given(option, value)

    expected = Options(
        store="post.db",
        format=Format.CSV,
        actor="ana-desk",
        branch="bath",
        device="desk-2",
        occurred_us=1_000_000,
        request="r:1",
        quiet=True,
        color=False,
    )
    assert expected == options


def test_the_caller_is_the_declared_actor_at_the_branch() -> None:
    """How it was established goes into every event."""
    caller = Session(Options(actor="ana", branch="bath", device="desk-2"), {}).caller

    assert ("staff/ana", "declared", "bath", "desk-2") == (caller.actor, caller.via, caller.desk, caller.device)


class _Logins:
    """A key store that knows one login."""

    def actor_of(self, login: str) -> str | None:
        return "staff/ana-desk" if login == "Ana" else None


def _session_with_logins() -> Session:
    return Session(Options(), {"commands": lambda _: nullcontext(), "keyring": lambda _: nullcontext(_Logins())})


def test_without_a_declared_actor_it_is_whose_login_the_operating_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """And without a device the machine's name is one."""
    monkeypatch.setattr(getpass, "getuser", lambda: "Ana")
    monkeypatch.setattr(platform, "node", lambda: "Bath_Desk 2.example.org")

    caller = _session_with_logins().caller

    assert ("staff/ana-desk", "os", "", "bath-desk-2") == (caller.actor, caller.via, caller.desk, caller.device)


def test_a_login_that_nobody_here_has_must_be_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence does not repeat the login, which is a person's."""
    monkeypatch.setattr(getpass, "getuser", lambda: "Bartholomew")

    with pytest.raises(Unknown) as error:
        _ = _session_with_logins().caller

    assert error.value.code == "actor.unknown"
    assert "Bartholomew" not in error.value.sentence


def test_a_command_for_a_branch_asks_for_it() -> None:
    """With the option to give."""
    with pytest.raises(Invalid) as refused:
        _ = Session(Options(), {}).branch

    assert refused.value.code == "branch.missing"
    assert "--branch" in refused.value.hint
    assert Session(Options(branch="bath"), {}).branch == "bath"


def test_parts_are_opened_once_and_closed_in_reverse_order() -> None:
    """The desk lets go of the ledger before the ledger closes."""
    happened: list[str] = []

    @contextmanager
    def ledger(_session: Session) -> Iterator[str]:
        happened.append("ledger opened")
        yield "the ledger"
        happened.append("ledger closed")

    @contextmanager
    def desk(session: Session) -> Iterator[str]:
        yield f"a desk on {session.part('ledger')}"
        happened.append("desk closed")

    session = Session(Options(), {"ledger": ledger, "desk": desk})
    assert happened == []
    assert session.part("desk") == "a desk on the ledger"
    assert session.part("ledger") == "the ledger"
    session.close()
    assert ["ledger opened", "desk closed", "ledger closed"] == happened


def test_a_store_needs_a_folder(tmp_path: Path) -> None:
    """A typing mistake must not make folders."""
    with pytest.raises(Unknown) as refused:
        check_store_file(tmp_path / "typo" / "branchline.db")

    assert refused.value.code == "store.no-folder"
    assert str(tmp_path / "typo") in refused.value.sentence


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    """The hint names a file in it."""
    with pytest.raises(Invalid) as refused:
        check_store_file(tmp_path)

    assert refused.value.code == "store.is-folder"
    assert str(tmp_path / "branchline.db") in refused.value.hint


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    """A CSV given by mistake keeps its bytes."""
    items = tmp_path / "items.csv"
    items.write_text("barcode,title\n", encoding="utf-8")

    with pytest.raises(Invalid) as refused:
        check_store_file(items)

    assert refused.value.code == "store.not-a-store"
    assert items.read_text(encoding="utf-8") == "barcode,title\n"


def test_a_new_an_empty_and_a_database_file_can_be_a_store(tmp_path: Path) -> None:
    """The first use makes it."""
    (tmp_path / "empty.db").touch()
    with sqlite3.connect(tmp_path / "full.db") as database:
        database.execute("CREATE TABLE t (x)")

    for name in ("new.db", "empty.db", "full.db"):
        check_store_file(tmp_path / name)


def test_the_store_of_a_session_is_read_and_checked(tmp_path: Path) -> None:
    """An address of an unknown kind, and one in a folder that is not there."""

    with pytest.raises(Invalid):
        _ = Session(Options(store="mysql://host/db"), {}).store
    with pytest.raises(Unknown):
        _ = Session(Options(store=f"sqlite:{tmp_path}/typo/branchline.db"), {}).store
    assert Session(Options(store=str(tmp_path / "new.db")), {}).store.path == tmp_path / "new.db"

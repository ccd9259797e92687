"""
A store on disk with the cast in it, and the command line run on it as a person or a script would.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.store.url import StoreUrl
from cli import main
from tests.cast import TUESDAY
from tests.world import World

__all__ = ["Done", "Shop"]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said on stdout, as one JSON value."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """What it said on stdout, as one JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Shop:
    """The store at `path`, whose simulated time stands still; every command is Ana's."""

    path: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    @contextmanager
    def world(self) -> Iterator[World]:
        """The store opened for what a test is given; the clock goes on from where it stood."""
        made: list[World] = []
        url = f"sqlite:{self.path}"
        ledger = Ledger.open(url, clock=lambda: made[0].clock_us if made else TUESDAY, simulated=True)
        keyring = Keyring.open(StoreUrl.parse(url).beside("keys"))
        try:
            made.append(World(ledger, keyring))
            yield made[0]
        finally:
            keyring.close()
            ledger.close()

    def run(self, *arguments: str, stdin: bytes = b"", actor: str = "ana") -> Done:
        """Run one command line on the store."""
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        self.capsys.readouterr()
        code = main(["--store", str(self.path), "--actor", actor, "--device", "desk-1", *arguments])
        said = self.capsys.readouterr()
        return Done(code, said.out, said.err)

    def head(self) -> int:
        """The last position of the log."""
        with self.world() as world:
            return world.ledger.head().position

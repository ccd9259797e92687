"""The language of the command line is what the environment asks for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from circulation.messages.catalogue import ENGLISH, speak
from cli import main
from interfaces.exit_code import ExitCode
from interfaces.failure import failure_of

IRISH = str(Path(__file__).parents[1] / "circulation" / "messages" / "ga")


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """Whatever a command spoke, the next test begins in English."""
    yield
    speak(ENGLISH)


def test_a_command_speaks_as_the_environment_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a folder of a translation that does not ship; without the variable it is English again."""
    monkeypatch.setenv("BRANCHLINE_LANGUAGE", IRISH)
    main(["--version"])
    assert "Níl aon 'a' ann." == failure_of(FileNotFoundError(2, "", "a")).sentence
    monkeypatch.delenv("BRANCHLINE_LANGUAGE")
    main(["--version"])
    assert "There is no 'a'." == failure_of(FileNotFoundError(2, "", "a")).sentence


def test_a_language_that_nobody_speaks_is_misuse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says which ones there are, in English."""
    monkeypatch.setenv("BRANCHLINE_LANGUAGE", "tlh")
    assert ExitCode.USAGE == main(["--version"])
    told = capsys.readouterr().err
    assert "error[language.unknown]: 'tlh' is no language that Branchline speaks.\n" in told
    assert "one of en" in told


def test_help_does_not_wait_for_the_catalogue() -> None:
    """Nothing of it is read before the first message is told."""
    source = "import sys, cli; cli.main(['--help']); sys.exit('tomllib' in sys.modules)"
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", source], cwd=root, capture_output=True, check=False)
    assert 0 == ended.returncode

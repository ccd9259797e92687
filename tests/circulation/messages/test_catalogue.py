"""How messages are found: by name, in the language that is spoken, in English where it lacks one."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path

import pytest

from circulation.errors import BranchlineError, Refused
from circulation.messages import catalogue
from circulation.messages.catalogue import ENGLISH, Message, languages, message, read_language, speak, together, told
from circulation.messages.names import Names
from circulation.saying import say

IRISH = str(Path(__file__).with_name("ga"))


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    """Whatever a test speaks, the next one begins in English."""
    yield
    speak(ENGLISH)


def written(folder: Path, text: str) -> str:
    """The path of a language with one file."""
    folder.mkdir()
    (folder / "all.toml").write_text(text, encoding="utf-8")
    return str(folder)


def test_an_error_has_a_code_a_sentence_and_a_hint_and_keeps_its_values() -> None:
    """The words come from the catalogue."""
    error = Refused("file.missing", file="a.csv")
    assert ("file.missing", "There is no 'a.csv'.", "Check the path.") == (error.code, error.sentence, error.hint)
    assert {"file": "a.csv"} == error.values
    assert "There is no 'a.csv'." == str(error)


def test_another_wording_has_the_same_code() -> None:
    """Scripts see no difference."""
    assert "run.started" == Refused("run.started:over", run="r").code


def test_a_hint_is_optional() -> None:
    """Some refusals leave nothing to do."""
    assert "" == BranchlineError("file.failed", file="a", why="no").hint


def test_an_error_may_cross_to_another_process() -> None:
    """Its family, name and values do; lists of names too."""
    sent = pickle.loads(pickle.dumps(Refused("bug", kind="K", place=Names(["x", "y"]))))  # noqa: S301 - our own bytes
    assert (Refused, "bug", {"kind": "K", "place": ("x", "y")}) == (type(sent), sent.name, sent.values)
    assert isinstance(sent.values["place"], Names)


def test_what_is_no_text_and_no_number_is_kept_as_text() -> None:
    """So that it can be written down, and means the same later."""
    assert {"file": "a", "why": "gone"} == Refused("file.failed", file=Path("a"), why=OSError("gone")).values


def test_a_name_that_nobody_knows_is_its_own_sentence() -> None:
    """An error about an error would hide the first one."""
    assert "no.such" == str(Refused("no.such", value=1))


def test_a_message_is_told_in_the_language_that_is_spoken_when_it_is_asked_for() -> None:
    """Not in the one that was spoken when the error was made: deciders know no language."""
    error = Refused("file.missing", file="a.csv")
    speak(IRISH)
    assert ("Níl aon 'a.csv' ann.", "Seiceáil an cosán.") == (error.sentence, error.hint)
    assert "file.missing" == error.code


def test_a_message_that_a_language_lacks_is_told_in_english() -> None:
    """Message by message."""
    speak(IRISH)
    assert "'a' may not be opened." == Refused("file.forbidden", file="a").sentence


def test_a_receipt_speaks_too_and_a_text_that_a_message_lacks_stays_english() -> None:
    """The headline and the sentence are Irish here, the lines of the slip are not."""
    speak(IRISH)
    receipt = say(
        "send.home",
        "send",
        route_to="ennis",
        reason="home",
        came_in=told("came-in.returned", branch="cork"),
        desk="cork",
    )
    assert ("send.home", "Seol go ennis") == (receipt.code, receipt.headline)
    assert "Tugadh ar ais é ag cork. Téann sé abhaile go ennis." == receipt.sentence
    assert "TO ennis" == receipt.slip[0]


def test_names_are_listed_in_the_language_that_is_spoken() -> None:
    """One, several, none; one of several."""
    assert ["a", "a, b", "none"] == [f"{Names(names)}" for names in (["a"], ["a", "b"], [])]
    assert ["a", "a or b", "a, b or c", "none"] == [f"{Names(names):or}" for names in ("a", "ab", "abc", "")]
    assert "a, b" == str(Names("ab"))
    speak(IRISH)
    assert "a nó b" == f"{Names('ab'):or}"


def test_a_translation_that_asks_for_what_is_never_given_is_passed_over(tmp_path: Path) -> None:
    """A slip of a translator must not break a command."""
    speak(written(tmp_path / "xx", "['file.missing']\nsentence = '{file} {nonsense}'\n"))
    assert "There is no 'a'." == Refused("file.missing", file="a").sentence


def test_a_message_that_english_lacks_is_passed_over(tmp_path: Path) -> None:
    """Such as one of a later version."""
    speak(written(tmp_path / "xx", "['of.tomorrow']\nsentence = 'Yes.'\n"))
    assert Message("of.tomorrow") == message("of.tomorrow")


def test_a_language_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Also a folder that holds none."""
    for language in ("tlh", str(tmp_path)):
        with pytest.raises(LookupError):
            speak(language)
        with pytest.raises(LookupError):
            read_language(language)


def test_a_language_holds_in_its_own_context_only() -> None:
    """Two people who are served at once may speak two languages."""
    copy_context().run(speak, IRISH)
    assert "There is no 'a'." == Refused("file.missing", file="a").sentence


@pytest.mark.parametrize("language", [ENGLISH, IRISH])
def test_the_files_are_toml_and_mean_what_it_says(language: str) -> None:
    """Entries are cut out and parsed one by one, which is quicker; that must make no difference."""
    folder = Path(language) if language == IRISH else Path(catalogue.__file__).with_name(language)
    whole = {
        name: Message(
            texts.get("sentence", ""), texts.get("hint", ""), texts.get("headline", ""), tuple(texts.get("slip", ()))
        )
        for path in folder.glob("*.toml")
        for name, texts in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }
    assert whole == read_language(language)


@pytest.mark.parametrize(
    "entry",
    [
        "['file.missing']\nsentence = 'It\\ is \"{file}\".'  # as we say",
        '[ "file.missing" ] # a refusal\nsentence = "It\\\\ is \\"{file}\\"."',
        '["file.missing"]\n# a remark\nsentence = """\nIt\\\\ is "{file}".\\\n   """',
    ],
)
def test_an_entry_may_be_written_as_toml_allows(tmp_path: Path, entry: str) -> None:
    """Other quotes, spaces, remarks, strings over several lines."""
    language = written(tmp_path / "xx", f"# A language.\n\n{entry}\n")
    speak(language)
    assert 'It\\ is "a".' == told("file.missing", file="a")


def test_together_leaves_out_what_is_empty() -> None:
    """And puts one space between the others."""
    assert ("A. B.", "") == (together("", "A.", "", "B."), together())


def test_english_ships() -> None:
    """And is found by its name."""
    assert ENGLISH in languages()

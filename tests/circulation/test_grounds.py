"""Every rule that a scan may be decided by has words, and no words are left over."""

import re
from pathlib import Path

import circulation
from circulation.grounds import sentence_of_ground
from circulation.messages.catalogue import ENGLISH, read_language

SENTENCES = {name.removeprefix("ground.") for name in read_language(ENGLISH) if name.startswith("ground.")}
SOURCES = [path.read_text() for path in Path(circulation.__path__[0]).rglob("*.py") if path.name != "grounds.py"]
# As a step writes them: draft.because("hold.none"), Placed(…, ("place.home",)), f"float.full {branch}".
WRITTEN = re.compile(r'because\(\s*f?"([a-z.{}_-]+)"')


def codes_written() -> set[str]:
    found = {code for source in SOURCES for code in WRITTEN.findall(source)}
    families = tuple(f"{code.partition('.')[0]}." for code in found if "{" in code)
    return {code for code in found if "{" not in code} | {code for code in SENTENCES if code.startswith(families)}


def test_every_ground_that_a_step_gives_has_a_sentence() -> None:
    assert codes_written() - SENTENCES == set()


def test_no_sentence_is_left_over() -> None:
    sources = "\n".join(SOURCES)
    given = codes_written()
    left = {code for code in SENTENCES if code not in given and not re.search(rf'f?"{re.escape(code)}[ "]', sources)}
    named = {code for code in left if re.search(rf'_named\("{re.escape(code)}"', sources)}
    assert left - named == set()


def test_a_ground_is_told_with_what_it_was_about_and_one_without_words_as_it_stands() -> None:
    assert sentence_of_ground("hold.first t-dune#1") == "Hold t-dune#1 is the first that may have it."
    assert sentence_of_ground("from.the.future x") == "from.the.future x"

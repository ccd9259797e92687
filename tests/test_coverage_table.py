"""The table of numbered cases says what the run said, and nothing better."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project of its own with the plugin, whose folder of tests is called `suite`."""
    pytester.makeini(f"""
        [pytest]
        testpaths = suite
        pythonpath = {ROOT}
        addopts = -p no:randomly -p no:cacheprovider
        markers =
            case(number): a case
            row(number): a feature
    """)
    folder = pytester.mkdir("suite")
    (folder / "conftest.py").write_text(
        "from tests.coverage_table import CoverageTable\n"
        "def pytest_configure(config):\n"
        "    config.pluginmanager.register(CoverageTable(config), 'coverage-table')\n"
    )
    return pytester


def write(suite: pytest.Pytester, source: str, name: str = "test_it.py") -> None:
    (suite.path / "suite" / name).write_text(f"import pytest\n{source}")


def page(suite: pytest.Pytester) -> Path:
    return suite.path / "docs" / "circulation-cases.md"


def lines(suite: pytest.Pytester, kind: str) -> dict[int, tuple[str, str]]:
    """Tests and result by number, from the table of cases or of features."""
    cases, features = page(suite).read_text().split("## Features")
    rows = [
        line.strip("| ").split(" | ") for line in (cases if kind == "case" else features).splitlines() if "|" in line
    ]
    return {int(row[0]): (row[2], row[3]) for row in rows if row[0].isdigit()}


EVERY_END = """
@pytest.mark.case(1)
@pytest.mark.row(2)
def test_passes(): pass

@pytest.mark.case(1)
@pytest.mark.case(3)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_variants(number): assert True

@pytest.mark.case(2)
@pytest.mark.parametrize("number", [1, 2, 3])
def test_one_variant_fails(number): assert number != 2

@pytest.mark.case(4)
def test_skips(): pytest.skip("not here")

@pytest.mark.case(4)
@pytest.mark.case(9, 10)
def test_passes_beside_one_that_skips(): pass

@pytest.mark.case(5)
@pytest.mark.xfail(strict=True)
def test_is_expected_to_fail(): assert False

@pytest.mark.case(6)
@pytest.mark.xfail
def test_passes_although_it_should_fail(): pass

@pytest.fixture
def falls_over_at_the_end():
    yield
    raise OSError

@pytest.mark.case(7)
def test_fails_while_tidying_up(falls_over_at_the_end): pass

@pytest.fixture
def falls_over():
    raise OSError

@pytest.mark.case(8)
def test_cannot_begin(falls_over): pass

@pytest.mark.row(5)
class TestClass:
    def test_in_a_class(self): pass

def test_shows_nothing(): pass
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_every_end_of_a_test_reaches_the_table_with_and_without_workers(suite: pytest.Pytester, workers: int) -> None:
    """Worst first: a case with one failing variant, or one skipped test among several, has not passed."""
    write(suite, EVERY_END)
    result = suite.runpytest("-n", str(workers))

    cases, rows = lines(suite, "case"), lines(suite, "row")
    assert {number: end for number, (_, end) in cases.items() if end != "no test"} == {
        1: "passed",
        2: "failed",
        3: "passed",
        4: "skipped",
        5: "failed",
        6: "failed",
        7: "failed",
        8: "failed",
        9: "passed",
        10: "passed",
    }
    assert cases[1][0] == "`suite/test_it.py::test_passes`<br>`suite/test_it.py::test_variants` × 3"
    assert rows[2] == ("`suite/test_it.py::test_passes`", "passed")
    assert rows[5] == ("`suite/test_it.py::TestClass::test_in_a_class`", "passed")
    assert list(cases) == list(range(1, 43))
    assert list(rows)[:45] == list(range(1, 46))
    assert "4 of 42 passed." in page(suite).read_text()
    in_scope = sum(end != "out of scope" for _, end in rows.values())
    assert f"2 of {in_scope} passed." in page(suite).read_text()
    result.stdout.fnmatch_lines(f"*4 of 42 cases and 2 of {in_scope} features passed")


def test_fees_are_out_of_scope_and_the_table_says_so(suite: pytest.Pytester) -> None:
    """Nobody can take row 43 for forgotten."""
    write(suite, "def test_nothing(): pass")
    suite.runpytest()

    assert lines(suite, "row")[43] == ("", "out of scope")
    assert "Fees and fines (by design" in page(suite).read_text()


def test_a_second_run_leaves_the_same_bytes(suite: pytest.Pytester) -> None:
    """Neither the order of the tests nor the number of workers changes the file."""
    write(suite, EVERY_END)
    write(suite, EVERY_END, "test_again.py")
    suite.runpytest()
    first = page(suite).read_bytes()
    suite.runpytest("-n", "2")

    assert page(suite).read_bytes() == first


@pytest.mark.parametrize(
    "arguments",
    [
        ["suite/test_it.py"],
        ["suite/test_it.py::test_passes"],
        ["-k", "passes"],
        ["-m", "case"],
        ["--deselect", "suite/test_it.py::test_skips"],
        ["--ignore", "suite/test_it.py"],
        ["--collect-only"],
        ["--setup-plan"],
        ["--exitfirst"],
        ["--exitfirst", "-n", "2"],
    ],
)
def test_a_run_of_part_of_the_suite_writes_nothing(suite: pytest.Pytester, arguments: list[str]) -> None:
    """Whether the part was chosen, or the run stopped early."""
    write(suite, EVERY_END)
    suite.runpytest(*arguments)

    assert not page(suite).exists()


def test_naming_the_whole_folder_is_the_whole_suite(suite: pytest.Pytester) -> None:
    """`pytest suite` and `pytest` are the same run."""
    write(suite, EVERY_END)
    suite.runpytest("suite")

    assert page(suite).exists()


@pytest.mark.parametrize("source", ["pytest.skip('no', allow_module_level=True)", "raise OSError"])
@pytest.mark.parametrize("workers", [0, 2])
def test_a_module_that_cannot_be_seen_leaves_the_old_table(suite: pytest.Pytester, source: str, workers: int) -> None:
    """Its tests would be missing, and a case that they show might look better than it is."""
    write(suite, EVERY_END)
    write(suite, source, "test_hidden.py")
    suite.runpytest("-n", str(workers), "--continue-on-collection-errors")

    assert not page(suite).exists()


def test_a_worker_that_dies_leaves_the_old_table(suite: pytest.Pytester) -> None:
    """Nobody knows what the test that it took along was to show."""
    write(suite, EVERY_END)
    write(suite, "import os\n@pytest.mark.case(1)\ndef test_dies(): os._exit(1)", "test_dead.py")
    result = suite.runpytest("-n", "2")

    assert not page(suite).exists()
    result.stdout.fnmatch_lines("*left as it was*took its process down")


def test_a_number_that_does_not_exist_stops_the_run(suite: pytest.Pytester) -> None:
    """A slip of the finger would otherwise hide a test for ever."""
    write(suite, "@pytest.mark.case(43)\ndef test_it(): pass")
    result = suite.runpytest()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines("*no case has the number 43")

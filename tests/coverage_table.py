"""
Which tests show which numbered case: a run of the whole suite writes docs/circulation-cases.md.

A test says what it shows with `@pytest.mark.case(14)` and `@pytest.mark.row(29)`; the numbers and their titles are
in coverage_titles.toml. The process that hears all reports (the only one, or the controller of several workers)
writes the table. It writes nothing when part of the suite was left out, was stopped, or was lost with a worker:
then it could not tell what passed.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

__all__ = ["CoverageTable"]

_TITLES = Path(__file__).with_name("coverage_titles.toml")
_PROPERTY = "shows"
_PHASES = {"setup", "call", "teardown"}
_NARROWING = (
    "keyword", "markexpr", "deselect", "ignore", "ignore_glob", "lf", "stepwise",
    "collectonly", "setuponly", "setupplan",
)  # fmt: skip
_WORST_FIRST = ("failed", "skipped", "passed")

_HEAD = """\
# Circulation: the numbered cases, and the tests that show them

Written by every run of the whole test suite (`make test`) from its results; nobody edits it.
A case has *passed* only if every test that carries its number passed in all its variants.
"""


class CoverageTable:
    """The pytest plugin: collects what each test shows and how it ended, and writes the table at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._is_worker = hasattr(config, "workerinput")
        self._titles: dict[str, Any] = tomllib.loads(_TITLES.read_text(encoding="utf-8"))
        self._expected: set[str] = set()
        self._shows: dict[str, list[tuple[str, int]]] = {}
        self._outcomes: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._unseen: str | None = None
        self._summary = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put what a test shows among its user properties, which travel with its reports to the controller."""
        for item in items:
            if shown := list(self._shown(item)):
                item.user_properties.append((_PROPERTY, shown))

    def _shown(self, item: pytest.Item) -> Iterator[tuple[str, int]]:
        for kind in ("case", "row"):
            for marker in item.iter_markers(kind):
                for number in marker.args:
                    if str(number) not in self._titles[kind]:
                        raise pytest.UsageError(f"{item.nodeid}: no {kind} has the number {number!r}")
                    yield kind, number

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be read, or skips itself, hides its tests."""
        if not report.passed:
            self._unseen = f"{report.nodeid} was not collected"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers: what is going to run."""
        self._expected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Iterable[str]) -> None:
        """With workers: what one of them is going to run, which is the same for all."""
        self._expected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember how one phase of one test ended."""
        if report.when not in _PHASES:
            self._unseen = f"{report.nodeid} took its process down"
        properties: dict[str, Any] = dict(report.user_properties)
        if _PROPERTY in properties:
            # Lists and tuples look alike once they came from a worker.
            self._shows[report.nodeid] = [(kind, number) for kind, number in properties[_PROPERTY]]
        # A test that is expected to fail does not show that its case holds.
        outcome = "failed" if hasattr(report, "wasxfail") else report.outcome
        self._outcomes[report.nodeid][str(report.when)].add(outcome)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Write the table, if everything was run."""
        if self._is_worker or not self._is_whole():
            return
        if self._unseen is None and exitstatus not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
            self._unseen = "the run was stopped"
        if self._unseen is None and (left := self._expected - set(self._outcomes)):
            self._unseen = f"{len(left)} tests did not run"
        path = self._config.rootpath / "docs" / "circulation-cases.md"
        if self._unseen is None:
            path.parent.mkdir(exist_ok=True)
            path.write_text(self._page(), encoding="utf-8")
        else:
            self._summary = f"{path.name} is left as it was: {self._unseen}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how much is shown, or why the table was not written."""
        if self._summary:
            terminalreporter.write_line(self._summary)

    def _is_whole(self) -> bool:
        """Whether the whole suite was asked for: every folder of tests, and no option that leaves tests out."""
        if any(self._config.getoption(name, None) for name in _NARROWING):
            return False
        root = self._config.rootpath
        asked = {(self._config.invocation_params.dir / argument).resolve() for argument in self._config.args}
        return {(root / folder).resolve() for folder in self._config.getini("testpaths")} == asked

    def _page(self) -> str:
        tests: dict[tuple[str, int], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for node, shown in self._shows.items():
            for one in shown:
                tests[one][node.split("[")[0]].append(self._outcome(node))
        cases, rows = self._lines("case", tests), self._lines("row", tests)
        self._summary = f"circulation-cases.md: {_passed(cases)} cases and {_passed(rows)} features passed"
        return "\n".join(
            [
                *(_HEAD.rstrip(), "", "## Cases of the desk", "", f"{_passed(cases)} passed.", ""),
                *_table("case", cases),
                *("", "## Features", "", f"{_passed(rows)} passed.", ""),
                *_table("feature", rows),
                "",
            ]
        )

    def _outcome(self, node: str) -> str:
        """The worst end of any phase; a test that did not get through all three has failed."""
        phases = self._outcomes[node]
        ends = {end for outcomes in phases.values() for end in outcomes}
        worst = next(outcome for outcome in _WORST_FIRST if outcome in ends)
        return "failed" if worst == "passed" and set(phases) != _PHASES else worst

    def _lines(self, kind: str, tests: dict[tuple[str, int], dict[str, list[str]]]) -> list[tuple[str, str, str, str]]:
        out_of_scope = self._titles["out_of_scope"].get(kind, {})
        lines = []
        for number, title in sorted(self._titles[kind].items(), key=lambda pair: int(pair[0])):
            shown_by = tests.get((kind, int(number)), {})
            ends = {end for outcomes in shown_by.values() for end in outcomes}
            result = next((outcome for outcome in _WORST_FIRST if outcome in ends), "no test")
            if not shown_by and number in out_of_scope:
                title, result = f"{title} ({out_of_scope[number]})", "out of scope"
            lines.append((number, title, "<br>".join(_named(*test) for test in sorted(shown_by.items())), result))
        return lines


def _named(test: str, outcomes: list[str]) -> str:
    """The test as it is found in the tree, with how often it ran if it has variants."""
    variants = f" × {len(outcomes)}" if len(outcomes) > 1 else ""
    return f"`{test.removeprefix('tests/')}`{variants}"


def _passed(lines: list[tuple[str, str, str, str]]) -> str:
    in_scope = [result for *_, result in lines if result != "out of scope"]
    return f"{in_scope.count('passed')} of {len(in_scope)}"


def _table(name: str, lines: list[tuple[str, str, str, str]]) -> Iterator[str]:
    yield f"| {name} | what | tests | result |"
    yield "| ---: | --- | --- | --- |"
    for line in lines:
        yield f"| {' | '.join(line)} |"

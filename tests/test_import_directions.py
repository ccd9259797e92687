"""What import-linter cannot see: `cli.py` is a module and not a package, and nothing below may know it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ["circulation", "logistics", "projections", "interfaces"]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_imports_the_entry_point_the_tests_or_the_bench(package: str) -> None:
    """The entry point mounts the doors; never the other way round."""
    guilty = [
        (str(path.relative_to(ROOT)), name)
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in imported(path)
        if name.split(".")[0] in {"cli", "tests", "bench"}
    ]

    assert guilty == []

"""Every place in the source that says a message of the catalogue, found by reading the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Said", "everything_said"]

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("circulation", "logistics", "projections", "interfaces")
ERRORS = {"BranchlineError", "Conflict", "Invalid", "Refused", "Unknown"}
SPEAKERS = {"say": 2, "told": 1}
NOT_FOR_WORDS = {"due_us"}


@dataclass(frozen=True)
class Said:
    """One call: where, the names of the messages (or patterns of them) that it may say, and the values it gives."""

    where: str
    names: tuple[str, ...]
    values: frozenset[str]
    positional: int
    allowed: int

    def matches(self, name: str) -> bool:
        return any(re.fullmatch(pattern, name) for pattern in self.names)


def everything_said() -> Iterator[Said]:
    """Every error that is made, every receipt and every sentence that is told, in all our packages."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    for path in sorted([*files, ROOT / "cli.py"]):
        yield from said_in(path)


def said_in(path: Path) -> Iterator[Said]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    speakers = dict.fromkeys(_imported(tree, "circulation.errors") & ERRORS, 1)
    speakers |= {name: count for name, count in SPEAKERS.items() if name in _names(tree)}
    families = {
        call
        for owner in ast.walk(tree)
        if isinstance(owner, ast.ClassDef) and {ast.unparse(base) for base in owner.bases} & speakers.keys()
        for call in ast.walk(owner)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__"
    }
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        allowed = 1 if call in families else speakers.get(ast.unparse(call.func))
        if allowed is not None:
            values = frozenset(keyword.arg or "**" for keyword in call.keywords) - NOT_FOR_WORDS
            where = f"{path.relative_to(ROOT)}:{call.lineno}"
            yield Said(where, tuple(_patterns(call.args[0])) if call.args else (), values, len(call.args), allowed)


def _imported(tree: ast.Module, module: str) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def _names(tree: ast.Module) -> set[str]:
    """What is imported from the catalogue and from where receipts are said, or defined here."""
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return defined | _imported(tree, "circulation.messages.catalogue") | _imported(tree, "circulation.saying")


def _patterns(name: ast.expr) -> Iterator[str]:
    match name:
        case ast.Constant(value=str() as text):
            yield re.escape(text)
        case ast.IfExp(body=body, orelse=orelse):
            yield from _patterns(body)
            yield from _patterns(orelse)
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else "[a-z.-]+" for p in parts)
        case _:
            yield f"not written down: {ast.unparse(name)}"

"""Puts a part of a page between its marks, so that a measurement can renew what it wrote and nothing else."""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_part"]


def write_part(page: Path, name: str, text: str) -> None:
    """Replace the part of that name; a page without it gets it at its end."""
    begin, end = f"<!-- {name}: measured by bench.routing -->", f"<!-- end of {name} -->"
    part = f"{begin}\n{text.strip()}\n{end}\n"
    old = page.read_text(encoding="utf-8") if page.exists() else "# Performance\n"
    if begin in old and end in old:
        before, rest = old.split(begin, 1)
        page.write_text(before + part + rest.split(end, 1)[1].lstrip("\n"), encoding="utf-8")
    else:
        page.write_text(f"{old.rstrip()}\n\n{part}", encoding="utf-8")

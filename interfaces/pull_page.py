"""
The pull list as a page for the printer: in shelf order, with a box to tick for each copy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING

from circulation.branch import Branch
from circulation.calendar import zone_of
from circulation.clock import SECOND_US

if TYPE_CHECKING:
    from projections.holds import PullRow

__all__ = ["heading", "pull_page"]

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 14mm }}
body {{ font: 11pt/1.3 sans-serif; margin: 0 }}
h1 {{ font-size: 16pt }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border-bottom: 0.3mm solid #888; padding: 1.5mm; text-align: left; vertical-align: top }}
tr {{ break-inside: avoid }}
.box {{ width: 5mm; height: 5mm; border: 0.4mm solid; display: inline-block }}
.item {{ font-family: monospace }}
</style>
</head>
<body>
<h1>{title}</h1>
<table>
<thead><tr><th></th><th>Shelf</th><th>Author, title</th><th>Item</th><th>For</th><th>Pull by</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</body>
</html>
"""


def heading(branch: Branch, copies: int, cutoff_us: int | None) -> str:
    """One line: how many copies, and until when the next van needs them, in the time of the branch."""
    van = "no van calls" if cutoff_us is None else f"the van needs them by {_local(branch, cutoff_us)}"
    return f"Pull list of {branch.name}: {copies} {'copy' if copies == 1 else 'copies'}; {van}"


def pull_page(branch: Branch, title: str, rows: Sequence[PullRow]) -> str:
    """The whole page; no patron is on it."""
    lines = (
        "<tr><td><span class='box'></span></td>"
        f"<td>{'waits for the van' if row.outgoing else escape(row.shelf_mark)}</td>"
        f"<td>{escape(', '.join(part for part in (row.author, row.title) if part) or row.title_id)}</td>"
        f"<td class='item'>{escape(row.item)}</td>"
        f"<td>{escape(row.pickup)}</td>"
        f"<td>{_local(branch, row.pull_by_us)}</td></tr>"
        for row in rows
    )
    return _PAGE.format(title=escape(title), rows="\n".join(lines))


def _local(branch: Branch, at_us: int) -> str:
    return f"{datetime.fromtimestamp(at_us // SECOND_US, tz=zone_of(branch.time_zone)):%a %d %b %H:%M}"

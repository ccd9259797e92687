"""
The clear-shelf list as a page for the printer: four piles, with a box to tick for each copy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from circulation.shelf_clearing import PILES, Pile

__all__ = ["PILE_NAMES", "clear_shelf_page"]

PILE_NAMES: Mapping[Pile, str] = {
    "hold": "For another hold here",
    "transit": "Into a tote",
    "shelf": "Onto the open shelf",
    "pickup-changed": "The patron comes elsewhere",
}
"""The piles, as people read them."""

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
h2 {{ font-size: 13pt; break-after: avoid }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border-bottom: 0.3mm solid #888; padding: 1.5mm; text-align: left; vertical-align: top }}
tr {{ break-inside: avoid }}
.box {{ width: 5mm; height: 5mm; border: 0.4mm solid; display: inline-block }}
.item {{ font-family: monospace }}
</style>
</head>
<body>
<h1>{title}</h1>
{piles}
</body>
</html>
"""

_PILE = """\
<h2>{name}: {count}</h2>
<table>
<thead><tr><th></th><th>Code</th><th>Item</th><th>Why</th><th>Next</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>"""


def clear_shelf_page(title: str, rows: Sequence[Mapping[str, object]]) -> str:
    """The whole page from the rows of the list; piles without a copy are left out, and no patron is on it."""
    piles = []
    for pile in PILES:
        lines = [_line(row) for row in rows if row["pile"] == pile]
        if lines:
            piles.append(_PILE.format(name=escape(PILE_NAMES[pile]), count=len(lines), rows="\n".join(lines)))
    return _PAGE.format(title=escape(title), piles="\n".join(piles))


def _line(row: Mapping[str, object]) -> str:
    goes = " ".join(str(part) for part in (row["to"] or "stays here", row["next_hold"]) if part)
    return (
        "<tr><td><span class='box'></span></td>"
        f"<td>{escape(str(row['code'] or ''))}</td>"
        f"<td class='item'>{escape(str(row['item']))}</td>"
        f"<td>{escape(str(row['why']))}</td>"
        f"<td>{escape(goes)}</td></tr>"
    )

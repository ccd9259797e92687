"""
Slips: one small page for each item that must go somewhere or wait for somebody.

The destination is in large letters and the reason below it. A slip rides in a van, so it never names a patron.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from circulation.clock import iso
from circulation.receipt import Receipt

__all__ = ["slip_page", "write_slip"]

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
@page {{ size: 80mm 100mm; margin: 4mm }}
body {{ font: 12pt sans-serif; margin: 0 }}
h1 {{ font-size: 28pt; margin: 0 0 4mm; overflow-wrap: anywhere }}
p {{ margin: 1mm 0 }} .code {{ font: 16pt monospace }}
</style></head><body><h1>{headline}</h1>{lines}<p>{date}</p></body></html>
"""


def slip_page(receipt: Receipt, *, at_us: int) -> str:
    """The slip of a receipt as a page for an 80 mm roll; empty where there is nothing to print."""
    if not receipt.slip:
        return ""
    headline, *lines = receipt.slip
    shown = "".join(f'<p class="code">{escape(line)}</p>' for line in lines)
    return _PAGE.format(title=escape(headline), headline=escape(headline), lines=shown, date=iso(at_us)[:10])


def write_slip(folder: Path, receipt: Receipt, *, at_us: int) -> Path | None:
    """Write the slip into a folder, made if missing, under a name of its own; None where there is none."""
    page = slip_page(receipt, at_us=at_us)
    if not page:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{receipt.position:09d}-{receipt.item or 'unknown'}.html"
    path.write_text(page, encoding="utf-8")
    return path

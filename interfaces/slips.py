"""
Slips: one small printable page for each item that must go somewhere, wait for somebody or be kept aside.

What a sorter reads across a room is largest: the destination's name and its hub, or the pickup code.
A slip rides in a van, so it never names a patron.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from circulation.calendar import local_day, zone_of
from circulation.folds import ITEM
from circulation.item import item_stream
from circulation.receipt import Receipt

if TYPE_CHECKING:
    from circulation.desk import Desk
    from interfaces.live_courier import LiveCourier

__all__ = ["REASONS", "Slip", "Slips", "page_of"]

REASONS = {
    "home": "going home",
    "hold": "HOLD",
    "float": "floating",
    "rebalance": "rebalancing",
    "manual": "sent by hand",
}
"""The reason of a journey, as people read it."""

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{ size: 80mm 100mm; margin: 4mm }}
body {{ font: 12pt/1.25 sans-serif; margin: 0; max-width: 72mm }}
p {{ margin: 0 0 1.5mm; overflow-wrap: anywhere }}
.what {{ font-size: 14pt; font-weight: bold; border-bottom: 1mm solid }}
.large {{ font-size: 28pt; line-height: 1.05; font-weight: bold }}
.mark {{ font-size: 44pt; line-height: 1.05; font-weight: bold; font-family: monospace }}
.item {{ font: 14pt monospace }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Slip:
    """
    What one slip says: `what` to do, the destination in `large`, the `mark` (hub or pickup code), and small lines.

    An empty text is not printed.
    """

    what: str
    large: str
    mark: str
    item: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Slips:
    """Writes the slips of one session into `folder`; the courier says which hub a branch belongs to."""

    folder: Path
    desk: Desk
    courier: LiveCourier

    def write(self, receipt: Receipt, *, branch: str, at_us: int) -> Path | None:
        """
        The file with the slip of a scan at a branch; None where nothing needs one.

        One that was printed already is marked as a copy.
        """
        slip = self.slip(receipt, branch=branch, at_us=at_us)
        if slip is None:
            return None
        path = self.folder / f"{receipt.position:09d}-{receipt.item or 'unknown'}.html"
        path.write_text(page_of(slip, is_copy=path.exists()), encoding="utf-8")
        return path

    def slip(self, receipt: Receipt, *, branch: str, at_us: int) -> Slip | None:
        """What the slip of a receipt says; None where nothing needs one."""
        here = f"{self._day(branch, at_us)} at {branch}"
        item = receipt.item or ""
        if receipt.route_to is not None:
            name = self.desk.places.branch(receipt.route_to).name
            hub = self.courier.ways.hub_of(receipt.route_to)
            lines = (
                f"{receipt.route_to}, reason: {REASONS.get(receipt.reason or '', 'on its way')}",
                f"tote {receipt.filling}" if receipt.filling else "",
                here,
            )
            return Slip("SEND TO", name, (hub or "").upper(), item, lines)
        if receipt.signal == "hold-shelf":
            code, until = self._shelf(item)
            return Slip("HOLD SHELF", "", code, item, (f"until {until}", here))
        if receipt.signal == "aside":
            return Slip("KEEP ASIDE", receipt.headline, "", item, (receipt.sentence, here))
        return None

    def _shelf(self, item: str) -> tuple[str, str]:
        """The pickup code and the last day on the hold shelf."""
        state = self.desk.ledger.load(item_stream(item), ITEM).state
        capture = None if state is None else self.desk.places.dated(state).custody.capture
        if capture is None or capture.until_us is None:
            return "", ""
        return capture.code or "", self._day(capture.pickup, capture.until_us)

    def _day(self, branch: str, at_us: int) -> str:
        return local_day(at_us, zone_of(self.desk.places.branch(branch).time_zone)).isoformat()


def page_of(slip: Slip, *, is_copy: bool = False) -> str:
    """The slip as a page for a roll of 80 mm."""
    parts = [
        ("what", slip.what + (" (COPY)" if is_copy else "")),
        ("large", slip.large),
        ("mark", slip.mark),
        ("item", slip.item),
        *(("line", line) for line in slip.lines),
    ]
    body = "\n".join(f'<p class="{kind}">{escape(text)}</p>' for kind, text in parts if text)
    return _PAGE.format(title=escape(f"{slip.what} {slip.large or slip.mark}".strip()), body=body)

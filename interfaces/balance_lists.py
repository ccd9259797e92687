"""The day's balance as `branchline run balance` shows it: what is listed, lane by lane, or one lane item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from interfaces.tote_lists import lane_of

if TYPE_CHECKING:
    from interfaces.output import Output
    from logistics.balance import Balance
    from projections.day_balance import Sent

__all__ = ["show_balance"]

_LANES = ("origin", "destination", "sent", "received", "travelling", "listed", "holds")


def show_balance(output: Output, sent: Sent, *, day: str, lanes: bool, lane: str | None) -> bool:
    """Print the balance; whether it holds and nothing is listed. Raises `Invalid` (`lane.unreadable`)."""
    from logistics.balance import balance, by_lane

    rules = {"hubs": sent.hubs, "finished_runs": sent.finished_runs, "unpacked": sent.unpacked}
    if lanes:
        found = by_lane(sent.fillings, sent.items, **rules)  # type: ignore[arg-type]
        rows = [
            {"origin": origin, "destination": destination, **{name: getattr(of, name) for name in _LANES[2:]}}
            for (origin, destination), of in found.items()
        ]
        output.emit(rows, _LANES, title=f"Balance of {day} by lane")
        return all(of.holds and not of.discrepancies for of in found.values())
    if lane is not None:
        here = lane_of(lane)
        boxes = [box for box in sent.fillings if (box.origin, box.destination) == here]
        names = {box.filling for box in boxes}
        items = [item for item in sent.items if item.filling in names]
        of = balance(boxes, items, **rules)  # type: ignore[arg-type]
        _show_items(output, of, title=f"Balance of {day} from {here[0]} to {here[1]}")
    else:
        of = balance(sent.fillings, sent.items, **rules)  # type: ignore[arg-type]
        output.emit(of.discrepancies, ("kind", "filling", "items", "sentence"), title=f"Balance of {day}")
    output.note(
        f"sent {of.sent} = received {of.received} + travelling {of.travelling} + listed {of.listed}"
        f"{'' if of.holds else ': the sum does not hold'}"
    )
    return of.holds and not of.discrepancies


def _show_items(output: Output, of: Balance, *, title: str) -> None:
    """Every item of a lane once, in its column."""
    rows = [{"item": item, "column": "received", "kind": "", "sentence": ""} for item in of.received_items]
    rows += [{"item": item, "column": "travelling", "kind": "", "sentence": ""} for item in of.travelling_items]
    for one in of.discrepancies:
        rows += [
            {"item": item, "column": "listed", "kind": one.kind, "sentence": one.sentence}
            for item in one.named or ("",)
        ]
    output.emit(rows, ("item", "column", "kind", "sentence"), title=title)

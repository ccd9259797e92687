"""
What a driver carries: one A4 page a van, readable in black and white, and the same as plain text.

Every stop has its time, its door note, the totes that come off with their barcodes, how many go on, a box to tick
and a line to sign. It names places and boxes only: nothing that rides in a van names a patron.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from circulation.branch import Branch
from circulation.errors import Unknown
from logistics.code128 import code128_svg
from logistics.plan import PlanDrafted, PlannedRoute, PlannedStop

__all__ = ["manifest_page", "manifest_text"]

_STYLE = """
@page { size: A4; margin: 8mm 9mm }
* { box-sizing: border-box }
body { font: 10pt/1.25 "Helvetica Neue", Arial, sans-serif; color: #000; background: #fff; margin: 0 auto;
  max-width: 192mm }
header { display: flex; align-items: flex-start; gap: 6mm; border-bottom: 1mm solid #000; padding-bottom: 2mm }
h1 { font-size: 26pt; line-height: 1; margin: 0; overflow-wrap: anywhere }
header p { margin: .5mm 0 }
.facts { flex: 1 }
.facts b { white-space: nowrap }
table { width: 100%; border-collapse: collapse; margin-top: 2mm }
thead { display: table-header-group }
tr { break-inside: avoid }
th { text-align: left; font-size: 8pt; border-bottom: .4mm solid #000; padding: 1mm }
td { vertical-align: top; border-bottom: .2mm solid #000; padding: 1mm; height: var(--row) }
.n { font-size: 14pt; font-weight: bold; width: 9mm }
.time { width: 16mm; white-space: nowrap; font-size: 8pt }
.time b { font-size: 13pt }
.where b { font-size: 12pt }
.code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 8pt }
.door { border-left: 1mm solid #000; padding-left: 1.5mm; margin-top: .5mm; font-size: 9pt }
.totes { width: 54mm }
.totes > div { display: flex; gap: 1mm }
.count { font-size: 13pt; font-weight: bold; min-width: 5mm }
.box { display: inline-block; text-align: center; font: 8pt ui-monospace, Menlo, Consolas, monospace;
  margin: 0 0 .4mm; line-height: 1 }
.box svg { display: block; margin-bottom: .5mm }
.on { width: 9mm }
.load { width: 12mm; text-align: right }
.done { width: 29mm }
.tick { display: inline-block; width: 6mm; height: 6mm; border: .5mm solid #000; vertical-align: top }
.sign { display: inline-block; width: 19mm; height: 6.5mm; border-bottom: .2mm solid #000; margin-left: 1mm }
.end td { border-bottom: 0; padding-top: 2mm }
footer { margin-top: 3mm; font-size: 8pt; border-top: .2mm solid #000; padding-top: 1mm }
@media screen { body { padding: 8mm } }
"""
_ROWS_MM = 228.0
"""The height that the stops share on one page."""
_LEAST_ROW_MM, _MOST_ROW_MM = 11.5, 16.0


def manifest_page(drafted: PlanDrafted, van: str, branches: Mapping[str, Branch]) -> str:
    """
    The van's day as an HTML page for A4 paper, whole in itself.

    Raises `Unknown` (`plan.no-route`) for a van that does not go out on the plan.
    """
    route = _route_of(drafted, van)
    rows = "".join(_row(number, stop, branches) for number, stop in enumerate(route.stops, 1))
    row_mm = _row_height([_needs(stop, branches) for stop in route.stops])
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Van {escape(van)}, {drafted.day}</title>
<style>{_STYLE}</style></head><body style="--row:{row_mm:.1f}mm">
{_head(drafted, route, branches)}
<table><thead><tr><th>Stop<th>Time<th>Where<th>Totes off, as labelled<th>On<th class="load">On board<th>Done, signature
</thead><tbody>{rows}
<tr class="end"><td class="n">&#9632;<td class="time"><b>{_clock(route.returns)}</b>
<td class="where" colspan="5"><b>{escape(_name(route.hub, branches))}</b> {_code(route.hub)}
&#8212; everything on board comes off</tbody></table>
<footer>{escape(_foot(drafted))}</footer>
</body></html>
"""


def manifest_text(drafted: PlanDrafted, van: str, branches: Mapping[str, Branch]) -> str:
    """The van's day as plain text. Raises `Unknown` (`plan.no-route`) as `manifest_page` does."""
    route = _route_of(drafted, van)
    leaves = f"leaves {_name(route.hub, branches)} ({route.hub}) {_clock(route.leaves)}"
    lines = [
        f"VAN {van}   {_weekday(drafted)}   plan revision {drafted.revision} ({drafted.wave})",
        f"{leaves} with {route.load_at_start} totes; back {_clock(route.returns)}; {_distance(route)}{_break(route)}",
        "",
    ]
    for number, stop in enumerate(route.stops, 1):
        lines.append(
            f"{number:>2}. {_clock(stop.starts)}-{_clock(stop.leaves)}  {_name(stop.branch, branches)} ({stop.branch})"
            f"   off {stop.totes_off}, on {stop.totes_on}, then {stop.load_after} on board   [ ]"
        )
        door = _door(stop.branch, branches)
        lines += [f"      door: {door}"] if door else []
        lines += [f"      off: {' '.join(_totes(stop))}"] if stop.fillings_off else []
    return "\n".join([*lines, "", _foot(drafted), ""])


def _route_of(drafted: PlanDrafted, van: str) -> PlannedRoute:
    for route in drafted.routes:
        if route.van == van:
            return route
    out = ", ".join(route.van for route in drafted.routes) or "none"
    raise Unknown(
        "plan.no-route",
        f"Van {van[:60]} does not go out on {drafted.day}; these do: {out}.",
        "See the plan with: branchline plan show",
    )


def _head(drafted: PlanDrafted, route: PlannedRoute, branches: Mapping[str, Branch]) -> str:
    hub = escape(_name(route.hub, branches))
    wave = "" if drafted.wave == "day" else f", {drafted.wave}"
    return f"""<header><h1>{escape(route.van)}</h1>
<div class="facts"><p><b>{_weekday(drafted)}{wave}</b> &#183; plan revision {drafted.revision}</p>
<p>Leaves <b>{hub}</b> {_code(route.hub)} at <b>{_clock(route.leaves)}</b> with <b>{route.load_at_start} totes</b>,
back at <b>{_clock(route.returns)}</b></p>
<p>{len(route.stops)} stops &#183; {_distance(route)} &#183; {_hours(route.drive_seconds)} driving{_break(route)}</p>
</div><div class="box">{code128_svg(route.van)}{escape(route.van)}</div></header>"""


def _row(number: int, stop: PlannedStop, branches: Mapping[str, Branch]) -> str:
    door = _door(stop.branch, branches)
    boxes = "".join(
        f'<span class="box">{code128_svg(tote, height_mm=4.5, module_mm=0.23)}{escape(tote)}</span>'
        for tote in _totes(stop)
    )
    return f"""
<tr><td class="n">{number}<td class="time"><b>{_clock(stop.starts)}</b><br>to {_clock(stop.leaves)}
<td class="where"><b>{escape(_name(stop.branch, branches))}</b> {_code(stop.branch)}
{f'<div class="door">{escape(door)}</div>' if door else ""}
<td class="totes"><div><span class="count">{stop.totes_off}</span><span>{boxes}</span></div>
<td class="on"><span class="count">{stop.totes_on}</span>
<td class="load">{stop.load_after}
<td class="done"><span class="tick"></span><span class="sign"></span>"""


def _needs(stop: PlannedStop, branches: Mapping[str, Branch]) -> float:
    """The least height of a stop's row in millimetres, by its barcodes (two in a line) and its door note."""
    barcodes = -(-len(stop.fillings_off) // 2) * 8.3 + 2.5
    note = -(-len(_door(stop.branch, branches)) // 40) * 4.2 + 8
    return max(_LEAST_ROW_MM, barcodes, note)


def _row_height(needs: Sequence[float]) -> float:
    """The height at which all rows fit on one page, or the least if they do not."""
    row_mm = _MOST_ROW_MM
    while row_mm > _LEAST_ROW_MM and sum(max(row_mm, need) for need in needs) > _ROWS_MM:
        row_mm -= 0.5
    return row_mm


def _totes(stop: PlannedStop) -> list[str]:
    """The labels of the boxes that come off: a filling is one of many that its box had."""
    return [filling.partition("/")[0] for filling in stop.fillings_off]


def _name(code: str, branches: Mapping[str, Branch]) -> str:
    return branches[code].name if code in branches else code


def _door(code: str, branches: Mapping[str, Branch]) -> str:
    return branches[code].terms.door if code in branches else ""


def _code(code: str) -> str:
    return f'<span class="code">{escape(code)}</span>'


def _weekday(drafted: PlanDrafted) -> str:
    day = date.fromisoformat(drafted.day)
    return f"{day:%A} {day.day} {day:%B %Y}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _distance(route: PlannedRoute) -> str:
    return f"{route.metres / 1000:.0f} km"


def _hours(seconds: int) -> str:
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"


def _break(route: PlannedRoute) -> str:
    return "" if route.break_at is None else f"; break at {_clock(route.break_at)}"


def _foot(drafted: PlanDrafted) -> str:
    estimated = " Travel times are estimated." if drafted.inputs.roads.startswith("estimated") else ""
    return (
        f"Plan of {drafted.day} ({', '.join(drafted.hubs)}), revision {drafted.revision},"
        f" problem {drafted.inputs.problem[:12]}, made from position {drafted.inputs.position:,}.{estimated}"
    )

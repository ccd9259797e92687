"""
What a driver carries: the stops of one van in order, on A4 paper or as plain text.

The page is one self-contained HTML document for a black and white printer. The van and the column headings are
repeated on every sheet, and a stop is never cut in two. Tote codes are printed as text and, where they can be, as
Code 128 bars.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from itertools import groupby

from circulation.branch import Branch
from logistics.exports import kilometres, place, route_of
from logistics.plan import AcceptedViolation, PlanDrafted, PlannedReload, PlannedRoute, PlannedStop
from logistics.wall_clock import wall_time

__all__ = ["manifest_page", "manifest_text"]

_MODULE_MM = 0.25
"""Width of the narrowest bar: ten thousandths of an inch, what any hand scanner reads."""
_QUIET_MODULES = 10
"""Blank paper on both sides of the bars, as Code 128 asks for."""

_STYLE = """
@page {
  size: A4; margin: 11mm 11mm 14mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; }
}
* { box-sizing: border-box; }
body { font: 10pt/1.3 "Liberation Sans", Arial, Helvetica, sans-serif; color: #000; background: #fff; }
body { margin: 0 auto; max-width: 188mm; }
header { display: flex; justify-content: space-between; align-items: flex-end; }
header { border-bottom: 1mm solid #000; padding-bottom: 2mm; }
h1 { font-size: 26pt; line-height: 1; margin: 0; overflow-wrap: anywhere; }
header p { margin: 1mm 0 0; }
.when { text-align: right; white-space: nowrap; padding-left: 6mm; }
.when strong { font-size: 14pt; }
dl { display: flex; flex-wrap: wrap; gap: 1mm 7mm; margin: 2.5mm 0; }
dl div { display: flex; gap: 1.5mm; } dt::after { content: ":"; } dd { margin: 0; font-weight: bold; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
thead { display: table-header-group; }
th { text-align: left; font-size: 8.5pt; border-bottom: .5mm solid #000; padding: 1mm; vertical-align: bottom; }
.sheet th { font-weight: normal; border: 0; padding-bottom: 0; }
tbody { break-inside: avoid; border-bottom: .25mm solid #000; }
td { padding: 1.5mm 1mm; vertical-align: top; overflow-wrap: anywhere; }
.seq { width: 10mm; } .time { width: 17mm; } .off, .on { width: 13mm; } .done { width: 13mm; } .sign { width: 43mm; }
td.seq, td.time, td.off, td.on { font-size: 15pt; font-weight: bold; line-height: 1.1; }
td.off, td.on, th.off, th.on, td.done, th.done { text-align: center; }
td.time small { display: block; font-size: 8.5pt; font-weight: normal; white-space: nowrap; }
.name { font-size: 14pt; font-weight: bold; line-height: 1.15; }
.door { margin: .8mm 0 0; padding-left: 2mm; border-left: .8mm solid #000; }
.box { display: inline-block; width: 7mm; height: 7mm; border: .5mm solid #000; }
td.sign::after { content: ""; display: block; height: 8mm; border-bottom: .25mm solid #000; }
.totes td { padding-top: 0; }
ul { list-style: none; display: flex; flex-wrap: wrap; gap: 2mm 4mm; margin: 0; padding: 0; }
li { text-align: center; font: 9pt "Liberation Mono", monospace; }
svg { display: block; height: 8mm; margin: 0 auto .5mm; }
.event td { font-weight: bold; padding: 1.2mm 1mm; }
.broken { break-inside: avoid; border: .5mm solid #000; padding: 1mm 2mm; margin-top: 4mm; }
.broken h2 { font-size: 11pt; margin: 0 0 1mm; } .broken ul { display: block; }
.broken li { text-align: left; font: inherit; }
footer { break-inside: avoid; display: flex; gap: 8mm; margin-top: 7mm; }
footer span { flex: 1; border-top: .25mm solid #000; padding-top: 1mm; font-size: 8.5pt; }
"""


def manifest_page(plan: PlanDrafted, van: str, branches: Mapping[str, Branch]) -> str:
    """
    The HTML page of one van, ready for printing; it loads nothing.

    Raises `Unknown` (`plan.van-without-route`, `branch.unknown`).
    """
    route = route_of(plan, van)
    hub = place(branches, route.hub)
    facts = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in _facts(route))
    rows = "".join(_row(entry, branches) for entry in _day(route))
    title = f"{van}, {plan.day} {plan.wave}, revision {plan.revision}"
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<header>
<div><h1>{escape(van)}</h1><p>from {escape(hub.name)} ({escape(hub.code)})</p></div>
<p class="when"><strong>{escape(plan.day)} {escape(plan.wave)}</strong><br>revision {plan.revision}</p>
</header>
<dl>{facts}</dl>
<table>
<colgroup><col class="seq"><col class="time"><col><col class="off"><col class="on"><col class="done">\
<col class="sign"></colgroup>
<thead>
<tr class="sheet"><th colspan="7">{escape(title)}</th></tr>
<tr><th class="seq">Stop</th><th class="time">Time</th><th>Branch</th><th class="off">Totes off</th>\
<th class="on">Totes on</th><th class="done">Done</th><th class="sign">Signature</th></tr>
</thead>
{rows}</table>
{_broken_rules(plan, route)}\
<footer><span>Driver</span><span>Left the hub at</span><span>Back at the hub at</span></footer>
</body>
</html>
"""


def manifest_text(plan: PlanDrafted, van: str, branches: Mapping[str, Branch]) -> str:
    """
    The same as plain text for a terminal; control characters in names are replaced.

    Raises `Unknown` (`plan.van-without-route`, `branch.unknown`).
    """
    route = route_of(plan, van)
    hub = place(branches, route.hub)
    lines = [
        f"{van}  from {hub.name} ({hub.code})",
        f"{plan.day} {plan.wave}, revision {plan.revision}",
        ", ".join(f"{name.lower()} {value}" for name, value in _facts(route)),
        "",
    ]
    for entry in _day(route):
        if isinstance(entry, str):
            lines.append(f"     {entry}")
            continue
        seq, stop = entry
        branch = place(branches, stop.branch)
        lines.append(
            f"{seq:>3}  {wall_time(stop.arrives)}-{wall_time(stop.leaves)}  [ ]  "
            f"off {stop.totes_off:>3}  on {stop.totes_on:>3}  {branch.name} ({branch.code})"
        )
        if branch.terms.door:
            lines.append(f"{'':22}door: {branch.terms.door}")
        if stop.fillings_off:
            lines.append(f"{'':22}totes off: {', '.join(stop.fillings_off)}")
    lines += [f"     ! {broken.sentence} Kept because: {broken.because}" for broken in _accepted(plan, route)]
    return "".join(_printable(line) + "\n" for line in lines)


def _accepted(plan: PlanDrafted, route: PlannedRoute) -> list[AcceptedViolation]:
    """The rules that the van's day breaks and was kept with."""
    places = {route.van, *(stop.branch for stop in route.stops)}
    return [one for one in plan.accepted or () if one.place in places]


def _broken_rules(plan: PlanDrafted, route: PlannedRoute) -> str:
    broken = "".join(
        f"<li>{escape(one.sentence)} <b>Kept because:</b> {escape(one.because)}</li>" for one in _accepted(plan, route)
    )
    return f'<section class="broken"><h2>Rules that this day breaks</h2><ul>{broken}</ul></section>\n' if broken else ""


def _facts(route: PlannedRoute) -> Iterator[tuple[str, str]]:
    yield "Leaves", wall_time(route.leaves)
    yield "Returns", wall_time(route.returns)
    yield "Break", "none" if route.break_at is None else wall_time(route.break_at)
    yield "Stops", str(len(route.stops))
    yield "Distance", f"{kilometres(route.metres)} km"
    yield "Totes at start", str(route.load_at_start)


def _day(route: PlannedRoute) -> Iterator[tuple[int, PlannedStop] | str]:
    """The numbered stops, with the break and every call at the hub as a sentence where it falls among them."""
    pending = [(reload.arrives, _reload(reload)) for reload in route.reloads or ()]
    if route.break_at is not None:
        pending.append((route.break_at, f"{wall_time(route.break_at)} Break"))
    pending.sort(reverse=True)
    for seq, stop in enumerate(route.stops, 1):
        while pending and pending[-1][0] <= stop.arrives:
            yield pending.pop()[1]
        yield seq, stop
    while pending:
        yield pending.pop()[1]


def _reload(reload: PlannedReload) -> str:
    return (
        f"{wall_time(reload.arrives)} Back at the hub: {_totes_of(reload.totes_off)} off, reload"
        f" {_totes_of(reload.totes_on)}, leave {wall_time(reload.leaves)}"
    )


def _totes_of(count: int) -> str:
    return f"{count} tote{'' if count == 1 else 's'}"


def _row(entry: tuple[int, PlannedStop] | str, branches: Mapping[str, Branch]) -> str:
    if isinstance(entry, str):
        return f'<tbody class="event"><tr><td></td><td colspan="6">{escape(entry)}</td></tr></tbody>\n'
    seq, stop = entry
    branch = place(branches, stop.branch)
    door = f'<p class="door">{escape(branch.terms.door)}</p>' if branch.terms.door else ""
    return (
        f'<tbody class="stop"><tr><td class="seq">{seq}</td>'
        f'<td class="time">{wall_time(stop.arrives)}<small>to {wall_time(stop.leaves)}</small></td>'
        f'<td><span class="name">{escape(branch.name)}</span> ({escape(branch.code)}){door}</td>'
        f'<td class="off">{stop.totes_off}</td><td class="on">{stop.totes_on}</td>'
        f'<td class="done"><span class="box"></span></td><td class="sign"></td></tr>{_totes(stop)}</tbody>\n'
    )


def _totes(stop: PlannedStop) -> str:
    if not stop.fillings_off:
        return ""
    codes = "".join(f"<li>{_bars(filling.partition('/')[0])}{escape(filling)}</li>" for filling in stop.fillings_off)
    return f'<tr class="totes"><td></td><td colspan="6"><ul aria-label="Totes off">{codes}</ul></td></tr>'


def _bars(tote: str) -> str:
    """Code 128 of the label on the box as SVG, to scale; nothing for a code that the symbology cannot hold."""
    from barcode.codex import Code128
    from barcode.errors import BarcodeError

    try:
        modules = "".join(Code128(tote).build())
    except BarcodeError:
        return ""
    path = ""
    at = _QUIET_MODULES
    for black, run in groupby(modules):
        width = len(list(run))
        if black == "1":
            path += f"M{at} 0h{width}v1h-{width}z"
        at += width
    width = at + _QUIET_MODULES
    return (
        f'<svg viewBox="0 0 {width} 1" preserveAspectRatio="none" style="width:{width * _MODULE_MM:.2f}mm"'
        f' shape-rendering="crispEdges" aria-hidden="true"><path d="{path}"/></svg>'
    )


def _printable(line: str) -> str:
    # A branch name from a list must not be able to move the cursor or colour the terminal.
    return "".join(character if character.isprintable() else "\ufffd" for character in line)

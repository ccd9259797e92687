"""
A plan on a map, in one file that opens from disk and loads nothing: no tiles, no fonts, no network.

Leaflet is copied into the page from its Python package. Every van has a colour and a letter, and everything that
the map shows stands again in tables below it, for print, for screen readers and for those who search.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path

from circulation.branch import Branch
from logistics.exports import geojson, kilometres, peak_load, place
from logistics.plan import PlanDrafted, PlannedRoute
from logistics.wall_clock import wall_time

__all__ = ["map_page"]

_COLOURS = (
    "#1b5e9e",
    "#b3261e",
    "#2e6b30",
    "#7b3fa0",
    "#9a4a00",
    "#00626b",
    "#ad1457",
    "#455a64",
    "#5d4037",
    "#283593",
)
"""Dark enough for white letters on them; after the last one they begin again, the letters do not."""

_STYLE = """
body { font: 15px/1.4 system-ui, "Liberation Sans", Arial, sans-serif; color: #1a1a1a; background: #fff; margin: 0; }
main { max-width: 1400px; margin: 0 auto; padding: 12px 16px 40px; }
h1 { font-size: 22px; margin: 0 0 2px; } h2 { font-size: 18px; margin: 28px 0 6px; }
p { margin: 0 0 8px; }
.view { display: flex; flex-wrap: wrap; gap: 14px; align-items: flex-start; }
#map { flex: 1 1 560px; height: 72vh; min-height: 380px; background: #f2f1ec; border: 1px solid #8a8a8a; }
.legend { flex: 0 1 auto; max-width: 100%; overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: bold; padding: 14px 0 4px; }
th, td { text-align: left; padding: 4px 9px; border-bottom: 1px solid #ccc; vertical-align: top; }
th.n, td.n { text-align: right; }
.pill { display: inline-block; box-sizing: border-box; min-width: 24px; height: 24px; padding: 0 5px; color: #fff;
  border: 2px solid #fff; border-radius: 12px; font: bold 12px/20px system-ui, Arial, sans-serif; text-align: center;
  white-space: nowrap; box-shadow: 0 0 0 1px #333; }
.hub { background: #111; border-radius: 3px; }
.left { background: #fff; color: #111; border: 2px dashed #111; border-radius: 3px; box-shadow: none; }
.spot { width: 0; height: 0; } .spot .pill { position: absolute; transform: translate(-50%, -50%); }
.leaflet-marker-icon:focus-visible .pill { outline: 3px solid #ffb300; }
@media print { #map { height: 120mm; } .pill { print-color-adjust: exact; } tr { break-inside: avoid; } }
"""

# Text from the plan reaches the page only as textContent, except the pills: those are letters and digits.
_SCRIPT = """
const plan = JSON.parse(document.getElementById("plan").textContent);
const map = L.map("map", {attributionControl: false, zoomSnap: 0.25});
L.control.scale().addTo(map);
const swap = ([lon, lat]) => [lat, lon];
const hhmm = (iso) => iso.slice(11, 16);
function lines(texts) {
  const box = document.createElement("div");
  texts.filter(Boolean).forEach((text, index) => {
    const line = document.createElement(index ? "div" : "strong");
    line.textContent = text;
    box.append(line);
  });
  return box;
}
function pill(at, text, kind, colour, title, texts, above) {
  const span = document.createElement("span");
  span.className = "pill " + kind;
  span.style.background = colour;
  span.textContent = text;
  const icon = L.divIcon({className: "spot", html: span, iconSize: [0, 0]});
  L.marker(at, {icon, title, zIndexOffset: above}).bindPopup(lines(texts)).addTo(map);
}
const bounds = L.latLngBounds([]);
for (const [lon, lat, name] of plan.others) {
  L.circleMarker([lat, lon], {radius: 3, weight: 1, color: "#6b6b6b", fillColor: "#bdbdbd", fillOpacity: 1})
    .bindTooltip(lines([name])).addTo(map);
}
const hubs = new Map();
for (const {geometry, properties: p} of plan.features) {
  const at = geometry.type === "Point" ? swap(geometry.coordinates) : null;
  const van = plan.vans[p.van];
  if (p.kind === "route") {
    const path = geometry.coordinates.map(swap);
    path.forEach((point) => bounds.extend(point));
    L.polyline(path, {color: "#fff", weight: 6, opacity: 0.9, interactive: false}).addTo(map);
    L.polyline(path, {color: van.colour, weight: 3, dashArray: van.dash}).bindPopup(lines([
      van.letter + "  " + p.van, hhmm(p.leaves) + " to " + hhmm(p.returns),
      p.km.toFixed(1) + " km, " + p.stops + " stops",
      ...p.reloads.map((r) => hhmm(r.arrives) + " back at the hub, " + r.totes_on + " totes on, " + hhmm(r.leaves)),
    ])).addTo(map);
    const hub = hubs.get(p.hub) || {at: path[0], name: p.hub_name, vans: []};
    hub.vans.push(van.letter + "  " + p.van + ": " + hhmm(p.leaves) + " to " + hhmm(p.returns));
    hubs.set(p.hub, hub);
  } else if (p.kind === "stop") {
    pill(at, van.letter + p.seq, "stop", van.colour, van.letter + p.seq + " " + p.name, [
      van.letter + p.seq + "  " + p.name + " (" + p.branch + ")", hhmm(p.arrives) + " to " + hhmm(p.leaves),
      p.totes_off + " totes off, " + p.totes_on + " totes on", "then " + p.load_after + " on board",
      p.fillings_off.join(", "),
    ], 0);
  } else {
    bounds.extend(at);
    pill(at, "left", "left", "", "Left behind: " + p.name, [
      "Left behind: " + p.name + " (" + p.branch + ")", p.why, p.totes_off + " totes off, " + p.totes_on + " totes on",
    ], 500);
  }
}
for (const [code, hub] of hubs) {
  pill(hub.at, "Hub", "hub", "", "Hub " + hub.name, ["Hub " + hub.name + " (" + code + ")", ...hub.vans], 1000);
}
if (bounds.isValid()) map.fitBounds(bounds, {padding: [30, 30], maxZoom: 13});
else map.setView([0, 0], 1);
"""


def map_page(plan: PlanDrafted, branches: Mapping[str, Branch]) -> str:
    """
    The HTML document of the plan, about 200 kB plus what the plan holds.

    Branches that no van calls at are small grey dots. Raises `Unknown` (`branch.unknown`).
    """
    styles, leaflet = _leaflet()
    marks = {route.van: (_letter(index), _COLOURS[index % len(_COLOURS)]) for index, route in enumerate(plan.routes)}
    title = f"{plan.day} {plan.wave}, revision {plan.revision}"
    totals = plan.totals
    summary = (
        f"{totals.vans} vans, {totals.stops} stops, {totals.totes} totes, {kilometres(totals.metres)} km, "
        f"{totals.left_behind} left behind. Lines are straight; distances and times are those of the roads."
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:">
<title>{escape(title)}</title>
<style>{styles}</style>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p>{escape(summary)}</p>
<div class="view">
<div id="map" role="region" aria-label="Map of the routes; the tables below hold the same"></div>
<div class="legend">{_legend(plan, marks)}</div>
</div>
<h2>Left behind</h2>
{_left_table(plan, branches)}
<h2>Stops</h2>
{"".join(_route_table(route, marks[route.van], branches) for route in plan.routes)}
</main>
<script type="application/json" id="plan">{_script_json(_data(plan, marks, branches))}</script>
<script>{leaflet}</script>
<script>{_SCRIPT}</script>
</body>
</html>
"""


@lru_cache(maxsize=1)
def _leaflet() -> tuple[str, str]:
    """Leaflet's styles and script, without the references to files that are not beside this page."""
    from xstatic.pkg import leaflet

    folder = Path(leaflet.BASE_DIR)
    styles = (folder / "leaflet.css").read_text("utf-8")
    script = (folder / "leaflet.js").read_text("utf-8")
    return re.sub(r"url\([^)]*\)", "none", styles), re.sub(r"//# sourceMappingURL=\S+", "", script)


def _letter(index: int) -> str:
    """A to Z, then AA, AB, and so on."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters


def _data(plan: PlanDrafted, marks: Mapping[str, tuple[str, str]], branches: Mapping[str, Branch]) -> dict[str, object]:
    called = {stop.branch for route in plan.routes for stop in route.stops}
    called |= {route.hub for route in plan.routes} | {left.branch for left in plan.left}
    # A second round of the same colours is dashed, so that lines can be told apart as well.
    vans = {
        van: {"letter": letter, "colour": colour, "dash": "8 5" if index >= len(_COLOURS) else None}
        for index, (van, (letter, colour)) in enumerate(marks.items())
    }
    others = [
        [branch.longitude_e6 / 1_000_000, branch.latitude_e6 / 1_000_000, branch.name]
        for code, branch in branches.items()
        if code not in called and not branch.retired
    ]
    return {"features": geojson(plan, branches)["features"], "vans": vans, "others": others}


def _script_json(data: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _table(caption: str, headings: Mapping[str, bool], rows: list[list[str]]) -> str:
    """A table of cells that are markup already; `headings` say which columns are numbers."""
    classes = [' class="n"' if numeric else "" for numeric in headings.values()]
    head = "".join(f'<th scope="col"{css}>{name}</th>' for name, css in zip(headings, classes, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{css}>{cell}</td>" for cell, css in zip(row, classes, strict=True)) + "</tr>\n"
        for row in rows
    )
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n"


def _pill(mark: tuple[str, str]) -> str:
    letter, colour = mark
    return f'<span class="pill" style="background:{colour}">{letter}</span>'


def _legend(plan: PlanDrafted, marks: Mapping[str, tuple[str, str]]) -> str:
    rows = [
        [
            f"{_pill(marks[route.van])} {escape(route.van)}",
            str(len(route.stops)),
            kilometres(route.metres),
            str(peak_load(route)),
            f"{wall_time(route.leaves)}–{wall_time(route.returns)}",
        ]
        for route in plan.routes
    ]
    return _table("Vans", {"Van": False, "Stops": True, "km": True, "Most totes": True, "Out": False}, rows)


def _left_table(plan: PlanDrafted, branches: Mapping[str, Branch]) -> str:
    if not plan.left:
        return "<p>Nothing.</p>"
    rows = [
        [
            f"{escape(place(branches, left.branch).name)} ({escape(left.branch)})",
            str(left.totes_off),
            str(left.totes_on),
            str(left.items),
            str(left.oldest_days),
            escape(left.why),
        ]
        for left in plan.left
    ]
    headings = {"Branch": False, "Off": True, "On": True, "Items": True, "Oldest, days": True, "Why": False}
    return _table("Stops that no van makes", headings, rows)


def _route_table(route: PlannedRoute, mark: tuple[str, str], branches: Mapping[str, Branch]) -> str:
    rows = []
    for seq, stop in enumerate(route.stops, 1):
        reload = route.reload_before(seq)
        if reload is not None:
            counts = (reload.totes_off, reload.totes_on, reload.totes_on)
            rows.append(["", "Back at the hub", wall_time(reload.arrives), wall_time(reload.leaves), *map(str, counts)])
        rows.append(
            [
                f"{mark[0]}{seq}",
                f"{escape(place(branches, stop.branch).name)} ({escape(stop.branch)})",
                wall_time(stop.arrives),
                wall_time(stop.leaves),
                str(stop.totes_off),
                str(stop.totes_on),
                str(stop.load_after),
            ]
        )
    resting = "no break" if route.break_at is None else f"break {wall_time(route.break_at)}"
    caption = (
        f"{_pill(mark)} {escape(route.van)} from {escape(place(branches, route.hub).name)}, "
        f"{wall_time(route.leaves)}–{wall_time(route.returns)}, {resting}, {kilometres(route.metres)} km"
    )
    headings = {"Stop": False, "Branch": False, "Arrives": False, "Leaves": False}
    return _table(caption, {**headings, "Off": True, "On": True, "Then on board": True}, rows)

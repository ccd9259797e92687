"""
A plan as a map page that opens from disk: Leaflet is part of the page, and nothing is fetched from anywhere.

Every van has a colour and a letter, every stop its number on it; beside the map stands the same as a table, which
needs neither colours nor scripts. There are no tiles, because tiles would need a network.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from importlib import resources

from circulation.branch import Branch
from logistics.exports import geojson, letter_of
from logistics.plan import PlanDrafted, PlannedRoute

__all__ = ["map_page"]

_COLOURS = (
    "#0b5cad", "#b3261e", "#1b7f3b", "#7a3ea1", "#a85b00", "#00727a",
    "#a3195b", "#4d5b00", "#3c4a9e", "#7b4a2f", "#00618a", "#5f5f5f",
)  # fmt: skip
"""Dark enough to carry white letters; they repeat after a dozen vans, the letters do not."""

_STYLE = """
* { box-sizing: border-box }
body { margin: 0; font: 15px/1.4 system-ui, "Segoe UI", Arial, sans-serif; color: #1a1a1a; background: #fff;
  display: grid; grid-template: auto 1fr / minmax(0, 3fr) minmax(22rem, 2fr); height: 100vh }
header { grid-column: 1 / 3; padding: .6rem 1rem; border-bottom: 1px solid #999 }
h1 { font-size: 1.25rem; margin: 0 }
header p { margin: .2rem 0 0 }
#map { background: #eef1ec; min-height: 20rem }
#list { overflow: auto; padding: .5rem 1rem 2rem; border-left: 1px solid #999 }
h2 { font-size: 1rem; margin: 1rem 0 .3rem; display: flex; align-items: center; gap: .5rem }
h2 label { font-weight: normal; font-size: .85rem; margin-left: auto }
.letter { color: #fff; border-radius: .2rem; min-width: 1.6em; text-align: center; padding: 0 .25em; font-weight: 700 }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums }
th { text-align: left; border-bottom: 1px solid #555 }
td, th { padding: .15rem .35rem; vertical-align: top }
tr:nth-child(even) td { background: #f4f4f4 }
.number { text-align: right }
td button { font: inherit; color: #0b5cad; background: none; border: 0; padding: 0; text-align: left; cursor: pointer;
  text-decoration: underline }
button:focus-visible, input:focus-visible { outline: 3px solid #ffbf47; outline-offset: 1px }
.pin { color: #fff; border: 1.5px solid #fff; border-radius: 1em; font: 700 11px/17px system-ui, Arial, sans-serif;
  text-align: center; white-space: nowrap; box-shadow: 0 0 2px #000 }
.pin.hub { border-radius: 3px; background: #000 }
.pin.left { background: #fff; color: #000; border: 2px dashed #000; line-height: 16px }
@media (max-width: 60rem) { body { display: block; height: auto } #map { height: 60vh } #list { border: 0 } }
@media print { body { display: block; height: auto } #map { height: 120mm } #list { overflow: visible; border: 0 } }
"""

_SCRIPT = """
const data = JSON.parse(document.getElementById('plan').textContent);
const map = L.map('map', { attributionControl: false, zoomSnap: 0.25 });
L.control.scale().addTo(map);
const groups = {}, markers = {};
const at = (feature) => [feature.geometry.coordinates[1], feature.geometry.coordinates[0]];
function lines(...texts) {
  const box = document.createElement('div');
  texts.forEach((text, order) => {
    const line = box.appendChild(document.createElement(order ? 'div' : 'strong'));
    line.textContent = text;
  });
  return box;
}
function pin(kind, text, colour, size) {
  const node = document.createElement('div');
  node.className = 'pin ' + kind;
  node.textContent = text;
  if (colour) node.style.background = colour;
  return L.divIcon({ html: node, className: '', iconSize: [size, 20] });
}
for (const hub of data.hubs) {
  L.marker([hub.latitude, hub.longitude], { icon: pin('hub', 'HUB', null, 34), title: hub.name, zIndexOffset: 2000 })
    .bindPopup(() => lines(hub.name, hub.vans + ' vans start here')).addTo(map);
}
for (const feature of data.features) {
  const p = feature.properties, colour = data.colours[p.van];
  if (p.kind === 'route') {
    groups[p.van] = L.featureGroup().addTo(map);
    const path = feature.geometry.coordinates.map(([longitude, latitude]) => [latitude, longitude]);
    L.polyline(path, { color: '#fff', weight: 6, opacity: 0.9 }).addTo(groups[p.van]);
    L.polyline(path, { color: colour, weight: 3 }).bindPopup(() => lines(
      'Van ' + p.letter + ': ' + p.van,
      p.leaves + ' to ' + p.returns + ', ' + (p.metres / 1000).toFixed(1) + ' km, ' + p.stops + ' stops',
    )).addTo(groups[p.van]);
  } else if (p.kind === 'stop') {
    markers[p.branch] = L.marker(at(feature), { icon: pin('', p.letter + p.stop, colour, 32), title: p.name })
      .bindPopup(() => lines(
        p.letter + p.stop + ' ' + p.name, p.arrives + ' to ' + p.leaves,
        p.totes_off + ' totes off (' + p.items_off + ' items)', p.totes_on + ' totes on (' + p.items_on + ' items)',
        p.load_after + ' totes on board afterwards',
      )).addTo(groups[p.van]);
  } else {
    const left = L.marker(at(feature), { icon: pin('left', '?', null, 20), title: p.name })
      .bindPopup(() => lines(p.name + ' is left behind', p.why)).addTo(map);
    markers[p.branch] = markers[p.branch] || left;
  }
}
const places = data.features.filter((f) => f.geometry.type === 'Point').map(at)
  .concat(data.hubs.map((hub) => [hub.latitude, hub.longitude]));
if (places.length) map.fitBounds(places, { padding: [25, 25], maxZoom: 14 });
document.getElementById('list').addEventListener('click', (event) => {
  const marker = markers[event.target.dataset.branch];
  if (!marker) return;
  map.setView(marker.getLatLng(), Math.max(map.getZoom(), 12));
  marker.openPopup();
});
document.getElementById('list').addEventListener('change', (event) => {
  const group = groups[event.target.dataset.van];
  if (group) event.target.checked ? group.addTo(map) : group.remove();
});
"""

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def map_page(drafted: PlanDrafted, branches: Mapping[str, Branch]) -> str:
    """
    The page as HTML, whole in itself (about 170 kB and 300 bytes a stop).

    Raises `Unknown` (`branch.unknown`) for a branch without coordinates.
    """
    script, style = _leaflet()
    data = _data(drafted, branches)
    totals = drafted.totals
    estimated = " Travel times are estimated." if drafted.inputs.roads.startswith("estimated") else ""
    sections = "".join(_section(number, route, branches) for number, route in enumerate(drafted.routes))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Routes of {drafted.day}</title>
<style>{style}</style><style>{_STYLE}</style></head><body>
<header><h1>Routes of {drafted.day}, {escape(", ".join(drafted.hubs))} ({drafted.wave}),
revision {drafted.revision}</h1>
<p>{totals.vans} vans, {totals.stops} stops, {totals.totes} totes, {totals.items} items,
{totals.metres / 1000:.0f} km, {totals.drive_seconds / 3600:.1f} h driving; {totals.left_behind} left behind.
Lines are straight; the roads are not.{estimated}</p></header>
<div id="map" role="application" aria-label="Map of the routes; the list beside it says the same"></div>
<main id="list">{sections}{_left(drafted, branches)}
<p><small>Map drawn by Leaflet (BSD-2-Clause), &#169; Volodymyr Agafonkin and contributors.</small></p></main>
<script type="application/json" id="plan">{data}</script>
<script>{script}</script><script>{_SCRIPT}</script></body></html>
"""


def _leaflet() -> tuple[str, str]:
    """Leaflet's script and style from its package, without what would point outside the page."""
    folder = resources.files("xstatic.pkg.leaflet") / "data"
    script = (folder / "leaflet.js").read_text(encoding="utf-8")
    style = (folder / "leaflet.css").read_text(encoding="utf-8")
    script = re.sub(r"//# sourceMappingURL=\S+", "", script)
    return script.replace("</script", "<\\/script"), re.sub(r"url\((?!#)[^)]*\)", "none", style)


def _data(drafted: PlanDrafted, branches: Mapping[str, Branch]) -> str:
    hubs = [
        {
            "name": branches[code].name,
            "latitude": branches[code].latitude_e6 / 1e6,
            "longitude": branches[code].longitude_e6 / 1e6,
            "vans": sum(route.hub == code for route in drafted.routes),
        }
        for code in drafted.hubs
    ]
    data = {
        "hubs": hubs,
        "colours": {route.van: _colour(number) for number, route in enumerate(drafted.routes)},
        "features": geojson(drafted, branches)["features"],
    }
    # A name that holds </script> must not end the element.
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _section(number: int, route: PlannedRoute, branches: Mapping[str, Branch]) -> str:
    letter, van = letter_of(number), escape(route.van)
    rows = "".join(
        f'<tr><td>{letter}{order}<td><button type="button" data-branch="{escape(stop.branch)}">'
        f"{escape(branches[stop.branch].name)}</button><td>{_clock(stop.starts)}<td>{_clock(stop.leaves)}"
        f'<td class="number">{stop.totes_off}<td class="number">{stop.totes_on}<td class="number">{stop.load_after}'
        for order, stop in enumerate(route.stops, 1)
    )
    return f"""
<section><h2><span class="letter" style="background:{_colour(number)}">{letter}</span>{van}
<label><input type="checkbox" checked data-van="{van}"> on the map</label></h2>
<p>{escape(branches[route.hub].name)} {_clock(route.leaves)} to {_clock(route.returns)},
{route.metres / 1000:.1f} km, leaves with {route.load_at_start} totes</p>
<table><thead><tr><th>Stop<th>Where<th>From<th>To<th class="number">Off<th class="number">On
<th class="number">On board</thead><tbody>{rows}</tbody></table></section>"""


def _left(drafted: PlanDrafted, branches: Mapping[str, Branch]) -> str:
    if not drafted.left:
        return ""
    rows = "".join(
        f'<tr><td><button type="button" data-branch="{escape(left.branch)}">{escape(branches[left.branch].name)}'
        f'</button><td class="number">{left.items}<td>{escape(left.why)}'
        for left in drafted.left
    )
    return f"""
<section><h2>Left behind</h2><table><thead><tr><th>Where<th class="number">Items<th>Why</thead>
<tbody>{rows}</tbody></table></section>"""


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"

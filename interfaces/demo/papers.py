"""
What a demo leaves on disk beside its store: a manifest for every van, the routes as GeoJSON, and a map page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from circulation.branch import Branch
from logistics.exports import geojson
from logistics.manifest import manifest_page
from logistics.map_page import map_page
from logistics.plan import PlanDrafted

__all__ = ["write_papers"]


def write_papers(folder: Path, plan: PlanDrafted, branches: Mapping[str, Branch]) -> list[str]:
    """Write the papers of a plan into a folder; what was written, as it is told to people."""
    manifests = folder / "manifests"
    manifests.mkdir(parents=True, exist_ok=True)
    for old in manifests.glob("*.html"):
        old.unlink()
    for route in plan.routes:
        (manifests / f"{route.van}.html").write_text(manifest_page(plan, route.van, branches), encoding="utf-8")
    text = json.dumps(geojson(plan, branches), ensure_ascii=False, indent=1)
    (folder / "routes.geojson").write_text(text, encoding="utf-8")
    (folder / "map.html").write_text(map_page(plan, branches), encoding="utf-8")
    return [
        f"{folder / 'map.html'} (open it in a browser)",
        f"{folder / 'routes.geojson'}",
        f"{manifests}/ ({len(plan.routes)} manifests, one a van)",
    ]

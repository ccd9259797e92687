"""
What is brought to and taken from each stop of a plan, as bytes and back, so that its routes can be changed later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from circulation.errors import Invalid
from logistics.demand import Load, StopDemand

__all__ = ["carried_from_bytes", "carried_to_bytes"]


def carried_to_bytes(carried: Mapping[str, StopDemand]) -> bytes:
    """Canonical JSON in UTF-8: the same stops give the same bytes."""
    stops = [asdict(carried[code]) for code in sorted(carried)]
    return json.dumps(stops, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def carried_from_bytes(data: bytes) -> dict[str, StopDemand]:
    """The stops that were written, by branch. Raises `Invalid` (`carried.unreadable`) for bytes that hold none."""
    try:
        return {raw["branch"]: _stop(raw) for raw in json.loads(data)}
    except (ValueError, KeyError, TypeError) as failed:
        raise Invalid("carried.unreadable", why=failed) from failed


def _stop(raw: dict[str, Any]) -> StopDemand:
    return StopDemand(**{**raw, "deliver": _load(raw["deliver"]), "collect": _load(raw["collect"])})


def _load(raw: dict[str, Any]) -> Load:
    return Load(**{**raw, "fillings": tuple(raw["fillings"])})

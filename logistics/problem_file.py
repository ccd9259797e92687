"""
A routing problem as bytes and back, so that a plan can be made again from what was attached to it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from circulation.errors import Invalid
from logistics.pin import Pin
from logistics.problem import Break, Credit, Hub, Pair, RoutingProblem, Stop, Van
from logistics.stability import Stability, Usual

__all__ = ["problem_from_bytes", "problem_to_bytes"]


def problem_to_bytes(problem: RoutingProblem) -> bytes:
    """Canonical JSON in UTF-8: the same problem gives the same bytes."""
    fields = asdict(problem)
    fields["vans"] = [van.as_written() for van in problem.vans]
    if not problem.credits:  # as such a problem was written before there were credits
        del fields["credits"]
    if not problem.pins:
        del fields["pins"]
    if problem.stability is None:
        del fields["stability"]
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def problem_from_bytes(data: bytes) -> RoutingProblem:
    """The problem that was written. Raises `Invalid` (`problem.unreadable`) for bytes that hold none."""
    try:
        raw: dict[str, Any] = json.loads(data)
        return RoutingProblem(
            hubs=tuple(Hub(**hub) for hub in raw["hubs"]),
            vans=tuple(_van(van) for van in raw["vans"]),
            stops=tuple(_stop(stop) for stop in raw["stops"]),
            metres=tuple(tuple(row) for row in raw["metres"]),
            seconds=tuple(tuple(row) for row in raw["seconds"]),
            pairs=tuple(Pair(**pair) for pair in raw["pairs"]),
            credits=tuple(Credit(**credit) for credit in raw.get("credits", ())),
            pins=tuple(Pin(**pin) for pin in raw.get("pins", ())),
            stability=_stability(raw.get("stability")),
        )
    except (ValueError, KeyError, TypeError) as failed:
        raise Invalid("problem.unreadable", why=failed) from failed


def _van(raw: dict[str, Any]) -> Van:
    return Van(**{**raw, "rest": None if raw["rest"] is None else Break(**raw["rest"])})


def _stop(raw: dict[str, Any]) -> Stop:
    return Stop(**{**raw, "windows": tuple((opens, closes) for opens, closes in raw["windows"])})


def _stability(raw: dict[str, Any] | None) -> Stability | None:
    return None if raw is None else Stability(**{**raw, "usual": tuple(Usual(**its) for its in raw["usual"])})

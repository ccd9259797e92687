"""
What stops are called in a routing problem: by their branch, or where a branch has two, by what tells them apart; and
what a place in a tour is called.
"""

from __future__ import annotations

__all__ = ["another_stop", "branch_for", "place_in_tour", "taken_over_from", "takeover"]


def another_stop(branch: str, of: str) -> str:
    """A second stop at a branch, for what comes from a van or a hub: `wells@v2`."""
    return f"{branch}@{of}"


def takeover(van: str, branch: str) -> str:
    """Where a van is taken over from what it has for a branch, or for its hub: `v2>wells`."""
    return f"{van}>{branch}"


def taken_over_from(stop: str) -> str | None:
    """The van that totes are taken over from at this stop; None at any other."""
    van, arrow, _ = stop.partition(">")
    return van if arrow else None


def branch_for(stop: str) -> str:
    """The branch, or hub, that a takeover's totes are for."""
    return stop.partition(">")[2]


def place_in_tour(after: str | None) -> str:
    """The place right behind a stop, None for the first of the tour: `after wells`, `as its first stop`."""
    return f"after {after}" if after else "as its first stop"

"""The period that a report is about: `--from` and `--to`."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.context import Session

__all__ = ["Since", "Until", "period_of"]

Since = Annotated[str | None, typer.Option("--from", metavar="TIME", help="From this moment; the beginning if unset.")]
Until = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before this moment; now if unset.")]


def period_of(session: Session, since: str | None, until: str | None) -> tuple[int, int]:
    """From and before when, in microseconds UTC. Raises `Invalid` (`time.unreadable`)."""
    from circulation.clock import parse_instant
    from interfaces.moment import instant_asked

    from_us = 0 if since is None else parse_instant(since)
    return from_us, instant_asked(session) + 1 if until is None else parse_instant(until)

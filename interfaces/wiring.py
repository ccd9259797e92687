"""
Which factory opens which part of a session: the one place that knows what stands behind the commands.

A factory imports what it opens, so that a command pays only for the parts that it uses.
"""

from __future__ import annotations

from interfaces.context import Factory

__all__ = ["FACTORIES"]

FACTORIES: dict[str, Factory] = {}

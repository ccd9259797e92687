"""
Published routing instances: how their files are read, asked as a `RoutingProblem`, and how an answer is judged.

`read_instance(file, content)` knows the LKH style of TSPLIB (simultaneous pickup and delivery, with and without
time windows), Li & Lim (pairs) and Solomon, Gehring & Homberger (time windows). `problem_of` asks it in integers;
`faults` and `length` judge routes in double precision from the file's own numbers.
"""

from __future__ import annotations

from logistics.instances.formats import read_instance
from logistics.instances.instance import Instance, Node, Ride
from logistics.instances.integers import problem_of
from logistics.instances.judge import faults, length

__all__ = ["Instance", "Node", "Ride", "faults", "length", "problem_of", "read_instance"]

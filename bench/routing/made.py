"""
Instances made for the measurements, the same each time.

Demand is split between delivery and pickup in the manner of Salhi & Nagy (1999), who take a ratio of coordinates;
here it is one of two distances, so that it needs nothing but what an instance holds.
"""

from __future__ import annotations

import random
from dataclasses import replace

from logistics.instances import Instance, Node
from logistics.instances.instance import distances_between

__all__ = ["split_demand", "wide_map"]


def split_demand(instance: Instance) -> Instance:
    """The instance with each customer's demand shared between delivery and pickup."""
    customers = []
    for place, node in enumerate(instance.customers, 1):
        one, other = instance.distance[place][0], instance.distance[place][1 + place % len(instance.customers)]
        share = min(one, other) / max(one, other, 1e-9)
        deliver = round(share * node.deliver)
        customers.append(replace(node, deliver=deliver, collect=node.deliver - deliver))
    return replace(instance, name=f"split-{instance.name}", customers=tuple(customers))


def wide_map(customers: int, seed: int) -> Instance:
    """
    Customers on a map of 1,000 by 1,000, half of them about towns, each with something to deliver and to pick up.

    Odd seeds have the depot in the middle, even ones at the edge; vehicles for about 12 customers and one in ten
    to spare.
    """
    chance = random.Random(seed)
    towns = [(chance.uniform(0, 1000), chance.uniform(0, 1000)) for _ in range(8)]
    points = [(500.0, 500.0) if seed % 2 else (50.0, 100.0)]
    for number in range(customers):
        if number % 2:
            points.append((round(chance.uniform(0, 1000), 1), round(chance.uniform(0, 1000), 1)))
        else:
            x, y = towns[number // 2 % len(towns)]
            points.append((round(chance.gauss(x, 50), 1), round(chance.gauss(y, 50), 1)))
    nodes = tuple(
        Node(number, deliver=chance.randint(1, 40), collect=chance.randint(1, 40)) for number in range(2, customers + 2)
    )
    return Instance(
        name=f"map-{customers}-{seed}",
        vehicles=-(-customers * 11 // 120),
        capacity=12 * 24,
        depot=Node(1),
        customers=nodes,
        distance=distances_between(points),
    )

"""Instances of three customers, made up here, in every format that is read; distances can be checked by hand."""

from __future__ import annotations

__all__ = ["LENGTH", "LI_LIM", "MATRIX", "SOLOMON", "TIMED"]

# Depot at the origin; 2 at (3, 4), 3 at (3, 0), 4 at (0, 4): arcs of 3, 4 and 5.
TIMED = """\
NAME : corner
TYPE : VRPSPDTW
DIMENSION : 4
VEHICLES : 2
CAPACITY : 10
EDGE_WEIGHT_TYPE : EXACT_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 3 0
4 0 4
PICKUP_AND_DELIVERY_SECTION
1 0 0 40 0 0 0
2 0 7 8 1 4 2
3 0 0 40 1 5 3
4 0 0 40 1 0 5
DEPOT_SECTION
1
-1
EOF
"""

# The same corner, untimed, each route at most 16 long with 1 of service a customer; the hours do not count.
LENGTH = (
    TIMED.replace("VRPSPDTW", "VRPSPD")
    .replace("CAPACITY : 10\n", "CAPACITY : 10\nDISTANCE : 16\nSCALE : 1000\n")
    .replace("EXACT_2D", "EUC_2D")
)

# Distances that no plane has; node 3 is the depot, and it is further back than there.
MATRIX = """\
NAME: given
TYPE: VRPSPD
DIMENSION: 3
VEHICLES: 2
CAPACITY: 9
DISTANCE: 0
EDGE_WEIGHT_TYPE: EXPLICIT
EDGE_WEIGHT_FORMAT: FULL_MATRIX
EDGE_WEIGHT_SECTION
0 12 30 11
0
31 20 21 0
PICKUP_AND_DELIVERY_SECTION
1 0 0 0 0 2 7
2 0 0 0 0 7 2
3 0 0 0 0 0 0
DEPOT_SECTION
3 -1
"""

SOLOMON = """\
corner\r
\r
VEHICLE\r
NUMBER     CAPACITY\r
  2         10\r
\r
CUSTOMER\r
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME\r
\r
    0      0         0          0          0         40          0\r
    1      3         4          4          7          8          1\r
    2      3         0          5          0         40          1\r
    3      0         4          2          0         40          1\r
"""

# 1 to 4 goes 6, 3 to 2 goes 5; a vehicle holds 10, so they may not be on board together.
LI_LIM = """\
2\t10\t1
0\t0\t0\t0\t0\t100\t0\t0\t0
1\t3\t4\t6\t0\t100\t1\t0\t4
2\t3\t0\t-5\t0\t100\t1\t3\t0
3\t0\t4\t5\t0\t100\t1\t0\t2
4\t6\t4\t-6\t0\t100\t1\t1\t0
"""

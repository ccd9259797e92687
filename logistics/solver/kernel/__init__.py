"""
The compiled search: ruin and recreate by slack induction by string removals (SISR).

After J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems",
Transportation Science 54(2), 2020. `day` holds the problem as arrays, `tours` the state of the search,
`clocks` the earliest and latest times and loads along a tour, `insertion` the place of a stop in a tour,
`ruin` and `recreate` the two halves of a move, `anneal` the loop.
"""

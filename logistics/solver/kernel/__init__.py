"""
The compiled search: ruin and recreate by slack induction by string removals (SISR).

After J. Christiaens and G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing Problems",
Transportation Science 54(2), 2020. `day` holds the problem as arrays, `tours` the state of the search,
`clocks` the earliest and latest times and loads along a tour, `timing` whether a stop is in time on them, `insertion`
the place of a stop in a tour, `pairs` that of a pair, `trips` a trip of its own after a reload at the hub, `rides` the
times where a ride is bounded, `credits` what a tour earns, `ruin` and `recreate` the two halves of a move, `anneal` the
loop, `judge` the price of a given tour.

The kernel departs from the paper in five things. It remembers where a stop goes best in a tour that has not changed,
and therefore blinks at the best place in a tour, not at single positions. Absences that are frequent weigh more, in
place of the paper's minimising of the fleet. Stops may have a price. On long tours some
moves are wider. And with many stops
only tours that pass near a stop are tried for it, as long as one of them fits.
"""

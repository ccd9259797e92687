"""
Weeks of a network played forward under a courier policy, before anybody drives them.

What happens to the libraries (`demand.py`, `mishaps.py`) is drawn once and is the same under every policy, so that two
results differ by the policies alone. `play.py` plays the days, `tours.py` has the real solver plan the vans,
`places.py` knows where every item is, `outcome.py` says in numbers what came of it, `chart.py` draws it.
"""

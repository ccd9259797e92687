"""
The promises of the design as numbers, measured: one file a promise, each beside a raw floor taken in the same run.

`python -m bench` runs them all, prints a table and writes `out/bench.json`; `python -m bench checkin` runs one.
"""

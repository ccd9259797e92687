"""Desks that lose the network: a small table to decide by, a file of scans, and the upload that merges them."""

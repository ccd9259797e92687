"""A realistic network and weeks of circulation, computed from a seed."""

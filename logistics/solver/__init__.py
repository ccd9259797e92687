"""Van routes: the one place that knows OR-Tools."""

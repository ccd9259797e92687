"""How the log is kept: one SQLite file, memory, or a PostgreSQL server."""

"""What people look at: read models folded from the log."""

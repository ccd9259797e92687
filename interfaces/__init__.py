"""The doors: commands, imports, printed pages."""

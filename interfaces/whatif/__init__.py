"""A period played again under other rules: what people did is taken from the log, what follows is decided anew."""

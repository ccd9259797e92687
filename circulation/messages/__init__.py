"""What Branchline says to people: one catalogue, a folder of TOML files for each language."""

"""Tamper evidence: what was recorded can be proven to anybody, and what was changed afterwards is found."""

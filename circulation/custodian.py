"""Who had a thing last, as far as anybody scanned it: the evidence that a discrepancy is settled with."""

from __future__ import annotations

from circulation.event import part

__all__ = ["Custodian"]


@part
class Custodian:
    """
    The branch where a tote or an item last stood, and the van and the run that carried it last, if any did.

    All are None for a thing that nobody had.
    """

    branch: str | None = None
    van: str | None = None
    run: str | None = None

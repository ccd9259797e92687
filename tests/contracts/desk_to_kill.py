"""
A desk that works until it is killed: `python -m tests.contracts.desk_to_kill FOLDER FIRST` begins with command FIRST.

Command number n is always the same one, under the request id `n`, so a new process that begins with the command
that was not acknowledged does what a real desk does after a crash: it sends that one again.
Every line on stdout acknowledges one command: its number and the position of its last event, 0 if it was refused.
"""

from __future__ import annotations

import random
import sys
from itertools import count
from pathlib import Path

from circulation.clock import MINUTE_US
from circulation.command import Caller, Commands
from circulation.desk import Desk
from circulation.errors import Refused
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.receipt import Receipt
from projections.lookups import CatalogueOfViews, ContentsOfViews
from projections.registry import open_views
from tests.cast import DUNE, ITEMS, MIDDLEMARCH, PATRONS, TUESDAY
from tests.world import TwoHubs

STORE = "desk.db"
_BRANCHES = ("bristol", "bath", "wells", "taunton")
_TOTES = ("T1", "T2", "T3")


def work(folder: Path, first: int) -> None:
    """Carry out commands, and say of each what was recorded, until somebody ends this process."""
    now_us = TUESDAY
    ledger = Ledger.open(f"sqlite:{folder / STORE}", clock=lambda: now_us, simulated=True, create=False)
    views = open_views(ledger)
    keyring = Keyring.open(ledger.url.beside("keys"))
    desk = Desk(
        ledger,
        keyring,
        Commands(ledger, lambda: now_us, keyring),
        catalogue=CatalogueOfViews(views),
        courier=TwoHubs(),
        contents=ContentsOfViews(views),
    )
    for number in count(first):
        now_us = TUESDAY + number * MINUTE_US
        try:
            position = _command(desk, number).position
        except Refused:
            position = 0
        print(number, position, flush=True)


def _command(desk: Desk, number: int) -> Receipt:
    chance = random.Random(number)
    caller = Caller("staff/ana", "declared", chance.choice(_BRANCHES), "desk-1")
    barcode, title = chance.choice(sorted(ITEMS)), chance.choice((MIDDLEMARCH, DUNE))
    card, _, home = PATRONS[chance.choice(sorted(PATRONS))]
    kind = chance.random()
    if kind < 0.25:
        return desk.holds.place(caller, card=card, pickup=home, title=title, request=str(number))
    if kind < 0.5:
        return desk.loans.lend(caller, card=card, barcode=barcode, request=str(number))
    tote = chance.choice((None, *_TOTES))
    return desk.scan(caller, barcode, tote=tote, sort=chance.random() < 0.3, request=str(number))


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]))

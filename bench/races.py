"""
Eight processes on one SQLite file, all after the same copies, the same queue and the same patrons' limits.

Every process is a desk with the production wiring (its own ledger, keys and views), and gives random commands:
scans, loans, renewals, recalls, holds and what changes them, conditions, claims, moves, undos, and repeats of what
it sent before.
Afterwards the log is audited from its first event (`tests/log_auditor.py`): no invariant may be broken, no limit
passed, no acknowledged command lost or doubled, and the views equal a rebuild.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.promise import Promise
from circulation.actor import ActorRegistered, Role
from circulation.clock import system_clock
from circulation.command import Caller, Commands
from circulation.desk import Desk
from circulation.errors import BranchlineError
from circulation.event import NewEvents, Stamp
from circulation.hold import TitleAdded, title_of_hold, title_stream
from circulation.item import ItemAdded, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.policy import LOAN_RULES, LoanRuleSet
from circulation.receipt import Receipt
from interfaces.live_courier import LiveCourier
from interfaces.wiring import make_desk
from projections.registry import open_views
from tests.cast import PATRONS, network
from tests.log_auditor import LogAuditor

__all__ = ["measure"]

PROCESSES = 8
COMMANDS = 10_000
LOAN_LIMIT, HOLD_LIMIT = 2, 2
HOT = "t-hot"
TITLES = (HOT, "t-warm", "t-cool")
ITEMS = {f"3011400000{n:04d}": TITLES[n % 3] for n in range(12)}
HOT_ITEM = next(iter(ITEMS))
BRANCHES = ("bath", "bristol", "wells", "clevedon")

_KINDS = {
    "scan": 30, "lend": 30, "place": 15, "cancel": 6, "suspend": 2, "renew": 5, "undo": 8, "missed": 3,
    "damaged": 1, "restore": 4, "lost": 1, "missing": 1, "claim": 2, "move": 3, "recall": 2, "pickup": 3,
}  # fmt: skip
"""How often each command is drawn, in shares."""

Sent = tuple[str, int]
"""A request that was acknowledged, and the position that its receipt named."""


def measure() -> list[Promise]:
    """The races at their full size, as a promise that no rule is broken."""
    broken, answers, seconds = race(COMMANDS)
    said = ", ".join(f"{code} {count}" for code, count in answers.most_common())
    given = sum(answers.values())
    return [
        Promise(
            f"{PROCESSES} processes, one file, {given:,} racing commands: rules broken",
            len(broken),
            "rules",
            0,
            higher_is_better=False,
            note="; ".join(broken) or f"{given / seconds:,.0f} commands/s; {said}",
        )
    ]


def race(commands: int) -> tuple[list[str], Counter[str], float]:
    """Run the races and audit what they left: the rules broken, how commands were answered, the seconds it took."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("BRANCHLINE_BENCH_DIR")) as folder:
        url = f"sqlite:{Path(folder) / 'races.db'}"
        _found(url)
        fresh = multiprocessing.get_context("spawn")
        begin = time.perf_counter()
        with fresh.Pool(PROCESSES) as desks:
            told = desks.starmap(_one_desk, [(url, number, commands // PROCESSES) for number in range(PROCESSES)])
        seconds = time.perf_counter() - begin
        answers = sum((counts for counts, _ in told), Counter[str]())
        broken = _broken(url, [sent for _, each in told for sent in each])
    broken += [f"{count} times {what}" for what, count in answers.items() if what.startswith("! ")]
    return broken, answers, seconds


# --- before ----------------------------------------------------------------------------------------------------------


def _found(url: str) -> None:
    """The cast's branches, twelve copies of three titles, six patrons with small limits."""
    with Ledger.open(url) as ledger:
        keyring = Keyring.open(ledger.url.beside("keys"))
        rule = LoanRuleSet(
            rule="small", days=21, renewals=3, loan_limit=LOAN_LIMIT, hold_limit=HOLD_LIMIT, shelf_days=9
        )
        stamp = Stamp(system_clock(), "staff/ana", "declared", "bristol", "set-up", "set-up", b"set-up")
        ledger.append(
            stamp,
            [
                NewEvents("staff/ana", 0, (ActorRegistered(role=Role.ADMINISTRATOR),)),
                *network(),
                NewEvents(LOAN_RULES, 0, (rule,)),
                *(NewEvents(title_stream(title), 0, (TitleAdded(title=title),)) for title in TITLES),
                *(NewEvents(item_stream(code), 0, (_copy(code),)) for code in ITEMS),
            ],
        )
        desk = _desk(ledger, keyring)
        caller = Caller("staff/ana", "declared", "bristol", "set-up")
        for name, (card, category, home) in PATRONS.items():
            desk.borrowers.register(caller, card=card, name=name, category=category, home=home)
        keyring.close()


def _copy(code: str) -> ItemAdded:
    home = BRANCHES[int(code) % len(BRANCHES)]
    return ItemAdded(title=ITEMS[code], owner="Somerset", home=home, item_type="book", branch=home)


def _desk(ledger: Ledger, keyring: Keyring) -> Desk:
    views = open_views(ledger)
    return make_desk(ledger, keyring, Commands(ledger, system_clock, keyring), views, LiveCourier(views))


# --- one process -----------------------------------------------------------------------------------------------------


def _one_desk(url: str, number: int, commands: int) -> tuple[Counter[str], list[Sent]]:
    """One desk's share of the commands: how each was answered, and what was acknowledged."""
    answers: Counter[str] = Counter()
    sent: list[Sent] = []
    chance = random.Random(number)
    with Ledger.open(url) as ledger:
        keyring = Keyring.open(ledger.url.beside("keys"))
        racer = _Racer(_desk(ledger, keyring), chance)
        for n in range(commands):
            caller = Caller("staff/ana", "declared", chance.choice(BRANCHES), f"desk-{number}")
            act, request = racer.any_command(caller), f"desk-{number}-{n}"
            try:
                receipt = act(request)
                if chance.random() < 0.05:
                    again = act(request)
                    assert (again.repeated, again.position) == (True, receipt.position), f"{request} was done twice"
            except BranchlineError as error:
                answers[error.code] += 1
                continue
            except Exception as error:  # noqa: BLE001 - whatever else goes wrong is a rule broken, and is told
                answers[f"! {type(error).__name__} {error}"] += 1
                continue
            answers[receipt.code] += 1
            if receipt.position:
                sent.append((request, receipt.position))
        keyring.close()
    return answers, sent


class _Racer:
    """Draws a command; two in three concern the hot copy or the hot queue."""

    def __init__(self, desk: Desk, chance: random.Random) -> None:
        self.desk = desk
        self.chance = chance

    def any_command(self, caller: Caller) -> Callable[[str], Receipt]:
        """A command with its arguments, waiting for its request id."""
        desk, chance = self.desk, self.chance
        code = HOT_ITEM if chance.random() < 0.5 else chance.choice(list(ITEMS))
        title = HOT if chance.random() < 0.7 else chance.choice(TITLES)
        card = PATRONS[chance.choice(sorted(PATRONS))][0]
        kind = chance.choices(tuple(_KINDS), tuple(_KINDS.values()))[0]
        match kind:
            case "damaged":
                return lambda request: desk.conditions.report(caller, code, "damaged", code="wet", request=request)
            case "restore":
                return lambda request: desk.conditions.restore(caller, code, why="mended", request=request)
            case "lost" | "missing":
                declare = desk.conditions.lost if kind == "lost" else desk.conditions.missing
                return lambda request: declare(caller, code, request=request)
            case "claim":
                return lambda request: desk.claims.claim_returned(caller, code, request=request)
            case "move":
                to = chance.choice(BRANCHES)
                return lambda request: desk.moves.send(caller, code, to=to, why="display", request=request)
            case "recall":
                return lambda request: desk.recalls.recall(caller, code, request=request)
            case "pickup":
                hold, to = self._a_hold(title, card), chance.choice(BRANCHES)
                return lambda request: desk.pickups.change(caller, hold, pickup=to, request=request)
            case "lend":
                return lambda request: desk.loans.lend(caller, card=card, barcode=code, request=request)
            case "place":
                return lambda request: desk.holds.place(
                    caller, card=card, pickup=caller.desk, title=title, request=request
                )
            case "cancel" | "suspend":
                hold = self._a_hold(title, card)
                act = desk.holds.cancel if kind == "cancel" else desk.holds.suspend
                return lambda request: act(caller, hold, request=request)
            case "renew":
                return lambda request: desk.loans.renew(caller, code, request=request)
            case "undo":
                return lambda request: desk.undo(caller, code, request=request)
            case "missed":
                return lambda request: desk.holds.missed(caller, code, request=request)
            case _:
                return lambda request: desk.scan(caller, code, request=request)

    def _a_hold(self, title: str, card: str) -> str:
        """One of the patron's holds, of this title if there is one."""
        holds = self.desk.borrowers.by_card(card).claims.holds
        return next((hold for hold in holds if title_of_hold(hold) == title), holds[0] if holds else f"{title}#0")


# --- afterwards ------------------------------------------------------------------------------------------------------


def _broken(url: str, sent: list[Sent]) -> list[str]:
    """Every rule that the log does not keep, as a sentence each."""
    broken: list[str] = []
    with Ledger.open(url) as ledger:
        keyring = Keyring.open(ledger.url.beside("keys"))
        facts = ledger.facts(limit=10_000_000)
        audit = LogAuditor(
            lambda key, sealed, claim: keyring.unseal(key, sealed, context=claim),
            loan_limit=LOAN_LIMIT,
            hold_limit=HOLD_LIMIT,
        )
        try:
            audit.take(facts)
        except AssertionError as error:
            broken.append(str(error))
        ends = {fact.position: fact.request for fact in facts}
        lost = [name for name, position in sent if ends.get(position) != name]
        broken += [f"{len(lost)} acknowledged commands are not in the log: {lost[:3]}"] if lost else []
        claimed: Counter[str] = Counter()
        desk = _desk(ledger, keyring)
        for card, _, _ in PATRONS.values():
            claims = desk.borrowers.by_card(card).claims
            claimed.update((*claims.loans, *claims.holds))
        if claimed != Counter((*audit.open_now("loan"), *audit.open_now("hold"))):
            broken.append("the claims are not the open loans and holds")
        keyring.close()
        views = open_views(ledger)
        for status in views.status():
            broken += [f"{status.name} differs from a rebuild: {found}" for found in views.verify(status.name)[:1]]
        views.close()
    return broken

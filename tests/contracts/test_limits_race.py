"""Two desks, in threads and in processes of their own, cannot pass a patron's limit together, nor lend past a block."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from circulation.actor import ActorRegistered, Role
from circulation.clock import DAY_US, system_clock
from circulation.command import Commands
from circulation.desk import Desk
from circulation.errors import BranchlineError, Conflict, Refused
from circulation.event import NewEvents, Stamp
from circulation.hold import TitleAdded, title_stream
from circulation.item import ItemAdded, item_stream
from circulation.keyring import Keyring
from circulation.ledger import Ledger
from circulation.policy_changes import RuleChange
from circulation.policy_desk import PolicyDesk
from circulation.store.url import StoreUrl
from tests.cast import PATRONS, network, stock
from tests.world import StreamCatalogue, StreamContents, TwoHubs, World

LIMIT = 3
EACH = 6
CARD = PATRONS["ada"][0]
BOOKS = [f"3011400000{number:04d}" for number in range(2000, 2000 + 2 * EACH)]


class RealWorld(World):
    """The cast on a store that keeps real time: every desk has its own ledger, as every process has."""

    def __post_init__(self) -> None:
        self.commands = Commands(self.ledger, system_clock, self.keyring)
        lookups = (StreamCatalogue(self.ledger), TwoHubs(), StreamContents(self.ledger))
        self.desk = Desk(
            self.ledger, self.keyring, self.commands, catalogue=lookups[0], courier=lookups[1], contents=lookups[2]
        )


def opened(url: str, stack: ExitStack) -> RealWorld:
    ledger = stack.enter_context(Ledger.open(url))
    keyring = Keyring.open(StoreUrl.parse(url).beside("keys"))
    stack.callback(keyring.close)
    return RealWorld(ledger, keyring)


def founded(url: str) -> None:
    """The cast, a dozen books of as many titles, and limits of three."""
    with ExitStack() as stack:
        world = opened(url, stack)
        books = [
            change
            for number, barcode in enumerate(BOOKS)
            for change in (
                NewEvents(title_stream(f"t{number}"), 0, (TitleAdded(title=f"Book {number}"),)),
                NewEvents(
                    item_stream(barcode),
                    0,
                    (ItemAdded(title=f"t{number}", owner="Somerset", home="wells", item_type="book", branch="wells"),),
                ),
            )
        ]
        staff = NewEvents("staff/ana", 0, (ActorRegistered(role=Role.ADMINISTRATOR),))
        stamp = Stamp(system_clock() - DAY_US, "staff/ana", "declared", "bristol", "test", "set-up", b"set-up")
        world.ledger.append(stamp, (staff, *network(), *stock(), *books))
        for name, (card, category, home) in PATRONS.items():
            world.desk.borrowers.register(world.at("bristol"), card=card, name=name, category=category, home=home)
        values: dict[str, int | bool] = {"loan_limit": LIMIT, "hold_limit": LIMIT}
        PolicyDesk(world.commands).set_rule(world.at("bristol"), RuleChange("few", values=values))


def lend(world: World, number: int) -> None:
    world.desk.loans.lend(world.at("wells", f"desk-{number % 2}"), card=CARD, barcode=BOOKS[number])


def place(world: World, number: int) -> None:
    world.desk.holds.place(world.at("bath", f"desk-{number % 2}"), card=CARD, pickup="bath", title=f"t{number}")


Attempt = Callable[[World, int], None]


def work(url: str, attempt: Attempt, mine: int, said: Any) -> None:
    """One desk: it tries its share of the books, one after the other, and says how each ended."""
    with ExitStack() as stack:
        world = opened(url, stack)
        for number in range(mine, 2 * EACH, 2):
            while True:
                try:
                    attempt(world, number)
                    said.put("done")
                except Conflict:
                    continue
                except BranchlineError as error:
                    said.put(error.code)
                break


def open_claims(url: str) -> tuple[int, int]:
    with ExitStack() as stack:
        claims = opened(url, stack).desk.borrowers.by_card(CARD).claims
        return len(claims.loans), len(claims.holds)


@pytest.mark.row(42)
@pytest.mark.parametrize(
    ("attempt", "limit", "open_now"), [(lend, "loan.limit", (LIMIT, 0)), (place, "hold.limit", (0, LIMIT))]
)
def test_two_processes_cannot_pass_a_patrons_limit_together(
    shared_store_url: str, attempt: Attempt, limit: str, open_now: tuple[int, int]
) -> None:
    founded(shared_store_url)
    spawn = multiprocessing.get_context("spawn")
    said = spawn.Queue()
    desks = [spawn.Process(target=work, args=(shared_store_url, attempt, mine, said)) for mine in (0, 1)]
    for desk in desks:
        desk.start()
    ends = [said.get(timeout=60) for _ in range(2 * EACH)]
    for desk in desks:
        desk.join()

    assert sorted(ends) == ["done"] * LIMIT + [limit] * (2 * EACH - LIMIT)
    assert open_claims(shared_store_url) == open_now


@pytest.mark.row(42)
def test_a_loan_that_was_decided_before_a_block_is_not_recorded_after_it(shared_store_url: str) -> None:
    founded(shared_store_url)
    with ExitStack() as stack:
        counter, office = opened(shared_store_url, stack), opened(shared_store_url, stack)
        decided, blocked = threading.Event(), threading.Event()
        append = counter.ledger.append

        def append_late(*args: Any, **kwargs: Any) -> Any:
            # Between the decision and its append somebody else blocks the patron.
            if not decided.is_set():
                decided.set()
                assert blocked.wait(30)
            return append(*args, **kwargs)

        counter.ledger.append = append_late  # type: ignore[method-assign]

        def block() -> None:
            decided.wait(30)
            office.desk.borrowers.block(office.at("bath"), CARD, "overdue")
            blocked.set()

        blocking = threading.Thread(target=block)
        blocking.start()
        with pytest.raises(Refused) as refused:
            lend(counter, 0)
        blocking.join()
        assert refused.value.code == "patron.blocked"
        assert counter.desk.borrowers.by_card(CARD).claims.loans == ()

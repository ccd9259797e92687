"""
What one invocation of the command line knows: the global options, read, and the parts it has opened.

The `Session` travels on Typer's context; a command takes it with `session_of(context)`.
Parts (the ledger, the desk, the views) are opened by factories on first use and closed when the command ends,
so that `--help` and a typing mistake never open a store.
"""

from __future__ import annotations

import getpass
import platform
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from circulation.barcode import parse_name
from circulation.clock import parse_instant
from circulation.errors import Invalid
from circulation.words import hidden, opened
from interfaces.output import Format, Output
from interfaces.store_file import check_store_file

if TYPE_CHECKING:
    import typer

    from circulation.command import Caller
    from circulation.store.url import StoreUrl

__all__ = [
    "AsOf",
    "AtInstant",
    "AtPosition",
    "Factory",
    "Options",
    "Session",
    "machine_name",
    "parse_as_of",
    "session_of",
]

T = TypeVar("T")

_POSITION = re.compile(r"^#?(\d{1,18})$")
_REQUEST = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:\-]{0,63}$")


@dataclass(frozen=True, slots=True)
class AtPosition:
    """A past moment as a number of events: true after the event at `position`, from 0 (before the first)."""

    position: int


@dataclass(frozen=True, slots=True)
class AtInstant:
    """A past moment as recorded time, in microseconds UTC."""

    instant_us: int


AsOf = AtPosition | AtInstant
"""The moment that a question is about."""

Factory = Callable[["Session"], AbstractContextManager[Any]]
"""Opens one part for a session; what it returns is entered now and left when the command ends."""


def parse_as_of(text: str) -> AsOf:
    """
    A position (`48112` or `#48112`) or an ISO 8601 time.

    Digits alone are always a position. Raises `Invalid` (`time.unreadable`, `time.out-of-range`).
    """
    position = _POSITION.match(text.strip().replace(",", ""))
    return AtPosition(int(position.group(1))) if position else AtInstant(parse_instant(text))


@dataclass(frozen=True, slots=True)
class Options:
    """
    The global options as they were given; None where one was not.

    `store` is an address that has not been opened, `occurred_us` is in microseconds UTC.
    """

    store: str = "branchline.db"
    format: Format = Format.TABLE
    as_of: AsOf | None = None
    as_happened: bool = False
    actor: str | None = None
    branch: str | None = None
    device: str | None = None
    occurred_us: int | None = None
    request: str | None = None
    quiet: bool = False
    color: bool = True

    def given(self, option: str, value: object) -> Options:
        """These options with one more, named as on the command line (`as_of`, `json`), in its written form."""
        text = str(value)
        match option:
            case "store":
                return replace(self, store=text)
            case "json" | "nl" | "csv":
                return self._with_format(Format(option))
            case "as_of":
                return replace(self, as_of=parse_as_of(text))
            case "as_happened":
                return replace(self, as_happened=True)
            case "actor":
                return replace(self, actor=parse_name(text, what="staff"))
            case "branch":
                return replace(self, branch=parse_name(text, what="branch"))
            case "device":
                return replace(self, device=parse_name(text, what="device"))
            case "occurred_at":
                return replace(self, occurred_us=parse_instant(text))
            case "request_id":
                return replace(self, request=_read_request(text))
            case "quiet":
                return replace(self, quiet=True)
            case "no_color":
                return replace(self, color=False)
        raise ValueError(f"no global option is called {option}")

    def _with_format(self, wanted: Format) -> Options:
        if self.format not in (Format.TABLE, wanted):
            raise Invalid("output.two-forms", format=self.format, wanted=wanted)
        return replace(self, format=wanted)


def _read_request(text: str) -> str:
    if not _REQUEST.match(text):
        raise Invalid("request.unreadable", text=text[:40])
    return text


class Session:
    """
    One invocation: its options and the parts that it opened.

    `options` may still change while the command line is read, because they may also stand behind the command.
    """

    def __init__(self, options: Options, factories: Mapping[str, Factory]) -> None:
        self.options = options
        self._factories = factories
        self._open: dict[str, Any] = {}
        self._closing = ExitStack()
        self.replays = False
        """Whether the parts are those of the moment that `--as-of` means (`past.py`), instead of being asked for it."""
        self.focus: str | None = None
        """The item that the whole command is about, where it is about one: then a replay reads little."""

    @property
    def output(self) -> Output:
        """Where the command speaks, in the form that was asked for."""
        return Output(self.options.format, quiet=self.options.quiet, color=self.options.color, opened=self.opened)

    @cached_property
    def store(self) -> StoreUrl:
        """
        The store's address; a file can be opened or made there.

        Raises what `StoreUrl.parse` and `check_store_file` raise.
        """
        from circulation.store.url import StoreUrl

        url = StoreUrl.parse(self.options.store)
        if url.path is not None:
            check_store_file(url.path)
        return url

    @property
    def branch(self) -> str:
        """The branch that the command is for. Raises `Invalid` (`branch.missing`) if none was named."""
        if self.options.branch is None:
            raise Invalid("branch.missing")
        return self.options.branch

    @cached_property
    def caller(self) -> Caller:
        """
        Who gives the command and from where.

        Without `--actor` it is the actor whose login the operating system says, without `--device` the machine's
        name. Raises `Unknown` (`actor.unknown`) where nobody here has that login.
        """
        from circulation.command import Caller

        options = self.options
        return Caller(
            actor=self._actor_of_login() if options.actor is None else f"staff/{options.actor}",
            via="os" if options.actor is None else "declared",
            desk=options.branch or "",
            device=options.device or machine_name(),
        )

    def _actor_of_login(self) -> str:
        from circulation.errors import Unknown

        # The commands come first: opening them founds a new store, whose maker is its first administrator.
        self.part("commands")
        actor = self.part("keyring").actor_of(_login())
        if actor is None:
            raise Unknown("actor.unknown:login")
        return str(actor)

    @cached_property
    def position(self) -> int | None:
        """The position that `--as-of` means, None for now, and for parts that are of that moment themselves."""
        if self.replays:
            return None
        match self.options.as_of:
            case AtPosition(position=position):
                return position
            case AtInstant(instant_us=instant_us):
                return int(self.part("ledger").position_at(instant_us))
            case _:
                return None

    def part(self, name: str) -> Any:
        """The part of that name, opened by its factory on first use."""
        if name not in self._open:
            self._open[name] = self._closing.enter_context(self._factories[name](self))
        return self._open[name]

    def opened(self, value: T) -> T:
        """
        The value with every reason and note in it that somebody typed in the clear, with the keys of now.

        No store is opened for a value that holds none.
        """
        return opened(value, lambda text: str(self.part("words")(text)))

    def unnamed(self, text: str) -> str:
        """
        The text without the cards of this store's patrons and without what somebody typed and the log keeps sealed.

        Nothing is made for it.
        """
        from circulation.errors import BranchlineError
        from circulation.store.url import StoreUrl
        from interfaces.unnamed import knows_cards, without_cards

        if not any(letter.isdigit() for letter in text):
            return text
        try:
            return without_cards(text, knows_cards(StoreUrl.parse(self.options.store)))
        except BranchlineError:
            return hidden(text)  # what is no address of a store knows no cards

    def close(self) -> None:
        """Close what was opened, in reverse order."""
        self._open.clear()
        self._closing.close()


def session_of(context: typer.Context) -> Session:
    """The invocation's session."""
    session = context.find_root().obj
    if not isinstance(session, Session):
        raise TypeError("the root command has not put a Session on the context")
    return session


def _login() -> str:
    """The operating system's name for who runs this; empty where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def machine_name() -> str:
    """The machine's name as a device code; 'terminal' where it has none that can be one."""
    name = re.sub(r"[^a-z0-9]+", "-", platform.node().split(".")[0].lower()).strip("-")
    return name[:63] or "terminal"

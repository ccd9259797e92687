"""
The tree of commands, grown only where somebody looks.

The root knows every group by its line in the table; a group's module is imported when the group is invoked,
when its help is asked for, or when a shell completes inside it.
Global options may stand behind any command as well: each loaded command gets silent copies of the root's.
"""

from __future__ import annotations

import copy
import importlib
import importlib.util
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from circulation.errors import Invalid
from interfaces.commands import GROUPS
from interfaces.context import session_of

__all__ = ["CommandTree", "Misused", "accepts", "give_option", "listing", "of_any_moment"]

_F = TypeVar("_F", bound=Callable[..., Any])


class Misused(Exception):
    """The command line cannot be read: a value that an option was given is not one."""

    def __init__(self, error: Invalid) -> None:
        super().__init__(error.sentence)
        self.error = error


def accepts(*options: str) -> Callable[[_F], _F]:
    """
    Mark a command as one for which these global options are natural, so that its own help shows them.

    Options are named as parameters (`as_of`, which brings `as_happened`). A command refuses a moment that it was
    not marked for, and accepts every other global option all the same.
    """
    named = (*options, "as_happened") if "as_of" in options else options

    def mark(command: _F) -> _F:
        shown: frozenset[str] = getattr(command, "shown_options", frozenset())
        command.shown_options = shown | frozenset(named)  # type: ignore[attr-defined]
        return command

    return mark


def of_any_moment(command: _F) -> _F:
    """
    Mark a command that only reads and knows nothing of `--as-of`: its parts are then those of that moment.

    That costs a replay; a command that asks interval tables for the moment itself is marked `accepts("as_of")`.
    """
    command.replays = True  # type: ignore[attr-defined]
    return accepts("as_of")(command)


listing = accepts("json", "nl", "csv")
"""Mark a command as a listing: its help shows the forms of output."""


def give_option(context: typer.Context, option: str, value: object) -> None:
    """Add a global option to the session; one that was not given (None, False) changes nothing."""
    if value is None or value is False or context.resilient_parsing:
        return
    session = session_of(context)
    try:
        session.options = session.options.given(option, value)
    except Invalid as error:
        raise Misused(error) from error


class CommandTree(TyperGroup):
    """The root group."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, group in GROUPS.items():
            if importlib.util.find_spec(f"interfaces.commands.{name}"):
                line = TyperCommand(name, help=group.help, rich_help_panel=group.panel, add_help_option=False)
                self.commands[name] = line
        self._loaded: dict[str, Any] = {}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that was named, its module imported."""
        name, command, rest = super().resolve_command(ctx, args)
        return (name, command, rest) if name is None else (name, self.loaded(name), rest)

    def loaded(self, name: str) -> Any:
        """The whole command of that group, its module imported."""
        if name not in self._loaded:
            command = _command_of(importlib.import_module(f"interfaces.commands.{name}").app, name)
            _accept_everywhere(command, [one for one in self.params if one.expose_value and not one.is_eager])
            self._loaded[name] = command
        return self._loaded[name]


def _command_of(app: typer.Typer, name: str) -> Any:
    """The application as a command of that name: its only command if that has the name, else a group."""
    whole = typer.Typer(add_completion=False)
    whole.add_typer(app, name=name)
    command: Any = typer.main.get_group(whole).commands[name]
    if app.registered_callback is None and list(command.commands) == [name]:
        command = command.commands[name]
    else:
        command.no_args_is_help = not command.invoke_without_command
    command.help = command.help or GROUPS[name].help
    return command


def _accept_everywhere(command: Any, options: list[Any]) -> None:
    """Give the command, and those below it, its copy of each global option that it does not define itself."""
    if isinstance(command, TyperGroup):
        for below in command.commands.values():
            _accept_everywhere(below, options)
    shown: frozenset[str] = getattr(command.callback, "shown_options", frozenset())
    if command.callback is not None:
        command.invoke = _at_the_moment(command, shown)
    taken = {written for parameter in command.params for written in parameter.opts}
    for option in options:
        free = [written for written in option.opts if written not in taken]
        if free:
            command.params.append(_silent_copy(option, free, hidden=option.name not in shown))


def _at_the_moment(command: Any, shown: frozenset[str]) -> Callable[[Any], Any]:
    """The command's invocation, after it was seen to that it answers about the moment that was asked about."""
    invoke = command.invoke
    replays = getattr(command.callback, "replays", False)

    def invoked(context: Any) -> Any:
        # A group with a command behind it leaves that to the command.
        if not (isinstance(command, TyperGroup) and [*context._protected_args, *context.args]):
            from interfaces.past import choose

            choose(session_of(context), answers="as_of" in shown and not replays, replays=replays)
        return invoke(context)

    return invoked


def _silent_copy(option: Any, written: list[str], *, hidden: bool) -> Any:
    """The option for use behind a command: it goes into the session instead of to the command's function."""
    mine = copy.copy(option)
    mine.opts = written
    # A name of its own, because a command may have an argument of the same name.
    mine.name = f"global_{option.name}"
    mine.hidden = hidden
    mine.expose_value = False
    mine.envvar = None
    mine.default = None
    mine.callback = lambda context, _parameter, value: give_option(context, option.name, value)
    return mine

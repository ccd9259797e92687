"""`branchline cost`: what the courier cost in a period, formulas as versions, and what each member owes."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import listing, of_any_moment
from interfaces.context import Session, session_of
from interfaces.output import Format

if TYPE_CHECKING:
    from logistics.cost_formula import CostFormula

app = typer.Typer()
First = Annotated[str, typer.Argument(metavar="FROM", help="The first day, 2026-11-01.")]
Last = Annotated[str, typer.Argument(metavar="TO", help="The last day.")]

_FORMULA = (
    "formula", "version", "base_cents", "aid_cents", "volume_percent", "calls_percent", "marginal_percent",
    "shapley_percent", "trunk_cents_per_km", "samples", "seed", "iterations", "position",
)  # fmt: skip
_SHARE = ("base", "volume", "calls", "marginal", "shapley", "total")


@app.command("set")
def set_formula(context: typer.Context, file: Annotated[Path, typer.Argument(help="FORMULA.toml")]) -> None:
    """
    Keep a formula as its next version; the same again changes nothing.

    It has a name, base_cents and aid_cents, and volume_, calls_, marginal_ and shapley_percent, which come to 100.
    """
    from logistics.cost_desk import CostDesk
    from logistics.cost_formula import CostFormulaSet

    session = session_of(context)
    formula = _of_file(file)
    done = CostDesk(session.part("commands")).set(session.caller, formula, request=session.options.request)
    if not done.facts or not isinstance(done.facts[0].event, CostFormulaSet):
        session.output.note(f"Formula {formula.formula} says so already.")
        return
    session.output.note(f"Formula {formula.formula} has version {done.facts[0].event.version}.")


@app.command("list")
@of_any_moment
@listing
def list_formulas(context: typer.Context) -> None:
    """Every version of every formula, with the position of the event that set it."""
    from logistics.cost_desk import formulas

    session = session_of(context)
    held = formulas(session.part("ledger"))
    session.output.emit([version for name in sorted(held) for version in held[name]], _FORMULA)


@app.command()
@of_any_moment
@listing
def lines(
    context: typer.Context,
    first: First,
    last: Last,
    member: Annotated[str | None, typer.Option(help="Only the calls at this member's branches.")] = None,
    trunk_cents_per_km: Annotated[int, typer.Option(min=0, help="What a trunk run costs.")] = 110,
) -> None:
    """Every run with what it cost and every call with its totes, each with the position of its event."""
    from interfaces.courier_costs import costs_of

    session = session_of(context)
    found = costs_of(session, first, last, trunk_cents_per_km=trunk_cents_per_km)
    runs = [{**_LINE, **asdict(run), "line": "run"} for run in found.runs if member is None]
    calls = [{**_LINE, **asdict(call), "line": "call"} for call in found.calls if member in (None, call.member)]
    rows = sorted([*runs, *calls], key=lambda row: (row["run"], row["position"]))
    session.output.emit(rows, tuple(_LINE))
    _note_unfinished(session, found.unfinished)


_LINE: dict[str, object] = dict.fromkeys(
    (
        "line", "run", "position", "finished", "plan", "reckoned", "metres", "seconds", "cents", "branch", "member",
        "totes_off", "totes_on",
    )
)  # fmt: skip


@app.command("shares")
@of_any_moment
@listing
def share_costs(
    context: typer.Context,
    first: First,
    last: Last,
    formula: Annotated[str, typer.Option(metavar="FORMULA", help="NAME, NAME@VERSION, or a file to try one.")],
) -> None:
    """
    What each member owes for the days from FROM to TO, part by part; the shares come to the total to the cent.

    The totes, calls and runs behind it: branchline cost lines FROM TO. For a Shapley value of more than eight members
    orders are drawn, and its standard error is told.

    Example: branchline cost shares 2026-11-01 2026-11-30 --formula scls@2
    """
    from interfaces.courier_costs import costs_of, uses
    from logistics.cost_shares import Share, shares

    session = session_of(context)
    chosen = _chosen(session, formula)
    found = costs_of(session, first, last, trunk_cents_per_km=chosen.trunk_cents_per_km)
    with session.output.progress("driving for some of the members", total=None) as advance:
        used = uses(found, chosen, advance)
    owed = shares(chosen, found.cents, used)
    if session.output.format is Format.TABLE:
        rows = [
            {
                "member": one.member,
                "totes": used[one.member].totes,
                "made": used[one.member].calls,
                **{part: f"{getattr(one, f'{part}_cents') / 100:,.2f}" for part in _SHARE},
            }
            for one in owed
        ]
        title = f"{first} to {last} by {chosen.cited}"
        session.output.emit(rows, ("member", "totes", "made", *_SHARE), title=title)
    else:
        session.output.emit(owed, tuple(field.name for field in fields(Share)))
    paid = min(found.cents, chosen.aid_cents)
    trunks = sum(run.reckoned == "trunk" for run in found.runs)
    session.output.note(
        f"Runs of vans: {len(found.runs) - trunks}, of trunks: {trunks}; calls: {len(found.calls)}. "
        f"They cost {found.cents / 100:,.2f}, of which {paid / 100:,.2f} is paid by others."
    )
    errors = [one.error_cents for one in owed if one.error_cents]
    if errors:
        session.output.note(
            f"Shapley values are drawn: {chosen.samples} orders, seed {chosen.seed}; the standard error of a share is "
            f"at most {max(errors) / 100:,.2f}."
        )
    _note_unfinished(session, found.unfinished)


def _note_unfinished(session: Session, unfinished: tuple[str, ...]) -> None:
    if unfinished:
        session.output.note(f"Not finished, and not in it: {', '.join(unfinished)}.")


def _chosen(session: Session, named: str) -> CostFormula:
    """A formula that is kept, or one in a file."""
    from logistics.cost_desk import formulas
    from logistics.cost_formula import chosen_formula

    if named.endswith(".toml"):
        return _of_file(Path(named))
    return chosen_formula(formulas(session.part("ledger")), named)


def _of_file(file: Path) -> CostFormula:
    from circulation.errors import Unknown
    from logistics.cost_formula import parse_formula

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unknown("cost.no-file", file=str(file)[:200]) from None
    return parse_formula(file.name, text)

"""`branchline simulate`: play weeks of a network forward under courier policies, and compare them."""

from __future__ import annotations

from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.command_tree import accepts
from interfaces.context import Session, session_of
from interfaces.output import Advance, Format

if TYPE_CHECKING:
    from logistics.simulation.outcome import Outcome
    from logistics.simulation.policy import CourierPolicy

app = typer.Typer()


@app.command()
@accepts("json", "quiet")
def simulate(
    context: typer.Context,
    policy: Annotated[
        list[str],
        typer.Option(metavar="FILE", help="A policy, or hub-sort, van-sort or both; several are compared."),
    ],
    weeks: Annotated[int, typer.Option(min=1, max=52, help="How many weeks.")] = 4,
    network: Annotated[str, typer.Option(help="southwest, librarieswest, ireland, or store: this one.")] = "store",
    seed: Annotated[int, typer.Option(help="The same seed gives the same readers, mishaps and routes.")] = 1,
    chart: Annotated[Path | None, typer.Option(help="Draw it on a page that opens from disk.")] = None,
) -> None:
    """
    Play weeks of a network forward under courier policies: turnaround, kilometres, cost, filling, what was left, CO₂.

    Readers and mishaps are the same under every policy, so what differs is the policy's doing. Nothing is recorded.

    Example: branchline simulate --network ireland --policy hub-sort --policy van-sort --policy both --chart weeks.html
    """
    from logistics.simulation.chart import charts_page
    from logistics.simulation.policy import read_policy

    session = session_of(context)
    policies = [read_policy(named) for named in policy]
    outcomes = _outcomes(session, network, policies, weeks, seed)
    title = f"{weeks} week{'' if weeks == 1 else 's'} of {network}, seed {seed}"
    notes = _notes(outcomes)
    if chart is not None:
        chart.parent.mkdir(parents=True, exist_ok=True)
        chart.write_text(charts_page(outcomes, title=title, notes=notes), encoding="utf-8")
        session.output.note(f"Drawn in {chart.name}.")
    if session.output.format is Format.TABLE:
        _tables(session, outcomes, title)
        for note in notes:
            session.output.note(note)
        return
    record = {"network": network, "weeks": weeks, "seed": seed, "outcomes": [_plain(one) for one in outcomes]}
    session.output.show(record, tuple(record))


def _outcomes(session: Session, network: str, policies: list[CourierPolicy], weeks: int, seed: int) -> list[Outcome]:
    from interfaces.simulated_network import network_to_simulate
    from logistics.simulation.demand import draw_demand
    from logistics.simulation.mishaps import Mishaps
    from logistics.simulation.outcome import outcome_of
    from logistics.simulation.play import Play
    from logistics.simulation.setting import under

    found = network_to_simulate(network, session)
    demand = draw_demand(
        found.traffic,
        found.first,
        weeks=weeks,
        items_a_week=found.items_a_week,
        seed=seed,
        hold_share=found.hold_share,
    )
    mishaps = Mishaps(seed)
    outcomes = []
    for policy in policies:
        setting = under(policy, found.situation, roads=found.roads, first=found.first, mishaps=mishaps)
        with session.output.progress(f"playing {policy.name}", total=7 * weeks) as advance:
            play = Play(setting, demand, days=7 * weeks, seed=seed)
            record = play.run(partial(_tell, advance, 7 * weeks))
        outcomes.append(outcome_of(policy, record))
    return outcomes


def _tell(advance: Advance, days: int, number: int) -> None:
    """A day was played; those after the last travel home without being shown."""
    advance(int(number < days))


_TURNAROUND = (
    "policy", "reason", "journeys", "p50", "p90", "p95", "longest", "within_7", "within_15", "within_30", "not_there",
)  # fmt: skip


def _tables(session: Session, outcomes: list[Outcome], title: str) -> None:
    emit = session.output.emit
    emit([one for outcome in outcomes for one in outcome.turnaround], _TURNAROUND, title=f"{title}: turnaround, days")
    driven = [
        {
            "policy": one.policy.name,
            "tours": one.tours,
            "calls": one.calls,
            "km": one.km,
            "trunk_km": one.trunk_km,
            "hours": one.hours,
            "fill_percent": one.fill,
            "fullest_percent": one.fullest,
            "co2_kg": one.co2_kg,
            "co2_g_item": one.co2_grams_per_item,
        }
        for one in outcomes
    ]
    emit(driven, tuple(driven[0]), title="Driving")
    paid = [
        {
            "policy": one.policy.name,
            "vans": f"{one.money.vans:,.2f}",
            "trunk_runs": f"{one.money.trunk_runs:,.2f}",
            "sorting": f"{one.money.sorting:,.2f}",
            "total": f"{one.money.total:,.2f}",
            "arrived": one.arrived,
            "per_item": one.money.per_item,
            "sorted_at_hubs": one.sorted_at_hubs,
            "same_run": one.same_run,
            "floated": one.floated,
        }
        for one in outcomes
    ]
    emit(paid, tuple(paid[0]), title="Money")
    causes = sorted({cause for one in outcomes for cause in one.left})
    left = [
        {
            "policy": one.policy.name,
            **{cause: one.left.get(cause, 0) for cause in causes},
            "on_the_way_at_the_end": one.under_way,
        }
        for one in outcomes
    ]
    emit(left, tuple(left[0]), title="Left on a day, items")
    where = [{"policy": one.policy.name, **one.balance, "together": sum(one.balance.values())} for one in outcomes]
    emit(where, tuple(where[0]), title="Where every item was in the end")


def _notes(outcomes: list[Outcome]) -> list[str]:
    """What a reader must know to judge the numbers."""
    sources: dict[str, None] = {}
    for one in outcomes:
        for what, source in (("A van", one.policy.vans), ("A trunk run", one.policy.trunks)):
            sources[f"{what} emits {source.grams_co2_per_km:g} g of CO₂ a km ({source.co2_source})."] = None
    budgets = sorted({one.policy.iterations for one in outcomes})
    steps = " or ".join(f"{budget:,}" for budget in budgets)
    return [
        f"Each hub's vans were planned every day by the solver, in {steps} steps.",
        "Days are counted from being packed to being there; what was on the way at the end travelled on to its end.",
        *sources,
    ]


def _plain(outcome: Outcome) -> dict[str, object]:
    told = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
    told["policy"] = outcome.policy.model_dump(mode="json")
    told["turnaround"] = [asdict(one) for one in outcome.turnaround]
    return told

"""`branchline demo`: fill an empty store with a network, weeks of circulation, and a plan for the next day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from circulation.errors import Invalid
from interfaces.command_tree import accepts
from interfaces.context import session_of
from interfaces.demo.size import DEFAULT_SCALE
from interfaces.output import Format

app = typer.Typer()


@app.command()
@accepts("json", "quiet")
def demo(
    context: typer.Context,
    preset: Annotated[
        str, typer.Option(help="librarieswest or ireland; southwest: its real branches.")
    ] = "librarieswest",
    scale: Annotated[
        float,
        typer.Option(help="How much of what never travels there is; 1 is the published size. Vans ride as full."),
    ] = DEFAULT_SCALE,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many days with vans are played.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed gives the same network, days and routes.")] = 1,
) -> None:
    """
    Fill an empty store with a network, weeks of circulation, and a plan for the next day.

    Manifests, GeoJSON and a map page are written beside the store.
    """
    from interfaces.demo.fill import fill
    from interfaces.demo.geography import demo_network
    from interfaces.demo.papers import write_papers
    from interfaces.demo.size import size_of
    from interfaces.demo.southwest import LIKE, NAME, listed_network
    from interfaces.demo.summary import numbers_of, summary_of

    session = session_of(context)
    output, store = session.output, session.store
    if store.kind == "memory":
        raise Invalid("demo.memory")
    is_listed = preset == NAME
    size = size_of(LIKE if is_listed else preset, scale)
    output.note("making the network")
    network = listed_network(seed) if is_listed else demo_network(preset, seed)
    filled = fill(store, network, size, service_days=days, tell=output.note)
    folder = Path("out") if store.path is None else store.path.parent
    papers = write_papers(folder, session.opened(filled.plan.revision), filled.branches)
    if output.format is not Format.TABLE:
        numbers = numbers_of(filled)
        output.show(numbers, tuple(numbers))
        return
    for line in summary_of(filled):
        print(line)
    output.note("\nWritten:")
    for paper in papers:
        output.note(f"  {paper}")
    output.note(f"Look around: branchline --store {session.options.store} plan show {filled.plan.plan}")

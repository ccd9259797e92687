"""`branchline bench`: what the solver reaches on published routing instances, on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from circulation.errors import Refused
from interfaces.command_tree import accepts
from interfaces.context import session_of
from interfaces.exit_code import ExitCode
from interfaces.output import Format

app = typer.Typer()
_COLUMNS = ("file", "cost", "vehicles", "seconds")


@app.callback()
def bench() -> None:
    """Measure the promises on this machine."""


@app.command()
@accepts("json")
def routing(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="VRPSPD or VRPSPDTW (LKH style), Li & Lim, Solomon.")],
    seconds: Annotated[float, typer.Option(min=0.1, max=86_400, help="How long to search in each.")] = 10.0,
    threads: Annotated[int, typer.Option(min=1, help="How many cores to use.")] = 1,
    seed: Annotated[int, typer.Option(help="Where the search begins.")] = 1,
) -> None:
    """
    Route published instances for the shortest distance; --json prints one line a file, with the routes.

    Every answer is verified, in integers and in double precision. Exit 3 if customers were left out somewhere.
    """
    from interfaces.imports.table import open_file
    from logistics.instances import read_instance
    from logistics.instances.answer import answer
    from logistics.solver import warm_up

    if threads > 1:
        raise Refused("bench.threads", threads=threads)
    output = session_of(context).output
    instances = []
    for file in files:
        with open_file(file) as stream:
            instances.append((file, read_instance(str(file), stream.read())))
    output.note(f"compiled or loaded the search in {warm_up():.1f} s")
    rows, left_out = [], False
    for file, instance in instances:
        found = answer(instance, seconds, seed)
        row = {
            "file": str(file),
            "cost": found.cost,
            "vehicles": len(found.routes),
            "seconds": round(found.seconds, 3),
            "routes": found.routes,
        }
        if output.format in (Format.JSON, Format.NL):
            print(json.dumps(row, ensure_ascii=False), flush=True)
        rows.append(row)
        if found.missing:
            left_out = True
            output.note(f"{file}: {len(found.missing)} customers found no place in {instance.vehicles} vehicles")
    if output.format not in (Format.JSON, Format.NL):
        output.emit(rows, _COLUMNS)
    if left_out:
        raise typer.Exit(ExitCode.LOOK)

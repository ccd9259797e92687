"""
`branchline audit seal`, `verify`, `prove`, `consistency` and `export`: evidence. Mounted in `commands/audit.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from circulation.errors import Invalid, Refused
from interfaces.command_tree import listing
from interfaces.context import Session, session_of
from interfaces.exit_code import ExitCode
from interfaces.output import Format

if TYPE_CHECKING:
    from circulation.evidence.folder import Against
    from circulation.evidence.note import Checkpoint
    from circulation.evidence.tree import Tree
    from circulation.ledger import Ledger

__all__ = ["app"]

app = typer.Typer()

_VERDICT = ("ok", "position", "upto", "reason", "sealed", "unsealed", "checkpoints", "key", "details")

AgainstOption = Annotated[
    Path | None,
    typer.Option(
        "--against",
        metavar="CHECKPOINT|DIR",
        help="A checkpoint, or the folder with all of them; where the store was sealed to last if unset.",
    ),
]
KeyOption = Annotated[
    str | None, typer.Option("--key", metavar="KEY|FILE", help="The public key; the seal.pub beside it if unset.")
]


@app.command()
@listing
def seal(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where checkpoints and key are kept: not beside the store. The last one if unset."
        ),
    ] = None,
    every: Annotated[
        int | None, typer.Option(min=1, metavar="MINUTES", help="Go on, and seal again every so many minutes.")
    ] = None,
    rederive: Annotated[
        bool, typer.Option("--rederive", help="Derive all hashes from the log again, to mend them.")
    ] = False,
) -> None:
    """
    Seal what is new at once: from now on nobody can change it without being found out.

    Prints the signed checkpoint. Keep it, or the whole folder, where nobody who can write to the store can write.

    Example: branchline audit seal --to /mnt/vault/branchline
    """
    from circulation.evidence.folder import SealFolder
    from circulation.evidence.sealing import FOLDER
    from circulation.evidence.sealing import seal as seal_now

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    with _tree(session, create=True) as found:
        tree = _there(found)
        folder = to or _remembered(tree, FOLDER)
        if folder is None:
            raise Invalid("seal.no-folder")
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            with session.output.progress("sealing") as advance:
                done = seal_now(ledger, tree, SealFolder(folder), rederive=rederive, progress=advance)
            rederive = False
            _say(session, done.checkpoint, done.new)
            if every is None:
                return
            time.sleep(every * 60)


def _say(session: Session, checkpoint: Checkpoint, new: int) -> None:
    if session.options.format is Format.TABLE:
        print(checkpoint.note, end="")
        session.output.note(f"Sealed now: {new}; sealed in all: {checkpoint.size}.")
    else:
        row = {"sealed": checkpoint.size, "new": new, "root": checkpoint.root, "checkpoint": checkpoint.note}
        session.output.show(row, tuple(row))


@app.command()
@listing
def verify(context: typer.Context, against: AgainstOption = None, key: KeyOption = None) -> None:
    """
    Derive everything again from the log and compare; exits 3 and says at which position the first change is.

    What was sealed must be as it was sealed, and all of it must follow: positions, times, versions in each stream.
    Give a checkpoint that was kept elsewhere; what the store itself remembers may have been changed with it.

    Example: branchline audit verify --against /mnt/vault/branchline --json
    """
    from circulation.evidence.verifying import verify as verify_now

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    with _tree(session, create=False) as tree:
        kept = _against(ledger, tree, against, key)
        with session.output.progress("verifying", total=ledger.head().position) as advance:
            verdict = verify_now(ledger, kept, tree, progress=advance)
    row = {name: getattr(verdict, name) for name in _VERDICT if name != "key"} | {"key": kept.key.text}
    if session.options.format is not Format.TABLE:
        session.output.show(row | {"sentence": verdict.sentence}, (*_VERDICT, "sentence"))
    else:
        print(verdict.sentence)
        for detail in verdict.details:
            print(detail)
        session.output.note(f"Checkpoints: {verdict.checkpoints}, by the key {kept.key.text}")
        if tree is None:
            session.output.note("The store's own hashes are not there; audit seal derives them again.")
    if not verdict.ok:
        raise typer.Exit(ExitCode.LOOK)


@app.command()
@listing
def prove(
    context: typer.Context,
    position: Annotated[int, typer.Argument(min=1, help="The event's position in the log.")],
    against: AgainstOption = None,
    key: KeyOption = None,
) -> None:
    """
    Prove that one event is in the sealed log, without showing any other.

    Prints a proof in the text form of transparency logs (C2SP tlog-proof); its extra data are the event's bytes.

    Example: branchline audit prove 48112 > 48112.tlog-proof
    """
    from circulation.evidence.merkle import leaf_hash
    from circulation.evidence.proving import prove_inclusion

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    with _tree(session, create=False) as tree:
        checkpoint = _newest(_against(ledger, tree, against, key))
        proof = prove_inclusion(ledger, _there(tree), checkpoint, position)
    if session.options.format is Format.TABLE:
        print(proof.text, end="")
        return
    row = {
        "position": position,
        "leaf": proof.leaf,
        "leaf_hash": leaf_hash(proof.leaf),
        "path": proof.path,
        "size": checkpoint.size,
        "root": checkpoint.root,
        "checkpoint": checkpoint.note,
    }
    session.output.show(row, tuple(row))


@app.command()
@listing
def consistency(
    context: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="The older checkpoint: a file, or its number of events.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The newer one.")],
    against: AgainstOption = None,
    key: KeyOption = None,
) -> None:
    """
    Prove that one checkpoint continues another: nothing under the older one was changed. Exits 3 if it does not.

    Example: branchline audit consistency kept/checkpoint 48112
    """
    from circulation.evidence.proving import prove_consistency

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    with _tree(session, create=False) as tree:
        first, second = (_checkpoint(ledger, tree, one, against, key) for one in (old, new))
        path = prove_consistency(_there(tree), first, second)
    row = {
        "ok": path is not None,
        "old_size": first.size,
        "new_size": second.size,
        "old_root": first.root,
        "new_root": second.root,
        "path": path or (),
    }
    session.output.show(row, tuple(row), title=f"From {first.size} to {second.size} events")
    if path is None:
        session.output.note(f"The checkpoint over {second.size} events does not continue that over {first.size}.")
        raise typer.Exit(ExitCode.LOOK)


@app.command()
@listing
def export(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is not there yet.")],
    streams: Annotated[
        list[str] | None, typer.Option("--stream", metavar="NAME", help="Events of this stream; may be repeated.")
    ] = None,
    first: Annotated[int, typer.Option("--from", min=1, metavar="POSITION", help="From this position on.")] = 1,
    last: Annotated[
        int | None, typer.Option("--upto", min=1, metavar="POSITION", help="Up to this one; the last sealed if unset.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="CHECKPOINT", help="Prove also that this earlier checkpoint is continued.")
    ] = None,
    against: AgainstOption = None,
    key: KeyOption = None,
) -> None:
    """
    Write a bundle that proves sealed events to anybody: events, proof, checkpoint, key and a script that verifies them.

    The script needs Python and its package cryptography, and nothing of Branchline.

    Example: branchline audit export for-the-auditor --stream item/30114001234567
    """
    from interfaces.evidence_bundle import runs_of, write_bundle

    session = session_of(context)
    ledger: Ledger = session.part("ledger")
    with _tree(session, create=False) as tree:
        kept = _against(ledger, tree, against, key)
        checkpoint = _newest(kept)
        upto = checkpoint.size if last is None else last
        runs = [(first, upto)] if first <= upto else []
        if streams:
            runs = runs_of(
                sorted(
                    row[0]
                    for stream in set(streams)
                    for row in ledger.store.stream_rows(stream, 0, None, upto)
                    if row[0] >= first
                )
            )
        count = write_bundle(
            ledger,
            _there(tree),
            to,
            runs,
            checkpoint=checkpoint,
            key=kept.key,
            since=None if since is None else _checkpoint(ledger, tree, since, against, key),
        )
    row = {"folder": str(to), "events": count, "size": checkpoint.size, "key": kept.key.text}
    session.output.show(row, tuple(row))
    session.output.note(f"To verify it: python {to}/verify.py --key KEY")


@contextmanager
def _tree(session: Session, *, create: bool) -> Iterator[Tree | None]:
    from circulation.evidence.tree import open_tree

    tree = open_tree(session.part("ledger").url.beside("tree"), create=create)
    try:
        yield tree
    finally:
        if tree is not None:
            tree.close()


def _remembered(tree: Tree | None, name: str) -> Path | None:
    from circulation.errors import BranchlineError

    try:
        folder = None if tree is None else tree.fact(name)
    except BranchlineError:
        return None
    return None if folder is None else Path(folder)


def _against(ledger: Ledger, tree: Tree | None, given: Path | None, key: str | None) -> Against:
    """The checkpoints to believe. Raises `Invalid` (`seal.no-folder`) and what `read_against` raises."""
    from circulation.evidence.folder import read_against
    from circulation.evidence.note import origin_of
    from circulation.evidence.sealing import FOLDER

    remembered = _remembered(tree, FOLDER)
    place = given or remembered
    if place is None:
        raise Invalid("seal.no-folder:against")
    return read_against(place, origin_of(ledger.store_id), key=key, remembered=remembered)


def _newest(against: Against) -> Checkpoint:
    if not against.checkpoints:
        raise Invalid("seal.unsigned:newest", broken=against.broken[0])
    return against.checkpoints[-1]


def _checkpoint(ledger: Ledger, tree: Tree | None, named: str, against: Path | None, key: str | None) -> Checkpoint:
    """The checkpoint in a file, or the one of that size among those that are kept."""
    if not named.isdigit():
        return _newest(_against(ledger, tree, Path(named), key))
    kept = _against(ledger, tree, against, key).checkpoints
    for checkpoint in kept:
        if checkpoint.size == int(named):
            return checkpoint
    sizes = ", ".join(str(one.size) for one in kept[-5:])
    raise Invalid("seal.no-checkpoint", named=named, sizes=sizes)


def _there(tree: Tree | None) -> Tree:
    if tree is None:
        raise Refused("seal.no-tree")
    return tree

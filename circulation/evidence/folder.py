"""
The folder that is kept away from the store: signed checkpoints, the key that signs them, and all leaf hashes.

    seal.key      the private key, for its owner only
    seal.pub      the public key, one line
    checkpoint    the newest checkpoint
    checkpoints/  every checkpoint, named by its size
    leaves        32 bytes for each event, so that what was changed is found even if the store's tree was forged too

Leaves are only ever appended, and are durable before the checkpoint over them is; what stands behind the newest
checkpoint is left over from a seal that was cut off.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from circulation.errors import Invalid, Refused, Unknown
from circulation.evidence.note import Checkpoint, SealKey, VerifierKey
from circulation.evidence.tree import HASH

__all__ = ["Against", "SealFolder", "read_against"]


class SealFolder:
    """One store's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.leaves = path / "leaves"
        self.public = path / "seal.pub"

    def key(self, origin: str) -> SealKey:
        """
        The key that signs here, made if the folder has none.

        Raises `Refused` (`seal.other-store`) if the folder is another store's, `Unknown` (`seal.key-gone`) if it
        has checkpoints and no key, `Invalid` (`seal.key-unreadable`).
        """
        file = self.path / "seal.key"
        if self.public.exists():
            _check_origin(self.verifier().name, origin, self.path)
        if file.exists():
            key = SealKey.load(origin, file.read_bytes())
        elif self.public.exists() or self.notes():
            raise Unknown("seal.key-gone", path=self.path)
        else:
            (self.path / "checkpoints").mkdir(parents=True, exist_ok=True)
            key = SealKey.make(origin)
            with os.fdopen(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as out:
                out.write(key.pem())
                out.flush()
                os.fsync(out.fileno())
        if not self.public.exists():
            _write(self.public, key.verifier.text + "\n")
        return key

    def verifier(self) -> VerifierKey:
        """The public key. Raises `Unknown` (`seal.no-key`), `Invalid` (`seal.key-unreadable`)."""
        try:
            return VerifierKey.parse(self.public.read_text("utf-8"))
        except FileNotFoundError:
            raise _no_key(self.path) from None

    def notes(self) -> list[Path]:
        """The files of all checkpoints, the oldest first."""
        newest = self.path / "checkpoint"
        all_ = sorted(one for one in (self.path / "checkpoints").glob("*") if one.name.isdigit())
        return [*all_, newest] if newest.exists() else all_

    def newest(self, key: VerifierKey) -> Checkpoint | None:
        """The checkpoint over most events. Raises `Invalid` (`seal.unsigned`, `seal.not-a-checkpoint`)."""
        read = [Checkpoint.open(_text(note), key) for note in self.notes()]
        return max(read, key=lambda one: one.size, default=None)

    def sealed_leaves(self) -> int:
        """How many leaf hashes the folder holds."""
        return self.leaves.stat().st_size // HASH if self.leaves.exists() else 0

    def append_leaves(self, after: int, data: bytes) -> None:
        """Write hashes behind the first `after`, over whatever stands there; durable with the next checkpoint."""
        with self.leaves.open("r+b" if self.leaves.exists() else "w+b") as out:
            out.seek(after * HASH)
            out.write(data)
            out.truncate()

    def add(self, checkpoint: Checkpoint) -> None:
        """Make the leaves durable, then the checkpoint."""
        if self.leaves.exists():
            with self.leaves.open("rb") as leaves:
                os.fsync(leaves.fileno())
        _write(self.path / "checkpoints" / f"{checkpoint.size:015}", checkpoint.note)
        _write(self.path / "checkpoint", checkpoint.note)


@dataclass(frozen=True, slots=True)
class Against:
    """
    What a log is verified against.

    `checkpoints` are signed and of this store, the oldest first; `broken` says which files are not, and why;
    `leaves` holds leaf hashes, if the folder was given with them.
    """

    key: VerifierKey
    checkpoints: tuple[Checkpoint, ...]
    broken: tuple[str, ...] = ()
    leaves: Path | None = None

    @property
    def size(self) -> int:
        """How many events are sealed."""
        return self.checkpoints[-1].size if self.checkpoints else 0


def read_against(path: Path, origin: str, *, key: str | None = None, remembered: Path | None = None) -> Against:
    """
    Read a folder with all its checkpoints, or the file of a single one.

    The public key is `key` (one line, or the file that holds it), else the one beside the checkpoint, else that of the
    folder `remembered` by the store. Raises `Unknown` (`seal.missing`, `seal.no-key`), `Invalid` (`seal.unsigned`,
    `seal.not-a-checkpoint`, `seal.key-unreadable`) and `Refused` (`seal.other-store`).
    """
    if not path.exists():
        raise Unknown("seal.missing", path=path)
    beside = next((one for one in (path, path.parent, path.parent.parent) if (one / "seal.pub").is_file()), None)
    verifier = _verifier(key, [one for one in (beside, remembered) if one is not None], path)
    _check_origin(verifier.name, origin, path)
    leaves = None if beside is None or not (beside / "leaves").is_file() else beside / "leaves"
    if path.is_file():
        return Against(verifier, (_opened(path, verifier, origin),), leaves=leaves)
    found: dict[tuple[int, bytes], Checkpoint] = {}
    broken = []
    for note in SealFolder(path).notes():
        try:
            checkpoint = _opened(note, verifier, origin)
        except Invalid as error:
            broken.append(f"{note.relative_to(path)}: {error.sentence}")
        else:
            found[checkpoint.size, checkpoint.root] = checkpoint
    if not found and not broken:
        raise Unknown("seal.missing:read-against", path=path)
    return Against(verifier, tuple(found[one] for one in sorted(found)), tuple(broken), leaves)


def _verifier(given: str | None, folders: list[Path], path: Path) -> VerifierKey:
    if given is not None:
        return VerifierKey.parse(given if "+" in given else Path(given).read_text("utf-8"))
    for folder in folders:
        if (folder / "seal.pub").is_file():
            return SealFolder(folder).verifier()
    raise _no_key(path)


def _opened(path: Path, key: VerifierKey, origin: str) -> Checkpoint:
    checkpoint = Checkpoint.open(_text(path), key)
    _check_origin(checkpoint.origin, origin, path)
    return checkpoint


def _check_origin(found: str, origin: str, path: Path) -> None:
    if found != origin:
        raise Refused("seal.other-store", path=path, found=found[:60], origin=origin)


def _no_key(path: Path) -> Unknown:
    return Unknown("seal.no-key", path=path)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _write(path: Path, text: str) -> None:
    """Put a text in a file so that there is always either the old or the new one, durably."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as out:
        out.write(text.encode())
        out.flush()
        os.fsync(out.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

"""
Verify a bundle of sealed events without Branchline: python verify.py [--key KEY] [--since CHECKPOINT]

It needs Python 3.9 or newer and the package `cryptography`, and reads the files beside it:

    events.ndjson   the events, one JSON object a line, in the order of the log
    proof.json      hashes of everything in between, and the way from an earlier checkpoint
    checkpoint      size and root of the log's tree (RFC 6962), signed (Ed25519, a C2SP signed note)
    seal.pub        the public key that signed it; compare it with the one that you were given

KEY is the public key as you know it: its one line, or a file that holds it. CHECKPOINT is one that you kept from
before: then it is also shown that nothing under it was changed since. The exit code is 0 if all is well, else 3.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class NotVerified(Exception):
    """A sentence that says what is wrong."""


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def leaf(event: dict[str, Any]) -> bytes:
    """The hash of one event, from the bytes that were stored."""
    stream, kind, state = (event[name].encode() for name in ("stream", "type", "state"))
    head = struct.pack(">QQQII", event["position"], event["version"], event["recorded_us"], len(stream), len(kind))
    return hashlib.sha256(b"\0" + head + stream + kind + state).digest()


def split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def root_of(start: int, end: int, between: dict[tuple[int, int], bytes], events: Iterator[Any]) -> bytes:
    """The hash over the leaves from start to end: given, or made of its events, which must come in their order."""
    if (start, end) in between:
        return between.pop((start, end))
    if end - start == 1:
        event = next(events, None)
        if event is None or event["position"] != end:
            raise NotVerified(f"event {end} is not in events.ndjson, or not at its place")
        return leaf(event)
    middle = start + split(end - start)
    return node(root_of(start, middle, between, events), root_of(middle, end, between, events))


def opened(note: str, key: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that this key signed."""
    name, written_id, encoded = key.strip().split("+", 2)
    public = base64.b64decode(encoded)[1:]
    key_id = hashlib.sha256(name.encode() + b"\n\1" + public).digest()[:4]
    if key_id.hex() != written_id:
        raise NotVerified("the public key is damaged")
    text, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        _, signer, signature = (*line.split(" "), "", "")[:3]
        data = base64.b64decode(signature)
        if signer == name and data[:4] == key_id:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(data[4:], f"{text}\n".encode())
            except InvalidSignature:
                break
            origin, size, root = text.split("\n")[:3]
            return origin, int(size), base64.b64decode(root)
    raise NotVerified(f"the checkpoint is not signed by {name}+{written_id}")


def continues(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    """Whether the tree of `new` leaves begins with that of `old` leaves (RFC 9162, section 2.1.4.2)."""
    if old == new:
        return old_root == new_root
    if not 0 < old < new or not path:
        return False
    path = path if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for hash_ in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node(hash_, first), node(hash_, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node(second, hash_)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


def verify(folder: Path, key: str | None, since: str | None) -> Iterator[str]:
    """Sentences on what was verified. Raises NotVerified."""
    beside = (folder / "seal.pub").read_text("utf-8")
    if key is not None:
        given = key if "+" in key else Path(key).read_text("utf-8")
        if given.strip() != beside.strip():
            raise NotVerified("the bundle's seal.pub is not the key that you gave")
    origin, size, root = opened((folder / "checkpoint").read_text("utf-8"), beside)
    proof = json.loads((folder / "proof.json").read_text("utf-8"))
    between = {(start, end): bytes.fromhex(hash_) for start, end, hash_ in proof["between"]}
    with (folder / "events.ndjson").open(encoding="utf-8") as lines:
        events = (json.loads(line) for line in lines)
        if root_of(0, size, between, events) != root:
            raise NotVerified("an event or a hash was changed: they do not give the signed root")
        if between or next(events, None) is not None:
            raise NotVerified("there is more in the bundle than belongs there")
        lines.seek(0)
        count = sum(1 for _ in lines)
    yield f"{count} events are as they were sealed."
    yield f"They are among the {size} events of {origin}, signed by this key; is it the one that you know?"
    yield f"  {beside.strip()}"
    if since is not None:
        old_origin, old, old_root = opened(Path(since).read_text("utf-8"), beside)
        path = [bytes.fromhex(hash_) for hash_ in proof["since"].get(str(old), [])]
        if old_origin != origin or not continues(old, size, old_root, root, path):
            raise NotVerified(f"the bundle does not show that it continues your checkpoint over {old} events")
        yield f"Nothing under your checkpoint over {old} events was changed since."


def main() -> int:
    """Print what was verified, or what is wrong, and say how it ended."""
    parser = argparse.ArgumentParser(description="Verify a bundle of sealed events.")
    parser.add_argument("--key", help="the public key as you know it, or the file that holds it")
    parser.add_argument("--since", help="a checkpoint that you kept from before")
    given = parser.parse_args()
    try:
        for sentence in verify(Path(__file__).resolve().parent, given.key, given.since):
            print(sentence)
    except NotVerified as wrong:
        print(f"NOT VERIFIED: {wrong}.")
        return 3
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as broken:
        print(f"NOT VERIFIED: the bundle cannot be read ({type(broken).__name__}: {broken}).")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

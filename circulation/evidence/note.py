"""
Signed notes and checkpoints, in the text forms of C2SP (`signed-note`, `tlog-checkpoint`), with Ed25519.

A checkpoint says: the log of this store had so many events, and this is the root of their tree.
Any tool that reads the checkpoints of transparency logs reads these.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from circulation.errors import Invalid

__all__ = ["Checkpoint", "SealKey", "VerifierKey", "origin_of"]

_ED25519 = b"\1"
_DASH = "\u2014"


def origin_of(store_id: str) -> str:
    """The name of a store's log in its checkpoints and keys."""
    return f"branchline/{store_id}"


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by its name, written `name+id+key` as transparency logs publish theirs."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key. Raises `Invalid` (`seal.key-unreadable`)."""
        name, written_id, key = (*text.strip().split("+", 2), "", "")[:3]
        data = _decoded(key)
        public = data[1:]
        if not name or data[:1] != _ED25519 or len(public) != 32 or written_id != _key_id(name, public).hex():
            raise Invalid("seal.key-unreadable", text=text.strip()[:60])
        return cls(name, public)

    @property
    def text(self) -> str:
        """The key as one line, without its end."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return _key_id(self.name, self.public)

    def signed_text(self, note: str) -> str:
        """
        The text of a note, if this key signed it.

        Raises `Invalid` (`seal.unsigned`): no signature by this key, or one that is not of this text.
        """
        text, cut, signatures = note.rpartition("\n\n")
        text += "\n"
        if cut and signatures.endswith("\n"):
            for line in signatures.removesuffix("\n").split("\n"):
                dash, name, signature = (*line.split(" "), "", "")[:3]
                data = _decoded(signature)
                if dash == _DASH and name == self.name and data[:4] == self.id:
                    try:
                        Ed25519PublicKey.from_public_bytes(self.public).verify(data[4:], text.encode())
                    except (InvalidSignature, ValueError):
                        break
                    return text
        raise Invalid("seal.unsigned", name=self.name, hex=self.id.hex())


def _decoded(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    # Several texts decode to the same bytes; only one of them is what was written.
    return data if b64encode(data).decode() == text else b""


@dataclass(frozen=True, slots=True)
class SealKey:
    """The private key that signs checkpoints. Whoever has it can sign another history."""

    name: str
    _private: Ed25519PrivateKey

    @classmethod
    def make(cls, name: str) -> Self:
        """A new key."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, name: str, pem: bytes) -> Self:
        """The key in a PEM file. Raises `Invalid` (`seal.key-unreadable`)."""
        try:
            private = load_pem_private_key(pem, None)
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise Invalid("seal.key-unreadable:load")
        return cls(name, private)

    def pem(self) -> bytes:
        """The key for its file, not encrypted."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self._private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """A note of the text, which ends with a line's end."""
        key = self.verifier
        signature = b64encode(key.id + self._private.sign(text.encode())).decode()
        return f"{text}\n{_DASH} {self.name} {signature}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed: whose log, how many events, the root over them; `note` is the signed text it was read from."""

    origin: str
    size: int
    root: bytes
    note: str = ""

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @classmethod
    def open(cls, note: str, key: VerifierKey) -> Self:
        """Read a checkpoint that this key signed. Raises `Invalid` (`seal.unsigned`, `seal.not-a-checkpoint`)."""
        made = cls.parse(key.signed_text(note))
        return cls(made.origin, made.size, made.root, note)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a checkpoint, whoever signed it. Raises `Invalid` (`seal.not-a-checkpoint`)."""
        origin, size, root, *_ = (*text.split("\n"), "", "", "")
        data = _decoded(root)
        if not origin or not size.isascii() or not size.isdigit() or str(int(size)) != size or len(data) != 32:
            raise Invalid("seal.not-a-checkpoint")
        return cls(origin, int(size), data, "")

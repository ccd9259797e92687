"""
A box that anybody may put something into and only the store can open: for card numbers on a desk without a network.

X25519 with a key of its own for each content, HKDF-SHA256 and AES-256-GCM; the device knows the public half only.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from circulation.errors import Invalid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

__all__ = ["open_box", "public_key", "seal_into_box"]

_BLOCK = 32
"""Contents are padded to whole blocks, so that their length says nothing."""


def public_key(secret: bytes) -> str:
    """The public half of a 32-byte secret, as base64url."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return _text(X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw())


def seal_into_box(box_key: str, plaintext: str, *, context: str) -> str:
    """
    The text for the owner of a public key; `context` says where it stands and is needed to open it.

    Raises `Invalid` (`table.damaged`) for what is no key.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    try:
        theirs = X25519PublicKey.from_public_bytes(_bytes(box_key))
    except ValueError:
        raise Invalid("table.damaged:key") from None
    mine = X25519PrivateKey.generate()
    public = mine.public_key().public_bytes_raw()
    text = plaintext.encode()
    framed = len(text).to_bytes(2, "big") + text
    framed += bytes(-len(framed) % _BLOCK)
    sealed = _cipher(mine.exchange(theirs), public).encrypt(bytes(12), framed, context.encode())
    return _text(public + sealed)


def open_box(secret: bytes, sealed: str, *, context: str) -> str:
    """The text again. Raises `Invalid` (`sealed.not-ours`) for another store's, another place's, or a changed one."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    try:
        data = _bytes(sealed)
        public = data[:32]
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))
        framed = _cipher(shared, public).decrypt(bytes(12), data[32:], context.encode())
    except (InvalidTag, ValueError):
        raise Invalid("sealed.not-ours") from None
    return framed[2 : 2 + int.from_bytes(framed[:2], "big")].decode()


def _cipher(shared: bytes, public: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    # The key is used once, so the nonce may be constant.
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"branchline offline\0" + public).derive(shared))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

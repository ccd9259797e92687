"""Signed notes and checkpoints have the forms that transparency logs use, and hold for exactly what was signed."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from circulation.errors import Invalid
from circulation.evidence.note import Checkpoint, SealKey, VerifierKey

KEY = SealKey("branchline/0011", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
CHECKPOINT = Checkpoint("branchline/0011", 48_112, bytes(range(32, 64)))
NOTE = KEY.sign(CHECKPOINT.text)


def test_a_public_key_of_another_log_is_read_and_written_as_it_was() -> None:
    published = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

    assert VerifierKey.parse(published + "\n").text == published


def test_a_note_signed_elsewhere_verifies() -> None:
    key = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    text = "This is an example message.\n"
    note = (
        f"{text}\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1"
        "Yu72IneyaQM=\n"
    )

    assert key.signed_text(note) == text


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    origin, size, root, empty, signature, end = NOTE.split("\n")

    assert (origin, size, root) == ("branchline/0011", "48112", "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")
    assert (empty, end) == ("", "")
    assert signature.startswith("— branchline/0011 ")
    opened = Checkpoint.open(NOTE, KEY.verifier)
    assert (opened.origin, opened.size, opened.root) == (CHECKPOINT.origin, CHECKPOINT.size, CHECKPOINT.root)
    assert opened.note == NOTE


def test_signatures_of_witnesses_are_passed_over() -> None:
    witness = SealKey("witness.example/w", Ed25519PrivateKey.from_private_bytes(b"w" * 32))
    line = witness.sign(CHECKPOINT.text).rpartition("\n\n")[2]

    assert Checkpoint.open(NOTE + line, KEY.verifier).size == 48_112
    with pytest.raises(Invalid, match=r"not signed by"):
        Checkpoint.open(NOTE, witness.verifier)


def test_the_key_survives_its_file() -> None:
    assert SealKey.load(KEY.name, KEY.pem()).sign("a\n") == KEY.sign("a\n")


@pytest.mark.parametrize("text", ["", "a", "a+b", "a+00000000+AA==", KEY.verifier.text[:-2], "x" + KEY.verifier.text])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        VerifierKey.parse(text)
    assert refused.value.code == "seal.key-unreadable"


@pytest.mark.parametrize(
    "text", ["a\n", "a\n1\n", "a\n01\nICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=\n", "a\n-1\nICEi\n", "a\n1\nI\n"]
)
def test_what_is_no_checkpoint_is_refused_though_signed(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        Checkpoint.open(KEY.sign(text), KEY.verifier)
    assert refused.value.code == "seal.not-a-checkpoint"


@given(st.data())
def test_no_changed_bit_of_a_checkpoint_passes(data: st.DataObject) -> None:
    changed = bytearray(NOTE.encode())
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Invalid):
        Checkpoint.open(changed.decode("utf-8", "replace"), KEY.verifier)

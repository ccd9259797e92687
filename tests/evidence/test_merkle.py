"""The tree of RFC 6962: the vectors that its implementations share, and that proofs hold for exactly what they say."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from circulation.evidence.merkle import (
    EMPTY_ROOT,
    Subtree,
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    levels_of,
    node_hash,
    pruned,
    root_at,
    root_of,
    root_of_inclusion,
)

# The leaves and roots that certificate transparency logs have been tested with since the RFC was written.
LEAVES = [
    bytes.fromhex(written)
    for written in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (0, 1): [],
}
CONSISTENCY = {
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def of_leaves(hashes: list[bytes]) -> Subtree:
    """The hash of any run, made from all leaves."""
    return lambda start, end: root_of(hashes[start:end])


KNOWN = [leaf_hash(leaf) for leaf in LEAVES]


def by_definition(hashes: list[bytes]) -> bytes:
    """MTH as section 2.1 defines it."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"").digest()
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(by_definition(hashes[:split]), by_definition(hashes[split:]))


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" == EMPTY_ROOT.hex()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_the_known_ones(size: int) -> None:
    assert root_of(KNOWN[:size]).hex() == ROOTS[size - 1]
    assert root_at(levels_of(KNOWN), size).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_the_inclusion_paths_are_the_known_ones(index: int, size: int) -> None:
    path = inclusion_path(index, size, of_leaves(KNOWN))

    assert [hash_.hex() for hash_ in path] == INCLUSION[index, size]
    assert root_of_inclusion(KNOWN[index], index, size, path) == bytes.fromhex(ROOTS[size - 1])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_the_consistency_paths_are_the_known_ones(old: int, new: int) -> None:
    path = consistency_path(old, new, of_leaves(KNOWN))

    assert [hash_.hex() for hash_ in path] == CONSISTENCY[old, new]
    assert is_consistent(old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), path)


hashes = st.integers(1, 130).map(lambda count: [leaf_hash(b"%d" % number) for number in range(count)])


@given(hashes, st.data())
def test_every_root_is_the_one_of_the_definition(all_: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, len(all_)))
    rest = data.draw(st.integers(0, len(all_) - size))

    assert root_at(levels_of(all_), size) == by_definition(all_[:size])
    if size % 64 == 0 and 0 < rest <= 64:
        # What stands behind whole blocks is one more subtree.
        assert root_at(levels_of(all_), size, root_of(all_[size : size + rest])) == by_definition(all_[: size + rest])


def flipped(hash_: bytes, bit: int) -> bytes:
    """A hash with one bit changed."""
    changed = bytearray(hash_)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@given(hashes, st.data())
def test_an_inclusion_proof_holds_and_with_any_bit_flipped_it_does_not(all_: list[bytes], data: st.DataObject) -> None:
    size, index = len(all_), data.draw(st.integers(0, len(all_) - 1))
    root, path = root_of(all_), inclusion_path(index, len(all_), of_leaves(all_))

    assert root_of_inclusion(all_[index], index, size, path) == root
    bit, at = data.draw(st.integers(0, 255)), data.draw(st.integers(0, len(path)))
    if at == len(path):
        assert root_of_inclusion(flipped(all_[index], bit), index, size, path) != root
    else:
        broken = [*path[:at], flipped(path[at], bit), *path[at + 1 :]]
        assert root_of_inclusion(all_[index], index, size, broken) != root
    assert root_of_inclusion(all_[index], index, size, [*path, root]) is None
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index)) if size > 1 else size
    assert root_of_inclusion(all_[index], other, size, path) != root


@given(hashes, st.data())
def test_a_consistency_proof_holds_and_with_any_bit_flipped_it_does_not(all_: list[bytes], data: st.DataObject) -> None:
    new, old = len(all_), data.draw(st.integers(0, len(all_)))
    old_root, new_root = root_of(all_[:old]), root_of(all_)
    path = consistency_path(old, new, of_leaves(all_))

    assert is_consistent(old, new, old_root, new_root, path)
    bit = data.draw(st.integers(0, 255))
    if 0 < old:
        assert not is_consistent(old, new, flipped(old_root, bit), new_root, path)
    if 0 < old < new:
        assert not is_consistent(old, new, old_root, flipped(new_root, bit), path)
        at = data.draw(st.integers(0, len(path) - 1))
        assert not is_consistent(old, new, old_root, new_root, [*path[:at], flipped(path[at], bit), *path[at + 1 :]])
        assert not is_consistent(old, new, old_root, new_root, path[:-1])
    assert not is_consistent(old, new, old_root, new_root, [*path, new_root])
    assert old == new or not is_consistent(new, old, new_root, old_root, path)


@given(hashes, st.data())
def test_the_pruned_tree_covers_everything_that_is_not_wanted(all_: list[bytes], data: st.DataObject) -> None:
    wanted = data.draw(st.sets(st.integers(0, len(all_) - 1)))
    runs = pruned(lambda start, end: any(start <= one < end for one in wanted), len(all_), of_leaves(all_))

    covered = [index for start, end, _ in runs for index in range(start, end)]
    assert sorted([*covered, *wanted]) == list(range(len(all_)))
    assert all(hash_ == by_definition(all_[start:end]) for start, end, hash_ in runs)

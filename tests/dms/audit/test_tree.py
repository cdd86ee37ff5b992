"""The Merkle tree against RFC 6962's own definition, and every proof against every tree."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.audit.tree import consistency_holds, consistency_proof, edge, inclusion_proof
from dms.audit.verify import Growing, hash_leaf, hash_pair, inclusion_holds

LEAVES = [hash_leaf(str(number)) for number in range(70)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hash_pair(by_definition(leaves[:k]), by_definition(leaves[k:]))


def grow(count: int) -> tuple[Growing, dict[tuple[int, int], bytes]]:
    tree, nodes = Growing(), {}
    for leaf in LEAVES[:count]:
        for level, number, node in tree.append(leaf):
            nodes[level, number] = node
    return tree, nodes


TREE, NODES = grow(len(LEAVES))


def node(level: int, number: int) -> bytes:
    return NODES[level, number]


def test_published_vectors() -> None:
    """The test tree of RFC 6962's reference implementation (certificate-transparency, merkle_tree_test)."""
    data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    tree = Growing()
    assert tree.root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for text in data:
        tree.append(hashlib.sha256(b"\x00" + bytes.fromhex(text)).digest())
        if tree.size in roots:
            assert tree.root().hex() == roots[tree.size]


@pytest.mark.parametrize("count", range(len(LEAVES) + 1))
def test_growing_root_is_the_defined_root(count: int) -> None:
    tree, _ = grow(count)
    assert tree.root() == by_definition(LEAVES[:count])
    resumed = Growing.resumed(count, [(level, NODES[level, number]) for level, number in edge(count)])
    resumed.append(b"x" * 32)
    tree.append(b"x" * 32)
    assert resumed.root() == tree.root()


@given(st.data())
def test_every_inclusion_proof_holds_and_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    root, proof = by_definition(LEAVES[:size]), inclusion_proof(index, size, node)
    assert inclusion_holds(LEAVES[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else index + 1
    assert not inclusion_holds(LEAVES[index], other, size, proof, root)
    assert not inclusion_holds(b"x" * 32, index, size, proof, root)
    assert not inclusion_holds(LEAVES[index], index, size, [*proof, b"x" * 32], root)
    assert not proof or not inclusion_holds(LEAVES[index], index, size, proof[:-1], root)


@given(st.data())
def test_every_consistency_proof_holds_and_no_other(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, len(LEAVES)))
    old = data.draw(st.integers(1, new))
    old_root, new_root = by_definition(LEAVES[:old]), by_definition(LEAVES[:new])
    proof = consistency_proof(old, new, node)
    assert consistency_holds(old, new, proof, old_root, new_root)
    assert not consistency_holds(old, new, proof, b"x" * 32, new_root)
    assert not consistency_holds(old, new, proof, old_root, b"x" * 32)
    assert not consistency_holds(old, new, [*proof, b"x" * 32], old_root, new_root)


def test_proofs_outside_the_tree_are_refused() -> None:
    for index, size in ((-1, 3), (3, 3)):
        with pytest.raises(ValueError, match="not among"):
            inclusion_proof(index, size, node)
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="no consistency"):
            consistency_proof(old, new, node)

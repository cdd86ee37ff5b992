"""Proofs of the Merkle tree (RFC 6962 §2.1) from the stored hashes of complete subtrees."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dms.audit.verify import hash_pair

Node = Callable[[int, int], bytes]  # (level, number) → hash of that complete subtree


def edge(size: int) -> list[tuple[int, int]]:
    """Return the complete subtrees of a tree of `size` leaves as (level, number), largest first."""
    return [(level, (size >> level) - 1) for level in reversed(range(size.bit_length())) if size >> level & 1]


def span(first: int, end: int, node: Node) -> bytes:
    """Return the hash of the leaves `first` … `end`-1, where `first` is a multiple of the next power of two."""
    count = end - first
    level = count.bit_length() - 1
    if count == 1 << level:
        return node(level, first >> level)
    middle = first + (1 << level)
    return hash_pair(span(first, middle, node), span(middle, end, node))


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root of the first `size` leaves, from below."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not among the first {size}")
    first, end, proof = 0, size, []
    while end - first > 1:
        middle = first + _half(end - first)
        if index < middle:
            proof.append(span(middle, end, node))
            end = middle
        else:
            proof.append(span(first, middle, node))
            first = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """Return the hashes that show that the tree of `new` leaves begins with that of `old`."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof from {old} to {new} leaves")
    return _subproof(old, 0, new, True, node)


def consistency_holds(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether `proof` shows that the tree of `new` leaves begins with that of `old` (RFC 9162 §2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not path:
        return False
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = hash_pair(sibling, first), hash_pair(sibling, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = hash_pair(second, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, new_root)


def _subproof(old: int, first: int, end: int, whole: bool, node: Node) -> list[bytes]:
    if old == end - first:
        return [] if whole else [span(first, end, node)]
    half = _half(end - first)
    if old <= half:
        return [*_subproof(old, first, first + half, whole, node), span(first + half, end, node)]
    return [*_subproof(old - half, first + half, end, False, node), span(first, first + half, node)]


def _half(count: int) -> int:
    """Return the largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1

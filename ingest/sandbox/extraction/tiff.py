"""Frames of TIFF files copied as they are: every strip and tile byte for byte, only the tables in front are new."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ingest.sandbox.errors import DamagedFileError, DamagedPageError

if TYPE_CHECKING:
    from ingest.sandbox.extraction.outlet import Outlet
    from ingest.sandbox.extraction.picked import Picked, Source

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}  # bytes of a value by its type
SHORT, LONG = 3, 4
ORIENTATION, COMPRESSION, OLD_JPEG = 274, 259, 6
SEGMENTS = ((273, 279), (324, 325))  # (offsets, lengths) of strips and of tiles
DROPPED = {297, 330, 34665, 34853, 40965}  # page number in the old file; tables that lie elsewhere in it
TURNED = {1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2}  # orientation after a further quarter turn clockwise
MOST_ENTRIES, MOST_BYTES, MOST_FRAMES = 1000, 16 << 20, 5000
LARGEST = (1 << 32) - 1
BLOCK = 1 << 20


class NotVerbatimError(Exception):
    """These frames cannot be copied byte for byte into one file."""


@dataclass(frozen=True)
class Frame:
    """A frame: its table's entries (type, count, value) by tag, and where its compressed data lie in `source`."""

    source: BinaryIO
    order: str  # "<" or ">"
    entries: dict[int, tuple[int, int, bytes]]
    offsets_tag: int
    data: tuple[tuple[int, int], ...]  # (offset, length)


def frames(sources: Sequence[Source], pages: Sequence[Picked]) -> list[Frame]:
    """Return the picked frames, turned. Raises `NotVerbatimError`, `DamagedFileError`."""
    tables = {number: _tables(sources[number].file) for number in {each.file for each in pages}}
    if len({order for order, _ in tables.values()}) != 1:
        raise NotVerbatimError
    found = []
    for each in pages:
        order, offsets = tables[each.file]
        if len(offsets) != sources[each.file].page_count:
            raise NotVerbatimError
        found.append(_frame(sources[each.file].file, order, offsets[each.page - 1], each.turn))
    return found


def _read(source: BinaryIO, offset: int, size: int) -> bytes:
    source.seek(offset)
    data = source.read(size)
    if len(data) != size:
        raise DamagedFileError
    return data


def _tables(source: BinaryIO) -> tuple[str, list[int]]:
    """Return the byte order and where the table of each frame lies."""
    head = _read(source, 0, 8)
    order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
    if not order or struct.unpack(order + "H", head[2:4])[0] != 42:
        raise NotVerbatimError
    found: list[int] = []
    (place,) = struct.unpack(order + "I", head[4:8])
    while place and place not in found and len(found) < MOST_FRAMES:
        found.append(place)
        (count,) = struct.unpack(order + "H", _read(source, place, 2))
        (place,) = struct.unpack(order + "I", _read(source, place + 2 + 12 * count, 4))
    return order, found


def _frame(source: BinaryIO, order: str, place: int, turn: int) -> Frame:
    (count,) = struct.unpack(order + "H", _read(source, place, 2))
    if count > MOST_ENTRIES:
        raise DamagedPageError
    entries = {}
    for number in range(count):
        tag, kind, length, value = struct.unpack(order + "HHI4s", _read(source, place + 2 + 12 * number, 12))
        size = SIZES.get(kind, 0) * length
        if size > MOST_BYTES:
            raise DamagedPageError
        if size > 4:
            value = _read(source, struct.unpack(order + "I", value)[0], size)
        if size and tag not in DROPPED:
            entries[tag] = (kind, length, value[:size])
    if _first(order, entries, COMPRESSION) == OLD_JPEG:
        raise NotVerbatimError
    _turn(order, entries, turn)
    return _with_data(Frame(source, order, entries, 0, ()))


def _turn(order: str, entries: dict[int, tuple[int, int, bytes]], turn: int) -> None:
    facing = _first(order, entries, ORIENTATION) or 1
    for _ in range(turn % 360 // 90):
        facing = TURNED.get(facing, 6)
    if facing != 1 or ORIENTATION in entries:
        entries[ORIENTATION] = (SHORT, 1, struct.pack(order + "H", facing))


def _with_data(frame: Frame) -> Frame:
    for offsets, lengths in SEGMENTS:
        if offsets in frame.entries and lengths in frame.entries:
            data = tuple(zip(_numbers(frame, offsets), _numbers(frame, lengths), strict=False))
            return Frame(frame.source, frame.order, frame.entries, offsets, data)
    raise NotVerbatimError


def _first(order: str, entries: dict[int, tuple[int, int, bytes]], tag: int) -> int:
    kind, _, value = entries.get(tag, (0, 0, b""))
    return int(struct.unpack_from(order + "H", value)[0]) if kind == SHORT else 0


def _numbers(frame: Frame, tag: int) -> tuple[int, ...]:
    kind, count, value = frame.entries[tag]
    if kind not in (SHORT, LONG):
        raise NotVerbatimError
    return struct.unpack(f"{frame.order}{count}{'H' if kind == SHORT else 'I'}", value)


def write(copied: Sequence[Frame], outlet: Outlet) -> None:
    """Write frames one behind the other: table, long values, data. Raises `DamagedPageError` for missing data."""
    order = copied[0].order
    outlet.write(({"<": b"II", ">": b"MM"}[order]) + struct.pack(order + "HI", 42, 8))
    place = 8
    for number, frame in enumerate(copied, 1):
        front, end = _front(frame, place, last=number == len(copied))
        outlet.write(front)
        for offset, length in frame.data:
            _copy(frame.source, offset, length, outlet)
        outlet.report_progress(number)
        place = end


def _front(frame: Frame, place: int, *, last: bool) -> tuple[bytes, int]:
    """Return table and long values of a frame that begins at `place`, and where the next one begins."""
    entries = {**frame.entries, frame.offsets_tag: (LONG, len(frame.data), bytes(4 * len(frame.data)))}
    behind = place + 2 + 12 * len(entries) + 4
    data_at = behind + sum(_even(len(value)) for _, _, value in entries.values() if len(value) > 4)
    places, end = [], data_at
    for _, length in frame.data:
        places.append(end)
        end += _even(length)
    if end > LARGEST:
        raise DamagedPageError
    order = frame.order
    entries[frame.offsets_tag] = (LONG, len(places), struct.pack(f"{order}{len(places)}I", *places))
    table, values = bytearray(struct.pack(order + "H", len(entries))), bytearray()
    for tag, (kind, count, value) in sorted(entries.items()):
        short = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", behind + len(values))
        table += struct.pack(order + "HHI", tag, kind, count) + short
        if len(value) > 4:
            values += value.ljust(_even(len(value)), b"\0")
    return bytes(table + struct.pack(order + "I", 0 if last else end) + values), end


def _copy(source: BinaryIO, offset: int, length: int, outlet: Outlet) -> None:
    source.seek(offset)
    left = length
    while left:
        block = source.read(min(left, BLOCK))
        if not block:
            raise DamagedPageError
        outlet.write(block)
        left -= len(block)
    outlet.write(bytes(length % 2))


def _even(size: int) -> int:
    return size + size % 2

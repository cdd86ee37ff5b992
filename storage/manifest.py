"""The key manifest: every envelope on a line of its own, so that a store opens without the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from storage.envelope import Envelope, EnvelopeError


def write_manifest(envelopes: Iterable[Envelope], stream: TextIO) -> int:
    """Append the envelopes; return their number. Manifests may be joined with `cat`."""
    count = 0
    for envelope in envelopes:
        stream.write(envelope.to_json() + "\n")
        count += 1
    return count


def read_manifest(stream: TextIO) -> Iterator[Envelope]:
    """Yield the envelopes. Raises `EnvelopeError` naming the line that is none."""
    for number, line in enumerate(stream, 1):
        try:
            yield Envelope.from_json(line.removesuffix("\n"))
        except EnvelopeError as error:
            raise EnvelopeError(f"Line {number} of the key manifest is not an envelope: use another copy.") from error

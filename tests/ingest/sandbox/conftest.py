"""Files to parse, and one parser for all tests of this room."""

import io
import sys
from collections.abc import Iterator

import pytest

from ingest.sandbox import Parser

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confinement needs Linux")


@pytest.fixture(scope="package")
def parser() -> Iterator[Parser]:
    with Parser(consent=True) as made:
        yield made


@pytest.fixture
def opened():
    """Return a function that makes an open file of bytes."""
    return io.BytesIO

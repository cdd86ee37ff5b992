"""A parent whose every child is hostile.py: runs the attacks named on the command line, prints outcomes as JSON.

Started by the tests, as the present user and as an ordinary one: `python besieged.py FILE ATTACK…`.
"""

import io
import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))

from ingest.sandbox import Limits, ParseError, Parser
from ingest.triage import FileKind

TREASURE = bytearray(b"a secret in the parent's memory" * 1000)


def outcome(parser: Parser, name: str, path: str) -> str:
    """Return how one attack ended."""
    try:
        info = parser.inspect(io.BytesIO(b"x" * 3000), FileKind.PDF, password=f"{name}:{path}")
    except ParseError as error:
        return error.code
    return "\n".join(info.notes)


def main() -> None:
    """Let each attack, or each group joined by "+", have a child of its own."""
    path, names = sys.argv[1], sys.argv[2:]
    hostile = Path(__file__).with_name("hostile.py")
    with Parser(Limits(deadline=2.5, cpu=1), program=hostile, consent=True) as parser:
        found = {"level": parser.report().level, **{name: outcome(parser, name, path) for name in names}}
    assert bytes(TREASURE).count(b"secret") == 1000
    print(json.dumps(found))


if __name__ == "__main__":
    main()

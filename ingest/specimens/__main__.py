"""Write specimens into a folder: `python -m ingest.specimens OUT`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ingest.specimens.papers.kinds import KINDS
from ingest.specimens.sets import write_demo, write_long_pdf, write_set
from ingest.specimens.variants import RANDOM, VARIANTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what the command line asks for; return the exit code."""
    asked = _parser().parse_args(arguments)
    if asked.long:
        asked.out.mkdir(parents=True, exist_ok=True)
        path = asked.out / f"long-{asked.seed}-{asked.long}.pdf"
        write_long_pdf(path, asked.long, asked.seed)
        print(path)
        return 0
    if asked.demo:
        truths = write_demo(asked.out, asked.seed)
    else:
        truths = write_set(asked.out, asked.kinds, range(asked.seed, asked.seed + asked.count), asked.variant)
    print(f"{len(truths)} files, {sum(len(t.pages) for t in truths)} pages, truth in {asked.out / 'truth.json'}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest.specimens", description=__doc__)
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--seed", type=int, default=0, help="first seed (0)")
    parser.add_argument("--count", type=int, default=1, help="how many seeds (1)")
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS], default=[*KINDS], help="kinds of papers (all)")
    parser.add_argument("--variant", nargs="+", choices=[*VARIANTS, RANDOM], default=[RANDOM], help="what befell them")
    parser.add_argument("--demo", action="store_true", help="write the demonstration instead")
    parser.add_argument("--long", type=int, metavar="PAGES", help="write one long scanned PDF instead")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

"""Read files and folders from the command line: python -m ingest PATH… --json."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ingest.doctypes import DocumentTypeError, load_types
from ingest.model import FileReading, Page
from ingest.ocr import MissingEngineError, UnknownEngineError
from ingest.output import error_object, file_object
from ingest.reader import Context, Reader
from ingest.sandbox import ParseError, Parser
from ingest.triage import HEAD, READABLE, FileKind, identify

TYPES = Path(__file__).resolve().parents[1] / "config" / "rulebook" / "types"


@click.command(name="ingest")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file (docs/reading.md).")
@click.option(
    "--types",
    default=TYPES,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of document types (TOML).",
)
@click.option("--engine", default="ppocr", show_default=True, help="OCR engine: ppocr or tesseract.")
@click.option("--dpi", default=300, show_default=True, type=click.IntRange(72, 600), help="Resolution for PDF pages.")
@click.option("--password", default=None, help="Password of encrypted PDFs.")
@click.option("--own", multiple=True, help="Name of one of our own companies; may be repeated.")
def main(
    paths: Sequence[Path], as_json: bool, types: Path, engine: str, dpi: int, password: str | None, own: Sequence[str]
) -> None:
    """Read PATHS (files, or folders with all they hold) and say what they are and state.

    Exit code 0: all was read; 1: at least one file could not be read; 2: the command itself is wrong.
    """
    context = Context(own_names=tuple(own), today=datetime.now(UTC).astimezone().date())
    failed = False
    with Parser() as parser, _reader(types, engine, dpi, parser) as reader:
        for path, named in _files(paths):
            result = _read(reader, parser, path, named, password, context)
            if result is None:
                click.echo(f"{path}: skipped, not a kind of file that is kept", err=True)
                continue
            failed = failed or result["error"] is not None
            click.echo(json.dumps(result, ensure_ascii=False) if as_json else _summary(result))
    sys.exit(1 if failed else 0)


def _reader(types: Path, engine: str, dpi: int, parser: Parser) -> Reader:
    try:
        texts = {path.name: path.read_text("utf-8") for path in sorted(types.glob("*.toml"))}
        return Reader(load_types(texts), engine=engine, dpi=dpi, parser=parser)
    except (DocumentTypeError, UnknownEngineError, MissingEngineError) as error:
        raise click.UsageError(str(error)) from error


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield each file, and whether it was named itself; folders are walked in order, hidden files left out."""
    for path in paths:
        if path.is_file():
            yield path, True
            continue
        for inner in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in inner.relative_to(path).parts)
            if inner.is_file() and not hidden:
                yield inner, False


def _read(
    reader: Reader, parser: Parser, path: Path, named: bool, password: str | None, context: Context
) -> dict[str, Any] | None:
    """Return the JSON object of a file; None for a file of unknown kind that only lay in a folder."""
    kind = FileKind.UNKNOWN
    try:
        with path.open("rb") as source:
            kind = identify(source.read(HEAD), path.name)
            if kind is FileKind.UNKNOWN and not named and path.stat().st_size:
                return None
            if kind not in READABLE and path.stat().st_size:
                return error_object(str(path), kind, "unreadable_kind", f"Files of kind {kind} cannot be read yet.")
            info = parser.inspect(source, kind, password)
            numbers = range(1, info.page_count + 1)
            pages: tuple[Page, ...] = tuple(reader.read_page(source, kind, n, password).page for n in numbers)
    except ParseError as error:
        return error_object(str(path), kind, error.code, str(error))
    except OSError as error:
        return error_object(str(path), kind, "file_unreadable", f"The file cannot be opened: {error.strerror}.")
    return file_object(str(path), kind, FileReading(pages, reader.understand(pages, context)))


def _summary(result: dict[str, Any]) -> str:
    if result["error"]:
        return f"{result['file']}: {result['error']['message']}"
    rows = [f"{result['file']}: {len(result['pages'])} p."]
    for document in result["documents"]:
        rows.append(f"  {document['type_name'] or '?'} ({document['confidence']:.0%}), p. {document['pages']}")
        rows += [f"    {f['label']}: {f['raw']}{_marks(f)}" for f in document["fields"]]
    return "\n".join(rows)


def _marks(field: dict[str, Any]) -> str:
    bad = [c for c in field["checks"] if c["state"] != "passed"]
    return "".join(f"  ! {c['message']}" + (f" ({c['suggestion']}?)" if c["suggestion"] else "") for c in bad)


if __name__ == "__main__":
    main()

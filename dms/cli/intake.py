"""`intake`: takes files and folders in, with progress, rate, time left and a summary."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from config.rulebook import load_rulebook
from dms.bootstrap import open_archive, settings_of
from dms.cli.console import operator
from dms.intake.batches import Delivery
from dms.intake.bringing import Candidate, Summary, bring, candidates
from dms.intake.names import printable
from dms.kernel.configuration import read_rulebook

INTERRUPTED = 130


class CopyKinds(click.Choice[str]):
    """The kinds of copies of the rulebook: help shows ours, a command takes the owner's as well."""

    def __init__(self) -> None:
        super().__init__(tuple(load_rulebook().copy_kinds))

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return a kind that the archive of the settings knows."""
        kinds = read_rulebook(settings_of(ctx).data).copy_kinds if ctx else self.choices
        return click.Choice(tuple(kinds)).convert(value, param, ctx)


@click.command(
    help="把文件或文件夹收进档案；中断后再运行会接着收，不会重复；没收下的逐个写明原因。 / Take files in; resumes."
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--copy-kind", type=CopyKinds(), default="unknown", help="原件、复印件…… / copy kind")
@click.option("--place", default="", help="纸质原件在哪里 / where the paper is")
@click.option("--note", default="", help="这一批的说明 / a note")
@click.pass_context
def command(context: click.Context, paths: tuple[Path, ...], copy_kind: str, place: str, note: str) -> None:
    """Exit 0: all taken in or known; 1: some files were not; 6: disk full or store away; 130: interrupted."""
    found = list(candidates(paths))

    def delivery(origin: str) -> Delivery:
        return Delivery("cli", copy_kind=copy_kind, paper_place=place, note=note, origin=origin)

    with open_archive(settings_of(context)) as archive, _bars(sum(file.length for file in found)) as bars:
        task = bars.task_ids[0]

        def moved(file: Candidate, summary: Summary) -> None:
            bars.update(task, completed=summary.bytes, files=f"{summary.total}/{len(found)}")

        try:
            summary = bring(archive, operator(), found, delivery, moved)
        except KeyboardInterrupt:
            click.echo("\n已中断；已收的都在，再运行一次会接着收。 / Interrupted; run it again to go on.", err=True)
            sys.exit(INTERRUPTED)
    _say(summary)
    sys.exit(1 if summary.failed else 0)


def _bars(total: int) -> Progress:
    bars = Progress(
        TextColumn("{task.description} {task.fields[files]}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
        TimeRemainingColumn(), console=Console(stderr=True),
    )  # fmt: skip
    bars.add_task("收件", total=total or 1, files="0")
    return bars


def _say(summary: Summary) -> None:
    click.echo(
        f"收下 {summary.stored}，已有 {summary.known}，重复 {summary.duplicates}，"
        f"原样保存不能读 {summary.unreadable}，没有收下 {len(summary.failed)}"
        + (f"，跳过 {len(summary.skipped)}" if summary.skipped else "")
    )
    for name, code, sentence in (*summary.failed, *summary.skipped):
        click.echo(f"  {printable(name)}: {sentence} [{code}]")

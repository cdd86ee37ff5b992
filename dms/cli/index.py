"""`index`: rebuilds the search index, or compares it with the catalog."""

from __future__ import annotations

import sys

import click

from dms.bootstrap import open_archive, settings_of
from dms.retrieval import projection


@click.group(help="检索索引：rebuild 重建，check 与目录核对。 / The search index.")
def command() -> None:
    """Group the two verbs."""


@command.command(help="在旁边重建一个新索引再替换，检索不中断。 / Build a new index beside the old one and swap.")
@click.pass_context
def rebuild(context: click.Context) -> None:
    """Rebuild the index."""
    with open_archive(settings_of(context)) as archive:
        click.echo(f"索引已重建：{projection.rebuild(archive)} 件。")


@command.command(help="与目录核对，有出入时以 1 退出。 / Compare with the catalog; exits 1 on a difference.")
@click.pass_context
def check(context: click.Context) -> None:
    """Compare the index with the catalog."""
    with open_archive(settings_of(context)) as archive:
        stale, strange = projection.compare(archive)
    click.echo(f"缺少或过时 {len(stale)} 件，多余 {len(strange)} 件。")
    if stale or strange:
        click.echo("运行 python -m dms index rebuild 重建。", err=True)
        sys.exit(1)

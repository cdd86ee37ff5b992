"""`restore`: makes an empty folder an archive again, and proves it."""

from __future__ import annotations

from pathlib import Path

import click

from dms.bootstrap import open_archive, settings_of
from dms.cli.console import operator, progress
from dms.operations.restore import restore
from dms.retrieval.projection import rebuild

LABELS = {"check": "核对校验值", "copy": "复制原件", "catalog": "写入目录", "verify": "逐件打开"}


@click.command(
    help="从备份 SOURCE 恢复到空的数据文件夹（--data），逐件核验，重建索引。 / Restore into an empty folder."
)
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.pass_context
def command(context: click.Context, source: Path) -> None:
    """Restore the backup in SOURCE."""
    settings = settings_of(context)
    with progress(LABELS) as move:
        report = restore(source, settings, operator(), move)
    with open_archive(settings) as archive:
        documents = rebuild(archive)
    click.echo(f"已恢复到 {settings.data}：{report.objects} 个对象全部打开核验通过，索引 {documents} 件。")
    if report.settings_aside:
        click.echo(
            f"备份里的设置写明了各库的位置，没有启用，放在 {report.settings_aside}：请把仍适用的几行移进自己的设置。"
        )

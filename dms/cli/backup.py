"""`backup`: writes a complete, consistent backup while the archive goes on working."""

from __future__ import annotations

from pathlib import Path

import click

from dms.bootstrap import open_archive, settings_of
from dms.cli.console import operator, progress
from dms.operations.backup import backup


@click.command(help="把目录、原件、密钥清单和规则完整备份到 TARGET。主密钥不在其中。 / Write a complete backup.")
@click.argument("target", type=click.Path(file_okay=False, path_type=Path))
@click.pass_context
def command(context: click.Context, target: Path) -> None:
    """Write a backup into TARGET."""
    with open_archive(settings_of(context)) as archive, progress({"catalog": "目录", "copy": "原件"}) as move:
        report = backup(archive, operator(), target, move)
    click.echo(
        f"已备份到 {report.folder}：{report.objects} 个对象（新复制 {report.copied} 个），"
        f"{report.bytes / 1e6:.1f} MB。\n"
        "主密钥没有放进备份：请确认恢复单已打印并分两处保管。"
    )

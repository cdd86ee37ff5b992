"""`upgrade`: copies the catalog, then brings it to this program's version."""

from __future__ import annotations

import click

from dms.bootstrap import settings_of
from dms.operations.upgrade import upgrade_safely


@click.command(help="先备份目录库，再升级到本程序的版本；失败会退回原样。 / Back up, then migrate; undone on failure.")
@click.pass_context
def command(context: click.Context) -> None:
    """Upgrade the catalog."""
    report = upgrade_safely(settings_of(context))
    if report.before == report.after:
        click.echo(f"已经是版本 {report.after}，不需要升级。")
        return
    copy = f"升级前的副本在 {report.copy}" if report.copy else "数据库在一个事务里完成，没有另留副本"
    click.echo(f"已从版本 {report.before} 升级到 {report.after}；{copy}。")

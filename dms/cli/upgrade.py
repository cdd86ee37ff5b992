"""`upgrade`: copies the catalog, brings it to this program's version, and renews an index of another version."""

from __future__ import annotations

import click

from config.settings import Settings
from dms.bootstrap import NoArchiveError, is_started, open_archive, settings_of
from dms.kernel.archive import Archive
from dms.kernel.lock import FolderLock
from dms.operations.upgrade import upgrade_safely
from dms.retrieval.condition import trouble
from dms.retrieval.projection import expected, rebuild
from search.index import OutdatedIndexError


@click.command(
    help="先备份目录库，再升级到本程序的版本（失败会退回原样）；旧版本的检索索引重建。"
    " / Back up, then migrate (undone on failure); renew an index of another version."
)
@click.pass_context
def command(context: click.Context) -> None:
    """Upgrade an archive that nothing serves."""
    settings = settings_of(context)
    if not is_started(settings):
        raise NoArchiveError("%(data)s 里还没有档案。请先运行 ./run --empty 建立。", data=settings.data)
    with FolderLock(settings.data):
        if not bring_up_to_date(settings):
            click.echo("已经是本程序的版本，不需要升级。")


def bring_up_to_date(settings: Settings) -> bool:
    """Bring the catalog, then the index to this program's version; say what was done, and return whether anything."""
    report = upgrade_safely(settings)
    upgraded = report.before != report.after
    if upgraded:
        copy = f"升级前的副本在 {report.copy}" if report.copy else "数据库在一个事务里完成，没有另留副本"
        click.echo(f"目录库已从版本 {report.before} 升级到 {report.after}；{copy}。")
    with open_archive(settings) as archive:
        return _renew_index(archive) or upgraded


def _renew_index(archive: Archive) -> bool:
    problem = trouble(archive.index, expected(archive.db))
    if problem is None:
        return False
    if problem.code != OutdatedIndexError.code:
        click.echo(f"{problem}\n[{problem.code}]", err=True)
        return False
    click.echo("检索索引是别的版本的程序建的，正在从目录重建……")
    click.echo(f"索引已重建：{rebuild(archive)} 件。")
    return True

"""`migrate-backend`: carries a whole archive from one set of engines to another, and says what to do next."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from config.redaction import without_secrets
from config.settings import Settings
from dms.audit import proofs
from dms.bootstrap import composed, open_archive, settings_of
from dms.cli.console import operator, progress
from dms.kernel.configuration import read_settings
from dms.kernel.errors import ConflictError, InvalidError, UnavailableError
from dms.kernel.outages import explained
from dms.operations import move
from dms.retrieval import projection
from search.index import IndexUnavailableError, SearchError
from storage.objects import StorageError, StorageFullError, StorageUnavailableError

LABELS = {
    "objects": "原件", "rows": "目录", "open": "抽样打开", "source": "核对原来的", "target": "核对搬到的",
    "verify": "审计日志",
}  # fmt: skip
NEXT = """已搬完并核对：{report.objects} 个对象、{report.rows} 行，审计日志 {report.size} 条，根 {report.root}。
接下来：
  1. 用新设置启动：python -m dms --settings {file} serve（各台机器都用它；先运行 doctor）
  2. 给新的一边做一份备份，并试恢复一次
  3. 原来的一边已标记为“已搬走”，不会再打开；确认无误、新备份可用之后再删除它
  要搬回来：停掉新的一边，从那边运行 migrate-backend --to 一个空的地方"""


@click.command(
    help="把停下来的档案整个搬到设置文件 FILE 所定的目录库、原件库和索引；中断后再运行就接着搬。"
    " / Move a stopped archive to other engines."
)
@click.option(
    "--to", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="新的一边的设置 / settings"
)
@click.option("--cancel", is_flag=True, help="不搬了，原来的照常使用 / give an unfinished move up")
@click.pass_context
def command(context: click.Context, file: Path | None, cancel: bool) -> None:
    """Move, or give a move up."""
    if cancel == (file is not None):
        raise InvalidError("请写 --to 新设置文件，或者 --cancel，二者取一。", code="move_options")
    source = settings_of(context)
    if file is None:
        with composed(source) as archive:
            other = move.cancel(archive, operator())
        click.echo(f"不搬了，档案照常使用。{other} 里搬到一半的内容不能打开，请清空它。")
        return
    report = _moved(source, _target(file))
    click.echo(NEXT.format(report=report, file=file))


def _target(file: Path) -> Settings:
    """Return the settings of the target: of the file alone, because the environment speaks of the source."""
    target = read_settings(file, environment={})
    if "data" not in target.model_fields_set:
        raise InvalidError("请在 %(file)s 里写明 data（数据文件夹）。没有改动。", code="move_data", file=file)
    return target


def _moved(source: Settings, target: Settings) -> move.MoveReport:
    with progress(LABELS) as show:
        try:
            with composed(source) as archive:
                report = move.move(archive, operator(), target, lambda: _build_index(target), show)
        except (StorageUnavailableError, StorageFullError, IndexUnavailableError, OperationalError) as error:
            raise UnavailableError(
                "搬迁中断（%(reason)s）。已搬到的都留着；排除故障后再运行一次同样的命令，就接着搬。",
                code="move_interrupted", reason=_reason(error),
            ) from error  # fmt: skip
        _verify_log(target, report, show)
    return report


def _reason(error: Exception) -> str:
    if isinstance(error, StorageError | SearchError):
        return str(explained(error))
    return without_secrets(str(error).splitlines()[0])


def _build_index(target: Settings) -> int:
    with composed(target) as archive:
        return projection.build(archive)


def _verify_log(target: Settings, report: move.MoveReport, show: object) -> None:
    assert callable(show)
    with open_archive(target) as archive:
        found = proofs.verify(
            archive, operator(), {report.size: report.root}, lambda done, total: show("verify", done, total)
        )
    if not found.is_good:
        raise ConflictError(
            "档案已搬完，但审计日志有不符之处（原来就有，逐条与原来的相同）。请运行 python -m dms audit verify 查看。",
            code="move_log",
        )

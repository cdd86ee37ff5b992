"""`audit`: exports the log with its proofs, and checks an export offline or the log where it lies."""

from __future__ import annotations

from pathlib import Path

import click

from dms.audit import proofs, verify
from dms.bootstrap import open_archive, settings_of
from dms.cli.console import operator, progress
from dms.kernel.errors import ConflictError, InvalidError

ALTERED = 1


class _Anchor(click.ParamType[tuple[int, str]]):
    name = "SIZE:ROOT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, str]:
        try:
            return verify.parse_anchor(value)
        except ValueError:
            self.fail("写成 条数:根，根是 64 位十六进制，例如 1204:9f86…", param, ctx)


@click.group(help="审计日志：export 导出，verify 核验。 / The audit log.")
def command() -> None:
    """Group the verbs."""


@command.command(help="把整个日志连同检查点和公钥导出到 TARGET（JSON 行）。 / Export the log with its proofs.")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def export(context: click.Context, target: Path) -> None:
    """Export the log."""
    if target.exists():
        raise ConflictError("%(target)s 已存在，没有覆盖。请换一个文件名。", code="exists", target=target)
    with open_archive(settings_of(context)) as archive, progress({"export": "导出"}) as move:
        lines = proofs.export(archive, operator(), lambda done, total: move("export", done, total))
        with target.open("x", encoding="utf-8") as handle:
            handle.writelines(lines)
    click.echo(
        f"日志已导出到 {target}。核验：python -m dms audit verify {target}，或把 dms/audit/verify.py 带到别处运行。"
    )


@command.command("verify", help="核验导出的 FILE；不写 FILE 则核验正在使用的日志。 / Check an export, or the live log.")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", default="", help="抄下的公钥指纹 / fingerprint of the signing key")
@click.option("--anchor", "anchors", multiple=True, type=_Anchor(), help="抄下的 条数:根 / SIZE:ROOT noted earlier")
@click.pass_context
def verify_command(
    context: click.Context, file: Path | None, key: str, anchors: tuple[tuple[int, str], ...]
) -> None:  # fmt: skip
    """Check the log; exit 1 when something was altered."""
    report = _check_file(file, key, dict(anchors)) if file else _check_catalog(context, dict(anchors))
    click.echo("\n".join(verify.describe(report)))
    if not report.is_good:
        context.exit(ALTERED)


def _check_file(file: Path, key: str, anchors: dict[int, str]) -> verify.Report:
    try:
        with file.open(encoding="utf-8") as lines:
            return verify.check_export(lines, key, anchors)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidError("%(file)s 不是审计日志的导出文件，没有核验。", code="not_an_export", file=file) from error


def _check_catalog(context: click.Context, anchors: dict[int, str]) -> verify.Report:
    with open_archive(settings_of(context)) as archive, progress({"verify": "核验"}) as move:
        return proofs.verify(archive, operator(), anchors, lambda done, total: move("verify", done, total))

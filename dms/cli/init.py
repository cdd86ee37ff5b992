"""`init`: makes an empty archive where the settings say, for services that `run` does not start."""

from __future__ import annotations

import click

from dms.accounts.service.first import first_person_link
from dms.bootstrap import is_started, open_archive, settings_of, start_archive, with_own_keys
from dms.cli.serve import report_trouble
from dms.kernel.archive import Archive
from dms.retrieval import projection
from search.index import SearchError


@click.command(
    help="在设置所指的地方建立空档案和主密钥，打印第一次登录的链接；已有的档案不动。"
    " / Make an empty archive and its master key where there is none."
)
@click.pass_context
def command(context: click.Context) -> None:
    """Make the archive unless it is there; print where the recovery sheet lies and how the first person signs in."""
    settings = settings_of(context)
    new = not is_started(settings)
    settings = with_own_keys(settings) if new else settings
    sheet = start_archive(settings) if new else None
    with open_archive(settings) as archive:
        if new:
            _begin_index(archive)
        link = first_person_link(archive)
    click.echo("档案已就绪。 / The archive is there.")
    if sheet:
        click.echo(f"主密钥的恢复单在 {sheet}\n  请打印两份分处保管，然后删除这个文件；没有主密钥，原件谁也打不开。")
    if link:
        address = settings.public_url.rstrip("/") or f"http://127.0.0.1:{settings.port}"
        click.echo(f"第一位使用者从这里登录（只能用一次） / First sign-in, works once:\n  {address}{link.path}")


def _begin_index(archive: Archive) -> None:
    """Make the empty index; where it cannot be made, say so and go on: `index rebuild` makes it at any time."""
    try:
        projection.rebuild(archive)
    except SearchError:
        report_trouble(archive)

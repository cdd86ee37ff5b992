"""`recover-admin`: a one-time sign-in link for an administrator who cannot get in any more."""

from __future__ import annotations

import click

from dms.accounts.service import recover_administrator
from dms.bootstrap import open_archive, settings_of
from dms.cli.console import address_of, operator


@click.command(
    help="给系统管理员 LOGIN（只有一位时可不写）一条一次性登录链接。 / A one-time link for an administrator."
)
@click.argument("login", required=False)
@click.pass_context
def command(context: click.Context, login: str | None) -> None:
    """Print a link; the deed is in the audit log."""
    settings = settings_of(context)
    with open_archive(settings) as archive:
        link = recover_administrator(archive, operator(), login)
    click.echo(
        f"{address_of(settings)}{link.path}\n这条链接 {settings.link_hours} 小时内有效，只能用一次；已记入审计日志。"
    )

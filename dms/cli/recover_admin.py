"""`recover-admin`: a one-time sign-in link for a system administrator, for whoever holds the machine."""

from __future__ import annotations

import click

from dms.accounts.service.first import recover_administrator
from dms.bootstrap import open_archive, settings_of
from dms.cli.console import address_of, operator


@click.command(help="给系统管理员一条一次性登录链接，并记入审计日志。 / One-time sign-in link for an administrator.")
@click.option("--login", help="登录名；只有一位系统管理员时可以不写")
@click.pass_context
def command(context: click.Context, login: str | None) -> None:
    """Print the link."""
    settings = settings_of(context)
    with open_archive(settings) as archive:
        link = recover_administrator(archive, operator(), login)
    click.echo(f"{address_of(settings)}/link/{link.secret}")
    click.echo("这条链接只能用一次，请直接交给本人。", err=True)

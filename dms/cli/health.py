"""`health`: tells whether the processes of this machine live; exits 1 if one does not."""

from __future__ import annotations

import sys

import click

from dms.kernel.configuration import settings_of  # not through the composition: it is asked twice a minute
from dms.kernel.telemetry.ports import Role
from dms.operations.alive import examine


@click.command(
    help="本机的网页、日常维护、读取进程是否活着；不写名字就问全部。"
    " / Whether web, keeper and workers of this machine live."
)
@click.argument("roles", nargs=-1, type=click.Choice([role.value for role in Role]))
@click.pass_context
def command(context: click.Context, roles: tuple[str, ...]) -> None:
    """Print a line for each process."""
    dead = 0
    for name, problem in examine(settings_of(context), [Role(role) for role in roles] or tuple(Role)):
        click.echo(f"{'✗' if problem else '✓'} {name}" + (f"：{problem}" if problem else ""))
        dead += bool(problem)
    sys.exit(1 if dead else 0)

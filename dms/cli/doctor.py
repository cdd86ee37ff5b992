"""`doctor`: says in words what is missing or wrong; exits 1 if anything must be mended."""

from __future__ import annotations

import sys

import click

from dms.bootstrap import settings_of
from dms.operations.doctor import examine
from dms.operations.findings import State

MARKS = {State.GOOD: ("✓", "green"), State.WARNING: ("!", "yellow"), State.FAILED: ("✗", "red")}


@click.command(help="检查这台机器和这个档案缺什么、错在哪里。 / Say what is missing or wrong, and what to do.")
@click.pass_context
def command(context: click.Context) -> None:
    """Print a line for each part."""
    failed = 0
    for finding in examine(settings_of(context)):
        mark, colour = MARKS[finding.state]
        click.echo(f"{click.style(mark, fg=colour)} {finding.part}：{finding.text}")
        failed += finding.state is State.FAILED
    if failed:
        click.echo(f"\n有 {failed} 处要先处理。 / {failed} to be mended.", err=True)
        sys.exit(1)

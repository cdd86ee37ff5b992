"""`keeper`: supervises the housekeeper alone; started on several machines, one works and the others stand by."""

from __future__ import annotations

import click

from dms.bootstrap import open_archive, settings_of
from dms.kernel.telemetry import logs
from dms.running import supervisor


@click.command(
    help="只启动日常维护（日志排序、索引、清理、监视文件夹），直到 Ctrl-C；启动几份也只有一份在做。"
    " / Keep house only, until Ctrl-C; of several, one works."
)
@click.pass_context
def command(context: click.Context) -> None:
    """Open the archive once to see that it can be opened, then supervise its housekeeper."""
    settings = settings_of(context)
    logs.configure("supervisor", settings.log_level, settings.log_format)
    with open_archive(settings):
        pass
    click.echo("日常维护已启动。按 Ctrl-C 停止。 / Housekeeping has started. Ctrl-C stops.")
    supervisor.supervise(settings, supervisor.keeper_of(settings))

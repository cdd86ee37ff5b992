"""`worker`: supervises workers alone, for all queues or some; for archives that run on several machines."""

from __future__ import annotations

import click

from dms.bootstrap import open_archive, settings_of
from dms.jobs.rules import JOB_QUEUES
from dms.kernel.carrier import Queue
from dms.kernel.telemetry import logs
from dms.running import supervisor


@click.command(help="只启动读取进程，直到 Ctrl-C；可在多台机器上同时运行。 / Run workers only, until Ctrl-C.")
@click.option("--workers", type=click.IntRange(1, 256), help="读取进程的个数 / number of workers")
@click.option(
    "--queue", "queues", multiple=True, type=click.Choice([queue.value for queue in Queue]),
    help="只做哪些队列，可写多次；默认 reading 和 housekeeping / queues to work on",
)  # fmt: skip
@click.pass_context
def command(context: click.Context, workers: int | None, queues: tuple[str, ...]) -> None:
    """Open the archive once to see that it can be opened, then supervise its workers."""
    settings = settings_of(context)
    settings = settings if workers is None else settings.model_copy(update={"workers": workers})
    logs.configure("supervisor", settings.log_level, settings.log_format)
    with open_archive(settings):
        pass
    click.echo(f"{settings.workers} × {'、'.join(queues or JOB_QUEUES)}\n按 Ctrl-C 停止。 / Ctrl-C stops.")
    supervisor.supervise(settings, supervisor.workers_of(settings, queues))

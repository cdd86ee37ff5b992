"""`serve`: supervises web, workers and housekeeping over the archive that the settings name."""

from __future__ import annotations

import click

from dms.bootstrap import open_archive, settings_of
from dms.kernel.archive import Archive
from dms.kernel.telemetry import logs
from dms.retrieval.condition import trouble
from dms.retrieval.projection import expected
from dms.running import supervisor


@click.command(help="启动网页与读取进程，直到 Ctrl-C。 / Serve the archive until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), help="端口，默认 8765；0 任选 / port")
@click.option("--workers", type=click.IntRange(1, 256), help="读取进程的个数 / number of workers")
@click.pass_context
def command(context: click.Context, port: int | None, workers: int | None) -> None:
    """Open the archive once to see that it can be opened, then supervise."""
    settings = settings_of(context)
    changes = {name: value for name, value in (("port", port), ("workers", workers)) if value is not None}
    settings = settings.model_copy(update=changes)
    logs.configure("supervisor", settings.log_level, settings.log_format)
    with open_archive(settings) as archive:
        report_trouble(archive)
    supervisor.serve(settings, ready=supervisor.print_address)


def report_trouble(archive: Archive) -> None:
    """Print what keeps documents from being found; everything else is served without the search."""
    if problem := trouble(archive.index, expected(archive.db)):
        click.echo(f"{problem}\n[{problem.code}]  其余照常启动。 / Everything but the search starts.\n", err=True)

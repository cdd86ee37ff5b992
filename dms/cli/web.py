"""`web`: supervises the web process alone; for archives that run on several machines."""

from __future__ import annotations

import click

from dms.bootstrap import open_archive, settings_of
from dms.cli.serve import report_trouble
from dms.kernel.telemetry import logs
from dms.running import supervisor


@click.command(help="只启动网页，直到 Ctrl-C；读取与维护在别处运行。 / Serve the interface only, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), help="端口，默认 8765；0 任选 / port")
@click.pass_context
def command(context: click.Context, port: int | None) -> None:
    """Open the archive once to see that it can be opened, then supervise its web process."""
    settings = settings_of(context)
    settings = settings if port is None else settings.model_copy(update={"port": port})
    logs.configure("supervisor", settings.log_level, settings.log_format)
    with open_archive(settings) as archive:
        report_trouble(archive)
    supervisor.serve_web(settings, ready=supervisor.print_address)

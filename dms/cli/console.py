"""What commands share: who is at the keyboard, and progress bars on standard error."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.settings import Settings
from dms.policy import Identity, command_line


def operator() -> Identity:
    """Return the identity of the person at the command line, for the audit log."""
    return command_line(getpass.getuser())


def address_of(settings: Settings) -> str:
    """Return the address under which this machine's browser finds the archive."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = "127.0.0.1" if settings.listen in ("0.0.0.0", "::") else settings.listen  # noqa: S104  compared, not bound
    return f"http://{host}:{settings.port}"


@contextmanager
def progress(labels: dict[str, str]) -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar a stage; yield a function (stage, done, total) that moves them."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=False) as bars:
        tasks: dict[str, int] = {}

        def move(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(labels.get(stage, stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]  # rich's own id type

        yield move

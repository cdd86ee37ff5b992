"""The command line: one module a command, loaded when it is called; errors become one sentence and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from config.rulebook import RulebookError
from config.settings import SettingsError
from dms.kernel.errors import DmsError
from search.index import SearchError
from storage.objects import StorageError

COMMANDS = {
    "run": "启动归档系统（首次运行带演示档案） / start the archive",
    "serve": "在设置所定的数据上启动网页与读取进程 / supervise web and workers",
    "web": "只启动网页（多机部署） / the interface only, for several machines",
    "worker": "只启动读取进程（多机部署） / workers only, for several machines",
    "keeper": "只启动日常维护（多机部署） / housekeeping only, for several machines",
    "init": "建立空档案（已有的不动） / make an archive where there is none",
    "health": "本机各进程是否活着（供容器与监控用） / whether the processes of this machine live",
    "intake": "把文件或文件夹收进档案 / take files in",
    "doctor": "检查缺什么、错在哪里 / say what is missing or wrong",
    "backup": "备份 / make a backup",
    "restore": "恢复到空文件夹并核验 / restore into an empty folder",
    "upgrade": "先备份再升级数据 / back up, then migrate",
    "migrate-backend": "把档案搬到别的目录库、原件库和索引 / move to other engines",
    "index": "重建或核对检索索引 / rebuild or check the index",
    "audit": "导出与核验审计日志 / export and verify the audit log",
    "keys": "主密钥：轮换、恢复单 / master keys",
    "recover-admin": "给系统管理员一条一次性登录链接 / one-time link for an administrator",
    "openapi": "打印接口说明 / print the OpenAPI document",
}


class LazyGroup(click.Group):
    """Loads a command's module only when it is called, so that one broken part does not silence `doctor`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"dms.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--settings", "settings_file", type=click.Path(dir_okay=False), help="设置文件（TOML） / settings file")
@click.option("--data", type=click.Path(file_okay=False), help="数据文件夹 / data folder")
@click.pass_context
def group(context: click.Context, settings_file: str | None, data: str | None) -> None:
    """归档：扫描客户档案的收、管、查、用。 / Guidang: scanned customer archives, found, trusted and located."""
    context.obj = {"settings_file": settings_file, "data": data}


def main(arguments: list[str] | None = None) -> Any:
    """Run a command; print an error's one sentence on standard error and exit with its code."""
    try:
        return group(args=arguments, prog_name="python -m dms")
    except (StorageError, SearchError, SQLAlchemyError) as error:
        from dms.kernel.outages import explained

        known = explained(error)
        if known is None:
            raise
        _leave(known)
    except DmsError as error:
        _leave(error)


def _leave(error: DmsError) -> NoReturn:
    click.echo(f"{_in_language(error)}\n[{error.code}]", err=True)
    sys.exit(error.exit_code)


def _in_language(error: DmsError) -> str:
    """Return the sentence of an error in the language of the terminal: English where it names one that is not Chinese.

    A terminal that names none (C, POSIX, as in a container or a service) gets Chinese, as the whole product does.
    """
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "C")
    if named.lower().startswith(("zh", "c.", "posix")) or named == "C":
        return str(error)
    if isinstance(error.__cause__, SettingsError | RulebookError):
        return str(error.__cause__)  # whose own words are English
    from dms.web.language import catalog_of

    sentence = catalog_of("en").gettext(error.message) or error.message
    return sentence % error.values if error.values else sentence

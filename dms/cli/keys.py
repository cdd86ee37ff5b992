"""`keys`: the master keys: print the recovery sheet, rotate, recover from a sheet."""

from __future__ import annotations

import os
from pathlib import Path

import click

from dms.bootstrap import open_archive, settings_of
from dms.cli.console import operator, progress
from dms.kernel.errors import ConflictError, InvalidError
from dms.kernel.keyring import key_path
from dms.operations.rotation import rotate_keys
from storage.keyfile import KeyFile
from storage.open import key_coding


def _file(context: click.Context) -> Path:
    path = key_path(settings_of(context))
    if path is None:
        raise InvalidError("这个档案的主密钥不在密钥文件里（见设置 keys_url），这条命令不适用。", code="keys_elsewhere")
    return path


def _keys(context: click.Context) -> KeyFile:
    return KeyFile.load(_file(context), key_coding(settings_of(context).keys_url))


@click.group(help="主密钥：sheet 打印恢复单，rotate 轮换，recover 从恢复单恢复。 / The master keys.")
def command() -> None:
    """Group the verbs."""


@command.command(help="把恢复单写到 TARGET（权限 0600），打印后请删除该文件。 / Write the recovery sheet to print.")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def sheet(context: click.Context, target: Path) -> None:
    """Write the recovery sheet."""
    lines = _keys(context).recovery_sheet()
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ConflictError("%(target)s 已存在，没有覆盖。请换一个文件名。", code="exists", target=target) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write("\n".join(lines) + "\n")
    click.echo(f"恢复单在 {target}。请打印两份，由两人分处保管，然后删除这个文件。")


@command.command(help="生成新的主密钥，并重新包裹所有数据密钥；原件本身不动。 / Rotate and rewrap.")
@click.pass_context
def rotate(context: click.Context) -> None:
    """Rotate the master key."""
    _file(context)  # keys that are elsewhere are told before anything is opened
    with open_archive(settings_of(context)) as archive, progress({"rewrap": "重新包裹"}) as move:
        count = rotate_keys(archive, operator(), _keys(context), lambda done, total: move("rewrap", done, total))
    click.echo(f"已换用新的主密钥，{count} 个对象重新包裹。旧恢复单不再完整：请运行 keys sheet 打印新的。")


@command.command(help="从恢复单文件 SHEET 重新得到密钥文件。 / Make the key file again from a sheet.")
@click.argument("sheet_file", metavar="SHEET", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def recover(context: click.Context, sheet_file: Path) -> None:
    """Recover the key file."""
    path = _file(context)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = sheet_file.read_text(encoding="utf-8").splitlines()
    keys = KeyFile.from_recovery_sheet(path, lines, key_coding(settings_of(context).keys_url))
    click.echo(f"密钥文件已恢复到 {path}：{len(keys.ids())} 把主密钥。")

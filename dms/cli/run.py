"""`run`: what ./run calls: makes the archive the first time, prints its address and the first sign-in link, serves."""

from __future__ import annotations

import os
from pathlib import Path

import click
import segno

from config.settings import Settings
from dms.accounts.service.first import first_person_link
from dms.bootstrap import is_started, open_archive, settings_of, start_archive, with_own_keys
from dms.cli.serve import report_trouble
from dms.cli.upgrade import bring_up_to_date
from dms.kernel.configuration import read_settings
from dms.kernel.telemetry import logs
from dms.operations import demonstration
from dms.running.supervisor import serve
from dms.web import lan as lan_server

LAN_PORT = 8766


@click.command(help="启动归档系统。首次运行带演示档案；--empty 打开自己的空档案。 / Start the archive.")
@click.option("--empty", is_flag=True, help="不要演示：打开自己的档案，第一次是空的 / a clean archive of one's own")
@click.option(
    "--lan", is_flag=True, help="同时在局域网以 HTTPS 提供，并显示手机用的二维码 / HTTPS on the local network"
)
@click.option("--port", type=click.IntRange(0, 65535), help="端口，默认 8765 / port")
@click.pass_context
def command(context: click.Context, empty: bool, lan: bool, port: int | None) -> None:
    """Start, the first time with everything that is needed."""
    settings = _settings(context, empty, port)
    logs.configure("supervisor", settings.log_level, settings.log_format)
    new = not is_started(settings)
    settings = with_own_keys(settings) if new else settings
    sheet = start_archive(settings) if new else None
    endpoint = _lan_endpoint() if lan else None
    # The port and the folder are ours before a link is made: making one ends the link that was printed before.
    serve(settings, lan=endpoint, ready=lambda address: _greet(settings, address, sheet, endpoint))


def _settings(context: click.Context, empty: bool, port: int | None) -> Settings:
    if context.obj.get("data") or context.obj.get("settings_file") or empty:
        settings = settings_of(context)
        return settings.model_copy(update={"port": port}) if port is not None else settings
    home = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return read_settings(
        None, data=home / "guidang" / "demo", port=port, demonstration=True, archive_name="归档演示",
        own_companies=(demonstration.own_company(),),
    )  # fmt: skip


def _greet(settings: Settings, address: str, sheet: Path | None, endpoint: lan_server.Endpoint | None) -> None:
    if settings.demonstration:
        bring_up_to_date(settings)
    with open_archive(settings) as archive:
        if settings.demonstration:
            demonstration.begin(archive)
        link = first_person_link(archive)
        report_trouble(archive)
    kind = "演示档案（内容都是虚构的）" if settings.demonstration else "档案"
    click.echo(f"\n{kind}在 {settings.data}")
    if sheet:
        click.echo(f"主密钥的恢复单在 {sheet}\n  请打印两份分处保管，然后删除这个文件；没有主密钥，原件谁也打不开。")
    click.echo(f"\n打开 / Open:  {click.style(address, bold=True)}")
    if link:
        click.echo(f"第一位使用者从这里登录（只能用一次） / First sign-in, works once:\n  {address}{link.path}")
    if endpoint:
        _show_lan(endpoint)
    click.echo("按 Ctrl-C 停止。 / Ctrl-C stops.\n")


def _lan_endpoint() -> lan_server.Endpoint:
    address = lan_server.own_address()
    certificate = lan_server.certificate_for(lan_server.certificate_folder(), address)
    return lan_server.Endpoint(address, LAN_PORT, certificate)


def _show_lan(endpoint: lan_server.Endpoint) -> None:
    url = f"https://{endpoint.address}:{endpoint.port}"
    click.echo(f"\n手机和同事打开 / On the local network:  {url}")
    segno.make(url, micro=False).terminal(compact=True)
    click.echo(
        "浏览器会提醒证书无人担保；核对指纹后继续 / the browser warns once; certificate fingerprint (SHA-256):\n"
        f"  {endpoint.certificate.fingerprint}\n"
    )

"""Whether the processes of this machine live, asked over loopback as a container's health check or a person would."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException

from prometheus_client.parser import text_string_to_metric_families

from config.settings import Settings
from dms.jobs.rules import LEASE
from dms.kernel.errors import ConfigurationError
from dms.kernel.telemetry.ports import Role, metrics_port

PATIENCE = 5.0  # seconds
LONGEST_STEP = 2 * LEASE.total_seconds()  # a worker renews its lease from page to page
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared


class MetricsOffError(ConfigurationError):
    """Workers and housekeeping are asked through their measurements, which are off."""

    code = "metrics_off"


def examine(settings: Settings, roles: Sequence[Role] = tuple(Role)) -> Iterator[tuple[str, str]]:
    """Yield the name of each process that these roles have here, with what is wrong with it, "" where it lives.

    Raises `MetricsOffError` where workers or housekeeping are asked for without `metrics_port`.
    """
    for role in roles:
        if role is Role.WEB:
            yield "web", _web(settings)
        elif not settings.metrics_port:
            raise MetricsOffError(
                "读取进程和日常维护要经过运行指标才问得到，而 metrics_port 没有设置。"
                "请给它一个端口（例如 9464）再启动。"
            )
        else:
            for number in range(1, settings.workers + 1) if role is Role.WORKER else (0,):
                name = f"{role}-{number}" if number else str(role)
                yield name, _turning(settings, metrics_port(settings.metrics_port, role, number))


def _web(settings: Settings) -> str:
    try:
        status, _ = _get(settings.listen, settings.port, "/healthz")
    except (OSError, HTTPException) as error:
        return f"{settings.port}: {error}"
    return "" if status == 200 else f"HTTP {status}"


def _turning(settings: Settings, port: int) -> str:
    try:
        _, text = _get(settings.metrics_listen, port, "/metrics")
    except (OSError, HTTPException) as error:
        return f"{port}: {error}"
    families = text_string_to_metric_families(text)
    last = next((s.value for f in families for s in f.samples if s.name == "guidang_last_turn_timestamp_seconds"), 0)
    if not last:
        return "还没有开始工作 / has not begun"
    silent = time.time() - last
    return "" if silent < LONGEST_STEP else f"{silent:.0f} 秒没有动静 / no step for so many seconds"


def _get(host: str, port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection(EVERYWHERE.get(host, host), port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()

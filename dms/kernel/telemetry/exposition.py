"""Serves a process's measurements at `/metrics` on a port of their own, which only the monitoring should reach."""

from __future__ import annotations

import logging
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.registry import Collector

from dms.kernel.telemetry.instruments import REGISTRY

LOG = logging.getLogger("dms.telemetry")


def serve(address: str, port: int, *collectors: Collector) -> WSGIServer | None:
    """Serve the measurements from a thread until the process ends; a port that is taken is logged, no more.

    `collectors` give further values each time somebody asks.
    """
    registry = CollectorRegistry()
    for collector in (REGISTRY, *collectors):
        registry.register(collector)
    try:
        return start_http_server(port, address, registry=registry)[0]
    except OSError as error:
        LOG.error(
            "measurements cannot be read at %s:%s (%s): mend metrics_listen or metrics_port", address, port, error
        )
        return None

"""The Grafana dashboard asks only for what is measured."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from dms.kernel.telemetry.instruments import REGISTRY
from dms.operations import metrics

DMS = Path(__file__).parents[2] / "dms"
DASHBOARD = Path(__file__).parents[2] / "config" / "grafana" / "guidang.json"
PANELS: list[dict[str, Any]] = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
NAME = re.compile(r"\b(?:guidang|process)_[a-z0-9_]+")


@pytest.fixture(scope="module")
def measured() -> set[str]:
    """The names of all samples that a process can give: those it counts and those that the catalog answers for."""
    families = list(text_string_to_metric_families(generate_latest(REGISTRY).decode()))
    ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}
    counted = {family.name + end for family in families for end in ends.get(family.type, ("",))}
    sources = [path.read_text(encoding="utf-8") for path in (*DMS.glob("*/measures.py"), Path(metrics.__file__))]
    return counted | {name for text in sources for name in re.findall(r'gauge\(\s*"(guidang_[a-z0-9_]+)"', text)}


@pytest.mark.parametrize("panel", PANELS, ids=[panel["title"] for panel in PANELS])
def test_each_panel_asks_for_what_is_measured(panel: dict[str, Any], measured: set[str]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        asked = set(NAME.findall(target["expr"]))
        assert asked
        assert asked <= measured
        assert target["expr"].count("(") == target["expr"].count(")")


def test_everything_of_our_own_that_is_measured_is_shown(measured: set[str]) -> None:
    shown = {name for panel in PANELS for target in panel["targets"] for name in NAME.findall(target["expr"])}
    ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in measured if name.startswith("guidang_")}
    assert ours == {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown if name.startswith("guidang_")}


def test_panels_do_not_cover_each_other() -> None:
    places = [panel["gridPos"] for panel in PANELS]
    cells = [(x, y) for p in places for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])]
    assert len(cells) == len(set(cells))
    assert all(p["x"] + p["w"] <= 24 for p in places)

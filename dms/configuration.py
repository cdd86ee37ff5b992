"""Loads settings and rulebook for the composition, with what is wrong said in the words of people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from config.rulebook import Rulebook, RulebookError, load_rulebook
from config.settings import Settings, SettingsError, load_settings
from dms.errors import ConfigurationError

Value = TypeVar("Value")

SENTENCES = {  # msgids; the extraction script reads this table
    "setting_unknown": "%(where)s：没有“%(name)s”这个设置，是否指“%(near)s”？改正后再启动；数据没有改动。",
    "setting_invalid": "设置“%(name)s”不能用：%(problem)s。可用的值见 docs/settings.md；数据没有改动。",
    "setting_file": "文件 %(file)s 给不出设置“%(name)s”：%(problem)s。改正后再启动；数据没有改动。",
    "settings_file": "设置文件 %(file)s 读不了：%(problem)s。改正后再启动；数据没有改动。",
    "rulebook": "规则文件 %(file)s 不能用：%(problem)s。改正后再启动；数据没有改动。",
}


def read_settings(file: Path | None = None, **overrides: Any) -> Settings:
    """Return the settings; `overrides` are those given on the command line. Raises `ConfigurationError`."""
    return _explained(lambda: load_settings(file, **overrides))


def read_rulebook(data: Path) -> Rulebook:
    """Return the rules with the overlay of a data folder. Raises `ConfigurationError`."""
    return _explained(lambda: load_rulebook(data / "rulebook"))


def _explained(load: Callable[[], Value]) -> Value:
    try:
        return load()
    except (SettingsError, RulebookError) as error:
        raise ConfigurationError(SENTENCES[error.code], code=error.code, **error.values) from error

"""Loads settings and rulebook for the composition, with what is wrong said in the words of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from config.rulebook import Rulebook, RulebookError, load_rulebook
from config.settings import Settings, SettingsError, load_settings
from dms.kernel.doctypes import read_types
from dms.kernel.errors import ConfigurationError
from ingest.doctypes import DocumentTypeError

Value = TypeVar("Value")

SENTENCES = {  # msgids; the extraction script reads this table
    "setting_unknown": "%(where)s：没有“%(name)s”这个设置，是否指“%(near)s”？改正后再启动；数据没有改动。",
    "setting_invalid": "设置“%(name)s”不能用：%(problem)s。可用的值见 docs/settings.md；数据没有改动。",
    "setting_file": "文件 %(file)s 给不出设置“%(name)s”：%(problem)s。改正后再启动；数据没有改动。",
    "settings_file": "设置文件 %(file)s 读不了：%(problem)s。改正后再启动；数据没有改动。",
    "rulebook": "规则文件 %(file)s 不能用：%(problem)s。改正后再启动；数据没有改动。",
}
PROBLEMS = {  # of one setting, keyed by pydantic's names
    "int_parsing": "要写整数",
    "int_type": "要写整数",
    "bool_parsing": "要写 true 或 false",
    "bool_type": "要写 true 或 false",
    "string_type": "要写一段文字，两头加引号",
    "string_too_short": "不能空着",
    "string_too_long": "最多 %(max_length)s 个字",
    "greater_than_equal": "不能小于 %(ge)s",
    "less_than_equal": "不能大于 %(le)s",
    "literal_error": "只能是 %(expected)s",
    "missing": "这一项要写",
    "extra_forbidden": "没有这一项",
    "file_missing": "没有这个文件",
    "file_forbidden": "运行程序的用户没有权限读它",
    "file_folder": "它是一个文件夹",
    "file_encoding": "它不是 UTF-8 文字",
    "file_empty": "文件是空的",
    "given_twice": "同时给了这个变量和它的 _FILE，请只留一个",
    "toml": "写法有误（%(problem)s）",
    "time_zone": "没有这个时区，例如 Asia/Shanghai",
    "json": "要写成 JSON 的对象列表",
    "tuple_type": "要写成列表",
}


def settings_of(context: click.Context) -> Settings:
    """Return the settings that the command line's options name."""
    options = context.obj or {}
    file = options.get("settings_file")
    return read_settings(Path(file) if file else None, data=options.get("data"))


def read_settings(
    file: Path | None = None, environment: Mapping[str, str] | None = None, **overrides: Any
) -> Settings:  # fmt: skip
    """Return the settings; `overrides` are those given on the command line. Raises `ConfigurationError`."""
    return _explained(lambda: load_settings(file, environment, **overrides))


def read_rulebook(data: Path) -> Rulebook:
    """Return the rules with the overlay of a data folder. Raises `ConfigurationError`."""
    return _explained(lambda: _with_types(load_rulebook(data / "rulebook")))


def _with_types(rulebook: Rulebook) -> Rulebook:
    """Refuse a wrong document type at the start, and not when the first paper of it is read."""
    try:
        read_types(rulebook.types)
    except DocumentTypeError as error:
        raise RulebookError("types", str(error).rstrip(".")) from error
    return rulebook


def _explained(load: Callable[[], Value]) -> Value:
    try:
        return load()
    except (SettingsError, RulebookError) as error:
        raise ConfigurationError(SENTENCES[error.code], code=error.code, **_in_words(error.values)) from error


def _in_words(values: Mapping[str, str]) -> dict[str, str]:
    known = PROBLEMS.get(values.get("kind", ""))
    given = {name: value.replace(" or ", "、").replace(", ", "、") for name, value in values.items()}
    return {**values, "problem": known % given} if known else dict(values)

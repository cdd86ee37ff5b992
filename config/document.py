"""Writes docs/settings.md from the descriptions of the settings: `python -m config.document [FILE]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

from config.settings import PREFIX, OwnCompany, Settings

HEAD = """# 设置 / Settings

这一页由 `python -m config.document docs/settings.md` 从 `config/settings.py` 生成。

设置写在数据文件夹的 `guidang.toml`（或 `--settings 文件`、环境变量 `GUIDANG_SETTINGS` 指定的文件）里，也可以用环境变量
`{prefix}名称`。先后：命令行 › 环境变量 › 文件 › 默认值。名称写错不会被忽略：程序说出最接近的名称并停下。

任何一项也可以由文件给出：`{prefix}名称_FILE=/run/secrets/文件`，首尾空白不算。带密码的网址（如 `catalog_url`）
这样给出最好：环境变量会传给子进程，也容易被看见。文件读不了、是空的，或者同一项两种方式都给了，程序会说明并停下。
页面、日志和错误里的网址都不显示密码。

| 名称 | 环境变量 | 默认 | 说明 |
|---|---|---|---|
"""
TAIL = """
`[[own_companies]]` 的各项：{own}。在环境变量里写成 JSON 数组。

```toml
archive_name = "示例公司档案室"
port = 8765

[[own_companies]]
name = "示例贸易有限公司"
former_names = ["示例商行"]
fonds = "Q001"
```

## 规则 / Rulebook

怎样管档案写在规则文件里，不用改程序。把要改的项写进数据文件夹 `rulebook/` 里的同名文件，没写的照旧；
`types/` 里的文件整个替换或新增一种文件。文件名或内容写错，程序说明并停下。我们的规则在 `config/rulebook/`。

| 文件 | 内容 |
|---|---|
| `roles.toml` | 角色能做什么，见 [roles.md](roles.md) |
| `levels.toml` | 密级 |
| `retention.toml` | 保管期限 |
| `copy_kinds.toml` | 原件、复印件等，有没有纸要保管 |
| `place_kinds.toml` | 库位的级别 |
| `regions.toml` | 企业名称开头的地名，编档案编号时去掉 |
| `types/` | 文种，见 [document-types.md](document-types.md) |
"""


def page() -> str:
    """Return the text of docs/settings.md."""
    rows = "".join(_row(name) for name in Settings.model_fields)
    return HEAD.format(prefix=PREFIX) + rows + TAIL.format(own="、".join(f"`{n}`" for n in OwnCompany.model_fields))


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    default = "见说明" if field.default_factory or field.default == "" else _shown(field.default)
    choices = [str(choice) for choice in get_args(field.annotation) if isinstance(choice, str)]
    text = (field.description or "") + (f"。可选 {'、'.join(choices)}" if choices else "")
    return f"| `{name}` | `{PREFIX}{name.upper()}` | {default} | {text} |\n"


def _shown(value: object) -> str:
    if value is None or value == ():
        return "无"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())

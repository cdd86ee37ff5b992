"""Writes docs/roles.md from the roles table: `python -m dms.web.roles_document FILE`; without FILE it prints."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from config.rulebook import load_rulebook
from dms.bootstrap import TOPICS
from dms.http.texts import role_texts

HEAD = """# 角色与权限 / Roles and rights

这一页由 `python -m dms.web.roles_document docs/roles.md` 从 `config/rulebook/roles.toml` 生成；
那份文件是权限的唯一来源，网页、接口、检索和命令行都按它办。没有写的一律不许。
要改：把要改的行写进数据文件夹的 `rulebook/roles.toml`（只写要改的行），
重新启动后生效；写 `"none"` 收回一项。
写错角色、操作或范围时程序说出最接近的名称并停下。

## 规则
- **归档之前**，一份来件或文件只有档案员和带来它的人看得到。
- **涉密等级**：每个人有一个（0 公开、1 内部、2 秘密、3 机密），范围里写 `cleared` 的，看不到密级更高的文件。
- 查看（`document.view`）和上传以外，对文件的任何操作都不会超出能查看的范围。
- **三员分立**：系统管理员 SYS、安全管理员 SEC、审计管理员 LOG 互相排斥、不兼任别的角色，都不读内容；
  但审计日志写着各密级文件的题名和每处更正前后的值，能看全部日志的人（审计管理员、审计）看得到这些。
  审计 AUD 只看不改，不兼任。
- **起步时的例外**：第一个人同时是档案员和系统管理员，直到第二个人担任其中之一并登录；
  人员页和设置页上会写明，这时由程序收回并记入审计日志。
- 没有人能改自己的角色或停用自己；最后一位系统管理员不能被停用或撤换。
  都进不去时，在本机运行 `python -m dms recover-admin`。
- **命令行**：能在机器上运行程序的人本来就读得到数据和密钥，权限不假装拦得住；但每件事都以操作系统用户名记入审计日志。
- **令牌**只用于 `/api/`，只能给自己有的操作，最长 366 天，不能用来再建令牌；停用账号时一并失效。
- 系统管理员给人一次性链接时，自己也可能用它登录；这会记入审计日志，并结束那个人别处的登录。

## 范围的写法
| 词 | 意思 |
|---|---|
| `all` / `none` | 全部 / 无 |
| `own` | 本人带来的，归档后是本人负责的 |
| `department` | 本部门的 |
| `filed` / `unfiled` | 已归档 / 未归档 |
| `cleared` | 密级不高于本人的涉密等级 |
| `level<=N` | 密级不高于 N |
| `type:T06,T08` | 这些文件类型 |

`&` 同时满足（先算），`|` 满足其一。同一个范围在程序里是判断，在数据库里是 SQL 条件，在检索里是过滤，
`tests/dms/policy/test_scope.py` 用随机的人和文件证明三者一致。

## 角色表
"""


def page() -> str:
    """Return the text of docs/roles.md."""
    return HEAD + "".join(_section(role, grants) for role, grants in load_rulebook().roles.items())


def _section(role: str, grants: Mapping[str, str]) -> str:
    rows = "".join(
        f"| {TOPICS.actions[action].text} | `{action}` | `{scope.replace('|', chr(92) + '|')}` |\n"
        for action, scope in grants.items()
    )
    return f"\n### {role_texts()[role]} `{role}`\n\n| 操作 | 名称 | 范围 |\n|---|---|---|\n{rows}"


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())

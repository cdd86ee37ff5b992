"""Doctor (体检): says in words what is missing or wrong on this machine, and what to do about it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from config.settings import Settings
from dms.kernel import database as db
from dms.kernel.keyring import key_path
from dms.operations import backends
from dms.operations.findings import Finding, State
from ingest.sandbox import probe

OLDEST_SQLITE = (3, 43)  # contentless_delete of FTS5
LEAST_FREE = 2 << 30
PACKAGES = ("config", "dms", "ingest", "search", "storage")


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for each part, in the order in which a person would mend them."""
    for check in CHECKS:
        yield from check(settings)


def _python(_settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    good = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield Finding(
        "Python", State.GOOD if good else State.FAILED, f"{version}" + ("" if good else "，需要 3.11 到 3.13")
    )


def _sqlite(_settings: Settings) -> Iterator[Finding]:
    module = db.sqlite_module()
    version = module.sqlite_version
    if tuple(map(int, version.split("."))) < OLDEST_SQLITE:
        yield Finding("SQLite", State.FAILED, f"{version} 太旧：请在 .venv 里安装 pysqlite3（./run 会自动安装）")
    else:
        yield Finding("SQLite", State.GOOD, f"{version}（{module.__name__.split('.')[0]}）")


def _models(_settings: Settings) -> Iterator[Finding]:
    found = importlib.util.find_spec("rapidocr")
    folder = Path(str(found.origin)).parent if found and found.origin else None
    models = sorted(folder.rglob("*.onnx")) if folder else []
    if not models:
        yield Finding("识别模型", State.FAILED, "没有找到 PP-OCR 模型文件：请删除 .venv 后重新运行 ./run")
    else:
        yield Finding("识别模型", State.GOOD, "、".join(path.stem for path in models))


def _fonts(_settings: Settings) -> Iterator[Finding]:
    from ingest.fonts import FontMissingError, find_font

    try:
        yield Finding("字体", State.GOOD, find_font("sans").name)
    except FontMissingError as error:
        yield Finding("字体", State.WARNING, f"{error}")


def _sandbox(settings: Settings) -> Iterator[Finding]:
    report = probe()
    missing = "、".join(report.missing)
    if report.level == "full":
        yield Finding("解析沙箱", State.GOOD, "完整：限额、系统调用白名单、文件隔离都有效")
    elif settings.sandbox_consent:
        yield Finding("解析沙箱", State.WARNING, f"不完整（缺 {missing}），设置中已同意在此情况下读取外来文件")
    else:
        yield Finding(
            "解析沙箱", State.FAILED,
            f"不完整（{report.level}，缺 {missing}）：外来文件不会被读取。换用较新的 Linux 内核，"
            "或在设置中写 sandbox_consent = true",
        )  # fmt: skip


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / (1 << 30):.1f} GiB 可用（{folder}）"
    yield Finding(
        "磁盘",
        State.GOOD if free >= LEAST_FREE else State.FAILED,
        text + ("" if free >= LEAST_FREE else "，至少要 2 GiB：请清理或换盘"),
    )


def _clock(settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    latest = max((path.stat().st_mtime for path in settings.data.glob("*")), default=0.0)
    built = datetime.fromtimestamp(Path(__file__).stat().st_mtime, UTC)
    if now < built or now.timestamp() + 300 < latest:
        yield Finding("时钟", State.FAILED, f"本机时间 {now:%Y-%m-%d %H:%M} UTC 早于已有数据：请校准系统时间")
    else:
        yield Finding("时钟", State.GOOD, f"{now:%Y-%m-%d %H:%M} UTC，档案所在时区 {settings.time_zone}")


def _data_folder(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    if not folder.exists():
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield Finding(
            "数据文件夹", State.WARNING, f"{folder} 本机的其他用户也能进入，里面有读出的全文：chmod -R go-rwx {folder}"
        )
    else:
        yield Finding("数据文件夹", State.GOOD, f"{folder} 只有本用户能进入")


def _key_file(settings: Settings) -> Iterator[Finding]:
    path = key_path(settings)
    if path is None:
        return
    if not path.exists():
        first = not settings.data.exists()
        text = (
            "还没有，首次启动时生成"
            if first
            else f"找不到 {path}：没有它，已有原件都打不开。请从恢复单恢复（python -m dms keys recover）"
        )
        yield Finding("密钥文件", State.GOOD if first else State.FAILED, text)
    elif stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("密钥文件", State.FAILED, f"{path} 别人也能读：chmod 600 {path}")
    elif path.resolve().is_relative_to(settings.data.resolve()):
        yield Finding(
            "密钥文件", State.FAILED, f"{path} 放在数据文件夹里：备份和盗走数据的人会一并得到钥匙，请移到别处"
        )
    else:
        yield Finding("密钥文件", State.GOOD, f"{path}")


def _names(_settings: Settings) -> Iterator[Finding]:
    owners = importlib.metadata.packages_distributions()
    clashes = {name: set(owners.get(name, ())) - {"guidang"} for name in PACKAGES}
    for name, others in clashes.items():
        if others:
            yield Finding(
                "包名冲突", State.FAILED, f"{name} 也由 {'、'.join(sorted(others))} 提供：请在独立的 .venv 中运行"
            )
    if not any(clashes.values()):
        yield Finding("包名", State.GOOD, "没有冲突")


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python, _names, _sqlite, _models, _fonts, _sandbox, _disk, _clock, _data_folder, _key_file,
    backends.check_keys, backends.check_catalog, backends.check_carrier, backends.check_store, backends.check_index,
)  # fmt: skip

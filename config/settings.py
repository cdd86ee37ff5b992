"""Settings: one TOML file and GUIDANG_… environment variables, every name known, every value checked at start."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from config.redaction import without_secrets

PREFIX = "GUIDANG_"
IN_FILE = "_FILE"  # GUIDANG_<NAME>_FILE names a file that holds the value
SETTINGS_FILE = "guidang.toml"
KEYS_LOCATION = "keys.location"
NOT_SETTINGS = ("GUIDANG_SETTINGS", "GUIDANG_PASSPHRASE", "GUIDANG_TEST_")  # the file itself; a secret; the tests


class SettingsError(ValueError):
    """The settings cannot be used; the message names the entry, where it stands and what would be right.

    `code` is setting_unknown, setting_invalid, setting_file or settings_file; `values` hold what a translated sentence
    needs.
    """

    def __init__(self, message: str, code: str, **values: str) -> None:
        super().__init__(message)
        self.code = code
        self.values = values


class OwnCompany(BaseModel):
    """One of our own companies (本公司): the counterparty of a paper is the side that is not ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    former_names: tuple[str, ...] = ()
    uscc: str = ""
    fonds: str = ""  # 全宗号, four characters such as Q001


def _folder(value: Any) -> Any:
    return Path(value).expanduser().absolute() if isinstance(value, str | Path) else value


Folder = Annotated[Path, BeforeValidator(_folder)]


def _data_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "guidang" / "archive"


class Settings(BaseModel):
    """Everything that an administrator may set; each description is the text of docs/settings.md."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Folder = Field(
        default_factory=_data_home,
        description="数据文件夹：目录库、原件、索引、规则的自有部分都在里面。默认 ~/.local/share/guidang/archive",
    )
    archive_name: str = Field("归档", min_length=1, max_length=60, description="档案库的名称，显示在页面和打印件上")
    time_zone: str = Field("Asia/Shanghai", description="档案所在时区；日期都按它计算")
    language: Literal["zh", "en"] = Field("zh", description="没有自选语言的人看到的语言")
    catalog_url: str = Field(
        "", description="目录库：sqlite:///路径 或 postgresql://用户:密码@主机/库名。默认数据文件夹里的 catalog.db"
    )
    store_url: str = Field(
        "",
        description="原件库：file:///文件夹，或 s3://访问键:密钥@主机:端口/桶/前缀（前缀可省）。"
        "S3 的选项写在 ? 后面，用 & 相连：region=区域（默认 us-east-1）、tls=no（不加密的连接）、"
        "ca=/文件.pem（信任的证书机构，默认本机信任的）、addressing=virtual（桶名写在主机名前，默认 path）。"
        "密钥里的 / 写成 %2F，+ 写成 %2B。默认数据文件夹里的 objects",
    )
    keys_url: str = Field(
        "",
        description="主密钥：keyfile:///文件、passphrase:///文件（口令在环境变量 GUIDANG_PASSPHRASE 里）或 env:变量名。"
        "默认数据文件夹之外的 ~/.config/guidang/<数据文件夹名>.keys；那里已有别的档案的同名文件时另取一个名字，"
        "记在数据文件夹的 keys.location 里",
    )
    index_url: str = Field(
        "",
        description="检索索引：sqlite:///路径，默认数据文件夹里的 index.db；或 Elasticsearch："
        "https://用户:密码@主机:9200/索引名?ca=/机构证书.pem（docs/operations.md）；随时可以重建",
    )
    carrier_url: str = Field(
        "",
        description="多台机器之间用 Celery 传递任务消息：redis://:密码@主机:端口/编号，或 amqp://用户:密码@主机/虚拟主机"
        "（RabbitMQ 未在此试过）。空着（默认）：一台机器用数据文件夹里的文件，PostgreSQL 用 NOTIFY。"
        "消息丢失只会推迟任务，不会丢任务",
    )
    listen: str = Field("127.0.0.1", description="网页监听的地址；127.0.0.1 只有本机能打开")
    port: int = Field(8765, ge=0, le=65535, description="网页监听的端口；0 表示任选一个空闲端口")
    public_url: str = Field("", description="别人打开本系统用的网址，写进邀请链接和二维码；空着则按请求的地址")
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1, le=256, description="读取进程的个数。默认每个处理器核一个；它们让网页优先",
    )  # fmt: skip
    ocr_engine: Literal["ppocr", "tesseract", "null"] = Field(
        "ppocr", description="文字识别引擎：ppocr（默认）、tesseract、null（不识别）"
    )
    max_upload_mib: int = Field(4096, ge=1, description="一个文件最大多少 MiB")
    watch_folder: Folder | None = Field(None, description="监视文件夹：放进去的文件写完后自动收件并移到其中的 done/")
    own_companies: tuple[OwnCompany, ...] = Field(
        (), description="本公司：每家一段 [[own_companies]]，写 name、former_names、uscc、fonds（全宗号）"
    )
    session_idle_minutes: int = Field(60, ge=1, le=1440, description="多少分钟不操作就要重新登录")
    session_hours: int = Field(12, ge=1, le=720, description="登录后最长多少小时要重新登录")
    link_hours: int = Field(72, ge=1, le=720, description="一次性登录链接多少小时内有效")
    demonstration: bool = Field(False, description="演示档案：页面上有横幅，内容都是虚构的")
    sandbox_consent: bool = Field(
        False, description="同意在沙箱不完整的机器上读取外来文件；只在清楚风险时打开，doctor 会说缺什么"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="运行日志的详细程度")
    log_format: Literal["text", "json"] = Field(
        "text", description="运行日志的格式：text 给人看，json 每行一个对象，给日志系统收"
    )
    metrics_listen: str = Field(
        "127.0.0.1", description="运行指标（Prometheus）监听的地址；里面没有人名和内容，但也不要让外面的人打开"
    )
    metrics_port: int = Field(
        0, ge=0, le=65000,
        description="运行指标的第一个端口：网页进程用它，管家进程用下一个，读取进程依次再往后；0 表示不开",
    )  # fmt: skip

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Yield the fields as `repr` may show them: without the passwords of URLs."""
        return ((name, self.shown(name)) for name in type(self).model_fields)

    def shown(self, name: str) -> Any:
        """Return a setting as it may reach a screen or a log: without the password of a URL, paths as text."""
        value = getattr(self, name)
        return without_secrets(value) if isinstance(value, str) else str(value) if isinstance(value, Path) else value

    @property
    def max_upload_bytes(self) -> int:
        """Largest file that is taken in, in bytes."""
        return self.max_upload_mib << 20

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise PydanticCustomError("time_zone", "not a time zone, write for example Asia/Shanghai") from error
        return name

    @model_validator(mode="after")
    def _complete(self) -> Self:
        defaults = {
            "catalog_url": f"sqlite:///{self.data / 'catalog.db'}",
            "store_url": f"file://{self.data / 'objects'}",
            "index_url": f"sqlite:///{self.data / 'index.db'}",
            "keys_url": f"keyfile://{default_key_file(self.data)}",
        }
        for name, url in defaults.items():
            if not getattr(self, name):
                object.__setattr__(self, name, url)  # a default that depends on another field of a frozen model
        return self


def default_key_file(data: Path) -> Path:
    """Return the key file of an archive whose settings name none: outside of its data folder, under its name.

    Where another archive had that name already, the data folder says which file is its own (`KEYS_LOCATION`).
    """
    named = data / KEYS_LOCATION
    if named.is_file():
        return Path(named.read_text(encoding="utf-8").strip())
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    return home.absolute() / "guidang" / f"{data.name}.keys"


def load_settings(file: Path | None = None, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Return the settings: `overrides` (of the command line, None = not given) › environment › file › defaults.

    Without `file` it is GUIDANG_SETTINGS, else guidang.toml in the data folder where there is one. Raises
    `SettingsError`.
    """
    environment = os.environ if environment is None else environment
    given = _from_environment(environment) | {name: value for name, value in overrides.items() if value is not None}
    source = file or _file_of(environment, given)
    values = (_from_file(source) if source else {}) | given
    for name in values:
        _require_known(name, source)
    return _validated(values)


def _file_of(environment: Mapping[str, str], given: Mapping[str, Any]) -> Path | None:
    if environment.get("GUIDANG_SETTINGS"):
        return Path(environment["GUIDANG_SETTINGS"])
    beside = _folder(given.get("data") or _data_home()) / SETTINGS_FILE
    return beside if beside.is_file() else None


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        problem, kind = _why_unreadable(error)
        raise SettingsError(
            f"The settings file {file} cannot be read: {problem}.",
            "settings_file", file=str(file), problem=problem, kind=kind,
        ) from error  # fmt: skip


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    ours = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
    ours = {name: text for name, text in ours.items() if not name.startswith(NOT_SETTINGS)}
    values = _with_files(ours)
    own_key = values.get(f"{PREFIX}KEYS_URL", "").removeprefix("env:")
    found: dict[str, Any] = {}
    for variable, text in values.items():
        if variable != own_key:
            name = variable.removeprefix(PREFIX).lower()
            _require_known(name, None)
            found[name] = _parsed(name, text)
    return found


def _with_files(variables: Mapping[str, str]) -> dict[str, str]:
    """Put the contents of the files that `…_FILE` variables name in the place of these variables."""
    values = dict(variables)
    for variable in variables:
        plain = variable.removesuffix(IN_FILE)
        if plain != variable:
            file = values.pop(variable)
            if plain in variables:
                raise _file_unusable(
                    plain, file, f"{plain} and {variable} are both given, keep one of them", "given_twice"
                )
            values[plain] = _content_of(plain, file)
    return values


def _content_of(variable: str, file: str) -> str:
    try:
        text = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise _file_unusable(variable, file, *_why_unreadable(error)) from error
    if not text:
        raise _file_unusable(variable, file, "the file is empty", "file_empty")
    return text


def _why_unreadable(error: OSError | ValueError) -> tuple[str, str]:
    """Return (problem, kind) of a text file that could not be read; "" for a kind that has no words of its own."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file", "file_missing"
    if isinstance(error, PermissionError):
        return "this user may not read it", "file_forbidden"
    if isinstance(error, IsADirectoryError):
        return "it is a folder", "file_folder"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text", "file_encoding"
    if isinstance(error, tomllib.TOMLDecodeError):
        return str(error), "toml"
    return getattr(error, "strerror", None) or str(error), ""


def _file_unusable(variable: str, file: str, problem: str, kind: str) -> SettingsError:
    name = variable.removeprefix(PREFIX).lower()
    return SettingsError(
        f"The file {file} cannot give the setting {name!r}: {problem}.",
        "setting_file", name=name, file=file, problem=problem, kind=kind,
    )  # fmt: skip


def _parsed(name: str, text: str) -> Any:
    if name != "own_companies":
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _invalid(name, "write a JSON list of objects", "json") from error


def _require_known(name: str, source: Path | None) -> None:
    known = list(Settings.model_fields)
    if name in known:
        return
    near = (difflib.get_close_matches(name, known, 1, 0.0) or known)[0]
    where = str(source) if source else f"{PREFIX}{name.upper()}"
    raise SettingsError(
        f"{where}: there is no setting {name!r}; did you mean {near!r}?",
        "setting_unknown", name=name, near=near, where=where,
    )  # fmt: skip


def _validated(values: Mapping[str, Any]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        context = {name: str(value) for name, value in first.get("ctx", {}).items()}
        raise _invalid(".".join(map(str, first["loc"])), first["msg"], first["type"], **context) from error


def _invalid(name: str, problem: str, kind: str = "", **context: str) -> SettingsError:
    return SettingsError(
        f"The setting {name!r} cannot be used: {problem}.", "setting_invalid",
        name=name, problem=problem, kind=kind, **context,
    )  # fmt: skip

"""What can be wrong with the catalog's database, in the words of people, and what of it passes by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from config.redaction import without_secrets
from dms.kernel.database import Database
from dms.kernel.errors import ConfigurationError, DmsError, UnavailableError

OLDEST = 15  # version of PostgreSQL, the oldest that its makers still maintain
MOST_SKEW = 60.0  # seconds; leases of jobs are minutes
SENTENCES = {  # msgids; the extraction script reads this table
    "catalog_url": "设置 catalog_url 不能用（%(detail)s）。没有打开，数据没有改动。写法是 "
    "postgresql://用户:密码@主机:端口/库名，密码里的 @、/、%% 要写成 %%40、%%2F、%%25。",
    "catalog_driver": "没有安装 PostgreSQL 的驱动，目录库打不开，数据没有改动。"
    "请运行 .venv/bin/pip install 'psycopg[binary]'。",
    "catalog_unreachable": "目录库服务器没有应答（%(detail)s）。数据没有改动。请检查 catalog_url 里的主机和端口、"
    "服务器是否在运行、网络和防火墙；恢复后自动继续。",
    "catalog_password": "目录库服务器不认这个用户或密码，没有打开。请改正 catalog_url 里的用户和密码，"
    "或请数据库管理员核对 pg_hba.conf。详情：%(detail)s",
    "catalog_certificate": "不能信任目录库服务器的证书，可能过期、名称不符或机构不明，没有打开。请换新证书，"
    "或在 catalog_url 里用 sslrootcert=/文件.pem 写明信任的机构。详情：%(detail)s",
    "catalog_tls": "目录库一方要加密连接，另一方不用，没有打开。请改正 catalog_url 里的 sslmode=。详情：%(detail)s",
    "catalog_missing": "目录库服务器上没有这个数据库，没有打开。"
    "请先建库，或改正 catalog_url 末尾的库名。详情：%(detail)s",
    "catalog_old": "目录库服务器是 PostgreSQL %(version)s，本程序需要 %(oldest)s 或更新的版本。没有打开，数据没有改动。"
    "请先升级服务器。",
    "catalog_readonly": "目录库现在只读（可能是备用服务器，或被设成只读），什么都写不进去；已有数据是安全的。"
    "请把 catalog_url 指向主服务器，或请数据库管理员解除只读。",
    "catalog_full": "目录库服务器的磁盘已满，这一步没有保存；已有数据是安全的。请在服务器上腾出空间，恢复后自动继续。",
    "catalog_connections": "目录库服务器的连接数已用完，这一步没有完成；数据是安全的。请调大服务器的 max_connections，"
    "或减少网页与读取进程的个数。",
    "catalog_privileges": "目录库的用户缺少权限，这一步没有完成；数据是安全的。"
    "请按 docs/operations.md 给它权限。详情：%(detail)s",
    "catalog_clock": "本机与目录库服务器的时钟相差 %(seconds)s 秒，任务的租期会算错。没有打开，数据没有改动。"
    "请校准走错的一方（两边都用 NTP），再启动。",
    "catalog_unavailable": "档案目录暂时没有应答，这一步没有完成；请稍后再试。",
}
PASSING = frozenset(
    {"catalog_unreachable", "catalog_full", "catalog_connections", "catalog_unavailable", "catalog_readonly"}
)
BY_STATE = (  # beginnings of SQLSTATE, which no language changes
    ("28", "catalog_password"), ("3D", "catalog_missing"), ("25006", "catalog_readonly"), ("53100", "catalog_full"),
    ("53300", "catalog_connections"), ("42501", "catalog_privileges"), ("08", "catalog_unavailable"),
    ("57", "catalog_unavailable"), ("55P03", "catalog_unavailable"), ("40", "catalog_unavailable"),
    ("53", "catalog_unavailable"),
)  # fmt: skip
BY_TEXT = (  # before a session stands the library gives a text only; the server's part may be in Chinese
    (r"certificate|root\.crt", "catalog_certificate"),
    (r"SSL|no encryption|pg_hba\.conf.*(no encryption|\u65e0\u52a0\u5bc6)", "catalog_tls"),
    (r"authentication|no password supplied|role .* does not exist|pg_hba", "catalog_password"),
    (r"\u8ba4\u8bc1|\u89d2\u8272.*\u4e0d\u5b58\u5728", "catalog_password"),
    (r"database .* does not exist|\u6570\u636e\u5e93.*\u4e0d\u5b58\u5728", "catalog_missing"),
    (r"too many (clients|connections)|remaining connection slots|\u8fde\u63a5.*\u8fc7\u591a", "catalog_connections"),
    (r"permission denied|\u6743\u9650\u4e0d\u591f", "catalog_privileges"),
)
SQLITE = {"SQLITE_FULL": "catalog_full", "SQLITE_READONLY": "catalog_readonly"}


class CatalogError(ConfigurationError):
    """The catalog cannot be used before somebody mends something; `code` says what."""

    code = "catalog_url"


class CatalogUnavailableError(UnavailableError):
    """The catalog does not answer, or cannot write now; the same call may succeed later."""

    code = "catalog_unavailable"


def outage(error: BaseException) -> DmsError | None:
    """Return the error for people where the database or the way to it is at fault, None where our own statement is."""
    if not isinstance(error, sa.exc.DBAPIError):
        return _said("catalog_connections") if isinstance(error, sa.exc.TimeoutError) else None
    code = _code_of(error)
    return _said(code, detail=_detail(error)) if code else None


def _code_of(error: sa.exc.DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    if state:
        return next((code for begin, code in BY_STATE if state.startswith(begin)), "")
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return ""
    name = getattr(error.orig, "sqlite_errorname", None)
    if name or type(error.orig).__module__.startswith(("sqlite3", "pysqlite3")):
        return next((code for begin, code in SQLITE.items() if str(name).startswith(begin)), "catalog_unavailable")
    text = str(error.orig)
    return next((code for pattern, code in BY_TEXT if re.search(pattern, text)), "catalog_unreachable")


def _detail(error: sa.exc.DBAPIError) -> str:
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    return without_secrets(lines[0] if lines else type(error.orig).__name__)


def _said(code: str, **values: Any) -> DmsError:
    kind = CatalogUnavailableError if code in PASSING else CatalogError
    used = {name: value for name, value in values.items() if f"%({name})s" in SENTENCES[code]}
    return kind(SENTENCES[code], code=code, **used)


@contextmanager
def in_words() -> Iterator[None]:
    """Raise what goes wrong with a database within the block as an error for people."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        known = outage(error)
        if known is None:
            raise
        raise known from error


def open_database(url: str) -> Database:
    """Return the catalog of a URL, its server found fit: new enough, writable, of the same time.

    Raises `CatalogError`, `CatalogUnavailableError`.
    """
    database = _described(url)
    try:
        if not database.is_sqlite:
            with in_words():
                require_fit(database)
    except BaseException:
        database.close()
        raise
    return database


def _described(url: str) -> Database:
    try:
        if sa.make_url(url).get_backend_name() not in ("sqlite", "postgresql"):
            raise ValueError("sqlite, postgresql")
        return Database(url)
    except ModuleNotFoundError as error:
        raise _said("catalog_driver") from error
    except (sa.exc.ArgumentError, ValueError) as error:  # the library's words may hold the URL
        raise _said("catalog_url", detail=without_secrets(str(error).splitlines()[0])) from error


def require_fit(database: Database) -> None:
    """Look whether a server can carry the catalog. Raises `CatalogError`, `CatalogUnavailableError`."""
    with database.engine.connect() as connection:
        before = datetime.now(UTC)
        row = connection.execute(
            sa.text(
                "SELECT current_setting('server_version_num')::int AS version, clock_timestamp() AS now,"
                " current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery() AS readonly"
            )
        ).one()
        after = datetime.now(UTC)
    if row.version // 10_000 < OLDEST:
        raise _said("catalog_old", version=f"{row.version // 10_000}.{row.version % 10_000}", oldest=OLDEST)
    if row.readonly:
        raise _said("catalog_readonly")
    skew = _skew(before, after, row.now)
    if skew > MOST_SKEW:
        raise _said("catalog_clock", seconds=round(skew))


def _skew(before: datetime, after: datetime, theirs: datetime) -> float:
    """Return by how many seconds the server's clock surely differs from ours, asked between two moments."""
    return max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)

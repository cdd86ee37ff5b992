"""What can be wrong around us (catalog, store, keys, index) in the words of people: one table, asked by every edge."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from typing import Any, overload

import sqlalchemy as sa

from config.redaction import without_secrets
from dms.kernel.errors import ConfigurationError, DmsError, UnavailableError
from search.index import IndexUnavailableError, QueryError, SearchError
from storage.objects import (
    DamagedObjectError,
    StorageError,
    StorageFullError,
    StorageUnavailableError,
    StoreRefusedError,
)

SENTENCES = {  # msgids, for who runs the archive: addresses and settings are named; the extraction script reads it
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
    "key_file_damaged": "主密钥文件不完整，或那里不是密钥文件；数据未被改动。请换回它的副本，或用打印的恢复单重做："
    "python -m dms keys recover 恢复单文件",
    "key_file_exists": "那里已经有一个密钥文件，没有覆盖。要重做它，请先把旧的移到别处。",
    "key_file_exposed": "主密钥文件别的用户也读得到，没有打开档案。请把它的权限改为只有本人可读：chmod 600 文件",
    "key_file_missing": "找不到主密钥文件；数据未被改动。请接上放它的磁盘，或用打印的恢复单重做："
    "python -m dms keys recover 恢复单文件",
    "key_unknown": "现有的密钥文件里没有这份记录所用的主密钥。请换回这个档案最新的密钥文件，或用最新的恢复单重做。",
    "key_wrong": "主密钥打不开这份记录：它属于别的档案，或已被改动。请从备份取回这份记录。",
    "keys": "主密钥文件读不了或写不了，原有的没有改动。请检查它的属主、权限和磁盘。",
    "keys_url": "设置 keys_url 不能用。写成 keyfile:///路径、passphrase:///路径 或 env:变量名。",
    "passphrase": "密钥文件的口令没有给对、太短或读不到，没有打开档案。"
    "请核对口令和放口令的变量或文件，见 docs/settings.md。",
    "recovery_sheet": "恢复单有抄错或缺少的行，没有生成密钥文件。请对照纸面核对：%(detail)s",
    "disk_full": "原件库的磁盘或配额已满：请在存储服务器上腾出空间，再试。",
    "store_bucket_missing": "S3 服务器上没有这个桶：请先建桶，或改正 store_url 里的桶名。",
    "store_certificate": "不能信任 S3 服务器的证书，可能过期、名称不符或机构不明：请换新证书，"
    "或在 store_url 里用 ca=/文件.pem 写明信任的机构。详情：%(detail)s",
    "store_clock": "本机与 S3 服务器的时钟相差超过 15 分钟，签名无效：请校准走错的一方。详情：%(detail)s",
    "store_credentials": "S3 服务器不认这对密钥：请改正 store_url 里的访问键和密钥；"
    "斜线和加号的写法见 docs/settings.md。",
    "store_forbidden": "这对密钥不能在桶里这样做，桶可能是只读的：请按 docs/operations.md 给它所属角色的权限。",
    "store_host_unknown": "找不到 S3 服务器的主机名：请改正 store_url 里的主机，或检查域名解析。",
    "store_no_answer": "S3 服务器没有应答或暂时办不到，已重试几次：请检查服务器（包括它的磁盘空间）和网络，"
    "恢复后自动继续。",
    "store_not_s3": "这个地址上的不是 S3 服务器：请改正 store_url 里的主机和端口。",
    "store_not_ours": "原件库里没有这个档案的标记，可能是磁盘没有挂上：请挂上这个档案自己的磁盘，或改正 store_url。",
    "store_overwrites": "这个 S3 服务器会覆盖已有对象，原件在里面不安全：请换用支持条件写入（If-None-Match）的服务器。",
    "store_region": "桶在另一个区域：请改正 store_url 里的 region=。",
    "store_retains": "桶有对象锁定的默认保留期，到期前什么都删不掉，销毁和清理都做不到：请换一个没有默认保留期的桶。",
    "store_tls": "一方用加密连接，另一方不用：请改正 store_url 里的 tls=。",
    "store_url": "设置 store_url 不能用：%(detail)s",
    "index_address": "设置 index_url 不能用：%(detail)s",
    "index_auth": "检索服务器不认这个用户名、密码或密钥：请改正设置 index_url。",
    "index_busy": "检索索引正忙：请过一分钟再试。",
    "index_certificate": "不能信任检索服务器的证书，可能过期、名称不符或机构不明：请在服务器上换新证书，"
    "或在 index_url 里用 ?ca=/文件.pem 写明信任的机构。详情：%(detail)s",
    "index_damaged": "检索索引不见了或已损坏：请运行 python -m dms index rebuild 从目录重建，档案没有受影响。",
    "index_disk_full": "检索服务器的磁盘快满了，索引已停止写入：请在那里腾出空间，之后自动继续，不会少文件。",
    "index_forbidden": "检索服务器不许这个用户这样做：请给它 docs/operations.md 里的角色。",
    "index_library_missing": "没有安装 Elasticsearch 的客户端：请运行 python -m pip install 'elasticsearch>=9,<10'。",
    "index_outdated": "检索索引是别的版本的程序建的：请运行 python -m dms index rebuild 重建，没有改动任何东西。",
    "index_plain": "设置 index_url 用 http:// 连别的机器，每页的文字都会不加密地传过网络，所以没有启动，数据没有改动。"
    "请在检索服务器上开启 TLS，再把 index_url 改成 https://；http:// 只能用于本机（localhost、127.0.0.1、[::1]）。",
    "index_read_only": "检索服务器上的索引被设成了只读：请在那里解除，之后自动继续，不会少文件。",
    "index_server_unsupported": "检索服务器版本太旧，或不是 Elasticsearch：请升级，或改正设置 index_url。"
    "详情：%(detail)s",
    "index_unavailable": "检索服务器没有应答：请启动它、检查网络，或改正设置 index_url。收件、识读、归档照常，"
    "恢复后自动补上。详情：%(detail)s",
    "index_unknown": "没有这种检索索引，请改正设置 index_url：%(detail)s",
    "sqlite_too_old": "本机的 SQLite 太旧，检索索引用不了：请升级 Python 或安装 pysqlite3。详情：%(detail)s",
}
OTHER_STORE = "原件库或主密钥出了问题：%(detail)s"
OTHER_INDEX = "检索索引出了问题：%(detail)s"
FULL = "磁盘已满，这一步没有保存；原有档案是安全的。请管理员腾出空间后再试。"
EVERYBODY = {  # msgids, for everybody who works with the archive: addresses are not for them
    "catalog": SENTENCES["catalog_unavailable"],
    "disk_full": FULL,
    "machine_full": FULL,
    "store_unavailable": "原件库暂时没有应答，这一步没有完成；档案是安全的，请稍后再试。",
    "store_refused": "原件库拒绝了这一步；档案是安全的。请管理员运行 python -m dms doctor 查看原因。",
    "index_unavailable": "检索暂时没有应答；档案是安全的，请稍后再试。",
    "index_refused": "检索现在用不了；档案是安全的，收件、识读、归档照常。请管理员运行 python -m dms doctor 查看原因。",
}
SENDER = {  # msgids, for who sends the file of this name in
    "disk_full": "磁盘已满，“%(name)s”没有收下，已收的都在。请管理员腾出空间后再传。",
    "store_unavailable": "原件库暂时不能用，“%(name)s”没有收下，已收的都在。请稍后再传。",
    "store_unproven": "“%(name)s”存入原件库后读出来不一样，没有收下，已收的都在。"
    "请再传一次；若还是这样，请管理员检查原件库和网络。",
    "store_refused": "原件库拒绝写入，“%(name)s”没有收下，已收的都在。"
    "请管理员运行 python -m dms doctor 查看原因，改好后再传。",
}
INDEX_PASSES = ("index_unavailable", "index_busy")
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


class StoreRefusesError(ConfigurationError):
    """The store or the keys cannot be used before somebody mends something; `code` is that of their error."""


@overload
def explained(error: StorageError) -> DmsError: ...


@overload
def explained(error: BaseException, brief: Mapping[str, str] | None = None, **values: Any) -> DmsError | None: ...


def explained(error: BaseException, brief: Mapping[str, str] | None = None, **values: Any) -> DmsError | None:
    """Return the error for people of what is wrong around us, None where our own doing is at fault.

    It says what somebody must mend, or what may pass by itself, with addresses and settings. With `brief`, `EVERYBODY`
    or `SENDER`, it is shorter, and what that table does not speak of is None.
    """
    if brief is not None:
        return _briefly(error, brief, values)
    if isinstance(error, StorageError):
        return _of_store(error)
    if isinstance(error, SearchError):
        return _of_index(error)
    return _of_catalog(error)


def passes(error: BaseException) -> bool:
    """Tell whether the same call succeeds once what is around us is well again, so that it is worth waiting for."""
    if isinstance(error, StorageFullError | StorageUnavailableError | IndexUnavailableError):
        return True
    return _of_catalog(error) is not None


def error_for(code: str, **values: Any) -> DmsError:
    """Return the error of a code of the catalog, with those of the values that its sentence names."""
    kind = CatalogUnavailableError if code in PASSING else CatalogError
    used = {name: value for name, value in values.items() if f"%({name})s" in SENTENCES[code]}
    return kind(SENTENCES[code], code=code, **used)


def _of_catalog(error: BaseException) -> DmsError | None:
    if not isinstance(error, sa.exc.DBAPIError):
        return error_for("catalog_connections") if isinstance(error, sa.exc.TimeoutError) else None
    code = _code_of(error)
    return error_for(code, detail=_detail(error)) if code else None


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


def _of_store(error: StorageError) -> DmsError:
    passing = isinstance(error, StorageUnavailableError | StorageFullError) and not isinstance(error, StoreRefusedError)
    kind = UnavailableError if passing else StoreRefusesError
    return kind(SENTENCES.get(error.code, OTHER_STORE), code=error.code, detail=error)


def _of_index(error: SearchError) -> DmsError | None:
    if isinstance(error, QueryError):
        return None
    kind = UnavailableError if isinstance(error, IndexUnavailableError) else ConfigurationError
    return kind(SENTENCES.get(error.code, OTHER_INDEX), code=error.code, detail=error)


def _briefly(error: BaseException, brief: Mapping[str, str], values: Mapping[str, Any]) -> DmsError | None:
    known = _of_catalog(error)
    if known is not None and "catalog" in brief:
        return UnavailableError(brief["catalog"] if known.values else known.message, code=known.code)
    what, code = _what(error)
    return UnavailableError(brief[what], code=code, **values) if what in brief else None


def _what(error: BaseException) -> tuple[str, str]:
    """Return which sentence of a short table says it, and the code under which it is told."""
    match error:
        case IndexUnavailableError():
            return ("index_unavailable" if error.code in INDEX_PASSES else "index_refused"), error.code
        case StoreRefusedError():
            return "store_refused", error.code
        case StorageUnavailableError():
            return "store_unavailable", "store_unavailable"
        case DamagedObjectError():
            return "store_unproven", "store_unproven"
        case StorageFullError():
            return "disk_full", "disk_full"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return "machine_full", "disk_full"
        case _:
            return "", ""

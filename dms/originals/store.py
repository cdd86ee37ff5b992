"""The object store at hand: whether it is this archive's, and what is wrong with it, in the words of people."""

from __future__ import annotations

import sqlalchemy as sa

from config.redaction import without_secrets
from dms.kernel.database import Database
from dms.kernel.errors import ConfigurationError, DmsError, UnavailableError
from dms.originals.models import StoredObject
from storage.envelope import Envelope
from storage.objects import (
    ObjectNotFoundError,
    ObjectStore,
    StorageError,
    StorageFullError,
    StorageUnavailableError,
    StoreRefusedError,
)
from storage.owned import owner_of

SAMPLE = 20  # newest objects, any of which proves a store that has no mark
EMPTY = (
    "原件库 %(store)s 里没有这个档案的原件，可能是磁盘没有挂上。没有打开，也不会往里写任何东西。"
    "请挂上原来的磁盘，或改正设置 store_url，再启动。"
)
ANOTHER = (
    "原件库 %(store)s 属于另一个档案。没有打开，也不会往里写任何东西。请挂上这个档案自己的磁盘，"
    "或改正设置 store_url，再启动。"
)
SENTENCES = {  # msgids; the extraction script reads this table
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
}
OTHER = "原件库或主密钥出了问题：%(detail)s"


class StoreRefusesError(ConfigurationError):
    """The store or the keys cannot be used before somebody mends something; `code` is that of their error."""


class StoreForeignError(ConfigurationError):
    """The store is another archive's, or lacks every original that the catalog knows of; nothing is written to it."""

    code = "store_foreign"


def recognise(store: ObjectStore, database: Database, instance: str, url: str) -> bool:
    """Tell whether the store bears our mark; False means that it is ours and may be marked.

    Raises:
        StoreForeignError: it is not ours.
        StorageUnavailableError: it does not answer.
    """
    owner = owner_of(store)
    if owner is not None and owner != instance:
        raise StoreForeignError(ANOTHER, store=without_secrets(url))
    if owner is None and not _holds_ours(store, database):
        raise StoreForeignError(EMPTY, store=without_secrets(url))
    return owner is not None


def in_words(error: StorageError) -> str:
    """Return the Chinese sentence of what the store says."""
    return str(explained(error))


def explained(error: StorageError) -> DmsError:
    """Return the error for people: of an administrator who must mend something, or of something that may pass."""
    passing = isinstance(error, StorageUnavailableError | StorageFullError) and not isinstance(error, StoreRefusedError)
    kind = UnavailableError if passing else StoreRefusesError
    return kind(SENTENCES.get(error.code, OTHER), code=error.code, detail=error)


def _holds_ours(store: ObjectStore, database: Database) -> bool:
    with database.read() as session:
        newest = sa.select(StoredObject.envelope).order_by(StoredObject.id.desc()).limit(SAMPLE)
        envelopes = [Envelope.from_json(text) for text in session.scalars(newest)]
    return not envelopes or any(_has(store, envelope) for envelope in envelopes)


def _has(store: ObjectStore, envelope: Envelope) -> bool:
    try:
        return store.size(envelope.name) == envelope.cipher_length
    except ObjectNotFoundError:
        return False

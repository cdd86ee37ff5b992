"""What is wrong with a query or with the index, in the words of people; keyed by the codes of `search`'s errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dms.kernel.errors import ConfigurationError, DmsError, InvalidError, UnavailableError
from search.index import IndexUnavailableError, QueryError, SearchError

SENTENCES = {  # msgids; the extraction script reads this table
    "query_too_long": "检索词太长或部分太多，请只留最要紧的几个词。",
    "quote_open": "引号没有成对。连在一起的词写作 %(example)s。",
    "query_empty": "这里没有可查的内容。请输入一个词、一段编号或一个金额，例如 %(example)s。",
    "or_alone": "OR（或）要写在两个词之间，例如 %(example)s。",
    "part_empty": "“%(part)s”后面没有写要查的内容，例如 %(example)s。",
    "level_invalid": "“%(part)s”不是密级，请写 %(example)s。",
    "range_reversed": "“%(part)s”的起止写反了，例如 %(example)s。",
    "range_invalid": "“%(part)s”不是范围，例如 %(example)s。",
    "date_invalid": "“%(part)s”不是日期范围，例如 %(example)s。",
    "amount_invalid": "“%(part)s”不是金额范围，例如 %(example)s。",
    "sort_unknown": "没有“%(part)s”这种排序，请从列表中选。",
    "cursor_unknown": "这一页的位置已失效，请从第一页再查。",
}
OTHER = "这个检索式看不懂：%(part)s"

INDEX_SENTENCES = {  # msgids; the extraction script reads this table
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
OTHER_INDEX = "检索索引出了问题：%(detail)s"


def explained(error: SearchError) -> DmsError:
    """Return the error for people: of something that may pass, or of settings that an administrator must mend."""
    if isinstance(error, QueryError):
        return InvalidError(SENTENCES.get(error.code, OTHER), code=error.code, part=error.part, example=error.example)
    kind = UnavailableError if isinstance(error, IndexUnavailableError) else ConfigurationError
    return kind(INDEX_SENTENCES.get(error.code, OTHER_INDEX), code=error.code, detail=error)


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn a `QueryError` of the index into an `InvalidError` with a sentence in Chinese."""
    try:
        yield
    except QueryError as error:
        raise explained(error) from error

"""What is wrong with a query, in the words of people; keyed by the codes of `search`'s errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dms.kernel.errors import InvalidError
from search.index import QueryError

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


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn a `QueryError` of the index into an `InvalidError` with a sentence in Chinese."""
    try:
        yield
    except QueryError as error:
        sentence = SENTENCES.get(error.code, OTHER)
        raise InvalidError(sentence, code=error.code, part=error.part, example=error.example) from error

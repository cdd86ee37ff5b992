"""Why a file or a page could not be read, in the words of people; keyed by the codes of `ingest.sandbox.errors`."""

from __future__ import annotations

from ingest.sandbox import (
    OcrDiedError,
    OcrTimeoutError,
    ParseError,
    ParserDiedError,
    ParserTimeoutError,
)

SENTENCES = {  # msgids; the extraction script reads this table
    "file_empty": "这是空文件，没有内容可读。请重新扫描或导出。",
    "kind_unreadable": "这种文件已原样保存，暂时还不能读取内容；需要检索时请另传 PDF 或图片。",
    "kind_unknown": "认不出这是什么文件，已原样保存但不能读取。请在别处打开查看；确认不要时可以丢弃，会留下记录。",
    "pdf_lock_unsupported": "这份 PDF 的加密方式不受支持，已原样保存。请导出一份不加密的再传。",
    "page_damaged": "这一页已损坏，读不出来；原件已保存。请重新扫描这一页。",
    "pdf_encrypted": "这份 PDF 加了密码，已原样保存。请输入打开密码，随后自动读取。",
    "pdf_wrong_password": "刚才的密码打不开这份 PDF，文件已原样保存。请核对后再输入一次。",
    "file_damaged": "文件已损坏，读不出页面；原样保存着。请重新扫描或导出后再传。",
    "page_too_large": "这一页尺寸过大，不能安全读取；原件已保存。请用较低分辨率重新扫描。",
    "too_many_pages": "页数太多，没有读取；原件已保存。请拆成几个文件再传。",
    "page_missing": "文件里没有这一页；原件已保存。",
    "parser_died": "读取这份文件时读取器中止了；原件已保存。文件可能异常或有害，请在别处查看，或重新导出后再传。",
    "parser_timeout": "读取用时过长，已停止；原件已保存。可以重试，或重新导出后再传。",
    "sandbox_weak": "本机不能完整隔离外来文件，没有读取；原件已保存。请管理员换较新的内核，或在设置中同意。",
    "ocr_died": "识别文字时识别器中止了；这一页已保存，可以重读。",
    "ocr_timeout": "识别这一页用时过长，已停止；这一页已保存，可以重读。",
    "ocr_start_failed": "文字识别器没有启动；原件已保存。请管理员运行 python -m dms doctor 查看缺什么。",
    "parse_failed": "这份文件读不了；原件已原样保存。",
    "page_uncopyable": "有一页的图像不能无损地另存，没有抽取本件自己的文件；来件原样保存着，可从来件页下载。",
    "copy_differs": "从来件抽出的页面与原来的不完全一样，没有采用；"
    "来件原样保存着，可从来件页下载。请把任务编号告诉管理员。",
    "nothing_readable": "没有一页读得出来；原件已原样保存。可以重读，或重新扫描后再传。",
}
PASSING = (ParserDiedError, ParserTimeoutError, OcrDiedError, OcrTimeoutError)
"""Faults that may not come again: tried anew before they are believed."""


def sentence(code: str) -> str:
    """Return the Chinese sentence of a problem code."""
    return SENTENCES.get(code, SENTENCES["parse_failed"])


def problem_of(error: ParseError) -> tuple[str, str]:
    """Return (code, Chinese sentence) of what the reader said."""
    return error.code, sentence(error.code)

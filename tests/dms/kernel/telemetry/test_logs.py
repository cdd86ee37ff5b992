"""Log lines: what they hold, in both forms."""

from __future__ import annotations

import json
import logging
import sys

from dms.kernel.telemetry.logs import JsonLines, TextLines, speaking_of


def record(message: str, *values: object, failed: bool = False) -> logging.LogRecord:
    try:
        raise ValueError("s3://KEY:pa55@host/b\nsecond line") if failed else KeyError
    except (ValueError, KeyError):
        fault = sys.exc_info() if failed else None
    return logging.LogRecord("dms.worker", logging.WARNING, __file__, 1, message, values, fault)


def test_json_is_one_object_a_line_whatever_is_in_it() -> None:
    with speaking_of(job="01job", kind="read"):
        text = JsonLines("worker-1").format(record("读取 %s\n失败", "redis://:pa55@cache", failed=True))
    assert "\n" not in text
    assert "pa55" not in text
    line = json.loads(text)
    assert line["time"].endswith("+00:00")
    assert (line["level"], line["logger"], line["role"]) == ("warning", "dms.worker", "worker-1")
    assert (line["job"], line["kind"]) == ("01job", "read")
    assert line["message"] == "读取 redis://:***@cache\n失败"
    assert "ValueError" in line["exception"]


def test_text_names_what_is_worked_on_and_hides_passwords() -> None:
    with speaking_of(job="01job"):
        text = TextLines("worker-1").format(record("cannot reach %s", "https://u:pa55@es:9200/x", failed=True))
    assert " worker-1 WARNING dms.worker: cannot reach https://u:***@es:9200/x [job=01job]" in text
    assert "pa55" not in text
    assert "[" not in TextLines("web").format(record("plain"))
    assert TextLines("web").format(record("broken off\n\tby the server")).endswith("broken off by the server")

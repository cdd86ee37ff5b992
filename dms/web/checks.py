"""What a check of a value (校验) says to a person; readings carry only its name, its outcome and an English note."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

PASSED: Mapping[str, str] = {
    "own_company": "这一方是本公司",
    "counterparty": "这一方是对方",
    "uscc": "校验位正确",
    "pattern": "格式正确",
    "account": "账号位数正确",
    "digital_invoice_year": "号码与开票日期一致",
    "equals": "与另一处一致",
    "not_before": "日期先后合理",
    "past": "日期合理",
    "period": "期限合理",
    "product": "单价 × 数量 = 金额",
    "received": "实收不超过应收",
    "sum": "各行相加等于合计",
    "tax": "金额 × 税率 = 税额",
    "total": "合计相符",
}
DOUBTED: Mapping[str, str] = {
    "uscc": "代码的位数或校验位不对，请逐位对照",
    "pattern": "不是通常的格式，请对照",
    "account": "账号应是 8 到 32 位数字，请对照",
    "digital_invoice_year": "号码里的年份或地区与开票日期不符，请对照",
    "equals": "与另一处写的不一致，请两处都对照",
    "not_before": "日期先后不合理，请对照",
    "past": "没有这一天，或在将来，请对照",
    "period": "期限看不懂，或止日早于起日，请对照",
    "product": "单价 × 数量不等于金额，请对照",
    "received": "实收多于应收，请对照",
    "sum": "各行相加不等于合计，请对照",
    "tax": "金额 × 税率不等于税额，请对照",
    "total": "合计不相符，请对照",
}


def check_text(check: Mapping[str, Any]) -> str:
    """Return the words for a check {name, state, message}, in the language of the page."""
    words = PASSED if check["state"] == "passed" else DOUBTED
    known = words.get(check["name"])
    return str(_(known) if known else check.get("message") or check["name"])

"""Invented content that shows every part in every state on the style guide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

SAMPLE: dict[str, Any] = {
    "pages": [
        {"position": number, "view": f"img/sample-page-{number}.svg", "thumb": f"img/sample-page-{number}.svg",
         "width": 1240, "height": 1754}
        for number in (1, 2)
    ],
    "boxes": [
        {"id": "f1", "position": 1, "box": (0.30, 0.155, 0.62, 0.180), "kind": "field",
         "label": "合同编号", "field": "code"},
        {"id": "f2", "position": 1, "box": (0.30, 0.205, 0.66, 0.230), "kind": "doubt",
         "label": "签订日期", "field": "date"},
        {"id": "f3", "position": 1, "box": (0.30, 0.255, 0.80, 0.280), "kind": "field",
         "label": "甲方", "field": "party"},
        {"id": "s1", "position": 1, "box": (0.58, 0.70, 0.82, 0.87), "kind": "seal", "shape": "round",
         "label": "印章"},
        {"id": "h1", "position": 2, "box": (0.10, 0.30, 0.30, 0.325), "kind": "hit",
         "label": "命中"},
    ],
    "place": [
        {"text": "一号库", "href": "#p1", "title": "K01"}, {"text": "二区", "href": "#p2", "title": "K01-Q2"},
        {"text": "05 列 A 面", "href": "#p3", "title": "K01-Q2-L05A"}, {"text": "03 节", "href": "#p4"},
        {"text": "4 层", "href": "#p5"}, {"text": "盒 B2026-0132", "href": "#p6"},
    ],
    "history": [
        {"at": datetime(2026, 6, 14, 6, 12, tzinfo=UTC),
         "who": "张档案", "text": "确认了签订日期 2023-06-12", "tone": "good"},
        {"at": datetime(2026, 6, 14, 6, 10, tzinfo=UTC),
         "who": "", "text": "读出 11 项，2 项存疑", "tone": ""},
        {"at": datetime(2026, 6, 14, 6, 9, tzinfo=UTC),
         "who": "李业务", "text": "上传 购销合同.pdf", "href": "#a"},
    ],
    "rows": [
        ("购销合同", "杭州钱塘五金有限公司", "GX-2023-0611", "2023-06-12", 128450000, "good", "已确认"),
        ("增值税专用发票", "杭州钱塘五金有限公司", "04412033", "2023-07-02", 8640000, "warn", "存疑 2"),
        ("营业执照", "宁波甬江轴承厂", "91330203MA2AGX8R3K", "2019-03-18", None, "", "未确认"),
        ("送货单", "<b>绍兴鉴湖纺织</b> & 子公司", "SH-77120", "2023-07-09", 120050, "danger", "已退回"),
    ],
}  # fmt: skip

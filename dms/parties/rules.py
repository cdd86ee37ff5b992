"""Pure rules of parties: how names are compared, and the pinyin initials that number and find them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# Readings that names use and a general dictionary may miss (多音字).
load_phrases_dict({"重庆": [["chóng"], ["qìng"]], "厦门": [["xià"], ["mén"]], "长春": [["cháng"], ["chūn"]],
                   "长沙": [["cháng"], ["shā"]], "乐清": [["yuè"], ["qīng"]]})  # fmt: skip

LEGAL_FORM_ENDINGS = (
    "有限责任公司", "股份有限公司", "有限公司", "集团公司", "合伙企业", "个体工商户", "分公司", "总公司", "公司",
    "经营部", "商行", "厂", "店",
)  # fmt: skip
REGION_START = re.compile(
    r"^(?:中国)?(?:[一-鿿]{2,8}?(?:省|自治区|特别行政区))?(?:[一-鿿]{2,4}?(?:市|州|盟))?(?:[一-鿿]{2,4}?[区县])?"
)


def match_key(name: str) -> str:
    """Return what two spellings of one name have in common: NFKC, no blanks, brackets unified, lower case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    folded = folded.translate(str.maketrans("〔〕【】[]", "()()()"))
    return re.sub(r"[\s·.,，。、]", "", folded)


def core_name(name: str, regions: Sequence[str]) -> str:
    """Return the 字号 and trade words of a company name: without its region and without its legal form.

    `regions` are those that names begin with and that do not end in 省, 市 and the like, the longest first.
    """
    plain = re.sub(r"[（(][^（）()]*[）)]", "", unicodedata.normalize("NFKC", name)).replace(" ", "")
    for ending in LEGAL_FORM_ENDINGS:
        if plain.endswith(ending) and len(plain) > len(ending) + 1:
            plain = plain[: -len(ending)]
            break
    rest = plain[REGION_START.match(plain).end() :] if REGION_START.match(plain) else plain  # type: ignore[union-attr]
    for region in regions:
        if rest.startswith(region) and len(rest) > len(region) + 1:
            rest = rest[len(region) :]
            break
    return rest if len(rest) >= 2 else plain


def initials(name: str, length: int | None = None) -> str:
    """Return the pinyin initials of a name in capitals, digits and Latin letters kept, at most `length` of them."""
    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    kept = re.sub(r"[^A-Z0-9]", "", letters.upper())
    return kept[:length]


def number_initials(name: str, regions: Sequence[str]) -> str:
    """Return the initials segment of a dossier number: two to four, the last a letter; "X" where a name has none."""
    short = initials(core_name(name, regions), 4)
    return re.sub(r"\d+$", "", short).ljust(2, "X")

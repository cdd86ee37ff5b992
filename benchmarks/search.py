"""Measures an index on invented business papers: build rate, answers with boxes, equality with a plain scan.

`python benchmarks/search.py --pages 100000 --json figures.json`
`python benchmarks/search.py --engine elasticsearch --documents 1000000 --no-scan` starts a server of its own;
`--url https://…` takes one that runs. With `--no-scan` no text is held in memory, so that any number of documents fits.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])  # this file's name would hide the package `search`, which so comes later

from search.elastic.address import parse_address  # noqa: E402
from search.elastic.client import Client  # noqa: E402
from search.elastic.index import ElasticIndex  # noqa: E402
from search.embedded import EmbeddedIndex  # noqa: E402
from search.highlight import LineText, highlights  # noqa: E402
from search.index import Access, Entry, PageText, Request, SearchIndex  # noqa: E402
from search.normalise import canonical  # noqa: E402
from search.scan import occurs  # noqa: E402

CITIES = "上海 北京 广州 深圳 杭州 苏州 南京 武汉 成都 重庆 天津 宁波 厦门 青岛 长沙 郑州 合肥 济南 大连 无锡".split()  # noqa: SIM905
TRADES = "科技 贸易 物流 机械 电子 化工 建材 食品 医疗器械 信息技术 新能源 包装 纺织 汽车配件 仪器仪表 环保".split()  # noqa: SIM905
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰健辉鹏飞红建国志远海波晓宇佳琪子轩梓涵文博思远"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
SYLLABLES = "鼎恒瑞盛嘉润泽华信达通远宏图锦泰丰源汇智创联诚德安康隆兴昌顺祥和美景天宇博雅凯"
GOODS = (
    "轴承 电缆 阀门 钢板 显示屏 传感器 变压器 打印纸 包装箱 润滑油 滤芯 水泵 螺栓 服务器 交换机 试剂 面料 轮胎".split()  # noqa: SIM905
)
CLAUSES = (
    "甲乙双方本着平等互利的原则经友好协商就上述货物的买卖事宜达成如下协议并共同遵守",
    "乙方应于合同签订之日起三十日内将货物运至甲方指定地点并承担运输费用及保险费用",
    "货物验收以国家标准及双方确认的技术附件为准验收不合格的乙方应无条件更换或退货",
    "付款方式为合同签订后预付百分之三十到货验收合格后支付百分之六十余款作为质保金",
    "任何一方违约应向守约方支付合同总额百分之五的违约金并赔偿由此造成的全部损失",
    "因履行本合同发生的争议由双方协商解决协商不成的提交甲方所在地人民法院诉讼解决",
    "本合同一式四份双方各执两份自双方签字盖章之日起生效传真件与原件具有同等法律效力",
    "保密条款双方对在合作过程中知悉的对方商业秘密负有保密义务期限为合同终止后三年",
)
LEVELS = ("0", "1", "1", "1", "2", "3")
TYPES = ("T01", "T06", "T06", "T07", "T08", "T09", "T12")
ACCESS = Access(({"level": ("0", "1"), "filed": ("yes",)}, {"owner": ("u7",), "filed": ("no",)}))
FACETS = ("type", "year", "party", "status", "confirmed")
TARGETS = {"rare": 10, "medium": 20, "common": 50}  # ms, at 100,000 pages
LARGE_TARGETS = {"elasticsearch": 50, "embedded": 100}  # ms, at 1,000,000 documents


def company(rng: random.Random) -> str:
    name = "".join(rng.choices(SYLLABLES, k=rng.choice((2, 2, 3))))
    return f"{rng.choice(CITIES)}{name}{rng.choice(TRADES)}有限公司"


def person(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2))))


def code(rng: random.Random) -> str:
    return f"{rng.choice(('HT', 'XS', 'CG', 'FW'))}-{rng.randint(2015, 2025)}-{rng.randint(1, 9999):04}"


def money(rng: random.Random) -> int:
    return rng.randint(100, 9_999_999) * rng.choice((1, 100, 1000))


def page_text(rng: random.Random, number: int, mine: dict[str, str], amounts: list[int]) -> str:
    """Return about 700 characters of a page: heads, clauses cut and mixed, a table of goods, signatures."""
    lines = []
    if number == 1:
        lines += [
            f"购 销 合 同    编号：{mine['code']}",
            f"甲方（买方）：{mine['buyer']}",
            f"乙方（卖方）：{mine['seller']}",
        ]
    for clause in rng.sample(CLAUSES, rng.randint(3, 6)):
        cut = rng.randint(0, 8)
        lines += [
            f"第{rng.randint(1, 20)}条  {clause[cut:]}。",
            f"{person(rng)}负责{rng.choice(GOODS)}的{clause[:cut]}事宜，",
        ]
    for row in range(rng.randint(2, 9)):
        amount = money(rng)
        amounts.append(amount)
        size = f"{rng.choice('ABCDEFG')}{rng.randint(10, 999)}-{rng.randint(1, 99)}"
        lines.append(
            f"{row + 1}  {rng.choice(GOODS)} {size}  {rng.randint(1, 500)} 件  ¥{amount // 100:,}.{amount % 100:02}"
        )
    if rng.random() < 0.3:
        lines += [
            f"开户行：{rng.choice(CITIES)}银行  账号 {rng.randint(10**15, 10**16 - 1)}",
            f"经办人：{person(rng)}  电话 1{rng.randint(10**9, 10**10 - 1)}",
        ]
    lines.append(f"签订日期：{rng.randint(2015, 2025)}年{rng.randint(1, 12)}月{rng.randint(1, 28)}日")
    return "\n".join(lines)


@lru_cache(maxsize=1)
def parties() -> list[str]:
    rng = random.Random(1)
    return sorted({company(rng) for _ in range(4_000)})


def entry(number: int) -> Entry:
    rng = random.Random(number)
    buyer, seller = rng.sample(parties(), 2)
    mine = {"buyer": buyer, "seller": seller, "code": code(rng)}
    amounts: list[int] = []
    pages = tuple(
        PageText(page, page_text(rng, page, mine, amounts))
        for page in range(1, rng.choice((1, 1, 2, 2, 3, 4, 5, 6)) + 1)
    )
    day = date(2015, 1, 1) + timedelta(days=rng.randint(0, 4000))
    return Entry(
        id=f"{number:026}",
        revision=1,
        title=f"{buyer}购销合同",
        pages=pages,
        parties=(buyer, seller),
        persons=(person(rng),),
        codes=(mine["code"],),
        texts=("SHDHKJ",),
        dates=(day,),
        amounts=tuple(amounts[:3]),
        document_date=day,
        received_on=date(2024, 1, 1) + timedelta(days=number // 100),
        attributes={
            "type": (rng.choice(TYPES),), "level": (rng.choice(LEVELS),), "owner": (f"u{rng.randint(1, 20)}",),
            "department": (f"dep{rng.randint(1, 5)}",), "filed": ("yes" if rng.random() < 0.95 else "no",),
            "year": (str(day.year),), "party": (buyer,), "status": (rng.choice(("FILED", "READY")),),
            "confirmed": (rng.choice(("yes", "no")),),
        },
    )  # fmt: skip


def entries(pages: int) -> Iterator[Entry]:
    number = made = 0
    while made < pages:
        each = entry(number)
        made += len(each.pages)
        number += 1
        yield each


class Counted:
    """Entries made one after the other, and how many pages they had."""

    def __init__(self, documents: int) -> None:
        self.documents, self.pages = documents, 0

    def __iter__(self) -> Iterator[Entry]:
        for number in range(self.documents):
            each = entry(number)
            self.pages += len(each.pages)
            yield each


def lines_of(text: str) -> list[LineText]:
    """Return lines with a box for each character, as OCR gives them."""
    lines = []
    for row, line in enumerate(text.split("\n")):
        words = tuple((char, (at / 100, row / 90, (at + 1) / 100, (row + 1) / 90)) for at, char in enumerate(line))
        lines.append(LineText(line, (0.0, row / 90, len(line) / 100, (row + 1) / 90), words))
    return lines


def p(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000, 2)


def words_by_kind(canonicals: list[str], rng: random.Random) -> dict[str, list[str]]:
    """Return words of the texts by the share of pages that carry them: rare < 0.1 %, medium 0.1–10 %, common above."""
    found: dict[str, list[str]] = {"rare": [], "medium": [], "common": []}
    step = max(1, len(canonicals) // 20_000)
    sample = canonicals[::step]
    seen: set[str] = set()
    while min(map(len, found.values())) < 60 and len(seen) < 4_000:
        text = rng.choice(canonicals)
        size = rng.choice((2, 2, 3, 4, 6))
        at = rng.randrange(max(1, len(text) - size))
        word = text[at : at + size].strip()
        if not word or word in seen:
            continue
        seen.add(word)
        share = sum(word in each for each in sample) / len(sample)
        kind = "rare" if share < 0.001 else "medium" if share <= 0.1 else "common"
        if len(found[kind]) < 60:
            found[kind].append(word)
    return found


@lru_cache(maxsize=100_000)
def loaded(entry_id: str, page: int) -> list[LineText]:
    return lines_of(entry(int(entry_id)).pages[page - 1].text)


@dataclass(frozen=True, slots=True)
class Answered:
    """How long one word took, in seconds: all of it, the search alone, and the time of this process."""

    whole: float
    alone: float
    own: float


def answered(index: SearchIndex, word: str) -> Answered:
    """Search, count, and find the boxes on the best page of 20 hits.

    `own` is this process's own time: on a machine that does other work too, the clock also counts that work.
    """
    start, cpu = time.perf_counter(), time.process_time()
    results = index.search(Request(f'"{word}"', ACCESS, facets=FACETS))
    alone, own = time.perf_counter() - start, time.process_time() - cpu
    pages = [loaded(hit.id, hit.pages[0]) for hit in results.hits if hit.pages]  # the catalog's: not measured here
    start, cpu = time.perf_counter(), time.process_time()
    for page in pages:
        highlights(page, f'"{word}"')
    return Answered(alone + time.perf_counter() - start, alone, own + time.process_time() - cpu)


def summary(times: list[Answered]) -> dict[str, object]:
    """Return p50 and p95 in ms."""
    whole, own = [each.whole for each in times], [each.own for each in times]
    return {
        "words": len(times), "p50_ms": p(whole, 0.5), "p95_ms": p(whole, 0.95),
        "search_alone_p95_ms": p([each.alone for each in times], 0.95),
        "cpu_p50_ms": p(own, 0.5), "cpu_p95_ms": p(own, 0.95),
    }  # fmt: skip


def ask(index: SearchIndex, kinds: dict[str, list[str]], targets: dict[str, int]) -> dict[str, object]:
    """Ask for each word once; return the times of each kind and of all, printed beside the targets there are."""
    times = {kind: [answered(index, word) for word in words] for kind, words in kinds.items()}
    times["all"] = [each for kind in kinds for each in times[kind]]
    figures: dict[str, object] = {kind: summary(each) for kind, each in times.items()}
    for kind, figure in figures.items():
        print(f"{kind:7}" + (f" target {targets[kind]} ms" if kind in targets else "") + f": {figure}")
    return figures


def all_ids(index: SearchIndex, word: str) -> set[str]:
    ids: set[str] = set()
    cursor = None
    while True:
        results = index.search(Request(f'正文:"{word}"', Access(({},)), limit=1000, cursor=cursor))
        ids |= {hit.id for hit in results.hits}
        cursor = results.cursor
        if cursor is None:
            return ids


def compare(index: SearchIndex, texts: dict[str, list[str]], queries: list[str]) -> int:
    """Return how many queries gave exactly the documents in whose pages the plain text stands."""
    equal = 0
    for word in queries:
        needle = canonical(word)
        plain = {entry_id for entry_id, pages in texts.items() if any(needle in p and occurs(needle, p) for p in pages)}
        equal += all_ids(index, word) == plain
    return equal


def clock(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def size_of(index: SearchIndex) -> int:
    """Return the bytes that an index takes on its disk."""
    if isinstance(index, EmbeddedIndex):
        return sum(file.stat().st_size for file in index.path.parent.iterdir())
    assert isinstance(index, ElasticIndex)
    client = Client(index.address)
    stats = client.call(lambda server: server.indices.stats(index=index.address.name, metric="store"), 30).body
    client.close()
    return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])


def built(index: SearchIndex, made: Counted) -> dict[str, object]:
    """Build the index, add some documents singly and take them out again; return the rates and the size."""
    own = time.process_time()
    building = clock(lambda: index.rebuild(made))
    own = time.process_time() - own
    size = size_of(index)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"built {made.documents:,} documents, {made.pages:,} pages in {building:.1f} s ({own:.1f} s of them this process):"
        f" {made.documents / building:,.0f} documents/s, {made.pages / building:,.0f} pages/s, {size / 1e6:,.0f} MB;"
        f" this process held at most {peak} MB"
    )
    adding = clock(lambda: [index.put([entry(made.documents + number)]) for number in range(50)])
    index.delete([f"{made.documents + number:026}" for number in range(50)], 1)
    print(f"adding one document: {adding / 50 * 1000:.1f} ms")
    return {
        "documents": made.documents, "pages": made.pages, "build_seconds": round(building, 1),
        "build_documents_per_second": round(made.documents / building),
        "build_pages_per_second": round(made.pages / building), "bytes": size, "peak_mb": peak,
        "add_ms": round(adding / 50 * 1000, 2),
    }  # fmt: skip


def holds(index: SearchIndex, documents: int) -> bool:
    """Say whether an index that was kept holds as many documents."""
    return sum(1 for _ in index.revisions()) == documents


def measure_large(index: SearchIndex, documents: int, keep: bool, target: int) -> dict[str, object]:
    """Build and ask without holding the texts; the words come from a sample of the documents."""
    figures = {} if keep and holds(index, documents) else built(index, Counted(documents))
    numbers = random.Random(4).sample(range(documents), min(documents, 8_000))
    sample = [canonical(page.text) for number in numbers for page in entry(number).pages]
    return figures | ask(index, words_by_kind(sample, random.Random(5)), {"all": target})


def measure(index: SearchIndex, pages: int, queries: int, keep: bool) -> dict[str, object]:
    made = list(entries(pages))
    total = sum(len(each.pages) for each in made)
    characters = sum(len(page.text) for each in made for page in each.pages) // total
    print(f"{total:,} pages in {len(made):,} documents, {characters} characters a page")
    figures: dict[str, object] = {"pages": total, "documents": len(made)}
    if not (keep and holds(index, len(made))):
        figures |= built(index, Counted(len(made)))
    texts = {each.id: [canonical(page.text) for page in each.pages] for each in made}
    flat = [page for each in texts.values() for page in each]
    kinds = words_by_kind(flat, random.Random(5))
    figures |= ask(index, kinds, TARGETS)
    pool = [word for words in kinds.values() for word in words]
    rng = random.Random(9)
    while len(pool) < queries:
        text = rng.choice(flat)
        at = rng.randrange(len(text) - 9)
        pool.append(text[at : at + rng.randint(1, 8)].strip() or "合同")
    equal = compare(index, texts, pool[:queries])
    figures["equal"] = {"queries": queries, "equal": equal}
    print(f"equal to a plain scan: {equal} of {queries} queries")
    return figures


@contextmanager
def opened(options: argparse.Namespace) -> Iterator[SearchIndex]:
    """Yield the index that is to be measured; a server and a folder of our own are gone afterwards."""
    if options.engine == "elasticsearch":
        from tests.services import elasticsearch

        java = f"-Xms{options.heap} -Xmx{options.heap}"
        with nullcontext() if options.url else elasticsearch.server(java) as server:
            index = ElasticIndex(parse_address(options.url or server.url("guidang-benchmark")))
            yield index
            index.close()
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.index or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        yield EmbeddedIndex(folder / "index.db")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=("embedded", "elasticsearch"), default="embedded")
    parser.add_argument("--url", default="", help="an Elasticsearch that runs, as in index_url; its index is replaced")
    parser.add_argument("--heap", default="4g", help="heap of the Elasticsearch that is started here")
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=0, help="with --no-scan: so many documents")
    parser.add_argument("--no-scan", action="store_true", help="do not compare with a plain scan; memory stays flat")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--keep", action="store_true", help="with --url: use the index again for as many documents")
    parser.add_argument(
        "--index", type=Path, metavar="FOLDER", help="keep the index there; used again for as many documents"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    keep = options.keep or options.index is not None
    with opened(options) as index:
        if options.no_scan:
            documents = options.documents or options.pages // 3
            figures = measure_large(index, documents, keep, LARGE_TARGETS[options.engine])
        else:
            figures = measure(index, options.pages, options.queries, keep)
    if options.json:
        options.json.write_text(json.dumps({"engine": options.engine, **figures}, indent=2))


if __name__ == "__main__":
    main()

"""What the frozen archive is asked: `python -m tests.frozen.recording` keeps the answers of the program as it is.

That is done once, when an archive is frozen, and never to make a test pass.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.frozen.archive import ASKERS, LAST_DAY, PEOPLE, SEARCHERS, VISITOR, Asker, Frozen, unpack
from tests.frozen.comparing import Answers, keep

LISTS = ("/documents?limit=200", "/documents?limit=200&trashed=true", "/parties?limit=200", "/dossiers?limit=200",
         "/people?limit=500&disabled=true", "/jobs", f"/audit?limit=500&until={LAST_DAY}")  # fmt: skip
PLACES = ("K01", "K01-Q1-L02A-J01-C1", "K03-G01-C1", "K02-Q1", "B2024-0001", "B2024-0003", "SCANNING", "nowhere")
QUERIES = {  # path of the OpenAPI document → what to ask; {id} stands for each id of the kind
    "/places": [f"code={quote(code)}" for code in PLACES],
    "/dossiers/proposal": ["party={party}", "party={party}&region=00US"],
    "/jobs/progress": ["id={arrival}"],
    "/holdings/{holding_id}/on-day": ["day=2024-09-02", "day=2024-09-04", "day=2024-09-20"],
    "/audit/growth": ["old=1&new=2", "old={size}&new={last_size}"],
    "/documents/{document_id}/pages/{position}/boxes": ["q=" + quote("收据 OR 合同")],
    "/documents": ["limit=3", "type=T04", "type=none", "state=FILED", "state=REJECTED", "copy_kind=copy",
                   "since=2024-01-01&until=2024-12-31", "limit=0"],
    "/parties": ["q=" + quote(text) for text in ("禾砚机电", "YCHY", "O'Hara", "%", "=cmd")],
    "/dossiers": ["q=" + quote(text) for text in ("3301", "海岳", "_")],
    "/people": ["q=" + quote("小王"), "role=SAL", "limit=2"],
    "/audit": [f"until={LAST_DAY}&" + each for each in ("action=document.file", "kind=document&limit=5",
               "person=" + quote("李业务"), "since=2024-09-05")],
}  # fmt: skip
SEARCHES = (
    "收据", "购销合同 海岳", "GX-2024-0007", "厦门海岳五金制造有限公司", '"样品一并带回"', "HYWJ", "云沧 -收据",
    "outboxword", "12500", "nothing at all like this", "cmd OR script", "*",
)  # fmt: skip
FACETED = ("type=T09", "status=FILED&sort=oldest", "level=3", "date=2024", "amount=100000..500000", "copy_kind=copy")
POSITIONS = (1, 9)
EVERY = 15  # of the leaves of the log, for their proofs
WHOLE = {  # routes of which every answer is kept, not only some of those that go alike
    ("/documents/*", "zhang"), ("/documents/*", "li"), ("/documents/*", "shen"), ("/documents/*/original", "zhang"),
    ("/arrivals/*", "zhang"), ("/arrivals/*/original", "zhang"),
}  # fmt: skip


def record() -> None:
    """Ask everything that there is to ask, and keep the answers."""
    with _unpacked() as frozen:
        described = json.loads(frozen.run("openapi").said)
        with frozen.app() as app:
            ids = _ids([Asker(app, name) for name in ASKERS])
    paths = list(dict.fromkeys(_paths(described, ids)))
    _require_every_route(described, paths)
    with _unpacked() as frozen, frozen.app() as app:
        whole = {name: _asked(Asker(app, name), paths) for name in ASKERS}
    answers = {name: _fewer(name, said) for name, said in whole.items()}
    with _unpacked() as frozen, frozen.app() as app:  # what is kept, asked as it will be asked
        kept = {name: _asked(Asker(app, name), said) for name, said in answers.items()}
    with _unpacked() as frozen:
        rebuilt = frozen.run("index", "rebuild")
        assert rebuilt.code == 0, rebuilt.said
        with frozen.app() as app:
            searches = {name: _asked(Asker(app, name), search_paths()) for name in SEARCHERS}
    keep("answers.json", kept)
    keep("searches.json", searches)


@contextmanager
def _unpacked() -> Iterator[Frozen]:
    with tempfile.TemporaryDirectory() as scratch:
        yield unpack(Path(scratch))


def _asked(asker: Asker, paths: Iterable[str]) -> Answers:
    return {path: asker.ask(path) for path in paths}


def _fewer(name: str, said: Answers) -> Answers:
    """Leave out what goes like others of its route; which document is shown to whom is kept whole."""
    most = {PEOPLE[0]: 8, VISITOR: 1}.get(name, 3)
    seen: Counter[tuple[str, str]] = Counter()
    kept = {}
    for path, answer in said.items():
        route = re.sub(r"[0-9a-z]{26}", "*", path.partition("?")[0])
        kind = answer if isinstance(answer, str) else "good"
        seen[route, kind] += 1
        if seen[route, kind] <= most or (route, name) in WHOLE:
            kept[path] = answer
    return kept


def search_paths() -> list[str]:
    """Return the searches, which are asked once the index has learnt what waited in the outbox."""
    words = [f"/search?q={quote(each)}&limit=50" for each in SEARCHES]
    return words + [f"/search?q={quote('合同 OR 收据')}&{each}" for each in FACETED]


def _ids(askers: list[Asker]) -> dict[str, list[str]]:
    """Return the ids of each kind, gathered from what lists and the log say to anybody."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for asker in askers:
        for path in LISTS:
            body = asker.body(path)
            for plural, kind in (("documents", "document"), ("parties", "party"), ("dossiers", "dossier"),
                                 ("people", "account"), ("parked", "job")):  # fmt: skip
                found[kind].update(dict.fromkeys(each["id"] for each in body.get(plural, ())))
            for deed in body.get("deeds", ()):
                found[deed["target_kind"]][deed["target_id"]] = None
                if deed["position"] is not None:  # another would be signed for its proof
                    found["leaf"][deed["id"]] = None
        for checkpoint in asker.body("/audit/checkpoints").get("checkpoints", ()):
            found["size"][str(checkpoint["size"])] = None
    known = {kind: sorted(filter(None, ids)) for kind, ids in found.items()}
    known["leaf"] = known["leaf"][::EVERY] + known["leaf"][-1:]
    return known


def _paths(described: Mapping[str, Any], ids: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield what to ask: each GET route, for each id of its kind, with each query that is written down for it."""
    yield f"/audit/{ids['leaf'][0]}/proof"  # gives every waiting leaf its place, so that later answers know it
    yield from LISTS
    yield "/documents/0000000000000000000000000"
    for route, verbs in sorted(described["paths"].items()):
        path = route.removeprefix("/api/v1")
        if "get" not in verbs or path == "/search":
            continue
        required = any(each["required"] and each["in"] == "query" for each in verbs["get"]["parameters"])
        listed = any(each.partition("?")[0] == path for each in LISTS)
        for query in ([] if required or listed else [""]) + QUERIES.get(path, []):
            yield from _filled(path + (f"?{query}" if query else ""), ids)


def _filled(path: str, ids: Mapping[str, list[str]]) -> Iterator[str]:
    sizes = sorted(map(int, ids["size"]))
    path = path.replace("{size}", str(sizes[0])).replace("{last_size}", str(sizes[-1]))
    for position in POSITIONS if "{position}" in path else (0,):
        placed = path.replace("{position}", str(position))
        kinds = [kind for kind in ids if f"{{{kind}_id}}" in placed or f"{{{kind}}}" in placed]
        if not kinds:
            yield placed
        for kind in kinds:
            yield from (placed.replace(f"{{{kind}_id}}", each).replace(f"{{{kind}}}", each) for each in ids[kind])


def _require_every_route(described: Mapping[str, Any], paths: list[str]) -> None:
    asked = {path.partition("?")[0].strip("/").split("/")[0] for path in paths}
    for route, verbs in described["paths"].items():
        first = route.removeprefix("/api/v1/").split("/")[0]
        assert "get" not in verbs or first in asked or first == "search", route
    assert not [path for path in paths if "{" in path], "a parameter was not filled"


if __name__ == "__main__":
    record()

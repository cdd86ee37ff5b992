"""An archive whose search server is down: everything else goes on, search says so, and catches up by itself."""

from __future__ import annotations

import secrets
from dataclasses import replace

import pytest
import sqlalchemy as sa

from config.settings import Settings
from dms.bootstrap import start_archive
from dms.cli import main
from dms.retrieval import projection
from dms.retrieval.condition import trouble
from dms.retrieval.models import IndexOutbox
from dms.running.housekeeping import Housekeeper
from search.elastic.address import parse_address
from search.elastic.index import ElasticIndex
from search.index import SearchError
from tests.dms.people import Door
from tests.search.conftest import raw_client
from tests.services.faults import CutAnswer, Proxy, Refuse

pytestmark = pytest.mark.service


@pytest.fixture
def proxy(elasticsearch_url):
    host, port = parse_address(elasticsearch_url).hosts[0].removeprefix("https://").split(":")
    with Proxy((host, int(port))) as made:
        yield made


@pytest.fixture
def archive(archive, proxy, elasticsearch_url):
    """The archive of the other tests, with its index behind the proxy."""
    name = f"guidang-test-{secrets.token_hex(6)}"
    address = parse_address(elasticsearch_url)
    index = ElasticIndex(replace(address, hosts=(f"https://127.0.0.1:{proxy.port}",), name=name))
    yield replace(archive, index=index)
    proxy.heal()
    index.close()
    server = raw_client(replace(address, name=name))
    for made in server.indices.get(index=f"{name}-*").body:
        server.indices.delete(index=made)


@pytest.fixture
def arc(archive, identity):
    return Door(archive, identity("ARC")).browser("arc")


def waiting(archive):
    with archive.db.read() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(IndexOutbox))


def found(arc, word):
    return {hit["id"] for hit in arc.get(f"/api/v1/search?q={word}").get_json()["hits"]}


def test_while_it_is_down_all_else_goes_on_and_later_all_is_found(archive, proxy, shelf, library, arc):
    assert found(arc, "仲裁") == set(library.values())
    proxy.set(Refuse())
    new = shelf.add(("新到的仲裁书",))
    shelf.change(library["receipt"], title="改过的收据")
    page = arc.get("/search?q=仲裁")
    assert (page.status_code, "检索暂时没有应答；档案是安全的" in page.text) == (503, True)
    answer = arc.get("/api/v1/search?q=仲裁", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "index_unavailable")
    for path in ("/", "/documents", "/dossiers", f"/documents/{new}"):
        assert arc.get(path, follow_redirects=True).status_code == 200, path
    assert trouble(archive.index).code == "index_unavailable"
    keeper = Housekeeper(archive)
    feed = next(each for each in keeper.chores if each.chore.name == "feed the index")
    feed.do()
    assert (feed.failures, waiting(archive)) == (1, 2)
    proxy.heal()
    while waiting(archive):
        feed.do()
    assert found(arc, "仲裁") == {*library.values(), new}
    assert found(arc, "改过的收据") == {library["receipt"]}
    assert projection.compare(archive) == ([], [])


def test_an_answer_that_was_lost_is_asked_again_and_nothing_is_doubled(archive, proxy, shelf, library, arc):
    proxy.set(CutAnswer())
    new = shelf.add(("再来一份仲裁书",))
    with pytest.raises(SearchError):
        shelf.read()
    proxy.heal()
    assert proxy.strikes > 0
    shelf.read()
    assert found(arc, "仲裁") == {*library.values(), new}


def test_check_and_rebuild_compare_catalog_and_index(archive, shelf, library, archivist):
    archive.index.delete([library["secret"]], projection.GONE)
    archive.index.put([replace(next(projection.all_entries(archive)), id="stranger")])
    assert projection.compare(archive) == ([library["secret"]], ["stranger"])
    assert projection.rebuild(archive) == len(library)
    assert projection.compare(archive) == ([], [])


def test_the_command_line_says_what_is_wrong_with_the_index(tmp_path, monkeypatch, capsys):
    keys = f"keyfile://{tmp_path / 'keys'}"
    monkeypatch.setenv("GUIDANG_KEYS_URL", keys)
    monkeypatch.setenv("GUIDANG_INDEX_URL", "https://guidang:secret@127.0.0.1:9/guidang")
    start_archive(Settings(data=tmp_path / "data", keys_url=keys, workers=1))
    with pytest.raises(SystemExit) as left:
        main(["--data", str(tmp_path / "data"), "index", "check"])
    said = capsys.readouterr().err
    assert left.value.code == 6
    assert "检索服务器没有应答" in said
    assert "[index_unavailable]" in said
    assert "secret" not in said

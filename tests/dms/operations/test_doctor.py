from pathlib import Path

from config.settings import Settings
from dms.bootstrap import open_archive
from dms.documents.events import DocumentChanged
from dms.documents.models import Document
from dms.operations import backends
from dms.operations.doctor import examine
from dms.operations.findings import State
from dms.retrieval import projection
from dms.retrieval.outbox import note
from storage.keyfile import KeyFile


def found(settings):
    return {finding.part: finding for finding in examine(settings)}


def test_a_sound_archive_has_nothing_to_mend(archive, settings):
    assert [finding for finding in examine(settings) if finding.state is State.FAILED] == []


def test_a_key_file_that_others_may_read_is_named_with_its_cure(archive, settings):
    path = Path(settings.keys_url.removeprefix("keyfile://"))
    path.chmod(0o644)
    finding = found(settings)["密钥文件"]
    assert finding.state is State.FAILED
    assert f"chmod 600 {path}" in finding.text
    path.chmod(0o600)


def test_a_missing_key_file_is_named(archive, settings):
    Path(settings.keys_url.removeprefix("keyfile://")).unlink()
    assert found(settings)["密钥文件"].state is State.FAILED


def test_keys_of_another_archive_are_found_out(archive, settings):
    path = Path(settings.keys_url.removeprefix("keyfile://"))
    path.unlink()
    KeyFile.create(path)
    finding = found(settings)["主密钥"]
    assert finding.state is State.FAILED
    assert "属于另一个档案" in finding.text


def test_keys_are_looked_at_though_the_catalog_is_away(archive, settings):
    away = settings.model_copy(update={"catalog_url": "postgresql://nobody@127.0.0.1:1/none"})
    assert "没有核对" in found(away)["主密钥"].text


def test_a_key_file_beside_the_data_is_refused(archive, settings, tmp_path):
    inside = settings.data / "keys"
    Path(settings.keys_url.removeprefix("keyfile://")).rename(inside)
    beside = settings.model_copy(update={"keys_url": f"keyfile://{inside}"})
    assert "数据文件夹" in found(beside)["密钥文件"].text


def test_backends_that_do_not_answer_are_named(tmp_path):
    settings = Settings(data=tmp_path / "x", catalog_url="postgresql://nobody:secret@127.0.0.1:1/none")
    finding = found(settings)["目录库"]
    assert finding.state is State.FAILED
    assert "secret" not in finding.text


def index_of(settings):
    (finding,) = backends.check_index(settings)
    return finding


def test_an_empty_index_beside_a_full_catalog_is_found_out(archive, settings):
    with archive.db.write() as session:
        for number in range(3):
            document = Document(created_at=archive.clock.now(), page_count=0, owner_id="arc", title=f"合同{number}")
            session.add(document)
            session.flush()
            note(session, archive, DocumentChanged(document.id))
    assert index_of(settings).state is State.GOOD  # they wait in the outbox and come by themselves
    while projection.consume(archive):
        continue
    other = settings.model_copy(update={"index_url": f"sqlite:///{settings.data / 'other.db'}"})
    finding = index_of(other)
    assert (finding.state, "index rebuild" in finding.text) == (State.FAILED, True)
    with open_archive(other) as opened:
        projection.rebuild(opened)
    assert index_of(other).state is State.GOOD


def test_an_index_on_another_machine_without_encryption_is_refused(archive, settings):
    plain = settings.model_copy(update={"index_url": "http://guidang:hidden@search.example.org:9200/guidang"})
    finding = index_of(plain)
    assert (finding.state, "[index_plain]" in finding.text, "hidden" in finding.text) == (State.FAILED, True, False)


def test_what_a_lost_catalog_would_have_told_is_said_to_be_unknown(archive, settings):
    for url in ("postgresql://nobody@127.0.0.1:1/none", "postgresql://a:b@[::1/c", "nothing"):
        lost = settings.model_copy(update={"catalog_url": url})
        assert [finding.state for finding in backends.check_catalog(lost)] == [State.FAILED]
        for check in (backends.check_keys, backends.check_store, backends.check_index):
            assert ["没有核对" in finding.text for finding in check(lost)] == [True]


def test_a_data_folder_that_others_may_enter_is_named_with_its_cure(archive, settings):
    settings.data.chmod(0o755)
    finding = found(settings)["数据文件夹"]
    assert finding.state is State.WARNING
    assert f"chmod -R go-rwx {settings.data}" in finding.text
    settings.data.chmod(0o700)
    assert found(settings)["数据文件夹"].state is State.GOOD

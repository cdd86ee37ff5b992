"""The command line: one JSON object a file, others go on when one fails, exit codes; real parts throughout."""

import json

import pytest
from click.testing import CliRunner

from ingest.__main__ import main
from ingest.specimens import make_specimen


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a readable receipt, a broken PDF, a kind that is only kept, and a stray note."""
    path = tmp_path_factory.mktemp("papers")
    specimen = make_specimen("receipt", 77, "turned180")
    (path / specimen.name).write_bytes(specimen.data)
    (path / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing follows")
    (path / "letter.eml").write_bytes(b"From: a@example.org\nTo: b@example.org\nSubject: x\n\nHello\n")
    (path / "note.txt").write_text("just a note", "utf-8")
    return path, specimen


def test_a_folder_gives_one_object_a_file_and_goes_on_after_failures(folder):
    path, specimen = folder
    result = CliRunner().invoke(main, [str(path), "--json"])
    objects = {o["file"].rsplit("/", 1)[-1]: o for o in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 1
    assert "note.txt: skipped" in result.stderr
    assert objects["broken.pdf"]["error"]["code"]
    assert objects["letter.eml"]["error"]["code"] == "unreadable_kind"
    read = objects[specimen.name]
    assert (read["error"], read["type"], read["type_name"]) == (None, "T09", "收据")
    assert read["pages"][0]["rotation"] == 180
    values = {f["name"]: f["value"] for f in read["fields"]}
    truth = specimen.truth.documents[0]
    for name in ("receipt_no", "date", "total", "payer"):
        assert values[name] == truth.value(name)
    assert {"label", "raw", "box", "confidence", "checks", "page", "document"} <= read["fields"][0].keys()


def test_wrong_commands_exit_with_two(tmp_path):
    (tmp_path / "bad.toml").write_text("code = 3", "utf-8")
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8\xff")
    result = CliRunner().invoke(main, [str(tmp_path / "a.jpg"), "--types", str(tmp_path)])
    assert result.exit_code == 2
    assert "bad.toml" in result.stderr
    assert CliRunner().invoke(main, [str(tmp_path / "absent.jpg")]).exit_code == 2

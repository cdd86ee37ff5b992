"""The key manifest, and the script that opens an exported store with it and nothing of ours."""

from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import storage.recover
from storage.envelope import Envelope, EnvelopeError
from storage.keyfile import KeyFile
from storage.manifest import read_manifest, write_manifest
from storage.passphrase import SealedKeys
from storage.vault import Vault

PLAINS = {
    "original": b"%PDF-1.7 " + random.Random(1).randbytes(200_000),
    "page": b"\xff\xd8\xff" + random.Random(2).randbytes(70_000),
    "thumbnail": b"",
}


@pytest.fixture
def envelopes(vault: Vault, keys: KeyFile) -> list[Envelope]:
    written = [vault.write(vault.reserve(role), [plain]) for role, plain in PLAINS.items()]
    keys.rotate()
    return [vault.rewrap(written[0]), *written[1:]]


@pytest.fixture
def export(tmp_path: Path, envelopes: list[Envelope]) -> Path:
    """Return a folder as a backup holds it, with the script beside it."""
    folder = tmp_path / "export"
    shutil.copytree(tmp_path / "objects", folder / "objects")
    with (folder / "keys.jsonl").open("w") as stream:
        write_manifest(envelopes, stream)
    shutil.copyfile(str(storage.recover.__file__), folder / "recover.py")
    return folder


def recover(export: Path, keys: Path, *more: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the script where nothing of ours can be imported: isolated mode, another folder, no environment."""
    command = [sys.executable, "-I", "recover.py", "objects", "keys.jsonl", str(keys), "out", *more]
    return subprocess.run(command, cwd=export, env={}, input=typed, capture_output=True, text=True, check=False)


def recovered(export: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (export / "out").iterdir()}


def test_a_manifest_reads_back(envelopes: list[Envelope]) -> None:
    stream = io.StringIO()
    assert write_manifest(envelopes[:1], stream) == 1
    assert write_manifest(envelopes[1:], stream) == 2
    assert list(read_manifest(io.StringIO(stream.getvalue()))) == envelopes


def test_a_line_that_is_no_envelope_is_named(envelopes: list[Envelope]) -> None:
    with pytest.raises(EnvelopeError, match="Line 2"):
        list(read_manifest(io.StringIO(envelopes[0].to_json() + "\n{}\n")))


def test_the_script_is_short_and_needs_only_cryptography() -> None:
    text = Path(str(storage.recover.__file__)).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


@pytest.mark.parametrize("form", ["file", "sheet"])
def test_an_export_is_opened_without_us(export: Path, keys: KeyFile, envelopes: list[Envelope], form: str) -> None:
    sheet = export / "sheet.txt"
    sheet.write_text("\n".join(keys.recovery_sheet()), encoding="utf-8")
    done = recover(export, keys.path if form == "file" else sheet)
    assert done.returncode == 0, done.stderr
    names = [envelope.object_id + end for envelope, end in zip(envelopes, [".pdf", ".jpg", ""], strict=True)]
    assert recovered(export) == dict(zip(names, PLAINS.values(), strict=True))


def test_one_role_alone(export: Path, keys: KeyFile) -> None:
    assert recover(export, keys.path, "--role", "page").returncode == 0
    assert list(recovered(export).values()) == [PLAINS["page"]]


def test_damaged_objects_are_named_and_the_others_come(export: Path, keys: KeyFile, envelopes: list[Envelope]) -> None:
    path = export / "objects" / envelopes[0].name
    path.write_bytes(path.read_bytes()[:-1])
    (export / "objects" / envelopes[1].name).unlink()
    done = recover(export, keys.path)
    assert done.returncode == 1
    assert "line 1 not recovered: altered" in done.stderr
    assert "line 2 not recovered" in done.stderr
    assert list(recovered(export).values()) == [b""]


def test_a_forged_manifest_is_refused(export: Path, keys: KeyFile) -> None:
    manifest = export / "keys.jsonl"
    forged = [json.loads(line) | {"object_id": "../../../etc"} for line in manifest.read_text().splitlines()]
    manifest.write_text("".join(json.dumps(values) + "\n" for values in forged) + "{}\nnot json\n")
    done = recover(export, keys.path)
    assert done.returncode == 1
    assert done.stderr.count("not recovered") == 5
    assert "Traceback" not in done.stderr
    assert recovered(export) == {}


def test_other_keys_and_mistyped_sheets_open_nothing(export: Path, keys: KeyFile, tmp_path: Path) -> None:
    other = recover(export, KeyFile.create(tmp_path / "other.keys").path)
    assert other.returncode == 1
    assert "needs the master key" in other.stderr
    sheet = export / "sheet.txt"
    lines = keys.recovery_sheet()
    lines[-1] = lines[-1][:-1] + ("0" if lines[-1][-1] != "0" else "1")
    sheet.write_text("\n".join(lines), encoding="utf-8")
    assert "line 2.4 of the recovery sheet" in recover(export, sheet).stderr


def test_a_sealed_key_file_asks_for_its_passphrase(
    export: Path, keys: KeyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sealed.keys"
    KeyFile.from_recovery_sheet(path, keys.recovery_sheet(), SealedKeys("correct horse battery", memory=64))
    monkeypatch.setattr("storage.recover.getpass.getpass", lambda _prompt: "correct horse battery")
    assert tuple(storage.recover.read_keys(path)) == keys.ids()

"""docker-compose.yml against the specification, and what it gives to containers against real programs and servers."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
import yaml

from config.compose.prepare import prepare
from config.settings import load_settings
from search.elastic.address import parse_address
from tests.services import redis, seaweedfs
from tests.services.absent import absent
from tests.services.ports import HOST, free_ports

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
OURS = ("init", "web", "worker", "keeper")
ONCE = ("init", "bucket")
PATIENCE = 180.0


def _filled(text: str) -> str:
    """Return the file as the engine reads it where no variable is set."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", text)


COMPOSE: dict[str, Any] = yaml.safe_load(_filled(FILE.read_text(encoding="utf-8")))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose") / "secrets"
    prepare(folder)
    return folder


def test_it_keeps_to_the_specification() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_pinned_watched_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"[a-z/]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", service["image"])
    assert not service["user"].startswith(("0", "root"))
    assert "no-new-privileges:true" in service["security_opt"]
    assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert service["logging"]["options"]["max-size"]
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    assert ("healthcheck" in service) is (name not in ONCE)


def test_every_image_can_come_from_another_registry() -> None:
    images = re.findall(r"image: (.*)", FILE.read_text(encoding="utf-8"))
    assert all(image.startswith("${") for image in images)


def test_what_is_waited_for_can_be_waited_for() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            assert (wait["condition"] == "service_healthy") is ("healthcheck" in SERVICES[other])


def test_the_secrets_are_those_that_are_made(prepared: Path) -> None:
    named = {Path(each["file"]).name for each in COMPOSE["secrets"].values()}
    assert named == {path.name for path in prepared.iterdir()} - {"store_reader_url"}
    used = {
        each if isinstance(each, str) else each["source"]
        for service in SERVICES.values()
        for each in service.get("secrets", ())
    }
    assert used == set(COMPOSE["secrets"])
    assert prepared.stat().st_mode & 0o777 == 0o700
    assert "password" not in FILE.read_text(encoding="utf-8").replace("postgres_password", "").replace("a password", "")


def test_secrets_in_use_are_never_replaced(prepared: Path) -> None:
    before = (prepared / "catalog_url").read_text(encoding="utf-8")
    with pytest.raises(FileExistsError):
        prepare(prepared)
    assert (prepared / "catalog_url").read_text(encoding="utf-8") == before


def test_the_certificate_is_that_of_the_index_server(prepared: Path) -> None:
    context = ssl.create_default_context(cafile=prepared / "ca.pem")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(prepared / "elasticsearch.pem", prepared / "elasticsearch.key")
    here, there = (ssl.MemoryBIO(), ssl.MemoryBIO()), (ssl.MemoryBIO(), ssl.MemoryBIO())
    client_side = context.wrap_bio(here[0], here[1], server_hostname="elasticsearch")
    server_side = server.wrap_bio(there[0], there[1], server_side=True)
    for _ in range(4):
        for side, own, other in ((client_side, here, there), (server_side, there, here)):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                other[0].write(own[1].read())
            else:
                other[0].write(own[1].read())
    assert client_side.getpeercert()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str, prepared: Path, tmp_path: Path) -> None:
    """The secrets are taken from the files that the service names, as the program takes them."""
    environment = _environment(name, prepared, tmp_path, ports={})
    settings = load_settings(None, environment)
    assert settings.store_url.startswith(f"s3://{'keeper' if name in ('init', 'keeper') else 'writer'}:")
    assert settings.catalog_url.startswith("postgresql://guidang:")
    index = settings.index_url.replace("/run/secrets", str(prepared))
    assert parse_address(index).hosts == ("https://elasticsearch:9200",)
    assert settings.carrier_url.startswith("redis://:")
    assert settings.log_format == "json"


def _environment(name: str, prepared: Path, folder: Path, ports: dict[str, str]) -> dict[str, str]:
    """Return the environment of a service with the places of a container replaced by those of this machine."""
    targets = {each if isinstance(each, str) else each["target"]: each if isinstance(each, str) else each["source"]
               for each in SERVICES[name]["secrets"]}  # fmt: skip
    given = {variable: str(value) for variable, value in SERVICES[name]["environment"].items()}
    for variable, value in given.items():
        if variable.endswith("_FILE"):
            given[variable] = str(prepared / targets[value.removeprefix("/run/secrets/")])
    given["GUIDANG_DATA"] = str(folder / "data")
    given["GUIDANG_KEYS_URL"] = f"keyfile://{folder / 'keys' / 'archive.keys'}"
    return given | ports


@dataclass
class Stack:
    """Where the services of one run keep their things, and how each is called."""

    prepared: Path
    folder: Path
    ports: dict[str, str]

    def environment(self, name: str) -> dict[str, str]:
        there = {key: value for key, value in os.environ.items() if not key.startswith("GUIDANG_")}
        return there | _environment(name, self.prepared, self.folder, self.ports)

    def command(self, given: list[str]) -> list[str]:
        """Return the command of a service with the entry point of the image before it."""
        return [sys.executable, "-m", "dms", *given]

    def run(self, name: str, given: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(given), env=self.environment(name), cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    @contextmanager
    def running(self, name: str) -> Iterator[None]:
        """Run a service as its command says, and stop it as the engine does."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                self.command(SERVICES[name]["command"]), env=self.environment(name), cwd=ROOT, stdout=log, stderr=log
            )
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)

    def healthy(self, name: str) -> bool:
        test = SERVICES[name]["healthcheck"]["test"]
        assert test[:4] == ["CMD", "python", "-m", "dms"]
        return self.run(name, test[4:]).returncode == 0


class ComposedStore(seaweedfs.SeaweedFS):
    """SeaweedFS with the command line and the identities that the compose file gives it."""

    def __init__(self, prepared: Path) -> None:
        self._prepared = prepared
        super().__init__()

    def command(self) -> list[str]:
        """Return the service's command with places and ports of this machine."""
        service = SERVICES["seaweedfs"]
        master, master_rpc, volume, volume_rpc, filer, filer_rpc, s3_rpc = self._inner
        here = {
            "-dir=/data": f"-dir={self.folder / 'data'}", "-ip=seaweedfs": f"-ip={HOST}",
            "-ip.bind=0.0.0.0": f"-ip.bind={HOST}", "-master.port=9333": f"-master.port={master}",
            "-filer.port=8888": f"-filer.port={filer}", "-s3.port=8333": f"-s3.port={self.port}",
            "-s3.config=/run/secrets/s3.json": f"-s3.config={self._prepared / 's3.json'}",
        }  # fmt: skip
        assert here.keys() <= set(service["command"])
        return [
            str(seaweedfs.program()), *service["entrypoint"][1:],
            *(here.get(each, each) for each in service["command"]),
            f"-master.port.grpc={master_rpc}", f"-volume.port={volume}", f"-volume.port.grpc={volume_rpc}",
            f"-filer.port.grpc={filer_rpc}", f"-s3.port.grpc={s3_rpc}", "-s3.port.iceberg=0", "-s3.port.lance=0",
        ]  # fmt: skip

    def prepare(self) -> None:
        """Wait as the service's health check does, then make the bucket with the very words of the service `bucket`."""
        health = SERVICES["seaweedfs"]["healthcheck"]["test"][1].split()[-1].replace(":8333", f":{self.port}")
        assert self._process is not None
        until = time.monotonic() + PATIENCE
        while True:
            try:
                urlopen(health, timeout=5).close()
                break
            except OSError:
                assert time.monotonic() < until, (self.folder / "log").read_text(encoding="utf-8")[-2000:]
                time.sleep(0.2)
        master, master_rpc, _, _, filer, filer_rpc, _ = self._inner
        (text,) = SERVICES["bucket"]["command"]
        for there, here in (
            ("seaweedfs:9333", f"{HOST}:{master}.{master_rpc}"),
            ("seaweedfs:8888", f"{HOST}:{filer}.{filer_rpc}"),
            ("weed shell", f"{seaweedfs.program()} shell"),
        ):  # fmt: skip
            assert there in text
            text = text.replace(there, here)
        done = subprocess.run([*SERVICES["bucket"]["entrypoint"], text], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def catalog_url(postgres_url: str) -> Iterator[str]:
    """An empty database of the server of the tests."""
    server = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    name = f"compose_{secrets.token_hex(6)}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.url.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


@pytest.mark.service
def test_the_services_work_together_as_the_file_says(prepared: Path, catalog_url: str, tmp_path: Path) -> None:
    """Commands, settings, secrets, roles and health checks of the file, on real servers; the index is embedded."""
    for program, problem in ((redis.program(), redis.ABSENT), (seaweedfs.program(), seaweedfs.ABSENT)):
        if program is None:
            absent(problem)
    first = free_ports(1)[0]
    ports = {"GUIDANG_LISTEN": "127.0.0.1", "GUIDANG_METRICS_LISTEN": "127.0.0.1", "GUIDANG_PORT": str(first)}
    ports["GUIDANG_METRICS_PORT"] = str(free_ports(4)[0])
    ports["GUIDANG_WORKERS"] = "1"
    with ExitStack() as stack:
        store = stack.enter_context(ComposedStore(prepared))
        password = (prepared / "redis.conf").read_text(encoding="utf-8").split("requirepass ")[1].strip()
        assert SERVICES["redis"]["command"] == ["redis-server", "/run/secrets/redis.conf"]
        broker = stack.enter_context(redis.Redis(prepared / "redis.conf", password))
        _, check = SERVICES["redis"]["healthcheck"]["test"]
        assert subprocess.run(check.replace("6379", str(broker.port)), shell=True, check=False).returncode == 0
        moved = tmp_path / "secrets"
        shutil.copytree(prepared, moved)
        for name in ("catalog_url", "index_url", "carrier_url", "store_writer_url", "store_keeper_url"):
            (moved / name).chmod(0o600)
            text = (moved / name).read_text(encoding="utf-8").replace("seaweedfs:8333", f"{HOST}:{store.port}")
            text = text.replace("redis:6379", f"{HOST}:{broker.port}")
            (moved / name).write_text(text, encoding="utf-8")
        (moved / "catalog_url").write_text(catalog_url, encoding="utf-8")
        (moved / "index_url").write_text(f"sqlite:///{tmp_path / 'index.db'}", encoding="utf-8")
        services = Stack(moved, tmp_path, ports)
        made = services.run("init", SERVICES["init"]["command"])
        assert made.returncode == 0, made.stderr
        assert "/link/" in made.stdout
        for name in ("web", "worker", "keeper"):
            stack.enter_context(services.running(name))
        until = time.monotonic() + PATIENCE
        for name in ("web", "worker", "keeper"):
            while not services.healthy(name):
                assert time.monotonic() < until, (tmp_path / f"{name}.log").read_text(encoding="utf-8")[-3000:]
        with urlopen(f"http://127.0.0.1:{first}/readyz", timeout=30) as answer:
            assert json.load(answer)["state"] == "ready"

"""A real S3 server of our own on loopback: what SeaweedFS and MinIO have in common under test."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from minio import Minio
from minio.error import MinioException
from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from tests.services.leash import leash
from tests.services.ports import HOST, free_ports

BUCKET = "guidang"
ROLES = ("reader", "writer", "keeper")
POLICIES = Path(__file__).parents[2] / "docs" / "s3"
PATIENCE = 60.0  # seconds until a server must be ready


class Server:
    """One server in a scratch folder, as a context; each role has the policy of docs/s3 and a secret of its own.

    `kill` and `start` may be called within: the folder and the address stay.
    """

    def __init__(self, bucket: str = BUCKET) -> None:
        self.bucket = bucket
        self.folder = Path(tempfile.mkdtemp(prefix="guidang-s3-"))
        self.port = free_ports(1)[0]
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """Return what starts the server."""
        raise NotImplementedError

    def environment(self) -> dict[str, str] | None:
        """Return the environment of the server."""
        return None

    def furnish(self) -> None:
        """Make the bucket, and the roles where the command does not bring them."""
        self.client("admin").make_bucket(self.bucket)

    def prepare(self) -> None:
        """Furnish a server that is new, and write an object, which shows that its disks take part."""
        client = self.client("admin")
        if not client.bucket_exists(self.bucket):
            self.furnish()
        client.put_object(self.bucket, "ready", io.BytesIO(b"1"), 1)
        client.remove_object(self.bucket, "ready")

    def url(self, role: str = "keeper", prefix: str = "", port: int = 0) -> str:
        """Return the store URL of a role, if need be through another port."""
        address = f"{HOST}:{port or self.port}"
        return f"s3://{role}:{role}-secret@{address}/{self.bucket}{'/' if prefix else ''}{prefix}?tls=no"

    def client(self, role: str) -> Minio:
        """Return the library's own client."""
        pool = PoolManager(retries=False, timeout=Timeout(connect=1, read=10))
        return Minio(f"{HOST}:{self.port}", role, f"{role}-secret", secure=False, region="us-east-1", http_client=pool)

    def start(self) -> None:
        """Start the server and wait until it takes and gives."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*leash(), *self.command()], stdout=log, stderr=log, cwd=self.folder, env=self.environment()
            )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.prepare()
                return
            except (MinioException, HTTPError) as error:
                if time.monotonic() > until or self._process.poll() is not None:
                    raise RuntimeError(f"the S3 server did not start, see {self.folder / 'log'}") from error
                time.sleep(0.1)

    def kill(self) -> None:
        """Kill the server as kill -9 does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.push(self)
            self.start()
            stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

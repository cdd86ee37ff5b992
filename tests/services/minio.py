"""A real MinIO server, built once from its Go module; `python -m tests.services.minio COMMAND…` runs over it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from minio.credentials import StaticProvider
from minio.minioadmin import MinioAdmin

from tests.services import s3
from tests.services.leash import leash
from tests.services.ports import HOST

MODULE = "github.com/minio/minio@latest"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "guidang" / "minio"


def program() -> Path:
    """Return the server's program, built now if it was not yet: some minutes, once."""
    built = CACHE / "minio"
    if not built.exists():
        go = shutil.which("go")
        if go is None:
            raise FileNotFoundError("Go is not installed: sudo apt-get install golang")
        CACHE.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "GOBIN": str(CACHE), "CGO_ENABLED": "0"}
        subprocess.run([go, "install", MODULE], check=True, env=environment)
    return built


class MinIO(s3.Server):
    """One MinIO process over one folder; the roles are made by its own administration."""

    def command(self) -> list[str]:
        """Return what starts the server."""
        return [str(program()), "server", "--address", f"{HOST}:{self.port}", str(self.folder / "data")]

    def environment(self) -> dict[str, str]:
        """Return the environment of the server."""
        return {
            **os.environ, "MINIO_ROOT_USER": "admin", "MINIO_ROOT_PASSWORD": "admin-secret", "MINIO_UPDATE": "off",
            "MINIO_BROWSER": "off",
        }  # fmt: skip

    def furnish(self) -> None:
        """Make the roles and the bucket."""
        admin = MinioAdmin(
            endpoint=f"{HOST}:{self.port}", credentials=StaticProvider("admin", "admin-secret"), secure=False
        )
        for role in s3.ROLES:
            admin.policy_add(role, str(s3.POLICIES / f"{role}.json"))
            admin.user_add(role, f"{role}-secret")
            admin.policy_set(role, user=role)
        super().furnish()


def main(command: list[str]) -> int:
    """Run `python -m COMMAND…` over a fresh server; return its exit code."""
    with MinIO() as server:
        environment = {**os.environ, "GUIDANG_TEST_S3_URL": server.url(), "GUIDANG_TEST_S3_SERVER": "minio"}
        return subprocess.run([*leash(), sys.executable, "-m", *command], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs a Python module with the real servers that can be started here: `python -m tests.services pytest …`."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack

from tests.services import elasticsearch, postgres, seaweedfs
from tests.services.leash import leash

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


def main(command: list[str]) -> int:
    """Run a module with the servers' addresses in its environment; return its exit code."""
    environment = dict(os.environ)
    with ExitStack() as stack:
        if postgres.programs() is not None and "GUIDANG_TEST_POSTGRES_URL" not in environment:
            environment["GUIDANG_TEST_POSTGRES_URL"] = stack.enter_context(postgres.running())
        if seaweedfs.program() is not None and "GUIDANG_TEST_S3_URL" not in environment:
            environment["GUIDANG_TEST_S3_URL"] = stack.enter_context(seaweedfs.SeaweedFS()).url()
        if "GUIDANG_TEST_ELASTICSEARCH_URL" not in environment:
            if problem := elasticsearch.missing():
                absent(problem)
            else:
                environment["GUIDANG_TEST_ELASTICSEARCH_URL"] = stack.enter_context(elasticsearch.running())
        return subprocess.run([*leash(), sys.executable, "-m", *command], env=environment, check=False).returncode


def absent(problem: str) -> None:
    """Say that the tests of a server will be skipped; a CI run never skips them."""
    if IN_CI:
        sys.exit(f"{problem}. CI runs every test: install it.")
    print(f"{problem}: its tests are skipped.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

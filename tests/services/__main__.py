"""Runs a script with a real PostgreSQL and S3 server: `python -m tests.services benchmarks.migrate`."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing

from tests.services.absent import AbsentError
from tests.services.leash import leash
from tests.services.shared import Servers, variable


def main(command: list[str]) -> int:
    """Run a module with the servers' addresses in its environment; return its exit code."""
    environment = dict(os.environ)
    with closing(Servers()) as servers:
        for name in ("postgres", "s3"):
            try:
                environment[variable(name)] = servers.url(name)
            except AbsentError as problem:
                print(f"{problem}: it runs without.", file=sys.stderr)
        return subprocess.run([*leash(), sys.executable, "-m", *command], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

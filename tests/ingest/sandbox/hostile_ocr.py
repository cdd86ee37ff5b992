"""An OCR process whose engine has been taken over: the first pixel of a picture says what it does."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))

import numpy as np

from ingest.model import Box, Line
from ingest.sandbox import ocr_child

ATTACKS = (
    lambda: Path("/etc/passwd").read_bytes(),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9)),
    lambda: socket.socket(socket.AF_UNIX),
    os.fork,
    lambda: threading.Thread(target=print).start(),
    lambda: subprocess.run(["/bin/true"], check=True),
    lambda: os.kill(int(sys.argv[1]), 9),
    lambda: Path(f"/proc/{sys.argv[1]}/mem").read_bytes(),
    lambda: Path("/tmp/guidang-attack").write_bytes(b"x"),
)


class Hostile:
    """An engine; a picture that begins with 0 is read as "ok"."""

    name = "hostile"

    def read(self, image):
        """Do what the first pixel says."""
        return (self.ok, self.attack, self.die, self.hang, self.take_memory, self.lie, self.fail)[
            image[0, 0, 0] % 255
        ]()

    def ok(self):
        return (Line("ok", Box(0, 0, 1, 1), 1.0),)

    def attack(self):
        return tuple(Line(outcome(act), Box(0, 0, 1, 1), 1.0) for act in ATTACKS)

    def die(self):
        os._exit(0)

    def hang(self):
        time.sleep(3600)

    def take_memory(self):
        np.ones(10 << 30, np.uint8)

    def lie(self):
        box = Box(0, 0, 1, 1)
        object.__setattr__(box, "x1", 7.0)
        return (Line("outside", box, 1.0),)

    def fail(self):
        raise ValueError


def outcome(act):
    try:
        act()
    except (OSError, RuntimeError) as error:
        return f"denied: {error!r}"
    return f"SUCCEEDED: {ATTACKS.index(act)}"


if __name__ == "__main__":
    ocr_child.main(lambda _name, _threads: Hostile())

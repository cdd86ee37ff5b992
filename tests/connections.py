"""Run a program and write down every network address that it, or any process it starts, tries to reach (Linux).

`python tests/connections.py REPORT PROGRAM…` appends one line for each attempt: process, name, address. In a test,
start `watched(report, command)` instead of `command` and look at `outside(report)` at the end. The kernel itself
reports the calls (seccomp user notification), so that no library can go unseen; nothing is changed or denied.
"""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

_RECEIVE, _SEND, _CONTINUE = 0xC0502100, 0xC0182101, 1
_NOTIFY, _ALLOW, _NEW_LISTENER = 0x7FC00000, 0x7FFF0000, 8
# seccomp, then connect, sendto, sendmsg, sendmmsg
_CALLS = {"x86_64": (317, 42, 44, 46, 307), "aarch64": (277, 203, 206, 211, 269)}


def watched(report: Path, command: Sequence[str]) -> list[str]:
    """Return a command that runs `command` and reports its attempts to `report`."""
    return [sys.executable, str(Path(__file__).resolve()), str(report), *command]


def outside(report: Path) -> list[str]:
    """Return the attempts in `report` that went to another machine: neither loopback nor a unix socket."""
    lines = report.read_text().splitlines() if report.exists() else []
    return [line for line in lines if not _is_local(line.split(" ")[-1])]


def supported() -> bool:
    """Tell whether this system can watch."""
    return sys.platform.startswith("linux") and os.uname().machine in _CALLS


def _is_local(address: str) -> bool:
    if address.startswith(("unix:", "family:")):
        return True
    host = ipaddress.ip_address(address.rpartition(":")[0].strip("[]"))
    return host.is_loopback or host.is_unspecified


def main() -> int:
    """Run the program of the command line under watch and return its exit code."""
    report, command = Path(sys.argv[1]), sys.argv[2:]
    listener: list[int] = []
    installed = threading.Event()
    threading.Thread(target=_listen, args=(installed, listener, report), daemon=True).start()
    listener.append(_install())  # holds for this thread and what it starts, not for the one that listens
    installed.set()
    child = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


def _install() -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    number, *calls = _CALLS[os.uname().machine]
    code = struct.pack("=HBBI", 0x20, 0, 0, 0)
    code += b"".join(struct.pack("=HBBI", 0x15, 0, 1, n) + struct.pack("=HBBI", 6, 0, 0, _NOTIFY) for n in calls)
    code += struct.pack("=HBBI", 6, 0, 0, _ALLOW)
    memory = ctypes.create_string_buffer(code, len(code))
    libc.prctl(38, 1, 0, 0, 0)  # NO_NEW_PRIVS, without which only root may install a filter
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(memory))
    listener = int(libc.syscall(number, 1, _NEW_LISTENER, header))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "cannot watch system calls")
    return listener


def _listen(installed: threading.Event, listener: list[int], report: Path) -> None:
    installed.wait()
    while True:
        note = bytearray(80)
        try:
            fcntl.ioctl(listener[0], _RECEIVE, note)
        except OSError:
            continue  # the process ended meanwhile
        identity, process, _flags, call, _arch, _place, *arguments = struct.unpack("=QIIiIQ6Q", note)
        address = _address(process, call, arguments)
        if address:
            with report.open("a") as file:
                file.write(f"{process} {_name(process)} {address}\n")
        try:
            fcntl.ioctl(listener[0], _SEND, struct.pack("=QqiI", identity, 0, 0, _CONTINUE))
        except OSError:
            continue


def _address(process: int, call: int, arguments: Sequence[int]) -> str:
    _, connect, sendto, _, _ = _CALLS[os.uname().machine]
    try:
        if call == connect:
            place, length = arguments[1:3]
        elif call == sendto:
            place, length = arguments[4:6]
        else:  # sendmsg and the first of sendmmsg: struct msghdr begins with name and its length
            place, length = struct.unpack("=QI", _memory(process, arguments[1], 12))
        return _readable(_memory(process, place, min(length, 128))) if place and length else ""
    except OSError:
        return "family:unreadable"


def _memory(process: int, place: int, size: int) -> bytes:
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as file:
        file.seek(place)
        return file.read(size)


def _readable(raw: bytes) -> str:
    family = int.from_bytes(raw[:2], sys.byteorder)
    if family == socket.AF_INET:
        return f"{socket.inet_ntop(family, raw[4:8])}:{int.from_bytes(raw[2:4], 'big')}"
    if family == socket.AF_INET6:
        return f"[{socket.inet_ntop(family, raw[8:24])}]:{int.from_bytes(raw[2:4], 'big')}"
    return (
        "unix:" + raw[2:].rstrip(b"\0").decode("utf-8", "replace").replace(" ", "_")
        if family == 1
        else f"family:{family}"
    )


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text().strip().replace(" ", "_")
    except OSError:
        return "?"


if __name__ == "__main__":
    raise SystemExit(main())

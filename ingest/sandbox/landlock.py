"""Landlock: from now on this thread and its children see only the named folders, and no network (Linux ≥ 5.13)."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same number on every architecture
_PATH_BENEATH = 1
_VERSION = 1  # flag of landlock_create_ruleset: only tell the version

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_ALL_V1 = (1 << 13) - 1
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15  # since versions 2, 3, 5
_ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | _TRUNCATE | _IOCTL_DEV
_BIND_TCP_CONNECT_TCP = 3  # since version 4
_ABSTRACT_UNIX_SOCKET_SIGNAL = 3  # scopes, since version 6

READ = READ_FILE | READ_DIR
RUN = READ_FILE | EXECUTE
KEEP = (_ALL_V1 | _TRUNCATE) & ~EXECUTE  # everything in a scratch folder but running programs

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Return the version of Landlock that the kernel offers, 0 when it offers none."""
    return max(0, int(_libc.syscall(_CREATE, None, 0, _VERSION)))


def restrict(rules: Iterable[tuple[str, int]]) -> bool:
    """Deny this thread every file but those beneath the paths of `rules` (path, rights).

    Paths that are missing are skipped. Also denies TCP, abstract sockets and signals to the outside where the kernel
    knows how. NO_NEW_PRIVS must be set.
    Returns False, with nothing changed, where Landlock is not available.
    """
    known = version()
    if not known:
        return False
    files = _ALL_V1 | (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0)
    files |= _IOCTL_DEV if known >= 5 else 0
    attributes = struct.pack("=Q", files)
    attributes += struct.pack("=Q", _BIND_TCP_CONNECT_TCP) if known >= 4 else b""
    attributes += struct.pack("=Q", _ABSTRACT_UNIX_SOCKET_SIGNAL) if known >= 6 else b""
    ruleset = int(_libc.syscall(_CREATE, attributes, len(attributes), 0))
    if ruleset < 0:
        return False
    try:
        for path, rights in rules:
            _allow(ruleset, path, rights & files)
        return int(_libc.syscall(_RESTRICT, ruleset, 0)) == 0
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112  a rule on a file takes no rights of folders
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, handle)
        _libc.syscall(_ADD, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(handle)

"""Leave root: an unprivileged user id and no capabilities (Linux)."""

from __future__ import annotations

import ctypes
import os
import struct

NOBODY = 65534
_KEEPCAPS, _BOUNDING_DROP, _AMBIENT, _AMBIENT_CLEAR = 8, 24, 47, 4  # of prctl
_CAPABILITY_VERSION_3 = 0x20080522
_DAC_READ_SEARCH = 1 << 2

_libc = ctypes.CDLL(None, use_errno=True)


def drop(*, keep_reading: bool) -> list[str]:
    """Become the user nobody when root, and give up all capabilities. Returns ["privileges"] when that failed.

    `keep_reading` keeps the one capability to pass by file permissions when reading, for a program installed beneath
    a private folder such as /root: use it only behind Landlock, which then says alone what may be read.
    """
    privileged = os.geteuid() == 0
    kept = _DAC_READ_SEARCH if keep_reading and _permitted() & _DAC_READ_SEARCH else 0
    _libc.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0)
    if privileged:
        _libc.prctl(_KEEPCAPS, 1 if kept else 0, 0, 0, 0)
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        except OSError:
            return ["privileges"]  # for example root of a container without the right to change
    return [] if _set(kept) and _permitted() == kept else ["privileges"]


def _permitted() -> int:
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    sets = ctypes.create_string_buffer(24)
    if _libc.capget(header, sets) != 0:
        return -1
    _, low, _, _, high, _ = struct.unpack("=6I", sets.raw)
    return int(low | high << 32)


def _set(kept: int) -> bool:
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0), 8)
    sets = struct.pack("=6I", kept, kept, 0, 0, 0, 0)
    return int(_libc.capset(header, sets)) == 0

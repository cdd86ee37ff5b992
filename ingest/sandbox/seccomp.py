"""A seccomp allow-list: every system call that is not named fails with EPERM, in all threads of the process (Linux)."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Iterable
from dataclasses import dataclass

_LD, _AND, _JEQ, _JGE, _RET = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_EPERM, _ENOSYS = 1, 38
_SET_MODE_FILTER, _TSYNC = 1, 1
_NR, _ARCH, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_X32 = 0x40000000

# name: (x86-64, arm64); None where the architecture has no such call
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "open": (2, None), "close": (3, 57), "stat": (4, None), "fstat": (5, 80),
    "lstat": (6, None), "poll": (7, None), "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226),
    "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "ioctl": (16, 29), "pread64": (17, 67), "readv": (19, 65), "writev": (20, 66),
    "access": (21, None), "pipe": (22, None), "select": (23, None), "sched_yield": (24, 124), "mremap": (25, 216),
    "madvise": (28, 233), "dup": (32, 23), "dup2": (33, None), "nanosleep": (35, 101), "setitimer": (38, 103),
    "getpid": (39, 172), "clone": (56, 220), "fork": (57, None), "vfork": (58, None), "execve": (59, 221),
    "exit": (60, 93), "wait4": (61, 260), "uname": (63, 160), "fcntl": (72, 25), "ftruncate": (77, 46),
    "getcwd": (79, 17), "chdir": (80, 49), "rename": (82, None), "mkdir": (83, None), "unlink": (87, None),
    "readlink": (89, None), "gettimeofday": (96, 169), "getrusage": (98, 165), "sysinfo": (99, 179),
    "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177), "getppid": (110, 173),
    "sigaltstack": (131, 132), "arch_prctl": (158, None), "gettid": (186, 178), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "getdents64": (217, 61), "set_tid_address": (218, 96),
    "restart_syscall": (219, 128), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115), "exit_group": (231, 94), "tgkill": (234, 131), "openat": (257, 56),
    "mkdirat": (258, 34), "newfstatat": (262, 79), "unlinkat": (263, 35), "readlinkat": (267, 78),
    "faccessat": (269, 48), "pselect6": (270, 72), "ppoll": (271, 73), "set_robust_list": (273, 99),
    "dup3": (292, 24), "pipe2": (293, 59), "prlimit64": (302, 261), "getrandom": (318, 278), "membarrier": (324, 283),
    "statx": (332, 291), "rseq": (334, 293), "clone3": (435, 435), "close_range": (436, 436),
    "faccessat2": (439, 439),
}  # fmt: skip
_SECCOMP = (317, 277)
_ARCHES = {"x86_64": (0, 0xC000003E), "AMD64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7), "arm64": (1, 0xC00000B7)}

PLAIN = frozenset(
    [
        "read",
        "write",
        "close",
        "fstat",
        "lseek",
        "mmap",
        "mprotect",
        "munmap",
        "brk",
        "rt_sigaction",
        "rt_sigprocmask",
        "rt_sigreturn",
        "pread64",
        "readv",
        "writev",
        "sched_yield",
        "mremap",
        "madvise",
        "nanosleep",
        "setitimer",
        "getpid",
        "gettid",
        "exit",
        "exit_group",
        "uname",
        "gettimeofday",
        "getrusage",
        "sysinfo",
        "getuid",
        "getgid",
        "geteuid",
        "getegid",
        "getppid",
        "sigaltstack",
        "futex",
        "sched_getaffinity",
        "restart_syscall",
        "clock_gettime",
        "clock_getres",
        "clock_nanosleep",
        "set_robust_list",
        "rseq",
        "membarrier",
        "getrandom",
        "poll",
        "ppoll",
        "select",
        "pselect6",
    ]
)
FILES = frozenset(
    [
        "stat",
        "lstat",
        "newfstatat",
        "statx",
        "access",
        "faccessat",
        "faccessat2",
        "readlink",
        "readlinkat",
        "getdents64",
        "getcwd",
    ]
)
PROGRAMS = frozenset(
    [
        "clone",
        "fork",
        "vfork",
        "execve",
        "wait4",
        "pipe",
        "pipe2",
        "dup",
        "dup2",
        "dup3",
        "chdir",
        "arch_prctl",
        "set_tid_address",
        "close_range",
        "openat",
        "open",
        "unlink",
        "unlinkat",
        "mkdir",
        "mkdirat",
        "rename",
        "ftruncate",
    ]
)


@dataclass(frozen=True)
class Argument:
    """Allows `call` only when argument `index`, masked, has one of `values` (low 32 bits)."""

    call: str
    index: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


_WRITING = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC | os.O_APPEND | getattr(os, "O_TMPFILE", 0) & ~os.O_DIRECTORY
READING = (Argument("openat", 2, (0,), _WRITING), Argument("open", 1, (0,), _WRITING))


def own_arguments() -> tuple[Argument, ...]:
    """Return the calls that are harmless with some arguments only: on descriptors, on limits, to oneself."""
    return (
        Argument("fcntl", 1, (1, 2, 3, 1030)),  # F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC
        Argument("ioctl", 1, (0x5401, 0x5451)),  # TCGETS (is it a terminal?), FIOCLEX
        Argument("prlimit64", 2, (0,)),  # ask, never set
        Argument("tgkill", 0, (os.getpid(),)),  # abort()
    )


def restrict(calls: Iterable[str], arguments: Iterable[Argument]) -> bool:
    """Allow `calls`, and those of `arguments` under their conditions; everything else fails. NO_NEW_PRIVS must be set.

    Returns False, with nothing changed, where seccomp or the architecture is not known.
    """
    if platform.machine() not in _ARCHES:
        return False
    column, arch = _ARCHES[platform.machine()]
    code = program(frozenset(calls), tuple(arguments), column, arch)
    memory = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(memory))
    libc = ctypes.CDLL(None, use_errno=True)
    return int(libc.syscall(_SECCOMP[column], _SET_MODE_FILTER, _TSYNC, header)) == 0


def program(calls: frozenset[str], arguments: tuple[Argument, ...], column: int, arch: int) -> bytes:
    """Return the filter as classic BPF: architecture, plain calls, calls with arguments, then EPERM."""
    code = _op(_LD, _ARCH) + _op(_JEQ, arch, 1, 0) + _op(_RET, _KILL) + _op(_LD, _NR)
    code += _op(_JGE, _X32, 0, 1) + _op(_RET, _KILL) if column == 0 else b""
    for number in sorted(n for name in calls if (n := NUMBERS[name][column]) is not None):
        code += _op(_JEQ, number, 0, 1) + _op(_RET, _ALLOW)
    for rule in arguments:
        code += _conditional(rule, column)
    if "clone3" not in calls:  # libc falls back to clone only when told that clone3 does not exist
        code += _op(_JEQ, NUMBERS["clone3"][column] or 0, 0, 1) + _op(_RET, _ERRNO | _ENOSYS)
    return code + _op(_RET, _ERRNO | _EPERM)


def _conditional(rule: Argument, column: int) -> bytes:
    number = NUMBERS[rule.call][column]
    if number is None:
        return b""
    body = _op(_LD, _ARGUMENTS + 8 * rule.index) + _op(_AND, rule.mask)
    for value in rule.values:
        body += _op(_JEQ, value, 0, 1) + _op(_RET, _ALLOW)
    body += _op(_RET, _ERRNO | _EPERM)
    return _op(_JEQ, number, 0, len(body) // 8) + body


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)

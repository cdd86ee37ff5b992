"""Shut the running process in: limits, no privileges, no files, no system calls but those that reading needs.

Everything goes through ctypes: no package, no root. What the system lacks is left out and reported.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingest.sandbox import landlock, privileges, seccomp

LINUX = sys.platform.startswith("linux")
_PDEATHSIG, _DUMPABLE, _NO_NEW_PRIVS = 1, 4, 38  # of prctl
_FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts")
# What imports read beside the libraries themselves: the loader's cache, the processors, the time zone.
_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime",
    "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu", "/dev/null", "/dev/urandom",
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """How well a process is confined: "full", "partial" (one of Landlock and seccomp is missing) or "limits only"."""

    level: str
    missing: tuple[str, ...]


def report(missing: Iterable[str]) -> Report:
    """Name the level of a confinement that lacks `missing`."""
    lacks = tuple(dict.fromkeys(missing))
    walls = {"landlock", "seccomp"} & set(lacks)
    level = "limits only" if len(walls) == 2 else "partial" if lacks else "full"
    return Report(level, lacks)


def library_folders() -> list[str]:
    """Return the folders of the interpreter and its packages, this project's `ingest` and the fonts.

    The project's own folder is left out, even where it is on the path: data and settings may lie in it.
    """
    ours = Path(__file__).resolve().parents[1]
    packages = {sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    kept = packages | {path for path in sys.path if path and not ours.is_relative_to(Path(path).resolve())}
    return [*sorted(kept), str(ours)]


def set_limits(memory: int, cpu: int | None, *, files: int = 64, written: int = 0, forks: bool = False) -> list[str]:
    """Limit address space and written files (bytes), processor time (seconds), open files. Returns what failed."""
    wanted = {"memory limit": ("RLIMIT_AS", memory)} | ({} if cpu is None else {"cpu limit": ("RLIMIT_CPU", cpu)})
    wanted |= {"file limit": ("RLIMIT_NOFILE", files), "write limit": ("RLIMIT_FSIZE", written)}
    wanted |= {"core limit": ("RLIMIT_CORE", 0)} | ({} if forks else {"process limit": ("RLIMIT_NPROC", 0)})
    failed = []
    for label, (name, value) in wanted.items():
        try:
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (allowed, allowed))
        except (AttributeError, ValueError, OSError):
            failed.append(label)
    return failed


def no_new_privileges() -> list[str]:
    """Promise never to gain rights, which Landlock and seccomp ask for, and refuse to be traced or dumped."""
    if not LINUX:
        return ["no_new_privs"]
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    return [] if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 else ["no_new_privs"]


def restrict_files(extra: Iterable[tuple[str, int]] = (), *, fonts_only: bool = False) -> list[str]:
    """Leave only the libraries readable, and `extra` (path, Landlock rights). Call before the first thread starts."""
    if not LINUX:
        return ["landlock"]
    readable = [*library_folders(), *_FONTS, *(() if fonts_only else (*_SYSTEM, sys.base_prefix + "/lib"))]
    done = landlock.restrict([*((path, landlock.READ) for path in readable), *extra])
    return [] if done else ["landlock"]


def restrict_calls(*, files: bool, programs: bool = False) -> list[str]:
    """Leave only the system calls that reading needs, in all threads; `files` allows to open files for reading."""
    if not LINUX:
        return ["seccomp"]
    calls = seccomp.PLAIN | (seccomp.FILES if files else frozenset()) | (seccomp.PROGRAMS if programs else frozenset())
    arguments = (*seccomp.own_arguments(), *(seccomp.READING if files and not programs else ()))
    return [] if seccomp.restrict(calls, arguments) else ["seccomp"]


def drop_privileges(landlocked: bool) -> list[str]:
    """Leave root for an unprivileged user. Returns "privileges" when that failed."""
    if not LINUX:
        return ["privileges"] if os.geteuid() == 0 else []
    return privileges.drop(keep_reading=landlocked and not _libraries_public())


def _libraries_public() -> bool:
    """Tell whether every user may reach the libraries; not so when they lie beneath /root or a private home."""
    for folder in map(Path, library_folders()):
        if any(part.exists() and not part.stat().st_mode & 0o001 for part in (folder, *folder.parents)):
            return False
    return True


def die_with_parent(parent: int) -> None:
    """Ask to be killed when the thread that started this process ends; ends at once if `parent` is already gone."""
    if LINUX:
        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def silence() -> tuple[int, int]:
    """Move standard input and output to descriptors of our own, so that no library writes among the frames."""
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    with suppress(OSError):
        os.close(null)
    os.closerange(max(source, sink) + 1, 256)
    return source, sink

"""A parsing child that has been taken over: confined like the real one, it attacks as the job's password says."""

import ctypes
import errno
import io
import os
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))

from ingest.sandbox import child, frames

LIBC = ctypes.CDLL(None, use_errno=True)
PARENT = int(sys.argv[1])
WIRE = None  # the descriptor of answers, found by looking


def tcp(_):
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def tcp6(_):
    socket.socket(socket.AF_INET6, socket.SOCK_STREAM)


def udp(_):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))


def unix_socket(_):
    socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)


def socket_pair(_):
    socket.socketpair()


def netlink(_):
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)


def read_passwd(_):
    Path("/etc/passwd").read_bytes()


def read_file(path):
    Path(path).read_bytes()


def list_root(_):
    next(Path("/").iterdir())


def write_file(path):
    Path(path + ".new").write_bytes(b"x")


def append_to_file(path):
    with Path(path).open("ab") as file:
        file.write(b"x")


def truncate_file(path):
    os.truncate(path, 0)


def remove_file(path):
    Path(path).unlink()


def rename_file(path):
    Path(path).rename(path + ".moved")


def change_mode(path):
    Path(path).chmod(0o777)


def make_link(path):
    Path(path + ".link").symlink_to("/etc/passwd")


def parents_memory(_):
    Path(f"/proc/{PARENT}/mem").open("rb").close()


def parents_environment(_):
    Path(f"/proc/{PARENT}/environ").read_bytes()


def own_memory_file(_):
    Path("/proc/self/mem").open("r+b").close()


def process_vm_readv(_):
    class Vector(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    buffer = ctypes.create_string_buffer(8)
    here = Vector(ctypes.addressof(buffer), 8)
    _raw(LIBC.process_vm_readv(PARENT, ctypes.byref(here), 1, ctypes.byref(here), 1, 0))


def trace_parent(_):
    _raw(LIBC.ptrace(16, PARENT, 0, 0))  # PTRACE_ATTACH


def fork(_):
    if os.fork() == 0:
        os._exit(0)


def fork_bomb(_):
    for _try in range(100_000):
        os.fork()


def spawn(_):
    os.posix_spawn("/bin/true", ["true"], {})


def thread(_):
    threading.Thread(target=time.sleep, args=(0,)).start()


def execute(_):
    os.execv("/bin/sh", ["sh", "-c", "true"])


def kill_parent(_):
    os.kill(PARENT, signal.SIGKILL)


def kill_parent_thread(_):
    _raw(LIBC.tgkill(PARENT, PARENT, signal.SIGKILL) if hasattr(LIBC, "tgkill") else _call(234, PARENT, PARENT, 9))


def kill_everyone(_):
    os.kill(-1, signal.SIGKILL)


def stop_own_group(_):
    os.killpg(0, signal.SIGSTOP)


def become_root(_):
    os.setresuid(0, 0, 0)


def raise_limits(_):
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def new_namespace(_):
    _raw(LIBC.unshare(0x10000000))


def mount(_):
    _raw(LIBC.mount(b"none", b"/tmp", b"tmpfs", 0, None))


def io_uring(_):
    _raw(_call(425, 8, 0))


def bpf(_):
    _raw(_call(321, 0, 0, 0))


def shared_memory(_):
    _raw(LIBC.memfd_create(b"x", 0))


def allocate(_):
    bytearray(10 << 30)


def allocate_bit_by_bit(_):
    kept = []
    while True:
        kept.append(b"x" * (16 << 20))


def endless_loop(_):
    while True:
        pass


def silence(_):
    time.sleep(3600)


def ignore_signals_and_sleep(_):
    for number in range(1, 32):
        with suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)
    time.sleep(3600)


def die(_):
    os._exit(0)


def crash(_):
    ctypes.string_at(0)


def flood(_):
    while True:
        os.write(_wire(), b"\xff" * 65536)


def flood_of_reads(_):
    while True:
        os.write(_wire(), frames.encode({"type": "read", "offset": 0, "size": 1}))


def read_without_end(_):
    while True:
        _ask_again()


def read_outside(_):
    os.write(_wire(), frames.encode({"type": "read", "offset": -1, "size": 1 << 40}))
    time.sleep(60)


def garbage(_):
    os.write(_wire(), b"\x00\x00\x00\x04\x00\x00\x00\x00nope")


def pickle_answer(_):
    os.write(_wire(), b"\x00\x00\x00\x1e\x00\x00\x00\x00" + b"cos\nsystem\n(S'touch /tmp/x'\ntR")


def half_a_frame(_):
    os.write(_wire(), frames.encode({"type": "answer", "page_count": 1})[:20])


def huge_answer(_):
    os.write(_wire(), frames.encode({"type": "answer"}, size=4_000_000_000))


def impossible_pages(_):
    os.write(_wire(), frames.encode({"type": "answer", "page_count": -5, "encrypted": 0, "damaged": [], "notes": {}}))


def deep_json(_):
    text = b"[" * 200_000
    os.write(_wire(), frames.PREFIX.pack(len(text), 0) + text[:65000])
    for start in range(65000, len(text), 65000):
        os.write(_wire(), text[start : start + 65000])


def unknown_error(_):
    os.write(_wire(), frames.encode({"type": "error", "code": "__class__", "sentence": "\x1b[31m" + "x" * 10000}))


def inherited_descriptors(_):
    """Look for anything open beside the null device and the two pipes."""
    extra = [number for number in range(256) if _is_open(number)]
    if len(extra) > 5:
        return f"open: {extra}"
    raise PermissionError


def environment(_):
    if os.environ.get("ORT_DISABLE_TELEMETRY") != "1":
        return "telemetry is on"
    known = {"ORT_DISABLE_TELEMETRY", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX", "LANG", "HOME"}
    extra = set(os.environ) - known - {"PATH", "LC_CTYPE"}
    if extra:
        return f"environment: {sorted(extra)}"
    raise PermissionError


def still_root(_):
    if 0 in {os.geteuid(), os.getuid(), os.getegid(), *os.getresuid()}:
        return "root"
    raise PermissionError


def _is_open(number):
    with suppress(OSError):
        os.fstat(number)
        return True
    return False


def _raw(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "denied")


def _call(*arguments):
    return LIBC.syscall(*arguments)


def _wire():
    """Return the descriptor that child.main() answers on: the highest one open."""
    return max(number for number in range(64) if _is_open(number))


def _ask_again():
    CURRENT._blocks.clear()
    CURRENT.seek(0)
    CURRENT.read(1 << 20)


def attack(source, job, _limits):
    """Run the attacks named in the job, one after another, and answer how each ended."""
    global CURRENT
    CURRENT = source
    names, _, argument = job["password"].partition(":")
    notes = [f"{name} {_outcome(name, argument)}" for name in names.split("+")]
    return {"page_count": 1, "encrypted": False, "damaged": False, "notes": notes}, None


def _outcome(name, argument):
    try:
        return globals()[name](argument) or "SUCCEEDED"
    except (OSError, RuntimeError, ValueError) as error:
        number = getattr(error, "errno", None)
        return f"denied: {type(error).__name__} {errno.errorcode.get(number, '')}"


CURRENT = io.BytesIO()

if __name__ == "__main__":
    child.main({"inspect": attack, "raster": attack})

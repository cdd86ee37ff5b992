"""What a parsing child that has been taken over can do: nothing, as root and as an ordinary user."""

import json
import sys
from pathlib import Path

import pytest

from tests.ingest.sandbox.ordinary import run_as

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="confinement needs Linux")

DENIED = (
    "tcp", "tcp6", "udp", "unix_socket", "socket_pair", "netlink", "read_passwd", "read_file", "list_root",
    "write_file", "append_to_file", "truncate_file", "remove_file", "rename_file", "change_mode", "make_link",
    "parents_memory", "parents_environment", "own_memory_file", "process_vm_readv", "trace_parent", "fork",
    "fork_bomb", "spawn", "thread", "execute", "kill_parent", "kill_parent_thread", "kill_everyone",
    "stop_own_group", "become_root", "raise_limits", "new_namespace", "mount", "io_uring", "bpf", "shared_memory",
    "inherited_descriptors", "environment", "still_root",
)  # fmt: skip
STOPPED = {"parser_died", "parser_timeout"}  # on a busy machine the deadline may come first
MEMORY = STOPPED | {"page_too_large"}
ENDED = {
    "allocate": MEMORY, "allocate_bit_by_bit": MEMORY, "endless_loop": STOPPED, "silence": {"parser_timeout"},
    "ignore_signals_and_sleep": {"parser_timeout"}, "die": STOPPED, "crash": STOPPED, "flood": STOPPED,
    "flood_of_reads": STOPPED,
}  # fmt: skip
NONSENSE = (
    "read_without_end", "read_outside", "garbage", "pickle_answer", "half_a_frame", "huge_answer",
    "impossible_pages", "deep_json", "unknown_error",
)  # fmt: skip


def besiege(user, victim, *attacks):
    """Return how each attack ended, on a parent that runs as `user`."""
    return json.loads(run_as(user, [str(Path(__file__).with_name("besieged.py")), str(victim), *attacks]))


@pytest.fixture(scope="module", params=["me", "ordinary"])
def outcomes(request, tmp_path_factory):
    """Every attack once, from a parent that runs as this user."""
    folder = tmp_path_factory.mktemp("besieged")
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    victim = folder / "victim.txt"
    victim.write_text("a secret that everybody may read")
    victim.chmod(0o666)
    together = "+".join(DENIED)
    found = besiege(request.param, victim, together, *ENDED)
    found |= dict(note.split(" ", 1) for note in found.pop(together).splitlines())
    assert victim.read_text() == "a secret that everybody may read"
    assert [path.name for path in folder.iterdir()] == ["victim.txt"]
    return found


def test_the_confinement_is_full(outcomes):
    assert outcomes["level"] == "full"


@pytest.mark.parametrize("name", DENIED)
def test_a_forbidden_act_is_denied(outcomes, name):
    assert outcomes[name].startswith("denied")


@pytest.mark.parametrize("name", ENDED)
def test_a_child_that_does_not_answer_properly_is_ended(outcomes, name):
    assert outcomes[name] in ENDED[name]


def test_nonsense_is_not_believed(tmp_path):
    found = besiege("me", tmp_path / "none", *NONSENSE)
    assert {name for name in NONSENSE if found[name] not in STOPPED} == set()

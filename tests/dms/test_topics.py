"""What the topics declare, as a whole: nothing without an owner, nothing twice, no Flask for workers."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from dms.bootstrap import TOPICS
from dms.kernel.archive import Archive
from dms.kernel.topic import SILENT, Topic, Topics, load
from dms.policy import SYSTEM

DMS = Path(__file__).parents[2] / "dms"
FOLDERS = sorted(path.parent.name for path in DMS.glob("*/topic.py") if path.parent.name != "kernel")


def test_every_topic_is_gathered_under_the_name_of_its_folder() -> None:
    assert sorted(topic.name for topic in TOPICS) == FOLDERS
    assert all(import_module(f"dms.{name}.topic").TOPIC in TOPICS for name in FOLDERS)


def test_every_table_has_one_owner() -> None:
    owners = Counter(str(table.__tablename__) for topic in TOPICS for table in topic.tables)
    assert set(owners) == set(TOPICS.metadata.tables)
    assert set(owners.values()) == {1}


def test_two_topics_cannot_declare_the_same_deed() -> None:
    one = Topic("one", SILENT, deeds={"thing.do": "做了"})
    with pytest.raises(ValueError, match=r"thing\.do"):
        Topics((one, Topic("two", SILENT, deeds={"thing.do": "又做了"})))


@pytest.mark.parametrize("topic", list(TOPICS), ids=lambda topic: topic.name)
def test_what_is_named_is_there(topic: Topic) -> None:
    names = [*topic.blueprints, *filter(None, (topic.wording,))]
    assert all(load(name) is not None for name in names)


@pytest.mark.parametrize("topic", list(TOPICS), ids=lambda topic: topic.name)
def test_a_topic_answers_nothing_about_kinds_and_things_it_does_not_know(topic: Topic, archive: Archive) -> None:
    answers, ids = topic.answers, ["01unknown"]
    with archive.db.read() as session:
        for kind in ("unheard-of", *TOPICS.kinds):
            assert not answers.held(session, archive, kind, ids)
            assert not answers.visible(session, archive, SYSTEM, kind, ids)
            assert not answers.label(session, archive, kind, ids)
        assert not answers.resolve(session, archive, "no such number")


def test_workers_and_the_housekeeper_run_without_the_web_framework() -> None:
    code = "import dms.bootstrap, dms.running.worker, dms.running.housekeeping, sys; sys.exit('flask' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from dms.audit.models import AuditLeaf
from dms.bootstrap import TOPICS
from dms.documents.models import Document
from dms.documents.service import arrivals
from dms.intake import arrivals as received
from dms.intake.passwords import PASSWORD_TASK
from dms.kernel.database import new_id
from dms.kernel.errors import ConflictError, ForbiddenError, FormError, InvalidError, NotFoundError
from dms.kernel.subjects import Subject
from dms.policy import SYSTEM
from dms.policy.content import DOCUMENT_VIEW
from dms.tasks import service
from dms.tasks.mine import count_mine, mine
from dms.tasks.models import Task
from ingest.sandbox import PasswordNeededError
from tests.dms.documents.desk import Desk, receipt
from tests.dms.documents.test_bad_input import Failing


@pytest.fixture
def locked(archive, identity):
    """A desk to which Li brought a PDF that has a password."""
    desk = Desk(archive, identity("SAL", account_id="li"))
    arrival_id = desk.bring(desk.scan("locked", receipt()), "锁住的.pdf").arrival_id
    desk.worker._tools = Failing(desk, PasswordNeededError())
    desk.work()
    return desk, arrival_id


def kept(archive, task_id):
    with archive.db.read() as session:
        return session.get(Task, task_id)


def only(archive, person):
    (todo,) = mine(archive, person).todos
    return todo


def test_a_task_lives_from_the_need_to_the_deed_that_settles_it(archive, locked):
    desk, arrival_id = locked
    asked = only(archive, desk.person)
    assert (asked.task.kind, asked.task.facts) == (PASSWORD_TASK, {"batch": "S2026-00001"})
    assert (asked.label.text, asked.label.path, asked.is_overdue) == ("锁住的.pdf", f"/arrivals/{arrival_id}", False)
    assert count_mine(archive, desk.person) == 1
    received.give_password(archive, desk.person, arrival_id, "falsch-9902")
    assert mine(archive, desk.person).todos == []
    done = kept(archive, asked.task.id)
    assert (done.done_deed, done.done_by, done.done_at) == ("arrival.password", "li", archive.clock.now())
    desk.work()  # it was the wrong one: it is asked for again
    again = only(archive, desk.person).task
    assert again.id != asked.task.id
    received.give_password(archive, desk.person, arrival_id, "kraft-7731")
    desk.work()
    assert count_mine(archive, desk.person) == 0
    assert [deed.done_deed for deed in (kept(archive, asked.task.id), kept(archive, again.id))] == [
        "arrival.password", "arrival.password",
    ]  # fmt: skip


def test_to_discard_the_file_settles_it_too(archive, locked):
    desk, arrival_id = locked
    task = only(archive, desk.person).task
    arrivals.discard(archive, desk.person, arrival_id, "发错了")
    assert kept(archive, task.id).done_deed == "arrival.discard"


def test_what_the_machine_brought_is_the_archivists(archive, locked, identity):
    desk, _ = locked
    desk.bring(desk.scan("watched", receipt()), "监视.pdf", person=SYSTEM)
    desk.work()
    assert only(archive, identity("ARC")).label.text == "监视.pdf"
    assert only(archive, desk.person).label.text == "锁住的.pdf"


def test_one_task_is_open_for_a_kind_and_a_subject(archive, identity, document, task):
    one = document()
    assert task(one, owner_id="li") == task(one, owner_id="wang")
    assert task(document(), owner_id="li") != task(one)
    assert count_mine(archive, identity("SAL", account_id="li")) == 2


def test_only_a_deed_that_the_kind_names_settles_a_task(archive, document, task):
    one = document()
    made = task(one, owner_id="li")
    with archive.db.write() as session:
        of_it = (session, archive, PASSWORD_TASK, Subject("document", one), SYSTEM)
        assert not service.settle(*of_it, "document.view")
        assert not service.settle(session, archive, PASSWORD_TASK, Subject("document", "other"), SYSTEM, "arrival.read")
        assert service.settle(*of_it, "arrival.password")
        assert not service.settle(*of_it, "arrival.password")
    assert kept(archive, made).done_by is None
    assert task(one) != made


def test_a_kind_that_no_topic_declares_is_a_mistake_of_the_program(archive):
    subject = Subject("document", "x")
    with archive.db.write() as session, pytest.raises(ValueError, match="no topic"):
        service.need(session, archive, "no.such", subject, SYSTEM)
    with archive.db.write() as session, pytest.raises(ValueError, match="no topic"):
        service.settle(session, archive, "no.such", subject, SYSTEM, "arrival.password")


def test_every_deed_that_ends_a_task_is_a_deed():
    assert {deed for kind in TOPICS.tasks.values() for deed in kind.ended_by} <= set(TOPICS.deeds)


def test_a_person_closes_a_task_with_a_reason_that_the_log_keeps(archive, identity, document, task):
    li, one = identity("SAL", account_id="li"), document()
    made = task(one, owner_id="li")
    with pytest.raises(FormError):
        service.close(archive, li, made, "  ")
    service.close(archive, li, made, " 不需要了 ")
    done = kept(archive, made)
    assert (done.done_deed, done.done_by, done.done_reason) == ("task.close", "li", "不需要了")
    with archive.db.read() as session:
        leaf = session.scalars(sa.select(AuditLeaf).where(AuditLeaf.action == "task.close")).one()
    assert (leaf.target_kind, leaf.target_id) == ("document", one)
    assert "不需要了" in leaf.body
    with pytest.raises(ConflictError):
        service.close(archive, li, made, "再一次")


def test_nobody_closes_what_is_not_theirs_or_about_what_they_may_not_see(archive, identity, document, task):
    made = task(document(owner_id="wang"), owner_id="li")  # Li is asked, and may not see it: it is not filed
    for person in (identity("SAL", account_id="li"), identity("SAL", account_id="zhao"), identity("ARC")):
        with pytest.raises(NotFoundError):
            service.close(archive, person, made, "理由")
    reading = identity("SAL", account_id="li", allowed=frozenset({DOCUMENT_VIEW}))
    for person in (reading, identity("AUD", account_id="li"), identity("SYS", account_id="li")):
        with pytest.raises(ForbiddenError):
            service.close(archive, person, made, "理由")
    assert kept(archive, made).done_at is None


def test_who_sees_no_documents_has_no_tasks(archive, identity, document, task):
    task(document(owner_id="sys"), owner_id="sys")
    assert count_mine(archive, identity("SYS")) == 0
    with pytest.raises(ForbiddenError):
        mine(archive, identity("SYS"))


def test_tasks_come_in_the_order_of_their_days_and_page_by_page(archive, identity, document, task):
    li, today = identity("SAL", account_id="li"), archive.clock.today()
    days = [None, today, None, today - timedelta(1), today + timedelta(1), today]
    made = [task(document(), owner_id="li", due_on=day) for day in days]
    wanted = [made[at] for at in (3, 1, 5, 4, 0, 2)]
    whole = mine(archive, li)
    assert [todo.task.id for todo in whole.todos] == wanted
    assert [todo.is_overdue for todo in whole.todos] == [True] + [False] * 5
    found, cursor = [], None
    while True:
        page = mine(archive, li, cursor, 2)
        found += [todo.task.id for todo in page.todos]
        if (cursor := page.cursor) is None:
            break
    assert found == wanted
    with pytest.raises(InvalidError):
        mine(archive, li, "gestern~x")


def test_what_may_not_be_seen_does_not_hide_what_comes_behind_it(archive, identity, document, task, monkeypatch):
    monkeypatch.setattr("dms.tasks.mine.MOST_LOOKED_AT", 3)
    li = identity("SAL", account_id="li")
    for _ in range(4):
        task(document(owner_id="wang"), owner_id="li", due_on=date(2026, 1, 1))
    last = task(document(), owner_id="li")
    first = mine(archive, li)
    assert first.todos == []
    assert first.cursor
    (todo,) = mine(archive, li, first.cursor).todos
    assert todo.task.id == last


def test_the_tasks_of_a_thing_go_with_it(archive, document, task):
    one, other = document(), document()
    gone, stays = task(one), task(other)
    with archive.db.write() as session:
        archive.topics.let_go(session, archive, Subject("document", one))
    assert kept(archive, gone) is None
    assert kept(archive, stays) is not None


OWNERS = (None, "li", "wang")
DEPARTMENTS = (None, "sales", "finance")
PEOPLE: dict[str, dict[str, Any]] = {
    role: {"account_id": "li", "department_id": "sales", "level": level}
    for role, level in (("ARC", 3), ("SAL", 3), ("MGR", 1), ("GM", 2), ("FIN", 0), ("AUD", 3), ("SEC", 3))
}


@pytest.fixture
def crowd(archive):
    """Tasks for everybody about documents of every owner, department, level and state."""
    made = []
    for owner, department, level, filed in (
        (o, d, level, filed) for o in OWNERS for d in DEPARTMENTS for level in (0, 2, 3) for filed in (False, True)
    ):
        for asked, of in ((a, d) for a in OWNERS for d in DEPARTMENTS):
            document = Document(
                id=new_id(), title="x", owner_id=owner, department_id=department, level=level, type_code="T01",
                filed_at=archive.clock.now() if filed else None, created_at=archive.clock.now(),
            )  # fmt: skip
            task = Task(
                id=new_id(), kind=PASSWORD_TASK, subject_kind="document", subject_id=document.id, owner_id=asked,
                department_id=of, facts={}, created_at=archive.clock.now(),
            )  # fmt: skip
            made.append((document, task))
    with archive.db.write() as session:
        session.add_all([row for pair in made for row in pair])
    return made


@pytest.mark.parametrize("role", PEOPLE)
def test_nobody_is_shown_or_counts_a_task_about_what_they_may_not_see(archive, identity, crowd, role):
    person = identity(role, **PEOPLE[role])

    def is_theirs(task):
        nobodys = task.owner_id is None and task.department_id is None and role == "ARC"
        return task.owner_id == "li" or task.department_id == "sales" or nobodys

    wanted = {
        task.id for document, task in crowd
        if is_theirs(task) and archive.policy.may(person, DOCUMENT_VIEW, document)
    }  # fmt: skip
    assert count_mine(archive, person) == len(wanted)
    if role == "SEC":
        assert wanted == set()
        return
    shown = [todo.task.id for todo in mine(archive, person, limit=1000).todos]
    assert (set(shown), len(shown)) == (wanted, len(wanted))
    assert wanted
    assert len(wanted) < len(crowd)

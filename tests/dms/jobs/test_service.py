from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from dms.jobs import service
from dms.jobs.errors import LeaseLostError
from dms.jobs.models import Job
from dms.jobs.rules import LEASE, LONGEST_PATIENCE, MOST_ATTEMPTS, State


def add(archive: Any, key: str = "read:1", **values: Any) -> str | None:
    with archive.db.write() as session:
        return service.enqueue(
            session, archive, "read", {"page": 1}, dedupe_key=key, subject=("arrival", "a"), **values
        )


def job(archive: Any, job_id: str | None) -> Job:
    with archive.db.read() as session:
        found = session.get(Job, job_id)
        assert found is not None
        return found


def claim(archive: Any) -> service.Claim:
    held = service.claim(archive)
    assert held is not None
    return held


def finish_with_effect(archive: Any, held: service.Claim) -> None:
    now = archive.clock.now()
    with archive.db.write() as session:
        session.add(Job(kind="effect", payload={}, dedupe_key="effect", not_before=now, created_at=now))
        session.flush()
        service.finish(session, archive, held)


def test_the_life_of_a_job(archive: Any) -> None:
    job_id = add(archive)
    assert archive.carrier.announced == [job_id]
    held = claim(archive)
    assert (held.id, held.payload, held.attempts) == (job_id, {"page": 1}, 1)
    assert service.claim(archive) is None
    with archive.db.write() as session:
        service.renew(session, archive, held, stage="reading", done=1, total=2)
    assert job(archive, job_id).done == 1
    with archive.db.write() as session:
        service.finish(session, archive, held)
    assert job(archive, job_id).state == State.DONE
    assert service.claim(archive) is None


def test_the_same_work_is_queued_once_until_it_is_done(archive: Any) -> None:
    assert add(archive)
    assert add(archive) is None
    held = claim(archive)
    assert add(archive) is None
    with archive.db.write() as session:
        service.finish(session, archive, held)
    assert add(archive)


def test_nothing_is_announced_that_was_undone(archive: Any) -> None:
    def add_and_fail() -> None:
        with archive.db.write() as session:
            service.enqueue(session, archive, "read", {}, dedupe_key="x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert archive.carrier.announced == []
    assert service.claim(archive) is None


def test_urgent_work_goes_first_then_the_oldest(archive: Any) -> None:
    add(archive, "slow")
    add(archive, "slow too")
    urgent = add(archive, "urgent", priority=1)
    assert claim(archive).id == urgent


def test_who_lost_the_lease_leaves_no_trace(archive: Any) -> None:
    job_id = add(archive)
    first = claim(archive)
    archive.clock.advance(seconds=LEASE.total_seconds() + 1)
    assert service.sweep(archive) == 1
    second = claim(archive)
    assert second.token > first.token
    with pytest.raises(LeaseLostError):
        finish_with_effect(archive, first)
    with archive.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Job.kind == "effect")) == 0
    with archive.db.write() as session:
        service.finish(session, archive, second)
    assert job(archive, job_id).state == State.DONE


def test_a_failing_job_waits_longer_each_time_and_is_parked_with_its_reason(archive: Any) -> None:
    job_id = add(archive)
    for _ in range(MOST_ATTEMPTS):
        archive.clock.advance(minutes=11)
        service.fail(archive, claim(archive), "这一页读不了。", "page")
    parked = job(archive, job_id)
    assert (parked.state, parked.problem, parked.attempts) == (State.PARKED, "这一页读不了。", MOST_ATTEMPTS)
    assert service.claim(archive) is None


def test_a_failed_job_is_not_tried_before_its_pause_is_over(archive: Any) -> None:
    add(archive)
    service.fail(archive, claim(archive), "x", "x")
    assert service.claim(archive) is None
    archive.clock.advance(seconds=6)
    assert service.claim(archive) is not None


def test_a_fault_around_the_job_never_parks_it(archive: Any) -> None:
    add(archive)
    for _ in range(MOST_ATTEMPTS + 3):
        archive.clock.advance(minutes=11)
        assert service.fail(archive, claim(archive), "磁盘已满", "disk_full", patient=True) == State.READY


def test_progress_begins_the_count_of_attempts_anew(archive: Any) -> None:
    job_id = add(archive)
    for page in range(1, 10):  # every attempt dies, but each reads one page more
        archive.clock.advance(minutes=11)
        held = claim(archive)
        with archive.db.write() as session:
            service.renew(session, archive, held, done=page, total=10)
        archive.clock.advance(seconds=LEASE.total_seconds() + 1)
        service.sweep(archive)
    assert job(archive, job_id).state == State.READY


def test_a_job_that_kills_its_worker_is_parked(archive: Any) -> None:
    job_id = add(archive)
    for _ in range(MOST_ATTEMPTS):
        archive.clock.advance(minutes=11)
        service.release(archive, claim(archive) and service.worker_name())
    parked = job(archive, job_id)
    assert (parked.state, parked.problem_code) == (State.PARKED, "interrupted")


def test_a_stopping_worker_gives_its_job_back_at_once(archive: Any) -> None:
    job_id = add(archive)
    service.give_back(archive, claim(archive))
    assert job(archive, job_id).attempts == 0
    assert claim(archive).id == job_id


def test_the_sweeper_announces_what_is_ready_though_the_news_was_lost(archive: Any) -> None:
    job_id = add(archive)
    archive.carrier.announced.clear()
    service.sweep(archive)
    assert job_id in archive.carrier.announced


def test_cancelling_ends_what_waits_and_what_runs(archive: Any) -> None:
    add(archive, "one")
    add(archive, "two")
    held = claim(archive)
    with archive.db.write() as session:
        assert service.cancel_for(session, archive, "arrival", "a") == 2
    with pytest.raises(LeaseLostError), archive.db.write() as session:
        service.renew(session, archive, held, done=1)
    assert service.claim(archive) is None


def test_finished_jobs_are_forgotten_after_a_while(archive: Any) -> None:
    job_id = add(archive)
    with archive.db.write() as session:
        service.finish(session, archive, claim(archive))
    archive.clock.at = datetime.now(UTC)  # ids carry the real time
    archive.clock.advance(days=8)
    service.sweep(archive)
    with archive.db.read() as session:
        assert session.get(Job, job_id) is None


def test_what_the_catalog_believes_of_an_idle_worker_is_put_right_without_an_attempt(archive: Any) -> None:
    job_id = add(archive)
    claim(archive)  # the answer is lost with the connection
    service.take_back_own(archive)
    assert (job(archive, job_id).state, job(archive, job_id).attempts) == (State.READY, 0)
    assert claim(archive).id == job_id


def test_a_fault_around_the_job_is_looked_for_again_soon(archive: Any) -> None:
    add(archive)
    for _ in range(MOST_ATTEMPTS):
        service.fail(archive, claim(archive), "磁盘已满", "disk_full", patient=True)
        archive.clock.advance(seconds=LONGEST_PATIENCE)
    assert service.claim(archive) is not None

"""The job runner: one process, one job at a time, each handed to whom its topic names."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing

from sqlalchemy.exc import DBAPIError

from config.settings import Settings
from dms.intake.readers import Readers
from dms.jobs import service
from dms.jobs.errors import LeaseLostError, ParkError
from dms.jobs.rules import JOB_QUEUES
from dms.jobs.work import Handler, StoppingError, Work
from dms.kernel import outages
from dms.kernel.archive import Archive
from dms.kernel.carrier import Queue
from dms.kernel.errors import DmsError, UnavailableError
from dms.kernel.telemetry import logs
from dms.kernel.telemetry.instruments import JOB_FAILURES, JOB_SECONDS, LAST_TURN
from dms.kernel.tools import PageReader
from dms.retrieval import projection
from search.index import SearchError

LOG = logging.getLogger("dms.worker")
LOOK = 2.0  # seconds between two looks at the job table when nothing was announced
CRASHED = "程序在处理时出错（%(kind)s），已自动重试。原件是安全的；若仍失败，请把任务编号 %(job)s 告诉管理员。"


class Worker:
    """Claims jobs of some queues and hands them to their handlers until it is stopped."""

    def __init__(
        self, archive: Archive, tools: PageReader, handlers: Mapping[str, Handler] | None = None,
        queues: Sequence[Queue] = JOB_QUEUES,
    ) -> None:  # fmt: skip
        self._archive, self._tools, self._queues = archive, tools, queues
        known = handlers or {kind.name: kind.handler for kind in archive.topics.jobs.values()}
        self._handlers = {kind: known[kind] for kind in known if archive.topics.queue_of(kind) in queues}
        self._stop = threading.Event()
        self._unsure = False  # whether the catalog may believe us at work: an answer was lost with its connection

    def stop(self) -> None:
        """Ask the worker to leave after the step that it is at."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped."""
        with closing(self._archive.carrier.listen(self._queues)) as listener:
            while not self._stop.is_set():
                LAST_TURN.set_to_current_time()
                if not self.work_once():
                    listener.wait(LOOK)

    def work_once(self) -> bool:
        """Do one job, if there is one; tell whether there was."""
        try:
            held = self._claim()
        except DBAPIError as error:
            self._unsure = True
            LOG.warning("the catalog does not answer: %s", error)
            return False
        if held is None:
            return Queue.INDEXING in self._queues and self._feed_index()
        with logs.speaking_of(job=held.id, kind=held.kind), JOB_SECONDS.labels(held.kind).time():
            self._perform(Work(self._archive, held, self._tools, self._stop.is_set))
        return True

    def _claim(self) -> service.Claim | None:
        if self._unsure:
            service.take_back_own(self._archive)
            self._unsure = False
        return service.claim(self._archive, tuple(self._handlers)) if self._handlers else None

    def _feed_index(self) -> bool:
        try:
            return projection.consume(self._archive) > 0
        except (DBAPIError, SearchError) as error:
            LOG.warning("the index could not be fed: %s", error)
            return False

    def _perform(self, work: Work) -> None:
        try:
            self._handlers[work.held.kind](work)
            if not work.finished:
                with self._archive.db.write() as session:
                    work.finish(session)
        except LeaseLostError:
            LOG.info("job %s is no longer ours", work.held.id)
        except StoppingError:
            self._settle(lambda: service.give_back(self._archive, work.held))
        except Exception as error:  # noqa: BLE001  the runner's edge: kept with the job, logged, tried again
            self._failed(work, error)

    def _failed(self, work: Work, error: Exception) -> None:
        problem, code, for_good, patient = _explained(error, work)
        JOB_FAILURES.labels(work.held.kind, code).inc()
        if code == "crashed":
            LOG.exception("job %s (%s) failed", work.held.id, work.held.kind, exc_info=error)
        else:
            LOG.warning("job %s (%s): %s", work.held.id, work.held.kind, error)
        self._settle(lambda: service.fail(self._archive, work.held, problem, code, for_good=for_good, patient=patient))

    def _settle(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except (LeaseLostError, DBAPIError) as error:  # taken back before the next one, or when the lease runs out
            self._unsure = True
            LOG.warning("the job could not be put back now: %s", error)


def _explained(error: Exception, work: Work) -> tuple[str, str, bool, bool]:
    """Return (Chinese sentence, code, given up at once, never given up) of a failed job."""
    if isinstance(error, ParkError):
        return error.problem, error.code, True, False
    if isinstance(error, DmsError):
        return str(error), error.code, False, isinstance(error, UnavailableError)
    known = outages.explained(error)
    if known is not None:
        return str(known), known.code, False, outages.passes(error)
    sentence = CRASHED % {"kind": type(error).__name__, "job": work.held.id}
    return sentence, "crashed", False, False


def main(
    settings: Settings, open_archive: Callable[[Settings], AbstractContextManager[Archive]],
    open_tools: Callable[[Archive], AbstractContextManager[PageReader]] = Readers, queues: Sequence[Queue] = JOB_QUEUES,
) -> None:  # fmt: skip
    """Run a worker process until it is asked to stop."""
    with open_archive(settings) as archive, open_tools(archive) as tools:
        service.release_dead(archive)  # whoever was here before may have been killed at work,
        service.release(archive, service.worker_name())  # even under this very process id, in a container
        worker = Worker(archive, tools, queues=queues)
        signal.signal(signal.SIGTERM, lambda *_: worker.stop())
        worker.run()

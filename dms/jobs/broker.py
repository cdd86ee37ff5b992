"""The carrier between machines: Celery messages on Redis or RabbitMQ that hold a job's id and nothing else."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from config.redaction import without_secrets
from dms.jobs.rules import JOB_QUEUES
from dms.kernel.carrier import Queue
from dms.kernel.errors import ConfigurationError, UnavailableError

if TYPE_CHECKING:
    from celery import Celery

LOG = logging.getLogger("dms.jobs")
TASK = "guidang.job"
SCHEMES = ("redis", "rediss", "amqp", "amqps", "memory")
PENDING = 1000  # pieces of news that may wait to be sent; more are left to the sweeper
AGAIN = 2.0  # seconds of rest after the broker did not take one
TIMES = {"socket_timeout": 10, "socket_connect_timeout": 5, "socket_keepalive": True, "health_check_interval": 10}


def application(url: str) -> Celery:
    """Return the Celery application of a broker. Raises `ConfigurationError`."""
    if url.partition("://")[0] not in SCHEMES:
        raise ConfigurationError(
            "设置 carrier_url 不能用，没有启动，数据没有改动。写法是 redis://:密码@主机:端口/编号 或 amqp://用户:密码@主机/虚拟主机。",
            code="carrier_url",
        )
    try:
        from celery import Celery
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "没有安装 Celery，设置 carrier_url 用不了，数据没有改动。请运行 .venv/bin/pip install 'celery[redis]'。",
            code="carrier_driver",
        ) from error
    app = Celery("guidang", broker=url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1, broker_connection_timeout=5,
        broker_transport_options=TIMES if url.startswith("redis") else {},
    )  # fmt: skip
    return app


def require_answer(url: str) -> None:
    """Look whether a broker answers. Raises `ConfigurationError`, `UnavailableError`."""
    with application(url).connection_for_read() as connection:
        try:
            connection.ensure_connection(max_retries=1, timeout=5)
        except Exception as error:  # the broker's libraries raise many kinds
            raise UnavailableError(
                "任务消息的服务器（carrier_url）没有应答（%(detail)s）。任务没有丢：读取进程每隔两秒自己查看。"
                "请检查地址、密码、服务器是否在运行。",
                code="carrier_unreachable", detail=without_secrets(str(error).splitlines()[0] if str(error) else "—"),
            ) from error  # fmt: skip


def queue_name(name: Queue) -> str:
    """Return the broker's name of a queue."""
    return f"guidang.{name}"


class BrokerCarrier:
    """Sends news from a thread of its own, so that a broker that hangs holds nobody up."""

    def __init__(self, url: str) -> None:
        self._app = application(url)
        self._pending: queue.Queue[tuple[str, Queue]] = queue.Queue(PENDING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def announce(self, job_id: str, queue: Queue = Queue.READING) -> None:
        """Have the news sent; while the broker is away it is dropped, and the workers' own look finds the job."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._send_all, name="news", daemon=True)
                self._thread.start()
        if not self._pending.full():
            self._pending.put((job_id, queue))

    def _send_all(self) -> None:
        while True:
            job_id, name = self._pending.get()
            try:
                self._app.send_task(TASK, args=(job_id,), queue=queue_name(name), retry=False, ignore_result=True)
            except Exception as error:  # noqa: BLE001  the broker's libraries raise many kinds; news may be lost
                LOG.info("the broker did not take news of a job: %s", error)
                time.sleep(AGAIN)

    def listen(self, queues: Sequence[Queue] = JOB_QUEUES) -> BrokerListener:
        """Consume the messages of some queues in a thread of its own."""
        return BrokerListener(self._app, queues)


class BrokerListener:
    """Takes one message at a time, and acknowledges it once the worker that it woke has nothing to do again."""

    def __init__(self, app: Celery, queues: Sequence[Queue]) -> None:
        self._news: queue.Queue[threading.Event] = queue.Queue()
        self._held: threading.Event | None = None
        self._consumer = _consumer(app, queues, self._news)
        self._thread = threading.Thread(target=self._consume, name="listen", daemon=True)
        self._thread.start()

    def _consume(self) -> None:
        while not self._consumer.should_stop:
            try:
                self._consumer.run()
            except Exception as error:  # noqa: BLE001  a message that is none, an answer that makes no sense
                LOG.warning("the broker is listened to on a new connection: %s: %s", type(error).__name__, error)
                time.sleep(AGAIN)

    def wait(self, seconds: float) -> bool:
        """Wait for a message, at most `seconds`; tell whether one came."""
        if self._held is not None:
            self._held.set()
        try:
            self._held = self._news.get(timeout=seconds) if seconds > 0 else self._news.get_nowait()
        except queue.Empty:
            self._held = None
        return self._held is not None

    def close(self) -> None:
        """Stop consuming; a message that is not acknowledged goes to somebody else."""
        self._consumer.should_stop = True
        if self._held is not None:
            self._held.set()
        self._thread.join(AGAIN)


def _consumer(app: Celery, queues: Sequence[Queue], news: queue.Queue[threading.Event]) -> Any:
    from kombu.entity import Queue as BrokerQueue
    from kombu.mixins import ConsumerMixin

    made: Any = BrokerQueue

    class Consumer(ConsumerMixin):
        """Connects again by itself, for ever, where a connection was lost."""

        def __init__(self) -> None:
            self.connection = app.connection_for_read(heartbeat=0)

        def get_consumers(self, consumer: Any, channel: Any) -> list[Any]:
            named = [made(queue_name(name), routing_key=queue_name(name)) for name in queues]
            return [consumer(queues=named, callbacks=[self.received], prefetch_count=1, accept=["json"])]

        def on_connection_error(self, exc: Exception, interval: float) -> None:
            LOG.info("the broker does not answer, asked again in %s s: %s", interval, exc)

        def received(self, _body: Any, message: Any) -> None:
            done = threading.Event()
            news.put(done)
            while not done.wait(1.0) and not self.should_stop:
                continue
            if done.is_set():
                message.ack()
            else:
                message.requeue()

    return Consumer()

"""Celery's messages on a real Redis: acknowledged late, one at a time, ids only; and a broker that goes away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from dms.jobs.broker import BrokerCarrier, queue_name
from dms.kernel.carrier import Queue
from dms.kernel.errors import ConfigurationError
from tests.services import redis
from tests.services.absent import absent
from tests.services.faults import Hang, Proxy, Refuse

pytestmark = pytest.mark.service


@pytest.fixture
def server() -> Iterator[redis.Redis]:
    if redis.program() is None:
        absent(redis.ABSENT)
    with redis.Redis() as made:
        yield made


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_news_that_nobody_dealt_with_goes_to_another(server: redis.Redis) -> None:
    carrier = BrokerCarrier(server.url())
    first = carrier.listen((Queue.READING,))
    carrier.announce("job")
    assert first.wait(30)
    first._held = None  # it dies at work: nothing is acknowledged
    first.close()
    second = BrokerCarrier(server.url()).listen((Queue.READING,))
    assert second.wait(60)
    second.close()


def test_a_worker_takes_one_message_and_leaves_the_others_to_others(server: redis.Redis) -> None:
    carrier = BrokerCarrier(server.url())
    first, second = carrier.listen((Queue.READING,)), BrokerCarrier(server.url()).listen((Queue.READING,))
    for job in ("one", "two"):
        carrier.announce(job)
    assert first.wait(30)
    assert second.wait(30)
    first.close()
    second.close()


@pytest.mark.parametrize("fault", [Refuse(), Hang()], ids=["refuse", "hang"])
def test_a_broker_that_is_away_holds_nobody_up(server: redis.Redis, fault: Refuse | Hang) -> None:
    with Proxy(("127.0.0.1", server.port)) as proxy:
        proxy.set(fault)
        carrier = BrokerCarrier(server.url(proxy.port))
        listener = carrier.listen((Queue.READING,))
        begun = time.monotonic()
        for number in range(2000):
            carrier.announce(str(number))
        assert not listener.wait(0.2)
        assert time.monotonic() - begun < 5
        proxy.heal()

        def heard() -> bool:
            carrier.announce("job")
            return listener.wait(1)

        until(heard)
        listener.close()


def test_a_broker_that_was_killed_and_lost_everything_is_used_again(server: redis.Redis) -> None:
    carrier = BrokerCarrier(server.url())
    listener = carrier.listen((Queue.READING,))
    carrier.announce("job")
    assert listener.wait(30)
    server.kill()
    server.start()

    def heard() -> bool:
        carrier.announce("job")
        return listener.wait(1)

    until(heard)
    listener.close()


def test_what_is_no_message_makes_nobody_deaf(server: redis.Redis) -> None:
    listener = BrokerCarrier(server.url()).listen((Queue.READING,))
    with Redis.from_url(server.url()) as stranger:
        stranger.lpush(queue_name(Queue.READING), "no JSON")
    carrier = BrokerCarrier(server.url())

    def heard() -> bool:
        carrier.announce("job")
        return listener.wait(1)

    until(heard)
    listener.close()


def test_another_kind_of_url_is_refused() -> None:
    with pytest.raises(ConfigurationError) as caught:
        BrokerCarrier("http://user:secret@host/")
    assert caught.value.code == "carrier_url"
    assert "secret" not in str(caught.value)

"""Does one thing to many items in a few threads at once, answers in order, however many items there are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

THREADS = 4  # enough to hide a server's answering time and a disk's syncs
AHEAD = 8  # items a thread that may be under way or wait to be taken

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def spread(deed: Callable[[Item], Answer], items: Iterable[Item], threads: int = THREADS) -> Iterator[Answer]:
    """Yield `deed(item)` of each item, in order. The first that raises ends it; what is under way is finished."""
    pending: deque[Future[Answer]] = deque()
    pool = ThreadPoolExecutor(threads)
    try:
        for item in items:
            pending.append(pool.submit(deed, item))
            if len(pending) >= threads * AHEAD:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)

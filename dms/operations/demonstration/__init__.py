"""The demonstration (演示档案): invented companies' papers through the real pipeline, some filed and on shelves.

The generator that draws the papers is not in the image for production: what needs it is imported when it is called.
"""

from __future__ import annotations

from importlib.util import find_spec

from config.settings import OwnCompany
from dms.jobs.service import enqueue
from dms.jobs.work import Work
from dms.kernel.archive import Archive
from dms.kernel.database import ArchiveFact
from dms.kernel.errors import ConfigurationError
from dms.operations.demonstration.settling import settle

__all__ = ["GeneratorMissingError", "begin", "fill", "own_company", "settle"]

FACT = "demonstration"


class GeneratorMissingError(ConfigurationError):
    """The generator of the demonstration's papers is not installed here."""

    code = "specimens_missing"

    def __init__(self) -> None:
        super().__init__(
            "这里没有安装样张生成程序（ingest/specimens，容器镜像里不带），不能制作演示档案；已有的数据没有改动。"
            "请在完整的源码里运行 ./run，或用 run --empty 打开自己的档案。"
        )


def own_company() -> OwnCompany:
    """Return the company whose archive the demonstration is. Raises `GeneratorMissingError`."""
    _require_generator()
    from ingest.specimens.story import OWN_COMPANY

    return OwnCompany(name=OWN_COMPANY.name, uscc=OWN_COMPANY.code, fonds="Q001")


def begin(archive: Archive) -> None:
    """Put the demonstration's work on the queue, once. Raises `GeneratorMissingError`."""
    with archive.db.write() as session:
        if session.get(ArchiveFact, FACT) is None:
            _require_generator()
            session.add(ArchiveFact(name=FACT, value="begun"))
            enqueue(session, archive, "demonstration", {}, dedupe_key="demonstration", priority=1)


def fill(work: Work) -> None:
    """Job: draw each paper and take it in as an upload would be. Raises `GeneratorMissingError`."""
    _require_generator()
    from dms.operations.demonstration import filling

    filling.fill(work)


def _require_generator() -> None:
    if find_spec("ingest.specimens") is None:
        raise GeneratorMissingError

"""What a topic tells the rest of the house: tables, edges, jobs, tasks, deeds, menu, measures, and five answers.

Every topic has one `topic.py` with one `TOPIC`; nothing else of it is read by the house. Modules with views are named
and not imported, so that workers and the housekeeper run without Flask. `tests/dms/added` is the smallest to copy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm import Session

from dms.kernel.carrier import Queue
from dms.kernel.database import Base
from dms.kernel.subjects import Label, Subject

if TYPE_CHECKING:  # types only: topics and the policy stand above this module
    from prometheus_client.metrics_core import Metric

    from dms.jobs.work import Work
    from dms.kernel.archive import Archive
    from dms.policy import Action, Identity

    Handler = Callable[[Work], None]
    Count = Callable[[Archive, Identity], int]
    Measure = Callable[[Session, Archive], Iterator[Metric]]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of jobs: its name in the job table, what it does in words (msgid), who does it, where it waits."""

    name: str
    text: str
    handler: Handler
    queue: Queue = Queue.HOUSEKEEPING


@dataclass(frozen=True, slots=True)
class Chore:
    """Something done every `every` seconds; `deed` returns how much more there is to do at once, 0 for nothing."""

    name: str
    every: float
    deed: Callable[[], int]


@dataclass(frozen=True, slots=True)
class MenuItem:
    """An entry of the menu: path, text (msgid), icon of the sprite, actions (one is needed), where it stands.

    `matches` are further beginnings of paths that belong to it; `counter` is the name of its small number.
    """

    rank: int
    path: str
    text: str
    icon: str
    actions: tuple[Action, ...]
    counter: str = ""
    key: str = ""
    matches: tuple[str, ...] = ()
    on_phone: bool = False
    beside: bool = True  # in the side menu; else on a phone only


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """A kind of things that deeds deal with, in words (msgids), and where their screens are ("" for none).

    `deeds` is what the deeds whose names begin with the kind are called together in the filter of the log.
    `can_be_held`: before one goes, its topic asks whether it is held (冻结); anything else a hold would not protect.
    """

    name: str
    text: str = ""
    path: str = ""
    deeds: str = ""
    can_be_held: bool = False


@dataclass(frozen=True, slots=True)
class TaskKind:
    """A kind of tasks (待办): its name, its sentence (msgid, filled from the task's facts), deeds that end one."""

    name: str
    sentence: str
    ended_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """The five questions that the house asks a topic about things of any kind; kinds that it knows nothing of: nothing.

    `held`: what of yours depends on these? (kind, ids) → {id: your things that do}. Asked before something goes.
    `let_go`: one of them is being destroyed in this transaction: delete what you keep of it.
    `visible`: which of these, if they are yours, may this person see?
    `label`: how are these, if they are yours, called, and where is their screen? The caller has asked who may see them.
    `resolve`: which of your things bear this printed number? The caller asks who may see them.
    """

    held: Callable[[Session, Archive, str, Collection[str]], Mapping[str, Sequence[Subject]]]
    let_go: Callable[[Session, Archive, Subject], None]
    visible: Callable[[Session, Archive, Identity, str, Collection[str]], set[str]]
    label: Callable[[Session, Archive, str, Collection[str]], Mapping[str, Label]]
    resolve: Callable[[Session, Archive, str], Sequence[Subject]]


def holds_nothing(
    session: Session, archive: Archive, kind: str, ids: Collection[str]
) -> Mapping[str, Sequence[Subject]]:
    """Say that nothing of this topic depends on things of others."""
    return {}


def lets_go(session: Session, archive: Archive, subject: Subject) -> None:
    """Keep nothing of the things of others, so let nothing go."""


def shows_nothing(session: Session, archive: Archive, identity: Identity, kind: str, ids: Collection[str]) -> set[str]:
    """Say that this topic has no things of its own to see."""
    return set()


def labels_nothing(session: Session, archive: Archive, kind: str, ids: Collection[str]) -> Mapping[str, Label]:
    """Say that this topic has no things of its own to name."""
    return {}


def numbers_nothing(session: Session, archive: Archive, number: str) -> Sequence[Subject]:
    """Say that nothing of this topic bears a printed number."""
    return ()


SILENT = Answers(holds_nothing, lets_go, shows_nothing, labels_nothing, numbers_nothing)
"""The answers of a topic that has no things of its own and depends on none of others."""


def no_chores(archive: Archive) -> Iterable[Chore]:
    """Have nothing to do now and then."""
    return ()


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. Its name is that of its folder; "module:name" strings lead to what needs Flask."""

    name: str
    answers: Answers
    tables: tuple[type[Base], ...] = ()
    actions: tuple[Action, ...] = ()
    blueprints: tuple[str, ...] = ()
    jobs: tuple[JobKind, ...] = ()
    tasks: tuple[TaskKind, ...] = ()
    stages: Mapping[str, str] = field(default_factory=dict)  # stage of a job → what is done in it (msgid)
    chores: Callable[[Archive], Iterable[Chore]] = no_chores
    menu: tuple[MenuItem, ...] = ()
    counters: Mapping[str, Count] = field(default_factory=dict)  # small numbers, asked on every page: cheap ones
    kinds: tuple[SubjectKind, ...] = ()
    deeds: Mapping[str, str] = field(default_factory=dict)  # deed → its sentence (msgid) in the log
    wording: str = ""  # "module:name" of what puts the details of its deeds into words; "" for the usual
    measures: tuple[Measure, ...] = ()


class Topics:
    """All topics of the house, gathered once. Raises `ValueError` where two declare the same name."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = tuple(topics)
        self.metadata = Base.metadata  # of all tables: whoever gathered the topics has imported them
        self.actions = _joined((action, action) for topic in topics for action in topic.actions)
        self.jobs = _joined((kind.name, kind) for topic in topics for kind in topic.jobs)
        self.tasks = _joined((kind.name, kind) for topic in topics for kind in topic.tasks)
        self.stages = _joined(each for topic in topics for each in topic.stages.items())
        self.kinds = _joined((kind.name, kind) for topic in topics for kind in topic.kinds)
        self.deeds = _joined(each for topic in topics for each in topic.deeds.items())
        self.wording = {deed: topic.wording for topic in topics for deed in topic.deeds if topic.wording}
        self.counters = _joined(each for topic in topics for each in topic.counters.items())
        self.menu = sorted((item for topic in topics for item in topic.menu), key=lambda item: item.rank)
        self.blueprints = [name for topic in topics for name in topic.blueprints]
        self.measures = [measure for topic in topics for measure in topic.measures]

    def __iter__(self) -> Iterator[Topic]:
        return iter(self._topics)

    def chores(self, archive: Archive) -> list[Chore]:
        """Return what is to be done now and then."""
        return [chore for topic in self._topics for chore in topic.chores(archive)]

    def queue_of(self, kind: str) -> Queue:
        """Return the queue in which jobs of a kind wait; a kind that no topic knows any more is of no hurry."""
        known = self.jobs.get(kind)
        return known.queue if known else Queue.HOUSEKEEPING

    def held(self, session: Session, archive: Archive, kind: str, ids: Collection[str]) -> dict[str, list[Subject]]:
        """Return what of all topics depends on each of some things; those on which nothing does are missing."""
        found: dict[str, list[Subject]] = {}
        for topic in self._topics:
            for each, subjects in topic.answers.held(session, archive, kind, ids).items():
                found.setdefault(each, []).extend(subjects)
        return {each: subjects for each, subjects in found.items() if subjects}

    def let_go(self, session: Session, archive: Archive, subject: Subject) -> None:
        """Have every topic delete what it keeps of a thing that is being destroyed in this transaction."""
        for topic in self._topics:
            topic.answers.let_go(session, archive, subject)

    def visible(
        self, session: Session, archive: Archive, identity: Identity, subjects: Iterable[Subject]
    ) -> list[Subject]:  # fmt: skip
        """Return those of some things that somebody may see, in their order."""
        wanted = list(subjects)
        seen = {
            Subject(kind, each)
            for kind, ids in _by_kind(wanted).items()
            for topic in self._topics
            for each in topic.answers.visible(session, archive, identity, kind, ids)
        }
        return [subject for subject in wanted if subject in seen]

    def labels(self, session: Session, archive: Archive, subjects: Iterable[Subject]) -> dict[Subject, Label]:
        """Return how things are called; the caller has asked who may see them."""
        return {
            Subject(kind, each): label
            for kind, ids in _by_kind(subjects).items()
            for topic in self._topics
            for each, label in topic.answers.label(session, archive, kind, ids).items()
        }

    def resolve(self, session: Session, archive: Archive, number: str) -> list[Subject]:
        """Return the things that bear a printed number, whoever may see them."""
        return [subject for topic in self._topics for subject in topic.answers.resolve(session, archive, number)]


def _by_kind(subjects: Iterable[Subject]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for subject in subjects:
        found.setdefault(subject.kind, []).append(subject.id)
    return found


def _joined(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"two topics declare {name}")
        found[name] = value
    return found


def load(name: str) -> Any:
    """Return what a "module:name" leads to."""
    from importlib import import_module

    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)

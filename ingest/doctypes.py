"""Document types (文种): one TOML text each, checked when loaded; what classification, extraction and forms read."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Kind = Literal[
    "text", "party", "person", "date", "period", "amount", "code", "uscc", "account", "address", "phone", "number"
]
DossierGroup = Literal["01", "02", "03", "04", "05", "06"]  # 基本信息 联系人 合作 信用与风险 沟通与拜访 其他
Area = tuple[float, float, float, float]  # left, top, right, bottom in fractions of what is printed
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
WHOLE: Area = (0.0, 0.0, 1.0, 1.0)


class DocumentTypeError(ValueError):
    """A document type's file is wrong; the message names the file and the key."""

    code = "document_type_invalid"


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Cue(_Declared):
    """A printed text that makes a type likelier (or, with a negative weight, less likely)."""

    text: Annotated[str, Field(min_length=1)]
    weight: float
    where: Literal["anywhere", "top"] = "anywhere"  # "top": in the upper third


class ExpectedSeal(_Declared):
    """A seal (印章) that a complete paper of the type bears."""

    owner: str
    shape: Literal["round", "oval", "square"] = "round"
    required: bool = False


class Retention(_Declared):
    """How long a document of the type is kept by default (保管期限): by a rule of the rulebook, or so many years."""

    rule: str = ""  # Y, D30, D10 or an owner's own
    years: Annotated[int, Field(ge=0)] | None = None  # instead of a rule; 0: permanently
    from_: Annotated[Literal["document", "relation_end", "purpose_end"], Field(alias="from")] = "document"
    basis: str = ""

    @model_validator(mode="after")
    def _either_rule_or_years(self) -> Self:
        if bool(self.rule) is (self.years is not None):
            raise ValueError("say either a rule or years")
        return self


class FieldType(_Declared):
    """One field to read: how its label is printed, where its value stands, what kind of value it is."""

    name: Name
    label: str
    label_en: str = ""  # for English readers; "": the label
    labels: tuple[str, ...] = ()
    kind: Kind = "text"
    required: bool = False
    group: str = ""  # name of a group; "*": once for every group
    find: Literal[
        "label", "pattern", "label-or-pattern", "last", "letterhead-name", "letterhead-address", "receipt-total"
    ] = "label"
    where: tuple[Literal["right", "below"], ...] = ("right", "below")
    lines: Annotated[int, Field(ge=1)] = 1  # printed lines that the value may fill
    until: tuple[str, ...] = ()  # further printed texts that end the value
    pattern: str = ""  # the value's own form; its first group, if any, is the value
    area: Area = WHOLE
    occurrence: int = 0  # 1: the first label in reading order, -1: the last, 0: the best
    take: Annotated[int, Field(ge=1)] = 1  # the n-th value of the kind behind the label
    choose: Literal["best", "largest"] = "best"
    figures: bool = False  # the amount is in figures
    capitals: bool = False  # the amount is in capitals (大写)
    anchor_value: bool = False  # the text behind a group's own anchor is this field
    checks: tuple[str, ...] = ()

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return pattern

    @property
    def all_labels(self) -> tuple[str, ...]:
        """Return the printed labels; the field's own label stands in when none is declared."""
        return self.labels or ((self.label,) if self.find.startswith("label") else ())


class Group(_Declared):
    """A block of fields about one side (甲方, 乙方), known by the words that open it."""

    name: Name
    label: str
    label_en: str = ""
    anchors: tuple[str, ...]


class Column(_Declared):
    """A column of a table (明细)."""

    name: Name
    label: str
    label_en: str = ""
    labels: tuple[str, ...]
    kind: Kind = "text"


class Table(_Declared):
    """The lines of goods of a contract, invoice or delivery note; one field per cell, named items.1.amount."""

    name: Name = "items"
    columns: tuple[Column, ...]
    end: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()


class DocumentType(_Declared):
    """A document type (文种) as its TOML file declares it."""

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*$")]
    abbreviation: Annotated[str, Field(pattern=r"^[A-Z]{2,6}$")]
    name: str
    name_en: str
    pages: int | None = None  # a paper of this type never has more
    group: DossierGroup = "06"  # where it stands in a dossier (类目), part of its 档号
    secrecy: Annotated[int, Field(ge=0, le=3)] = 1  # 密级: 0 公开, 1 内部, 2 秘密, 3 机密
    copy_rule: Literal["original", "copy", "copy-with-seal", "electronic-original"] = "copy"
    custody: bool = False  # a copy is not filed before somebody says where the original is (原件存于何处)
    retention: Retention
    seals: tuple[ExpectedSeal, ...] = ()
    cues: Annotated[tuple[Cue, ...], Field(min_length=1)]
    stops: tuple[str, ...] = ()  # printed words that end a value
    groups: tuple[Group, ...] = ()
    fields: tuple[FieldType, ...]
    table: Table | None = None

    @model_validator(mode="before")
    @classmethod
    def _custody_follows_the_copy_rule(cls, declared: dict[str, Any]) -> dict[str, Any]:
        """Keep what a file asked for that was written before there was the key `custody`."""
        return {"custody": declared.get("copy_rule") == "original", **declared}

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [f.name for f in self.expanded_fields()]
        doubled = sorted({n for n in names if names.count(n) > 1})
        if doubled:
            raise ValueError(f"field names must be unique, twice: {', '.join(doubled)}")
        known = {g.name for g in self.groups} | {"", "*"}
        strange = sorted({f.group for f in self.fields} - known)
        if strange:
            raise ValueError(f"fields name undeclared groups: {', '.join(strange)}")
        return self

    def expanded_fields(self) -> tuple[FieldType, ...]:
        """Return the fields with group "*" written out once per group, for example party_a_name (甲方名称)."""
        result: list[FieldType] = []
        for field in self.fields:
            groups = [g for g in self.groups if field.group in (g.name, "*")] if field.group else []
            result += [_in_group(field, g) for g in groups] or [field]
        return tuple(result)

    def labels(self, *, english: bool = False) -> dict[str, str]:
        """Return the labels by the names of fields and, as "items.amount", of columns."""
        columns = {f"{self.table.name}.{column.name}": column for column in self.table.columns} if self.table else {}
        named = {field.name: field for field in self.expanded_fields()} | columns
        return {name: (english and each.label_en) or each.label for name, each in named.items()}

    def kinds(self) -> dict[str, Kind]:
        """Return the kinds of the values by the names of fields."""
        return {field.name: field.kind for field in self.expanded_fields()}


def _in_group(field: FieldType, group: Group) -> FieldType:
    english = f"{group.label_en} {field.label_en[:1].lower()}{field.label_en[1:]}"
    changes = {
        "name": f"{group.name}_{field.name}", "label": group.label + field.label, "group": group.name,
        "label_en": english if group.label_en and field.label_en else "",
    }  # fmt: skip
    return field.model_copy(update={**changes, "labels": field.labels or (field.label,)})


def load_types(texts: Mapping[str, str]) -> tuple[DocumentType, ...]:
    """Load document types from TOML texts by file name, sorted by code.

    Raises DocumentTypeError, naming file and key, for bad TOML, unknown or missing keys and doubled codes.
    """
    types: dict[str, DocumentType] = {}
    for file, text in sorted(texts.items()):
        loaded = _load(file, text)
        if loaded.code in types:
            raise DocumentTypeError(f"{file}: code: {loaded.code} is taken by another file; choose another code.")
        types[loaded.code] = loaded
    return tuple(types[code] for code in sorted(types))


def _load(file: str, text: str) -> DocumentType:
    try:
        return DocumentType.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DocumentTypeError(f"{file}: not valid TOML: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(whole file)"
        problem = f"{first['msg']}."
        if first["type"] == "extra_forbidden":
            problem = f"there is no such key; did you mean {_nearest(str(first['loc'][-1]))}?"
        raise DocumentTypeError(f"{file}: {key}: {problem}") from error


def _nearest(key: str) -> str:
    """Return that of all keys of these files which is written most like a wrong one."""
    fields = [field for kind in _Declared.__subclasses__() for field in kind.model_fields.items()]
    keys = sorted({each.alias or name for name, each in fields})
    return difflib.get_close_matches(key, keys, 1, 0.0)[0]

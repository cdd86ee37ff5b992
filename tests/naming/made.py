"""Names that an archive shows which the commands made: files, tables, routes, fields, measurements."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from click.testing import CliRunner
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector
from sqlalchemy.engine.reflection import Inspector

from tests.naming.found import classes, objects, the

Names = Iterable[str]


@dataclass(frozen=True)
class Fresh:
    """An archive that the commands made in an empty folder, and a backup of it."""

    data: Path
    backup: Path
    openapi: Mapping[str, Any]
    catalog: sa.Engine


def fresh_archive(folder: Path) -> Fresh:
    data, target = folder / "data", folder / "backups"
    _run(folder, data, "init")
    openapi = json.loads(_run(folder, data, "openapi"))
    _run(folder, data, "backup", str(target))
    (backup,) = target.iterdir()
    return Fresh(data, backup, openapi, sa.create_engine(f"sqlite:///{data / 'catalog.db'}"))


def _run(folder: Path, data: Path, *arguments: str) -> str:
    keys = f"keyfile://{folder / 'archive.keys'}"
    answer = CliRunner().invoke(
        the("group", click.Group), ["--data", str(data), *arguments], env={"GUIDANG_KEYS_URL": keys}
    )
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def files(folder: Path) -> Names:
    return (
        re.sub(r"[0-9a-f]{12}", "<12 hex digits>", path.name)
        for path in folder.iterdir()
        if not path.name.endswith(("-shm", "-wal"))
    )


def archive_facts(fresh: Fresh) -> Names:
    with fresh.catalog.connect() as connection:
        return list(connection.scalars(sa.text("SELECT name FROM archive_fact")))


def leaf_fields(fresh: Fresh) -> Names:
    with fresh.catalog.connect() as connection:
        bodies = connection.scalars(sa.text("SELECT body FROM audit_leaf"))
        return [key for body in bodies for key in _keys_of({**json.loads(body), "details": ""})]


def _keys_of(value: Any, before: str = "") -> Iterator[str]:
    for key, below in value.items():
        yield f"{before}{key}"
        if isinstance(below, dict):
            yield from _keys_of(below, f"{before}{key}.")


def tables(fresh: Fresh) -> Iterator[str]:
    found = sa.inspect(fresh.catalog)
    for table in found.get_table_names():
        yield from (f"{table}.{_column(each)}" for each in found.get_columns(table))
        yield from (f"{table}: {each}" for each in _constraints(found, table))
    with sqlite3.connect(fresh.catalog.url.database or "") as connection:
        rows = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        )
        yield from (one_line(sql) for (sql,) in rows)
    connection.close()


def _column(column: Any) -> str:
    default = "" if column["default"] is None else f", default {column['default']}"
    return f"{column['name']}: {column['type']}{'' if column['nullable'] else ', not null'}{default}"


def _constraints(found: Inspector, table: str) -> Iterator[str]:
    key = found.get_pk_constraint(table)
    yield f"{key['name']}: primary key ({', '.join(key['constrained_columns'])})"
    for unique in found.get_unique_constraints(table):
        yield f"{unique['name']}: unique ({', '.join(unique['column_names'])})"
    for check in found.get_check_constraints(table):
        yield f"{check['name']}: check {one_line(check['sqltext'])}"
    for foreign in found.get_foreign_keys(table):
        ends = ", ".join(foreign["constrained_columns"]), ", ".join(foreign["referred_columns"])
        yield f"{foreign['name']}: foreign key ({ends[0]}) to {foreign['referred_table']} ({ends[1]})"


def one_line(text: str) -> str:
    return " ".join(text.split())


def routes(fresh: Fresh, api: bool) -> Iterator[str]:
    with the("open_archive")(_opened(fresh)) as archive:
        for rule in the("create_app")(archive).url_map.iter_rules():
            if rule.rule.startswith("/api/") == api:
                methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
                yield f"{rule.rule} {' '.join(sorted(methods))}"


def _opened(fresh: Fresh) -> Any:
    keys = f"keyfile://{fresh.data.parent / 'archive.keys'}"
    return the("Settings", type)(data=fresh.data, keys_url=keys)


def api_fields(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parameters and fields of each operation, whatever their models are called."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            what = f"{method.upper()} {path}"
            yield from (f"{what} {each['in']} {each['name']}" for each in operation["parameters"])
            for part, described in (("body", operation.get("requestBody", {})), *operation["responses"].items()):
                for content in () if part == "default" else described.get("content", {}).values():
                    yield from (f"{what} {part} {name}" for name in _schema_fields(content.get("schema", {}), schemas))
    yield from (f"problem {name}" for name in schemas["Problem"]["properties"])


def _schema_fields(schema: Mapping[str, Any], schemas: Mapping[str, Any], before: str = "") -> Iterator[str]:
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", ()):
        yield from _schema_fields(choice, schemas, before)
    if "items" in schema:
        yield from _schema_fields(schema["items"], schemas, f"{before}[]")
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield from _schema_fields(schema["additionalProperties"], schemas, f"{before}.*")
    for name, below in schema.get("properties", {}).items():
        yield f"{before}.{name}".removeprefix(".")
        yield from _schema_fields(below, schemas, f"{before}.{name}")


def metrics(fresh: Fresh) -> Iterator[str]:
    registries = {id(value): value for _, value in objects() if isinstance(value, CollectorRegistry)}
    with the("open_archive")(_opened(fresh)) as archive:
        counted = [kind(archive) for kind in classes(Collector)]  # type: ignore[call-arg]
        collectors = [each for registry in registries.values() for each in registry._collector_to_names]
        for collector in (*collectors, *counted):
            for metric in (each for each in collector.collect() if each.name.startswith("guidang_")):
                labels = getattr(collector, "_labelnames", getattr(metric, "_labelnames", ()))
                yield f"{metric.name} {metric.type} {{{', '.join(labels)}}}"

"""What may reach a log or a screen holds no password."""

from __future__ import annotations

import pytest

from config.redaction import without_secrets


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://guidang:pa55@db:5432/guidang", "postgresql://guidang:***@db:5432/guidang"),
        ("postgresql+psycopg://u:p@/x?host=/run", "postgresql+psycopg://u:***@/x?host=/run"),
        ("s3://KEY:SE/CRET+=@host:8333/bucket?region=x", "s3://KEY:***@host:8333/bucket?region=x"),
        ("https://u:p@ss@host:9200/name", "https://u:***@host:9200/name"),
        ("redis://:word@cache:6379/0", "redis://:***@cache:6379/0"),
        ("https://host/name?api_key=abc&x=1", "https://host/name?api_key=***&x=1"),
        ("postgresql://u@h/d?sslmode=require&password=abc", "postgresql://u@h/d?sslmode=require&password=***"),
        (
            "connecting to redis://:a@b failed, http://u:p@c too",
            "connecting to redis://:***@b failed, http://u:***@c too",
        ),
    ],
)
def test_passwords_of_urls_are_starred(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    "text", ["sqlite:////data/catalog.db", "file:///a b/c", "https://host:9200/name", "passphrase:", "甲@乙:丙"]
)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert without_secrets(text) == text

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import gettext

from dms.http.request import ARCHIVE
from dms.kernel.archive import Archive
from dms.web.translations.extract import messages

PO = Path(__file__).parents[3] / "dms/web/translations/en/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("", "zh-CN"), ("zh-TW,en;q=0.5", "zh-CN"), ("en-US,en;q=0.9", "en"), ("fr", "zh-CN"), ("de,en;q=0.3", "en")],
)
def test_chinese_unless_the_browser_prefers_english(client: FlaskClient, accepted: str, language: str) -> None:
    assert f'<html lang="{language}"' in client.get("/keys", headers={"Accept-Language": accepted}).text


def test_the_choice_in_the_browser_wins_over_what_it_accepts(client: FlaskClient) -> None:
    page = client.get("/keys").text
    csrf = page.split('name="csrf" content="', 1)[1].split('"', 1)[0]
    answer = client.post("/language", data={"csrf": csrf, "language": "en", "next": "/keys"})
    assert answer.headers["Location"] == "/keys"
    assert '<html lang="en"' in client.get("/keys").text


def test_the_setting_of_the_account_wins_over_all(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("guidang_session", "english")
    client.set_cookie("guidang_language", "zh")
    assert '<html lang="en"' in client.get("/keys").text


def test_who_has_no_wish_reads_the_archives_language(client: FlaskClient, app: Flask, archive: Archive) -> None:
    english = archive.settings.model_copy(update={"language": "en"})
    app.extensions[ARCHIVE] = replace(archive, settings=english)
    assert '<html lang="en"' in client.get("/keys", headers={"Accept-Language": "fr"}).text
    assert '<html lang="zh-CN"' in client.get("/keys", headers={"Accept-Language": "zh"}).text


def test_every_text_has_an_english_translation_with_the_same_placeholders() -> None:
    with PO.open("rb") as source:
        catalog = read_po(source, locale="en")
    missing, uneven = [], []
    for path, line, message in messages():
        found = catalog.get(message)
        strings = (found.string if isinstance(found.string, tuple) else (found.string,)) if found else ("",)
        if not all(strings):
            missing.append(f"{path}:{line}: {message}")
        elif any(set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(str(message))) for text in strings):
            uneven.append(f"{path}:{line}: {message} → {strings}")
    assert not missing, "run python -m dms.web.translations and translate:\n" + "\n".join(missing)
    assert not uneven, "\n".join(uneven)


def test_nothing_translates_to_nothing(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert gettext("") == ""
        assert gettext("收件") == "Inbox"

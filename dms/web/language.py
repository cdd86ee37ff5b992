"""Chinese texts are their own message ids; other languages come from .po catalogs, read at start."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, get_locale

from dms.http import current_archive, identity_or_none
from dms.http.language import LANGUAGES, choose_language, choose_locale

FOLDER = Path(__file__).parent / "translations"


class Catalogs(Domain):  # type: ignore[misc]  # flask-babel has no types
    """Message catalogs kept in memory, compiled from .po files."""

    def get_translations(self) -> NullTranslations:
        """Return the catalog of the language of this request."""
        locale = get_locale()
        return catalog_of(locale.language if locale else "zh")

    def gettext(self, string: str, **variables: Any) -> str:
        """Translate a text; nothing stays nothing, for which gettext would answer with the head of the catalog."""
        return str(super().gettext(string, **variables)) if string else ""


class Languages(Babel):  # type: ignore[misc]  # flask-babel has no types
    """Flask-Babel with our catalogs."""

    domain_instance = Catalogs()


@cache
def catalog_of(language: str) -> NullTranslations:
    """Read and compile the catalog of a language; Chinese has none, its texts are the message ids."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def prepare(app: Flask) -> None:
    """Choose the language and the time zone of each answer."""
    Languages(app, default_locale="zh_Hans_CN", locale_selector=choose_locale, timezone_selector=_choose_zone)
    app.add_template_global(choose_language, "language")
    app.jinja_env.globals["languages"] = LANGUAGES


def _choose_zone() -> str:
    zone = getattr(identity_or_none(), "time_zone", None) or getattr(current_archive().clock, "zone", None)
    return str(zone or "Asia/Shanghai")

"""Bring the catalogs up to date: new texts get an empty translation, texts that are gone are removed."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from dms.web.translations.extract import catalog_of_project

FOLDER = Path(__file__).parent
HEADER = r"""# Texts of the interface. Kept up to date by: python -m dms.web.translations
msgid ""
msgstr ""
"Project-Id-Version: Guidang\n"
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""  # no dates and no names: two updates of the same texts are the same file


def update(path: Path, fresh: Catalog) -> int:
    """Rewrite a catalog for the texts of `fresh`; return how many have no translation yet."""
    with path.open("rb") as source:
        kept = read_po(source, locale=path.parts[-3])
    kept.update(fresh, no_fuzzy_matching=True)
    kept.obsolete.clear()
    body = BytesIO()
    write_po(body, kept, width=120, omit_header=True, include_lineno=False, sort_by_file=True)
    path.write_bytes(HEADER.format(language=path.parts[-3]).encode() + body.getvalue())
    return sum(1 for message in kept if message.id and not message.string)


def main() -> int:
    """Update all catalogs; exit with 1 when a translation is missing."""
    fresh = catalog_of_project()
    missing = {path: update(path, fresh) for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))}
    for path, count in missing.items():
        sys.stdout.write(f"{path.parts[-3]}: {count} without translation\n")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

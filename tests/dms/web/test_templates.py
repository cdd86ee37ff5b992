from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "dms").rglob("*.html"))
SCRIPTS = sorted((ROOT / "dms/web/static/js").glob("*.js"))
HOSTILE = "\"><script>alert(1)</script>' onload=x"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_template_has_inline_script_or_style(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", text), "the content security policy drops style attributes"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "the content security policy drops event attributes"
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"https?://", text), "nothing is loaded from elsewhere"
    assert "|safe" not in text.replace(" ", "")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_never_write_markup_and_load_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text)


PARTS = [
    "icon('search', h)", "button(h, key='r', attrs={'title': h})", "button(h, href='/x?' ~ h)",
    "post_button(h, '/x', fields={h: h}, confirm=h)", "field(h, h, h, hint=h, unit=h, placeholder=h)",
    "field('a', h, h, options=[(h, h)])", "field('a', h, h, rows=2)", "check('a', h)", "radios('a', h, [(h, h)], h)",
    "chip(h, remove='/x', count=3)", "badge(h, 'warn')", "pager(next='/x', total=3)",
    "crop('/x.jpg', h)", "path([{'text': h, 'title': h}], h)", "evidence('proven', '/x', h)", "maker('person', h, h)",
    "ring(1, 2, [h], h)", "toast(h, '/u', '/l')", "notice(h, 'danger')", "empty(h, h)", "progress(h, 1, 2, h)",
    "tabs([{'text': h, 'href': '/x'}], h)", "facts([{'label': h, 'value': h, 'title': h}])", "shelf_bar(1, 2, 3, h)",
    "scan_field('a', h, '/x', h)", "copyable(h)", "crumbs([(h, '/x')])", "drop_zone(h, h)", "export_links('/x?' ~ h)",
    "viewer([{'position': 1, 'view': '/v', 'thumb': '/t'}], [{'position': 1, 'box': (0, 0, 1, 1), 'label': h}])",
]  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_every_part_escapes_what_it_is_given(app: Flask, part: str) -> None:
    with app.test_request_context("/"):
        html = render_template_string('{% import "parts.html" as ui %}{{ ui.' + part + " }}", h=HOSTILE)
    assert "<script" not in html
    assert "<script" not in html.replace("&#34;&gt;", '">')
    assert ("&#34;&gt;" in html) == ("h" in re.findall(r"\w+", part))


def test_the_style_guide_shows_names_as_text(archivist: FlaskClient) -> None:
    assert "&lt;b&gt;绍兴鉴湖纺织&lt;/b&gt; &amp; 子公司" in archivist.get("/styleguide").text


def test_the_menu_shows_only_what_the_role_may_do(app: Flask, archivist: FlaskClient) -> None:
    sales = app.test_client()
    sales.set_cookie("guidang_session", "sales")
    for path in ("/inbox", "/people", "/places"):
        app.add_url_rule(path, path, lambda: "")
    seen, less = archivist.get("/keys").text, sales.get("/keys").text
    assert 'data-key="g m"' in seen
    assert 'data-key="g m"' not in less
    assert 'data-key="g i"' in less
    assert 'href="/search"' not in seen, "there is no such screen here"
    assert "李&lt;b&gt;业务" in less

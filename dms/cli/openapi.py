"""`openapi`: prints the OpenAPI document of the JSON API."""

from __future__ import annotations

import json

import click

from dms.bootstrap import open_archive, settings_of
from dms.web.app import create_app
from dms.web.openapi import document


@click.command(help="打印 JSON 接口的 OpenAPI 文档。 / Print the OpenAPI document of the JSON API.")
@click.pass_context
def command(context: click.Context) -> None:
    """Print the document as JSON."""
    with open_archive(settings_of(context)) as archive:
        click.echo(json.dumps(document(create_app(archive)), ensure_ascii=False, indent=1))

import click
import pytest

from dms.cli.intake import CopyKinds, command


def test_the_command_takes_the_kinds_of_copies_that_the_archives_owner_has(tmp_path):
    (tmp_path / "rulebook").mkdir()
    (tmp_path / "rulebook" / "copy_kinds.toml").write_text(
        '[duplicate]\nzh = "副本"\nen = "Duplicate"\npaper = true\n', encoding="utf-8"
    )
    with click.Context(command, obj={"data": tmp_path}) as context:
        assert CopyKinds().convert("duplicate", None, context) == "duplicate"
        with pytest.raises(click.BadParameter, match="duplicate"):  # the message lists all that there are
            CopyKinds().convert("drawing", None, context)

"""Document types: the shipped files load, wrong files are refused by file and key."""

from pathlib import Path

import pytest

from ingest.doctypes import DocumentTypeError, load_types

FOLDER = Path(__file__).parents[2] / "config" / "rulebook" / "types"
SMALL = """
code = "X1"
abbreviation = "XX"
name = "试单"
name_en = "Trial"
retention = { years = 1 }
cues = [{ text = "试单", weight = 1 }]
fields = [{ name = "no", label = "编号", kind = "code" }]
"""


@pytest.fixture(scope="module")
def shipped():
    return load_types({path.name: path.read_text("utf-8") for path in FOLDER.glob("*.toml")})


def test_shipped_types_load(shipped):
    assert {"T00", "T01", "T02", "T04", "T06", "T08", "T09", "T10"} <= {t.code for t in shipped}


def test_every_shipped_type_has_a_required_field_and_a_cue_for_its_name(shipped):
    for declared in shipped:
        assert any(f.required for f in declared.fields), declared.code
        assert max(c.weight for c in declared.cues) > 0


STANDS = {  # requirements §0.12, for the types that are shipped; T00 is not named there: as before
    "T00": ("06", True), "T01": ("01", False), "T02": ("01", False), "T04": ("03", True), "T06": ("03", True),
    "T08": ("03", False), "T09": ("03", True), "T10": ("03", True),
}  # fmt: skip


def test_shipped_types_say_in_which_group_they_stand_and_whether_custody_must_be_stated(shipped):
    assert {declared.code: (declared.group, declared.custody) for declared in shipped} == STANDS


def test_a_file_from_before_there_were_groups_and_custody_still_loads():
    (old,) = load_types({"x.toml": SMALL.replace('code = "X1"', 'code = "X1"\ncopy_rule = "original"')})
    assert (old.group, old.custody) == ("06", True)  # its copies needed an original before, too
    (copied,) = load_types({"x.toml": SMALL})
    assert not copied.custody


def test_fields_of_a_group_are_written_out_for_every_side(shipped):
    contract = next(t for t in shipped if t.code == "T04")
    labels = {f.name: f.label for f in contract.expanded_fields()}
    assert labels["party_a_name"] == "甲方名称"
    assert labels["party_b_tax_id"] == "乙方税号"


def test_every_shipped_field_and_column_has_a_label_for_english_readers(shipped):
    for declared in shipped:
        assert all(label.isascii() for label in declared.labels(english=True).values()), declared.code
    contract = next(t for t in shipped if t.code == "T04")
    assert contract.labels(english=True)["party_b_tax_id"] == "Party B tax number"
    assert contract.labels()["items.amount"] == "金额"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("years = 1", "years = -1"), "retention.years"),
        (("years = 1", 'years = 1, rule = "Y"'), "retention: Value error, say either a rule or years"),
        (("years = 1", 'from = "document"'), "say either a rule or years"),
        (('kind = "code"', 'kind = "colour"'), "fields.0.kind"),
        (('name = "no"', 'name = "No"'), "fields.0.name"),
        (('code = "X1"', 'code = "X1"\nsecret = 3'), "secret: there is no such key; did you mean secrecy?"),
        (('code = "X1"', 'code = "X1"\ngroup = "07"'), "group"),
        (('kind = "code"', 'group = "side"'), "undeclared groups: side"),
        (('kind = "code"', 'pattern = "("'), "fields.0.pattern"),
        (('code = "X1"', "code = "), "not valid TOML"),
        (('name = "试单"', ""), "name"),
    ],
)
def test_wrong_files_are_refused_by_file_and_key(change, key):
    with pytest.raises(DocumentTypeError) as refusal:
        load_types({"x.toml": SMALL.replace(*change)})
    assert str(refusal.value).startswith("x.toml: ")
    assert key in str(refusal.value)


def test_two_files_may_not_share_a_code():
    with pytest.raises(DocumentTypeError, match="X1 is taken"):
        load_types({"a.toml": SMALL, "b.toml": SMALL})

import pytest

from dms.kernel.configuration import read_rulebook, read_settings
from dms.kernel.errors import ConfigurationError


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("workers", "zehn", "要写整数"),
        ("workers", "0", "不能小于 1"),
        ("port", "99999", "不能大于 65535"),
        ("language", "fr", "只能是 'zh'、'en'"),
        ("time_zone", "Mars", "没有这个时区，例如 Asia/Shanghai"),
        ("demonstration", "maybe", "要写 true 或 false"),
        ("archive_name", "", "不能空着"),
        ("own_companies", "x", "要写成 JSON 的对象列表"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_would_be_right(monkeypatch, tmp_path, name, value, sentence):
    monkeypatch.setenv("GUIDANG_DATA", str(tmp_path))
    monkeypatch.setenv(f"GUIDANG_{name.upper()}", value)
    with pytest.raises(ConfigurationError) as error:
        read_settings()
    assert str(error.value) == f"设置“{name}”不能用：{sentence}。可用的值见 docs/settings.md；数据没有改动。"
    assert error.value.code == "setting_invalid"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "没有这个文件"),
        (b"\xff\xfe", "它不是 UTF-8 文字"),
        (b"port =", "写法有误（Invalid value (at end of document)）"),
    ],
)
def test_a_settings_file_that_cannot_be_read_says_why_in_words(tmp_path, content, problem):
    file = tmp_path / "guidang.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigurationError) as error:
        read_settings(file)
    assert str(error.value) == f"设置文件 {file} 读不了：{problem}。改正后再启动；数据没有改动。"
    assert error.value.code == "settings_file"


@pytest.mark.parametrize(
    ("text", "problem"), [('group = "9"', "group"), ("code =", "not valid TOML"), ('code = "X9"', "abbreviation")]
)
def test_a_document_type_that_is_wrong_stops_the_start_and_is_named(tmp_path, text, problem):
    (tmp_path / "rulebook" / "types").mkdir(parents=True)
    (tmp_path / "rulebook" / "types" / "x9.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"x9.*{problem}") as error:
        read_rulebook(tmp_path)
    assert error.value.code == "rulebook"

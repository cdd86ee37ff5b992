"""Everything about a bucket is in its URL, and a URL that cannot be used says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.redaction import without_secrets
from storage.objects import StoreUrlError
from storage.s3.location import parse

KEYS = "KEY:se%2Fc%2Bret"


def test_the_least() -> None:
    location = parse(f"s3://{KEYS}@s3.example:9000/originals")
    assert (location.endpoint, location.bucket, location.prefix) == ("s3.example:9000", "originals", "")
    assert (location.access_key, location.secret_key) == ("KEY", "se/c+ret")
    assert (location.region, location.secure, location.ca, location.virtual) == ("us-east-1", True, None, False)


def test_everything(tmp_path: Path) -> None:
    ca = tmp_path / "house.pem"
    ca.touch()
    location = parse(f"s3://{KEYS}@[::1]:9000/originals/house/a-1/?region=cn-north-1&tls=no&ca={ca}&addressing=virtual")
    assert (location.endpoint, location.prefix, location.region) == ("[::1]:9000", "house/a-1/", "cn-north-1")
    assert (location.secure, location.ca, location.virtual) == (False, ca, True)


@pytest.mark.parametrize("shown", [str, repr])
def test_no_secret_is_shown(shown: type) -> None:
    text = shown(parse(f"s3://{KEYS}@s3.example/originals/house"))
    assert "se/c+ret" not in text
    assert "originals" in text
    assert "ret" not in without_secrets(f"s3://{KEYS}@s3.example/originals/house")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("s3://bucket", "bucket's name"),
        (f"s3://{KEYS}@host/", "bucket's name"),
        (f"s3://{KEYS}@host/Bucket", "bucket's name"),
        ("s3://host/bucket", "key is missing"),
        ("s3://KEY@host/bucket", "key is missing"),
        ("s3://KEY:a/b@host/bucket", "host or port|bucket's name"),
        (f"s3://{KEYS}@host:port/bucket", "host or port"),
        (f"s3://{KEYS}@/bucket", "host or port"),
        (f"s3://{KEYS}@host/bucket/../other", "prefix"),
        (f"s3://{KEYS}@host/bucket/.hidden", "prefix"),
        (f"s3://{KEYS}@host/bucket?tls=maybe", "yes, no"),
        (f"s3://{KEYS}@host/bucket?adressing=path", "no option 'adressing'"),
        (f"s3://{KEYS}@host/bucket?ca=/no/such.pem", "/no/such.pem"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_secret(url: str, problem: str) -> None:
    with pytest.raises(StoreUrlError, match=problem) as caught:
        parse(url)
    assert "ret" not in str(caught.value).replace("SECRETKEY", "").replace("secret key", "")

"""An address leads over TLS, or to this very machine."""

import pytest

from search.elastic.address import AddressError, PlainAddressError, parse_address


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.0.1", "[::1]"])
def test_this_machine_may_be_asked_without_encryption(host: str) -> None:
    assert parse_address(f"http://{host}:9200/guidang").hosts == (f"http://{host}:9200",)


@pytest.mark.parametrize(
    "hosts",
    ["search1", "10.0.0.7:9200", "[2001:db8::1]:9200", "localhost.example.org", "127.0.0.1.example.org", "0.0.0.0",
     "127.0.0.1:9200,search2:9200"],
)  # fmt: skip
def test_another_machine_is_never_asked_without_encryption(hosts: str) -> None:
    with pytest.raises(PlainAddressError) as caught:
        parse_address(f"http://guidang:hidden@{hosts}/guidang")
    assert (caught.value.code, "hidden" in str(caught.value)) == ("index_plain", False)
    assert parse_address(f"https://guidang:hidden@{hosts}/guidang").hosts


@pytest.mark.parametrize("url", ["http://localhost:9200", "http://localhost:9200/Upper", "http://a b/guidang"])
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(AddressError):
        parse_address(url)

"""The address to which the client sends tokens and commands."""

from traceback import format_exception

import pytest

from custom_components.parqex.api import InvalidAddress, base_url


def test_the_environment_may_name_another_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is read at each call, and without it the address is the documented one."""
    monkeypatch.setenv("PARQEX_BASE_URL", "https://parqex.test:8443")
    assert str(base_url()) == "https://parqex.test:8443"
    monkeypatch.delenv("PARQEX_BASE_URL")
    assert str(base_url()) == str(base_url({})) == "https://api.parqex.com"


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://parqex.test", "https://parqex.test"),
        ("HTTPS://ParqEx.test/", "https://parqex.test"),
        ("https://192.0.2.7:8443", "https://192.0.2.7:8443"),
        ("https://[2001:db8::7]", "https://[2001:db8::7]"),
        ("http://localhost:8765", "http://localhost:8765"),
        ("http://LOCALHOST", "http://localhost"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://[::1]:8765", "http://[::1]:8765"),
        ("https://parqex.test/some/path/", "https://parqex.test"),
        ("https://u:s3cret@parqex.test/p?token=s3cret#part", "https://parqex.test"),
    ],
)
def test_https_anywhere_and_http_on_this_machine(value: str, address: str) -> None:
    """Of the value only scheme, host and port count."""
    assert str(base_url({"PARQEX_BASE_URL": value})) == address


@pytest.mark.parametrize(
    "value",
    [
        *("http://api.parqex.com", "http://192.0.2.7", "http://0.0.0.0", "http://[::]"),
        *("http://[2001:db8::7]", "http://localhost.parqex.test", "http://xn--a"),
        *("http://127.0.0.1.parqex.test", "http://localhost@parqex.test"),
        *("http://parqex.test/localhost", "ftp://localhost", "file:///etc/passwd"),
        *("//parqex.test", "/oauth", "api.parqex.com", "api.parqex.com:443"),
        *("https://", "https:///path", "no address", " ", ""),
        *("http://u:s3cret@parqex.test", "ftp://u:s3cret@parqex.test"),
        *("https://u:s3cret@parqex.test:port", "https://u:s3cret@parqex.test:99999"),
        *("https://u:s3cret@[::1", "https://u:s3cret@[s3cret]"),
        *(
            "https://u:s3cret@parq\N{ACCOUNT OF}x.test",
            "https://u:s3cret\\@parqex.test",
        ),
    ],
)
def test_any_other_address_is_refused_without_quoting_it(value: str) -> None:
    """It may hold a password."""
    with pytest.raises(InvalidAddress, match="PARQEX_BASE_URL") as caught:
        base_url({"PARQEX_BASE_URL": value})
    assert "s3cret" not in "".join(format_exception(caught.value))

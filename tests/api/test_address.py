"""Where the client sends tokens and commands: to ParqEx, or where a test says."""

from traceback import format_exception

import pytest

from custom_components.parqex.api import InvalidAddress, base_url


def test_it_is_parqex_unless_told_otherwise() -> None:
    """The documented host."""
    assert str(base_url({})) == "https://api.parqex.com"


def test_the_environment_may_name_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after this module was imported."""
    monkeypatch.setenv("PARQEX_BASE_URL", "https://parqex.test:8443")
    assert str(base_url()) == "https://parqex.test:8443"
    monkeypatch.delenv("PARQEX_BASE_URL")
    assert str(base_url()) == "https://api.parqex.com"


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
        ("http://127.9.8.7", "http://127.9.8.7"),
        ("http://[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_https_anywhere_and_http_on_this_machine(value: str, address: str) -> None:
    """Nothing leaves this machine unencrypted."""
    assert str(base_url({"PARQEX_BASE_URL": value})) == address


@pytest.mark.parametrize(
    "value",
    [
        "https://parqex.test/some/path/",
        "https://parqex.test?token=s3cret",
        "https://parqex.test#fragment",
        "https://user:s3cret@parqex.test",
        "https://user:s3cret@parqex.test/path?token=s3cret#fragment",
    ],
)
def test_only_scheme_host_and_port_count(value: str) -> None:
    """The rest belongs to the client."""
    assert str(base_url({"PARQEX_BASE_URL": value})) == "https://parqex.test"


@pytest.mark.parametrize(
    "value",
    [
        "http://api.parqex.com",
        "http://192.0.2.7",
        "http://0.0.0.0",
        "http://[::]",
        "http://[2001:db8::7]",
        "http://localhost.parqex.test",
        "http://127.0.0.1.parqex.test",
        "http://localhost@parqex.test",
        "http://parqex.test/localhost",
        "http://xn--a",
        "ftp://localhost",
        "file:///etc/passwd",
        "//parqex.test",
        "/oauth",
        "api.parqex.com",
        "api.parqex.com:443",
        "https://",
        "https:///path",
        "no address",
        " ",
        "",
    ],
)
def test_everything_else_is_refused(value: str) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidAddress):
        base_url({"PARQEX_BASE_URL": value})


@pytest.mark.parametrize(
    "value",
    [
        "http://user:s3cret@parqex.test",
        "ftp://user:s3cret@parqex.test",
        "https://user:s3cret@parqex.test:port",
        "https://user:s3cret@parqex.test:99999",
        "https://user:s3cret@[::1",
        "https://user:s3cret@[s3cret]",
        "https://user:s3cret@parq\N{ACCOUNT OF}x.test",
        "https://user:s3cret\\@parqex.test",
    ],
)
def test_the_complaint_does_not_quote_the_address(value: str) -> None:
    """It may hold credentials."""
    with pytest.raises(InvalidAddress) as caught:
        base_url({"PARQEX_BASE_URL": value})
    assert "PARQEX_BASE_URL" in str(caught.value)
    assert "s3cret" not in "".join(format_exception(caught.value))

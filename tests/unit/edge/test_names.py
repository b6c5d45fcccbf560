"""What may become the name of a file."""

from __future__ import annotations

import pytest

from chalicelib.edge import names
from chalicelib.errors import Invalid


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("www.example.com", "www.example.com"),
        ("*.example.com", "_.example.com"),
        ("xn--mnchen-3ya.example", "xn--mnchen-3ya.example"),
        ("a--b.0.example", "a--b.0.example"),
        (".".join(["a" * 63] * 3 + ["b" * 59]), ".".join(["a" * 63] * 3 + ["b" * 59])),
    ],
)
def test_a_name_has_its_file(name: str, file: str) -> None:
    """A wildcard is filed under a name that no host can have; the name can be told from the file."""
    assert file == names.file_of(name)
    assert name == names.name_of(file)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "a..b",
            ".a",
            "a.",
            "-a",
            "a-",
            "a\n",
            "a\x00b",
            "a b",
            "A.example.com",
            "ä.de",
        ),
        *("*", "*.", "a.*.b", "**.a", "_.example.com", "a_b.example.com", "[::1]", "a:1", "default", "{x}", "a?b"),
        *("a" * 64, ".".join(["a" * 63] * 4)),
    ],
)
def test_anything_else_is_refused(name: str) -> None:
    """Nothing but lower-case DNS names reaches the disk."""
    with pytest.raises(Invalid):
        names.file_of(name)


@pytest.mark.parametrize("origin", ["127.0.0.1:5000", "app.internal:1", "[::1]:65535", "[fd00::7]:80", "a-b:80"])
def test_an_origin_is_a_host_and_a_port(origin: str) -> None:
    """IPv4, IPv6 in brackets, and names."""
    assert origin == names.origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "",
            "a",
            ":80",
            "a:",
            "a:0",
            "a:65536",
            "a:080",
            "a:80\n",
            "http://a:80",
            "a/b:80",
            "../a:80",
            "a:80/x",
            "A:80",
        ),
        *("::1:80", "[]:80", "[::1]", "{env.HOME}:80", "a:{x}", "*:80", "-a:80", "unix//x", "a" * 255 + ":80"),
    ],
)
def test_any_other_origin_is_refused(origin: str) -> None:
    """No paths, no placeholders, no globs."""
    with pytest.raises(Invalid):
        names.origin(origin)


@pytest.mark.parametrize("identity", ["", ".", "default", "../x", "a/b", "a b", "a\n", "*", "-x", "x" * 65])
def test_a_strange_id_is_refused(identity: str) -> None:
    """Ids become file names as well."""
    with pytest.raises(Invalid):
        names.identity(identity)

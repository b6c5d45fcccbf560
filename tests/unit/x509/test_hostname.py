"""Names of hosts."""

from __future__ import annotations

import pytest

from chalicelib.errors import Invalid
from chalicelib.x509 import hostname


class TestNormalize:
    """normalize()."""

    @pytest.mark.parametrize(
        ("name", "normal"),
        [
            ("www.example.com", "www.example.com"),
            (" WWW.Example.COM\n", "www.example.com"),
            ("*.example.com", "*.example.com"),
            ("*.EXAMPLE.com", "*.example.com"),
            ("example", "example"),
            ("a.b.c.d.example.com", "a.b.c.d.example.com"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("bu\u0308cher.example", "xn--bcher-kva.example"),
            ("faß.example", "xn--fa-hia.example"),
            ("日本語。ｊｐ", "xn--wgv71a119e.jp"),
            ("*.bücher.example", "*.xn--bcher-kva.example"),
            ("1und1.de", "1und1.de"),
            ("a" * 63 + ".example", "a" * 63 + ".example"),
        ],
    )
    def test_normal_form(self, name: str, normal: str) -> None:
        """A name has one written form: lower-case A-labels."""
        assert normal == hostname.normalize(name)
        assert normal == hostname.normalize(normal)

    @pytest.mark.parametrize(
        "name",
        [
            "",
            " ",
            ".",
            "*",
            "*.",
            "www.example.com.",
            ".example.com",
            "www..example.com",
            "https://www.example.com",
            "www.example.com/path",
            "www.example.com:443",
            "[::1]",
            "192.168.1.1",
            "my_app.example.com",
            "-a.example.com",
            "a-.example.com",
            "w*.example.com",
            "*w.example.com",
            "www.*.com",
            "*.*.example.com",
            "a b.example.com",
            "a\0.example.com",
            "a\r\nb.example.com",
            "☃.example.com",
            "a" * 64 + ".example",
            ".".join(["a" * 60] * 5),
            "ü" * 60 + ".example",
            "user@example.com",
        ],
    )
    def test_refused(self, name: str) -> None:
        """What is no hostname is refused with a sentence that can be shown."""
        with pytest.raises(Invalid) as caught:
            hostname.normalize(name)

        assert caught.value.message.endswith(".")
        assert caught.value.message.isprintable()


class TestCovers:
    """covers()."""

    @pytest.mark.parametrize(
        ("pattern", "name"),
        [
            ("www.example.com", "www.example.com"),
            ("WWW.example.com", "www.EXAMPLE.com"),
            ("*.example.com", "www.example.com"),
            ("*.example.com", "*.example.com"),
            ("*.example.com", "xn--bcher-kva.example.com"),
            ("*.b.example.com", "a.b.example.com"),
        ],
    )
    def test_covered(self, pattern: str, name: str) -> None:
        """A name covers itself in any case; a wildcard covers one label."""
        assert hostname.covers(pattern, name)

    @pytest.mark.parametrize(
        ("pattern", "name"),
        [
            ("*.example.com", "example.com"),
            ("*.example.com", "a.b.example.com"),
            ("*.example.com", "notexample.com"),
            ("*.example.com", "www.example.com.evil.net"),
            ("*.example.com", ".example.com"),
            ("*.example.com", "www.example.com."),
            ("www.example.com", "www.example.com."),
            ("www.example.com.", "www.example.com."),
            ("www.example.com", "*.example.com"),
            ("*.example.com", "*.b.example.com"),
            ("*.*.example.com", "a.b.example.com"),
            ("w*.example.com", "www.example.com"),
            ("www.*.com", "www.example.com"),
            ("*", "localhost"),
            ("*.com", "example.com"),
            ("*.", "a."),
            ("", ""),
            ("example.com", "www.example.com"),
        ],
    )
    def test_not_covered(self, pattern: str, name: str) -> None:
        """A wildcard is one whole label at the front, and nothing else is one."""
        assert not hostname.covers(pattern, name)

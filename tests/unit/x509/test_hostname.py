"""Names of hosts."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
            ("ＷＷＷ．ＥＸＡＭＰＬＥ。com", "www.example.com"),
            ("＊.example.com", "*.example.com"),
            ("I❤\ufe0fNY.ws", "xn--iny-4r6a.ws"),
            ("paral·lel.cat", "xn--parallel-koa.cat"),  # RFC 5892 appendix A.3
            ("xn--parallel-koa.cat", "xn--parallel-koa.cat"),
            ("ジョン・レノン.jp", "xn--yck1b0dua8ac7c.jp"),  # RFC 5892 appendix A.7
            ("XN--YCK1B0DUA8AC7C.jp", "xn--yck1b0dua8ac7c.jp"),
            ("نامه\u200cای.com", "xn--mgba3gch31f060k.com"),  # RFC 5892 appendix A.1
            ("xn--mgba3gch31f060k.com", "xn--mgba3gch31f060k.com"),
            ("אב1.example", "xn--1-zhcd.example"),
            ("☃.example.com", "xn--n3h.example.com"),
            ("xn--ls8h.la", "xn--ls8h.la"),
            ("soft\u00adhyphen\u200b.example", "softhyphen.example"),
            ("u\u0308" * 50 + ".example", hostname.normalize("ü" * 50 + ".example")),
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
            "אa.example",  # RFC 5893 section 2, rule 1 and others
            "ab٠.example",
            "xn--a-0hc.example",
            "\u0301a.example",  # RFC 5891 section 4.2.3.2
            "a·b.example",  # RFC 5892 appendix A
            "a\u200cb.example",
            "👩\u200d💻.example",
            "xn--a.example",
            "xn--xn--bcher-kva.example",
            "xn---bbk.example",
            "xn--zdaaa.example\u0000",
            "xn--x2g.example",  # ℡, which browsers write as tel
            "ab--c.example",
            "ab--ü.example",
            "-ü.example",
            "ü_b.example",
            "ü+b.example",
            "a\ud800.example",
            "www.example.com。",
            "https：／／www.example.com",
            "2001:db8::1",
            "\ufdfa" * 1000,
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

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("2001:db8::1", "is an address"),
            ("[::1]", "is an address"),
            ("192.168.1.1", "is an address"),
            ("www.example.com:443", "leave out the scheme, port and path"),
            ("www.example.com.", "ends with a dot"),
            ("אa.example", "from right to left"),
            ("a·b.example", "U+00B7"),
            ("ab--c.example", "dashes in third and fourth place"),
            ("-ü.example", "neither begins nor ends with a dash"),
            ("ü" * 64 + ".example", "1 to 63"),
            ("ü" * 300, "longer than the 253"),
        ],
    )
    def test_sentences(self, name: str, told: str) -> None:
        """The sentence says what is wrong with the name that was given."""
        with pytest.raises(Invalid) as caught:
            hostname.normalize(name)

        assert told in caught.value.message

    def test_nothing_is_done_for_a_long_text(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A text that is far too long is refused before anything looks at its letters."""
        monkeypatch.setattr(hostname, "idna", None)

        with pytest.raises(Invalid, match="longer than the 253"):
            hostname.normalize("ü" * 100_000)

    @given(st.text(max_size=12) | st.from_regex(r"xn--[a-z0-9-]{1,12}", fullmatch=True))
    def test_any_text(self, text: str) -> None:
        """Any text is a name in the one form, which stays as it is, or is refused."""
        with contextlib.suppress(Invalid):
            name = hostname.normalize(f"{text}.example")
            assert re.fullmatch(r"(\*\.)?([a-z0-9-]{1,63}\.)+[a-z0-9-]+", name)
            assert name == hostname.normalize(name)


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

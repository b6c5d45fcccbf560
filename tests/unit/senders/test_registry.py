"""The kinds of channels: what is taken, and that everything that lists them has the same."""

from __future__ import annotations

import pytest

from chalicelib.errors import Invalid
from chalicelib.senders import registry
from chalicelib.senders.registry import WAYS
from local import documents


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("email", " Me@Example.com ", "me@example.com"),
        ("sns", "arn:aws:sns:us-east-1:123456789012:mine", "arn:aws:sns:us-east-1:123456789012:mine"),
        ("webhook", "https://example.com:8443/a?b=c", "https://example.com:8443/a?b=c"),
        ("slack", "https://hooks.example.com/x", "https://hooks.example.com/x"),
    ],
)
def test_channel_is_taken(kind: str, sent: str, kept: str) -> None:
    """Each kind takes its own form of target."""
    assert kept == registry.check(kind, sent)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("pager", "1"),
        ("email", "nobody"),
        ("sns", "arn:aws:sqs:us-east-1:123456789012:mine"),
        ("webhook", "http://example.com/"),
        ("webhook", "https://user@example.com/"),
        ("webhook", "https://example.com/#here"),
        ("webhook", "https://example.com:0/"),
        ("webhook", "https://example.com:99999/"),
        ("webhook", "https:///path"),
        ("webhook", "https://example.com/a b"),
        ("slack", "https://example.com/\r\nHost: other"),
        ("slack", "https://example.com/" + "a" * 2048),
    ],
)
def test_channel_is_refused(kind: str, target: str) -> None:
    """What no notice can go to is refused with a sentence."""
    with pytest.raises(Invalid):
        registry.check(kind, target)


def test_every_kind_is_called_what_it_is_registered_as() -> None:
    """Two ways of one kind would hide each other."""
    assert len(WAYS) == len({way.name for way in WAYS.values()})
    assert all(kind == way.kind for kind, way in WAYS.items())


def test_examples_can_be_channels() -> None:
    """What the console shows in an empty field could be sent, but for what is left out."""
    for way in WAYS.values():
        example = way.example.replace("…", "T0/B0/X")

        assert example == registry.check(way.kind, example)


def test_document_of_the_api_has_every_kind() -> None:
    """Whoever adds a way runs `make openapi`."""
    written = documents.API.read_text(encoding="utf-8")

    assert 3 == written.count("#/components/schemas/ChannelKind")
    assert documents.kinds_in_api(written, WAYS) == written
    assert documents.kinds_in_api(written, ["pigeon"]) != written


def test_console_has_every_kind() -> None:
    """It offers them in the same order, with their names and examples."""
    written = documents.CONSOLE.read_text(encoding="utf-8")

    assert documents.kinds_in_console(written, WAYS.values()) == written
    assert documents.kinds_in_console(written, []) != written

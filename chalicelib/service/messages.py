"""Notices in words: from the templates in chalicelib/templates/notices, one a kind."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib import texts
from chalicelib.model import expiry, times
from chalicelib.model.notice import Delivery, Message, Notice
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parents[1] / "templates" / "notices"
LONGEST_SUBJECT = 100  # characters: SNS takes no more


@dataclass(frozen=True)
class Messages:
    """Writes messages; times are told as of when they are written."""

    settings: Settings
    now: Callable[[], datetime]

    def write(self, delivery: Delivery) -> Message:
        """Return a delivery's notice in words: a subject of one line, and a text."""
        template = self._environment.get_template(f"{delivery.notice.kind}.txt")
        known = template.new_context(self._known(delivery.notice))
        subject, text = ("".join(template.blocks[name](known)).strip() for name in ("subject", "text"))
        return Message(
            delivery.message_id, delivery.notice, texts.printable(subject, " ")[:LONGEST_SUBJECT], f"{text}\n"
        )

    def _known(self, notice: Notice) -> dict[str, Any]:
        return {
            **_printable(notice.facts),
            "console": self.settings.console,
            "api": f"{self.settings.console.rstrip('/')}/api" if self.settings.console else "$API",
            "now": self.now(),
        }

    @cached_property
    def _environment(self) -> Environment:
        import jinja2  # noqa: PLC0415

        made = jinja2.Environment(
            loader=jinja2.FileSystemLoader(FOLDER),
            undefined=jinja2.StrictUndefined,
            autoescape=False,  # noqa: S701 (these are no HTML)
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters |= {"moment": times.moment, "day": _day, "left": expiry.left, "shell": shlex.quote}
        return made


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _printable(value: Any) -> Any:
    """Return facts without anything that could begin a line, a header or a terminal's command."""
    if isinstance(value, str):
        return texts.printable(value, " ")
    if isinstance(value, Mapping):
        return {name: _printable(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(part) for part in value]
    return value

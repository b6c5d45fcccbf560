"""E-mail: as files in a folder where the settings name one, else through SES."""

from __future__ import annotations

from pathlib import Path

from chalicelib.model.caller import check_email
from chalicelib.senders.way import Means, Sender, Way


def _make(means: Means) -> Sender:
    from chalicelib.senders.folder import MailFolder  # noqa: PLC0415 (every new account names this way)
    from chalicelib.senders.ses import Ses  # noqa: PLC0415

    settings = means.settings
    if settings.mail_folder:
        return MailFolder(Path(settings.mail_folder), settings.mail_from)
    return Ses(means.client, settings.mail_from)


WAY = Way("email", check_email, _make, "E-mail", "Address", "ops@example.com", "email")

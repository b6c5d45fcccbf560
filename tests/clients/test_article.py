"""The article, command by command, in the last client that has them all: its output reads as it stands there."""

from __future__ import annotations

import re

import pytest

from tests.authority import CA
from tests.clients.commands import Heroku
from tests.e2e.product import Product, fresh

pytestmark = pytest.mark.clients

# The article's commands in its order, and lines that they print. 7.38 has two --types of certificates, asks for
# domains unless it is told some, and wants a confirmation of each change.
TRANSCRIPT = """
$ heroku addons:add ssl:endpoint -a example
Creating ssl:endpoint on example... $20/month
Created ssl-rectangular-1234

$ heroku certs:add server.crt bundle.pem server.key -a example --type endpoint --domains ''
Resolving trust chain... done
Adding SSL certificate to example... done
example now served by tokyo-2121.ssl.localhost
Certificate details:
Common Name(s): www.example.com
Expires At: 2012-10-31 21:53 UTC
Issuer: C=US; O=Example; CN=Clients Intermediate
Starts At: 2012-10-31 21:53 UTC
Subject: C=US; O=Example; CN=www.example.com
SSL certificate is verified by a root authority.

$ heroku certs -a example
Name Endpoint Common Name(s) Expires Trusted Type
tokyo-2121 tokyo-2121.ssl.localhost www.example.com 2012-10-31 21:53 UTC True Endpoint

$ heroku certs:info -a example
Fetching SSL certificate tokyo-2121 info for example... done
Certificate details:
Common Name(s): www.example.com
Expires At: 2012-10-31 21:53 UTC
Issuer: C=US; O=Example; CN=Clients Intermediate
Starts At: 2012-10-31 21:53 UTC
Subject: C=US; O=Example; CN=www.example.com

$ heroku domains:add www.example.com -a example
Adding www.example.com to example... done
Configure your app's DNS provider to point to the DNS Target tokyo-2121.ssl.localhost.

$ heroku certs:update second.full.crt second.key -a example --confirm example
Updating SSL certificate tokyo-2121 (tokyo-2121.ssl.localhost) for example... done
Updated certificate details:

$ heroku certs:rollback -a example --confirm example
Rolling back SSL certificate tokyo-2121 (tokyo-2121.ssl.localhost) for example... done
New active certificate details:

$ heroku certs:remove -a example --confirm example
Removing SSL certificate tokyo-2121 (tokyo-2121.ssl.localhost) from example... done
NOTE: Billing is still active. Remove SSL Endpoint add-on to stop billing.

$ heroku addons:remove ssl:endpoint -a example --confirm example
Destroying ssl-rectangular-1234 on example... done
"""
NAMES = {
    r"(?<![a-z-])[a-z]+-[0-9]{4}(?![0-9])": "tokyo-2121",
    r"ssl-[a-z]+-[0-9]{4}": "ssl-rectangular-1234",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5} UTC": "2012-10-31 21:53 UTC",
}


def canonical(printed: str, app: str) -> list[str]:
    """Return the lines that were printed, as if everything had the article's names and dates."""
    text = printed.replace(f"www.{app}.example.com", "www.example.com").replace(app, "example")
    for pattern, name in NAMES.items():
        text = re.sub(pattern, name, text)
    return [" ".join(line.split()) for line in text.splitlines()]


def test_every_command_of_the_article(article: Heroku, product: Product, name: str, ca: CA) -> None:
    """Typed one after the other they succeed, and their output reads as in the article."""
    www = f"www.{name}.example.com"
    article.put(fresh(ca, www), "second")
    article.put(fresh(ca, www))
    product.call("POST", "/apps", {"name": name, "origin": product.told["demo"]})
    for said in TRANSCRIPT.strip().split("\n\n"):
        command, *expected = said.splitlines()
        line = command.removeprefix("$ heroku ").replace("www.example.com", www)
        outcome = article.run(re.sub(r"(-a|--confirm) example", rf"\1 {name}", line))
        printed = iter(canonical(outcome.plain, name))

        assert 0 == outcome.status, outcome
        assert [] == [each for each in expected if each not in printed], outcome  # in this order

    assert [] == product.call("GET", f"/apps/{name}/addons")

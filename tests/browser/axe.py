"""What everybody needs of a page: no fault that axe finds and no overflow, whatever its look."""

from __future__ import annotations

from importlib.resources import files as resources
from itertools import product
from typing import Any, Literal

from playwright.sync_api import Page

AXE = (resources("axe_playwright_python") / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390)
HEIGHT = 800
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def faults(page: Page) -> list[str]:
    """Return what is wrong with a page that was opened with reduced_motion="reduce", in any of its looks."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = []
    for width, scheme in product(WIDTHS, SCHEMES):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        look = f"{width} {scheme}"
        found += [f"{look}: {fault}" for fault in _violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") != width:
            found.append(f"{look}: the page is wider than the screen")
    return found


def _violations(page: Page) -> list[str]:
    """Return what axe finds, each with its first place."""
    found: dict[str, Any] = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", RULES
    )
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html']}" for each in found["violations"]]

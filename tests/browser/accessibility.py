"""What axe-core finds on a page: at a desk and on a phone, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SIZES = {"desk": (1440, 900), "phone": (390, 844)}
THEMES = ("light", "dark")
# Rules that the theme or Django breaks where no template or style of ours can mend it, and why.
# There are none.
UNMENDED: dict[str, str] = {}
# Findings of lesser impact keep nobody from using a page.
_GRAVE = {"serious", "critical"}
_RUN = """options => axe.run(document, options).then(results => results.violations.map(found => [
    found.id, found.impact,
    found.nodes.map(node => `${node.html.slice(0, 200)} ${node.failureSummary}`)
]))"""
# The theme asks the browser for its colors only when a page loads, and then fades between them.
_RECOLOR = """dark => {
    document.documentElement.classList.toggle("dark", dark);
    for (const fade of document.getAnimations())
        if (fade.effect.getComputedTiming().endTime < Infinity) fade.finish();
}"""


def faults(page: Page, *sizes: str) -> list[str]:
    """What keeps people from using the open page at these sizes, in light and in dark.

    The page stays open, and is shown in light at the last size.
    """
    page.evaluate(AXE_SCRIPT)
    return [fault for size in sizes for fault in _faults_at(page, size)]


def _faults_at(page: Page, size: str) -> Iterator[str]:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    shown = page.evaluate("document.documentElement.scrollWidth")
    if shown > width:
        yield f"{page.url} on a {size}: {shown} px wide"
    if page.get_by_role("main").count() != 1:
        yield f"{page.url} on a {size}: not one main part"
    for theme in reversed(THEMES):
        page.emulate_media(color_scheme=theme)
        page.evaluate(_RECOLOR, theme == "dark")
        options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
        if theme == "dark":  # changes nothing but colors
            options["runOnly"] = ["color-contrast"]
        for rule, impact, nodes in page.evaluate(_RUN, options):
            if impact in _GRAVE and rule not in UNMENDED:
                yield from (f"{page.url} on a {size}, {theme}: {rule}: {node}" for node in nodes)

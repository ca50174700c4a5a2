"""Whether a page is for everyone: what axe finds on it, and whether it fits its screen."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # What is well is not drawn up, and no style is fetched a second time: that is half of the time.
    "resultTypes": ["violations"],
    "preload": False,
}
_HIGHEST = 6000


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """By axe's names, and where."""
    # Sticky bars cover a strip of a page that scrolls, so axe sees it at its full height.
    width = (page.viewport_size or {})["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 844), _HIGHEST)})
    return faults_as_it_stands(page)


def faults_as_it_stands(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    return [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in found]


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return bool(page.evaluate(wide) <= 0)


_SPILLS = """() => {
  const wide = document.documentElement.clientWidth;
  const isSeen = (one) => one.checkVisibility() && !one.closest(".vh");
  return [...document.body.querySelectorAll("*")].filter(isSeen).flatMap((one) => {
    const { left, right, width } = one.getBoundingClientRect();
    const isOut = width > 1 && (left < -1 || right > wide + 1);
    return isOut ? [`${one.localName}.${one.getAttribute("class")}`] : [];
  });
}"""


def spills(page: Page) -> list[str]:
    """What stands beyond the sides of the screen, also where it can't be scrolled to."""
    found: list[str] = page.evaluate(_SPILLS)
    return found

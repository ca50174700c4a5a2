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


_TOO_SMALL = """(least) => {
  const targets = "a[href], button, summary, select, textarea, input:not([type=hidden])";
  const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(".vh");
  // A link in a line of words is as high as the words: so are when it was said, and a quote.
  const isAmongWords = (one) => {
    if (one.closest(".msg .head, .msg .quote")) return true;
    const around = one.parentElement.closest("p, h1, h2, h3, div, figcaption");
    const isInline = getComputedStyle(one).display === "inline";
    return isInline && around.textContent.trim() !== one.textContent.trim();
  };
  return [...document.querySelectorAll(targets)].filter(isSeen).flatMap((one) => {
    const { width, height } = (one.closest("label") ?? one).getBoundingClientRect();
    if (Math.min(width, height) > least - 0.5 || isAmongWords(one)) return [];
    const name = one.ariaLabel ?? one.textContent.trim();
    return [`${name}: ${Math.round(width)} × ${Math.round(height)}`];
  });
}"""


def too_small(page: Page, least: int = 44) -> list[str]:
    """What a thumb would miss: all that can be pressed and is smaller than the design asks for."""
    found: list[str] = page.evaluate(_TOO_SMALL, least)
    return found


def spills(page: Page) -> list[str]:
    """What stands beyond the sides of the screen, also where it can't be scrolled to."""
    found: list[str] = page.evaluate(_SPILLS)
    return found

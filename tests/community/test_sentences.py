"""Every sentence that is translated, held to how the house writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

PACKAGES = ("chat", "community", "home", "programs")
SAYS = {"_", "_t", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext"}
# In a template: what a tag, a block, or a call within one, has translated.
SAID = re.compile(
    r"\{%\s*translate\s+(?P<tag>\"[^\"]*\"|'[^']*')"
    r"|\{%\s*blocktranslate\b[^%]*%\}(?P<block>.*?)\{%\s*endblocktranslate\s*%\}"
    r"|\b(?:_|n?gettext)\((?P<call>\"[^\"]*\"(?:\s*,\s*\"[^\"]*\")?)",
    re.S,
)

# What a thing was called before it had one name: rest and going on are the room's, the page on
# which it is set is "Keep the room", what needs a facilitator lies on "The desk", and words that
# can't go now are "kept here".
GIVEN_UP = (
    *("Pause the circle", "Let it go on", "Open the room again", "only read for now"),
    *("How the room goes", "Keeping the room", "Your desk", "Leading "),
    *("words stay", "It’s still here", "words are still here", "knows its"),
)


def in_python(file: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(file.read_text())):
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in SAYS:
            for said in (one for each in call.args for one in ast.walk(each)):
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    yield said.value


def in_templates(file: Path) -> Iterator[str]:
    for said in SAID.finditer(file.read_text()):
        yield next(one for one in said.groups() if one)


def sentences() -> Iterator[tuple[str, str]]:
    """Each with the file it stands in."""
    for package in PACKAGES:
        for file in (settings.BASE_DIR / package).rglob("*.py"):
            yield from ((str(file.relative_to(settings.BASE_DIR)), one) for one in in_python(file))
    for kind in ("html", "jinja", "txt"):
        for file in (settings.BASE_DIR / "templates").rglob(f"*.{kind}"):
            yield from (
                (str(file.relative_to(settings.BASE_DIR)), one) for one in in_templates(file)
            )


def test_an_apostrophe_is_curly_in_every_sentence():
    said = list(sentences())
    # Each way of saying one is looked at: a tag, a block, a call in Python, one in Jinja.
    assert {
        ("templates/chat/standing.html", '"Hushed."'),
        ("templates/chat/standing.html", "Until {{ until }}."),
        ("templates/chat/entry.jinja", '"Take it back"'),
        ("chat/words.py", "That isn’t text."),
    } <= set(said)

    assert [one for one in said if re.search(r"[^\W\d_]'[^\W\d_]", one[1])] == []


def test_one_thing_has_one_name():
    assert [one for one in sentences() for old in GIVEN_UP if old in one[1]] == []

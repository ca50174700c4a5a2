"""Every sentence that is translated, held to how the house writes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from django.conf import settings

PACKAGES = ("chat", "community", "home", "programs")
COUNTS = {"ngettext", "ngettext_lazy"}
SAYS = {"_", "gettext", "gettext_lazy", "gettext_noop", "pgettext"} | COUNTS
# In a template: what a tag, a block, or a call within one, has translated.
SAID = re.compile(
    r"\{%\s*translate\s+(?P<tag>\"[^\"]*\"|'[^']*')"
    r"|\{%\s*blocktranslate\b(?P<how>[^%]*)%\}(?P<block>.*?)\{%\s*endblocktranslate\s*%\}"
    r"|\b(?P<name>_|n?gettext)\((?P<call>\"[^\"]*\"(?:\s*,\s*\"[^\"]*\")?)",
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
# A number before what it counts. What the script counts it says by `.one` and `.other`.
COUNTED = re.compile(
    r"(?:%\(\w+\)[ds]|\{\{ ?\w+ ?\}\}) (?:seconds?|minutes?|hours?|days?|weeks?|months?|characters?"
    r"|letters?|pages?|places?|messages?|people|persons?|peers?|members?|times?)\b"
)


@dataclass(frozen=True)
class Said:
    text: str
    file: str = ""
    # Whether it has a form for one and another for many.
    counts: bool = False


def in_python(source: str) -> Iterator[Said]:
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        name = ast.unparse(call.func).split(".")[-1]
        if name in SAYS:
            for said in (one for each in call.args for one in ast.walk(each)):
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    yield Said(said.value, counts=name in COUNTS)


def in_template(source: str) -> Iterator[Said]:
    for said in SAID.finditer(source):
        counts = "count " in (said["how"] or "") or said["name"] == "ngettext"
        yield Said(said["tag"] or said["block"] or said["call"], counts=counts)


@cache
def sentences() -> list[Said]:
    root, found = settings.BASE_DIR, []
    for package in PACKAGES:
        for file in (root / package).rglob("*.py"):
            found += [(file, said) for said in in_python(file.read_text())]
    for kind in ("html", "jinja", "txt"):
        for file in (root / "templates").rglob(f"*.{kind}"):
            found += [(file, said) for said in in_template(file.read_text())]
    return [replace(said, file=str(file.relative_to(root))) for file, said in found]


def test_an_apostrophe_is_curly_in_every_sentence():
    said = {(one.file, one.text) for one in sentences()}
    # Each way of saying one is looked at: a tag, a block, a call in Python, one in Jinja.
    assert {
        ("templates/chat/hush_bar.html", '"Hushed."'),
        ("templates/chat/muted_bar.html", "Until {{ until }}."),
        ("templates/chat/entry.jinja", '"Take it back"'),
        ("chat/words.py", "That isn’t text."),
    } <= said

    assert [one for one in sentences() if re.search(r"[^\W\d_]'[^\W\d_]", one.text)] == []


def test_whatever_is_translated_is_found_by_makemessages():
    """It looks for the functions by their names, and for one of them as `_`."""
    renamed = re.compile(r"import \w*gettext\w* as (?!_$)\w+", re.MULTILINE)
    files = [f for each in PACKAGES for f in (settings.BASE_DIR / each).rglob("*.py")]

    assert [str(file) for file in files if renamed.search(file.read_text())] == []


def test_one_thing_has_one_name():
    assert [one for one in sentences() for old in GIVEN_UP if old in one.text] == []


def test_what_is_counted_has_a_form_for_one():
    said = [one for one in sentences() if COUNTED.search(one.text)]
    assert {"templates/chat/tell.html", "chat/care/concerns.py"} <= {one.file for one in said}

    assert [one for one in said if not one.counts] == []

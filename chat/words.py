"""What may stand in a message, and how it is drawn: paragraphs, plain links, light emphasis."""

from __future__ import annotations

import re
from collections.abc import Callable

import regex
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from chat.refusal import Refused

BODY_LIMIT = 4000  # in characters as people see them
NOTE_LIMIT = 80
WHY_LIMIT = 300
# A character as people see it is rarely more than a few code points; beyond this it is a trick.
_CODE_POINTS_PER_CHARACTER = 8
_MARKS_IN_A_ROW = 8

# Most of what people write: Latin letters and plain punctuation, nothing to look twice at.
_ORDINARY = re.compile(r"[\n -~\u00a1-\u00ac\u00ae-\u02ff‘’“”–—…]*\Z").match
# Signs that Unicode has not named yet are kept: phones know new ones before this house does.
_UNKEEPABLE = regex.compile(r"[\p{Cs}\p{NChar}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_VISIBLE = regex.compile(r"(?V1)[[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Co}\p{Cn}]--[\p{DI}\u2800]]")
# Signs without width between marks don't part them: they pile up all the same.
_PILED_MARKS = regex.compile(rf"((?:\p{{M}}\p{{Cf}}*){{{_MARKS_IN_A_ROW}}})(?:\p{{M}}\p{{Cf}}*)+")
_NEWLINES = regex.compile(r"\r\n?|\u2028|\u2029")
# From where blanks begin: tried from each of them, a long run would take the square of its length.
_LINE_ENDS = regex.compile(r"(?<![^\S\n])[^\S\n]+$", regex.MULTILINE)
# Two of these are a flag. To find where each begins, the engine looks back to the first of a row.
_FLAGS = regex.compile(r"[\U0001F1E6-\U0001F1FF]{2}")
# A bracket that the address opened is closed by it, too; what ends a sentence, in any script, is
# not the address's, nor is the bracket that it stands in.
_LINK = regex.compile(
    r"""\bhttps?://(?:\([^\s<>"'“”‘’()\p{Cf}]*\)|[^\s<>"'“”‘’)\p{Cf}])+"""
    r"(?<![.,;:!?(\]…*、。，．！？；：،؛؟۔।」』】》）])",
    regex.IGNORECASE,
)
_EMPHASIS = regex.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]{1,300}?)(?<=[^\s*])\*(?![\w*])")
_PARAGRAPHS = regex.compile(r"\n{2,}")


def clean_body(text: str) -> str:
    """What is kept of a message. Raises Refused where it is empty, too long or unkeepable."""
    body = _cleaned(text, limit=BODY_LIMIT)
    if not body or not (_ORDINARY(body[0]) or _VISIBLE.search(body)):
        raise Refused("bad_frame", _("There’s nothing written yet."))
    return body


def clean_note(text: str) -> str:
    """A content note: one line, perhaps empty."""
    return " ".join(_cleaned(text, limit=NOTE_LIMIT, too_long=_note_too_long).split())


def clean_why(text: str) -> str:
    """A facilitator's reason, which the one concerned will read."""
    why = " ".join(_cleaned(text, limit=WHY_LIMIT).split())
    if not _VISIBLE.search(why):
        raise Refused("bad_frame", _("Say why, in a sentence they will read."))
    return why


def clean_remark(text: str) -> str:
    """A few words that go with something told or settled; perhaps none."""
    return " ".join(_cleaned(text, limit=WHY_LIMIT).split())


def _cleaned(text: str, *, limit: int, too_long: Callable[[int], Refused] | None = None) -> str:
    if isinstance(text, str) and len(text) <= limit and _ORDINARY(text) and " \n" not in text:
        return text.strip()
    if not isinstance(text, str):
        raise Refused("bad_frame", _("That isn’t text."))
    too_long = too_long or _too_long
    if len(text) > limit * _CODE_POINTS_PER_CHARACTER:
        raise too_long(limit)
    if _UNKEEPABLE.search(text):
        raise Refused(
            "bad_frame",
            _("There’s a character in it that can’t be kept. Take it out and send again."),
        )
    text = _PILED_MARKS.sub(r"\1", _NEWLINES.sub("\n", text))
    text = _LINE_ENDS.sub("", text).strip()
    # Only a text that could be over the limit is worth counting in characters.
    if len(text) > limit and _characters(text) > limit:
        raise too_long(limit)
    return text


def _characters(text: str) -> int:
    """How many people see."""
    return len(regex.findall(r"\X", _FLAGS.sub("x", text)))


def _too_long(limit: int) -> Refused:
    return Refused(
        "too_long",
        ngettext(
            "This is longer than %(limit)s character. It’s kept here: send it in two parts.",
            "This is longer than %(limit)s characters. It’s kept here: send it in two parts.",
            limit,
        )
        % {"limit": limit},
    )


def _note_too_long(limit: int) -> Refused:
    return Refused(
        "too_long",
        ngettext(
            "The content note is longer than %(limit)s character. It’s kept here: make it shorter.",
            "The content note is longer than %(limit)s characters. "
            "It’s kept here: make it shorter.",
            limit,
        )
        % {"limit": limit},
    )


def to_html(body: str, mark: Callable[[str], str] = str) -> Markup:
    """Safe markup. Each paragraph keeps its own direction: no text turns another's.

    `mark` is given the escaped text between links, and returns markup.
    """
    texts = _PARAGRAPHS.split(body) if "\n\n" in body else [body]
    paragraphs = [f'<p dir="auto">{_paragraph(text, mark)}</p>' for text in texts]
    return Markup("".join(paragraphs))  # noqa: S704 -- escaped phrase by phrase


def excerpt(body: str, length: int = 80) -> str:
    """The beginning of a message on one line, for a quote."""
    line = " ".join(unmarked(body).split())
    if len(line) <= length:
        return line
    characters = regex.findall(r"\X", line[: length * _CODE_POINTS_PER_CHARACTER])
    if len(characters) <= length:
        return line
    return "".join(characters[:length]).rstrip() + "…"


def unmarked(body: str) -> str:
    """The words as they are read, without the signs that emphasise some of them."""
    return _EMPHASIS.sub(r"\1", body) if "*" in body else body


def _paragraph(text: str, mark: Callable[[str], str]) -> str:
    if "://" not in text:
        return _phrase(text, mark)
    parts: list[str] = []
    at = 0
    for link in _LINK.finditer(text):
        parts.append(_phrase(text[at : link.start()], mark))
        address = link.group()
        parts.append(
            Markup('<a href="{0}" rel="noopener noreferrer nofollow ugc">{0}</a>').format(address)
        )
        at = link.end()
    parts.append(_phrase(text[at:], mark))
    return "".join(parts)


def _phrase(text: str, mark: Callable[[str], str]) -> str:
    safe = str(escape(text))
    if "*" in safe:
        safe = _EMPHASIS.sub(r"<em>\1</em>", safe)
    return mark(safe).replace("\n", "<br>")

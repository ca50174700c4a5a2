"""Whatever a client sends is a frame or is refused; nothing else ever comes of it."""

from __future__ import annotations

import contextlib
import datetime
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import frames
from chat.frames import LONGEST_BYTES, Frame, parse, parse_client_id, parse_instant
from chat.posting import Draft
from chat.refusal import Refused
from tests.chat.junk import UNREADABLE

CIRCLE = "AbCdEfGh0123_-xy"
ID = "6f0d6a3e-3b0e-4c43-9d53-0f0b6f0a4c11"


def refused(read: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        read()
    return caught.value


def framed(**fields: Any) -> Frame:
    return parse(json.dumps({"do": "post"} | fields))


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_frame_is_refused(text):
    assert refused(lambda: parse(text)).code == "bad_frame"


def test_a_frame_may_have_sixty_four_kilobytes_and_no_byte_more():
    around = len(json.dumps({"do": "post", "body": ""}))
    framed(body="x" * (LONGEST_BYTES - around)).check_size()
    for body in ("x" * (LONGEST_BYTES - around + 1), "é" * (LONGEST_BYTES // 2), "x" * 65_537):
        text = json.dumps({"do": "post", "body": body}, ensure_ascii=False)
        assert refused(lambda text=text: parse(text).check_size()).code == "too_long"


def test_a_frame_that_is_too_long_for_no_good_reason_is_no_frame():
    frame = framed(padding="x" * LONGEST_BYTES)
    assert refused(frame.check_size).code == "bad_frame"


def test_words_that_are_too_long_for_a_frame_are_named_in_the_refusal():
    """Thus a client knows which of its messages waits in vain."""
    frame = framed(id=ID, circle=CIRCLE, body="क्षि" * 6000)

    assert refused(frame.check_size).code == "too_long"
    assert frame.echo == {"id": ID, "circle": CIRCLE}


def test_a_message_is_read_whole():
    frame = framed(circle=CIRCLE, id=ID, body=" Hello ", note="a note", reply_to=CIRCLE)

    assert frame.draft(person=5, circle=CIRCLE) == Draft(
        5, CIRCLE, uuid.UUID(ID), " Hello ", "a note", CIRCLE
    )


@pytest.mark.parametrize("absent", [{}, {"note": None, "reply_to": None}, {"note": ""}])
def test_a_note_and_a_quote_may_be_left_out(absent):
    draft = framed(id=ID, body="Hello", **absent).draft(person=5, circle=CIRCLE)

    assert (draft.note, draft.reply_to) == ("", None)


@pytest.mark.parametrize("field", ["body", "note", "reply_to", "id"])
@pytest.mark.parametrize("value", [0, 1, 1.5, True, False, [], ["a"], {}, {"a": "b"}, "\ud800"])
def test_a_field_of_another_kind_is_refused(field, value):
    frame = framed(**({"id": ID, "body": "Hello"} | {field: value}))

    assert refused(lambda: frame.draft(person=5, circle=CIRCLE)).code == "bad_frame"


@pytest.mark.parametrize(
    "circle",
    [
        "",
        "short",
        CIRCLE + "x",
        "../../etc/passwd",
        "AbCdEfGh0123_-x\0",
        "ÄbCdEfGh0123_-xy",
        "AbCdEfGh0123_-x\n",
        7,
        None,
        [CIRCLE],
        "\ud800",
    ],
)
def test_an_id_that_is_none_is_refused(circle):
    assert refused(lambda: framed(circle=circle).public_id("circle")).code == "bad_frame"


@pytest.mark.parametrize("seq", [-1, 2**53, 1e3, 1e999, "5", True, None, [5]])
def test_a_place_that_is_none_is_refused(seq):
    assert refused(lambda: framed(seq=seq).seq("seq")).code == "bad_frame"


def test_a_place_is_a_whole_number_from_zero():
    assert [framed(seq=n).seq("seq") for n in (0, 7, 2**53 - 1)] == [0, 7, 2**53 - 1]
    assert framed().seq_or_none("since") is None


def test_a_client_may_name_its_message_in_capitals():
    assert parse_client_id(ID.upper()) == parse_client_id(ID) == uuid.UUID(ID)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "7",
        ID.replace("-", ""),
        f"{{{ID}}}",
        f"urn:uuid:{ID}",
        f" {ID}",
        ID[:-1],
        ID[:-1] + "g",
        "６" + ID[1:],
        ID + "\n",
        "x" * 10_000,
    ],
)
def test_a_name_in_another_form_is_refused(name):
    assert refused(lambda: parse_client_id(name)).code == "bad_frame"


def test_a_moment_has_its_offset():
    eight = datetime.datetime(2026, 11, 23, 8, tzinfo=datetime.UTC)
    assert parse_instant("2026-11-23T08:00:00Z") == eight
    assert parse_instant("2026-11-23T09:00:00+01:00") == eight


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "tomorrow",
        "2026-11-23T08:00:00",
        "2026-11-23",
        "2026-13-01T00:00:00Z",
        "2026-11-23T08:00:00+99:99",
        "2026-11-23T24:00:01Z",
        "1e999",
        "9" * 5000,
    ],
)
def test_a_moment_that_is_none_is_refused(moment):
    assert refused(lambda: parse_instant(moment)).code == "bad_frame"


# Answers ------------------------------------------------------------------------------


def test_an_answer_names_what_it_answers():
    frame = framed(ref="r1", id=ID.upper(), circle=CIRCLE, body="Hello")

    assert frame.echo == {"ref": "r1", "id": ID.upper(), "circle": CIRCLE}


@pytest.mark.parametrize("ref", [7, None, ["r"], {"r": 1}, "r" * 65, "\ud800", True])
def test_an_answer_repeats_nothing_that_could_hurt(ref):
    assert framed(ref=ref, id=ref, circle=ref).echo == {}


def test_a_refusal_never_repeats_what_was_written():
    secret = "the name of my sister"
    for broken in (
        lambda: parse(secret),
        lambda: parse(json.dumps([secret])),
        lambda: framed(circle=secret).public_id("circle"),
        lambda: parse_client_id(secret),
        lambda: parse_instant(secret),
        lambda: framed(body=[secret], id=ID).draft(person=5, circle=CIRCLE),
    ):
        refusal = refused(broken)
        told = refusal
        while told is not None:
            assert secret not in f"{told!r} {told} {getattr(told, 'say', '')}"
            # What is raised "from None" doesn't print what came before it.
            told = None if told.__suppress_context__ else told.__cause__ or told.__context__


# Junk ---------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.sampled_from([CIRCLE, ID, "\ud800", "\0", "2026-11-23T08:00:00Z", 1e999, 10**400]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "do",
        "circle",
        "id",
        "body",
        "note",
        "reply_to",
        "ref",
        "since",
        "seq",
        "message",
        "member",
        "until",
        "why",
        "response",
    ]
)
READERS: list[Callable[[Frame], Any]] = [
    lambda frame: frame.echo,
    lambda frame: frame.public_id("circle"),
    lambda frame: frame.public_id_or_none("reply_to"),
    lambda frame: frame.seq("seq"),
    lambda frame: frame.seq_or_none("since"),
    lambda frame: frame.text("why"),
    lambda frame: frame.text("note", default=""),
    lambda frame: frame.client_id(),
    lambda frame: frame.instant("until"),
    lambda frame: frame.draft(person=5, circle=CIRCLE),
]


def read_all_of(text: str) -> None:
    """Every way a frame is read ends in a value or a refusal. Anything else is raised."""
    try:
        frame = parse(text)
    except Refused:
        return
    for reader in READERS:
        with contextlib.suppress(Refused):
            reader(frame)
    json.dumps(frame.echo, ensure_ascii=False).encode()


@given(st.text())
def test_any_text_is_read_or_refused(text):
    read_all_of(text)


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_any_fields_are_read_or_refused(fields):
    read_all_of(json.dumps(fields))
    read_all_of(json.dumps({"do": "post"} | fields))


@given(st.dictionaries(NAMES, VALUES | st.text(), max_size=4), st.sampled_from([None, 1]))
def test_the_quick_way_reads_what_the_strict_one_does(fields, indent):
    for text in (json.dumps(fields, indent=indent), json.dumps(fields, ensure_ascii=False)):
        assert read_by(frames._decode, text) == read_by(frames._strictly, text)


def read_by(decode: Callable[[str], Any], text: str) -> Any:
    try:
        return decode(text)
    except ValueError:
        return "refused"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    read_all_of(raw.decode("utf-8", errors="surrogateescape"))
    read_all_of(raw.decode("latin-1"))


@given(
    st.just(json.dumps({"do": "post", "circle": CIRCLE, "id": ID, "body": "Hello", "seq": 12})),
    st.lists(st.tuples(st.integers(0, 120), st.characters()), min_size=1, max_size=4),
)
def test_a_frame_with_a_few_signs_changed_is_read_or_refused(frame, changes):
    signs = list(frame)
    for place, sign in changes:
        signs[place % len(signs)] = sign
    read_all_of("".join(signs))


def test_a_request_whose_address_names_its_verb_needs_none():
    assert frames.parse_fields('{"body":"Hello"}', verb="post").verb == "post"
    assert refused(lambda: frames.parse_fields("[]", verb="post")).code == "bad_frame"

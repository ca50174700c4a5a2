"""What facilitators do that is written down: each act has its entry, and what undoes it is one."""

from __future__ import annotations

import ast
import html
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse

from chat.care import desk
from chat.frames import Frame
from chat.keeping import acts, undoing
from chat.live import leading
from chat.models import ModerationAction
from chat.refusal import Refused
from chat.verbs.facilitating import VERBS
from chat.views.desk import _ADDRESSES
from tests.chat.talk import say

WRITES = ("record.act", "_write_down")
UNDOES = {act.undone_by for act in acts.ACTS.values() if act.undone_by}


def verbs_in(module: Path) -> Iterator[str]:
    """The verbs that this module writes down, where it names them."""
    for call in ast.walk(ast.parse(module.read_text())):
        if not isinstance(call, ast.Call):
            continue
        name, named = ast.unparse(call.func), {one.arg: one.value for one in call.keywords}
        said = call.args[1] if name in WRITES else None
        if name == "ModerationAction.objects.create":
            said = named["verb"]
        # One of two, perhaps.
        for one in ast.walk(said) if said else ():
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value


def test_each_act_that_is_written_down_has_its_entry_and_each_entry_is_written_down():
    modules = (Path(settings.BASE_DIR) / "chat").rglob("*.py")
    written = {verb for module in modules for verb in verbs_in(module)}

    # How a setting is put back is recorded as the entry says.
    assert written | {acts.ACTS[verb].undone_by for verb in acts.SETTINGS} == set(acts.ACTS)


def test_what_undoes_is_an_act_too_and_has_an_address():
    at_once = {act.at_once_by for act in acts.ACTS.values() if act.at_once_by}

    assert UNDOES | at_once <= set(acts.ACTS)
    # What is undone at once alone undoes something itself.
    assert {verb for verb, act in acts.ACTS.items() if act.at_once_by} <= UNDOES
    assert {_ADDRESSES.get(verb, verb) for verb in UNDOES} <= set(get_resolver().reverse_dict)
    assert set(acts.SETTINGS.values()) == set(undoing._PUT_BACK)


@pytest.mark.parametrize("page", ["room", "live"])
def test_the_rooms_script_is_told_what_undoes_what_on_the_line(cast, client, page):
    leading.begin(by=cast.mina, circle=cast.circle.public_id)
    address = reverse(page, args=[cast.circle.public_id])

    def told(user):
        client.force_login(user)
        return re.findall(r'data-ways-back="([^"]*)"', client.get(address).content.decode())

    assert told(cast.noor) == []
    (ways,) = (json.loads(html.unescape(one)) for one in told(cast.mina))
    assert ways == {
        "set_aside": "put_back",
        "mute": "unmute",
        "hold": "unhold",
        "unhold": "hold",
        "pause": "resume",
        "resume": "pause",
        "pace": "undo",
        "hours": "undo",
        "daily_hours": "undo",
        "remove": "let_back_in",
    }
    assert set(ways) | set(ways.values()) <= set(VERBS)


@pytest.mark.parametrize("page", ["room", "live"])
def test_the_rooms_script_asks_for_a_reason_before_what_is_not_done_without_one(
    cast, client, page, monkeypatch
):
    message = say(cast.noor, "Hm", circle=cast.circle).id
    leading.begin(by=cast.mina, circle=cast.circle.public_id)
    client.force_login(cast.mina)
    address = reverse(page, args=[cast.circle.public_id])
    markup = client.get(address).content.decode()
    (told,) = re.findall(r'data-asks-why="([^"]*)"', markup)
    member = cast.member(cast.noor).public_id
    of_all = {"seconds": 30, "hours": "reading", "changes": [], "seq": 1, "until": "session"}
    about = {"circle": cast.circle.public_id, "member": member, "message": message} | of_all

    def is_asked_for(verb):
        asked = []
        monkeypatch.setattr(
            Frame, "text", lambda _, name, **more: asked.append(name) or about[name]
        )
        with suppress(Refused, KeyError):
            VERBS[verb](cast.mina, Frame(verb, about))
        return "why" in asked

    assert set(json.loads(html.unescape(told))) == {verb for verb in VERBS if is_asked_for(verb)}
    assert all(f'id="ask-{verb}"' in markup for verb in acts.ASK_WHY)


def test_the_desk_says_each_act_in_words_and_does_not_list_that_something_was_taken_up(
    cast, client, monkeypatch
):
    monkeypatch.setattr(desk, "_LATELY", 100)
    mina, noor = cast.member(cast.mina), cast.member(cast.noor)
    for verb in [*acts.ACTS, "of_a_later_version"]:
        ModerationAction.objects.create(room=cast.circle.room, verb=verb, by=mina, member=noor)
    client.force_login(cast.mina)

    page = client.get(reverse("desk_of", args=[cast.circle.public_id])).content.decode()

    lately = page.split("Done lately")[1].split("</ul>")[0]
    said = re.findall(r"</bdi> · ([^<]+) · <bdi>", lately)
    assert said[0] == "did something for the room"
    assert said[1:] == [str(act.words) for act in reversed(acts.ACTS.values()) if act.words]
    assert len(said) == len(acts.ACTS) + 1 - 2

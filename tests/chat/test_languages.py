"""In which language someone is spoken to: what is drawn for all is in the circle's own, what is
said to one alone in theirs."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from django.utils import timezone, translation

from chat.care import concerns, settling
from chat.keeping import holding, moderation
from chat.keeping.writing import SENTENCES
from chat.models import AccessCount
from chat.posting import Draft, post_batch
from chat.reading import replay
from community.models import User
from programs.models import Cohort
from tests.chat.reader import Reader
from tests.chat.talk import company_of, join, say, set_room
from tests.chat.wire import Wire

RESTING = "Der Raum ruht. Deine Worte bleiben hier erhalten, bis er weitergeht."
Opens = Callable[..., Awaitable[Wire]]


@pytest.fixture
async def opens(house) -> AsyncIterator[Opens]:
    """`opens(someone, "de")`: with a browser that asks in German."""
    wires: list[Wire] = []

    async def open_for(user: User, asks: str = "en") -> Wire:
        cookie = await sync_to_async(house.sign_in)(user)
        wires.append(await Wire.open(house, cookie, headers={"Accept-Language": asks}))
        return wires[-1]

    yield open_for
    for wire in wires:
        await wire.leave()


def speak(language: str, *, to: User) -> None:
    User.objects.filter(pk=to.pk).update(language=language)


def page_of(user: User, circle) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/circles/{circle.public_id}/").content.decode()


def test_who_is_refused_in_one_batch_is_refused_each_in_their_language(cast):
    set_room(cast.circle, paused_at=timezone.now())
    spoken = [
        ("en", cast.noor),
        ("de", cast.ines),
        ("de", cast.noor),
        ("en", cast.ines),
        ("", cast.noor),
    ]
    batch = [
        Draft(who.pk, cast.circle.public_id, uuid.uuid4(), "Hello", language=language)
        for language, who in spoken
    ]
    with translation.override("de"):
        said = [refused.say == RESTING for refused in post_batch(batch)]
        assert translation.get_language() == "de"

    assert said == [False, True, True, False, True]


async def test_each_is_refused_in_their_language(cast, opens):
    await sync_to_async(speak)("de", to=cast.noor)
    hana = await sync_to_async(join)("hana", cast.circle)
    await sync_to_async(set_room)(cast.circle, paused_at=timezone.now())
    chosen, asked, neither = (
        await opens(cast.noor),
        await opens(cast.ines, "de-AT"),
        await opens(hana),
    )

    for wire, resting, gone, unread, strange in (
        *[
            (
                wire,
                RESTING,
                "Diese Nachricht ist nicht mehr hier.",
                "Das ließ sich nicht lesen. Nichts wurde geändert.",
                "Unter dieser Adresse gibt es keinen Kreis von dir.",
            )
            for wire in (chosen, asked)
        ],
        (
            neither,
            "The room is resting. Your words are kept here until it goes on.",
            "That message isn’t here any more.",
            "That couldn’t be read. Nothing was changed.",
            "There’s no circle of yours at this address.",
        ),
    ):
        await wire.enter(cast.circle)
        here = {"circle": cast.circle.public_id}
        answers = [
            await wire.post(cast.circle, "Hello"),
            await wire.ask("respond", **here, message="a" * 16, response="heard"),
            await wire.ask("dance", **here),
            await wire.ask("open", circle=cast.next_door.public_id),
        ]
        assert [answer["say"] for answer in answers] == [resting, gone, unread, strange]


async def test_a_line_that_stands_learns_what_its_person_chose_since(cast, opens):
    noor, ines = await opens(cast.noor, "de"), await opens(cast.ines, "de")
    here = {"circle": cast.circle.public_id, "message": "a" * 16, "response": "heard"}
    german, english = "Diese Nachricht ist nicht mehr hier.", "That message isn’t here any more."

    async def comes_to_hear(said: str) -> bool:
        for _ in range(80):
            if (await noor.ask("respond", **here))["say"] == said:
                return True
            await asyncio.sleep(0.25)
        return False

    for wire in (noor, ines):
        await wire.enter(cast.circle)
        assert (await wire.ask("respond", **here))["say"] == german

    for chosen, said in (("en", english), ("", german)):
        await sync_to_async(speak)(chosen, to=cast.noor)
        # Where anybody's rights have changed, every line is looked at.
        await sync_to_async(AccessCount.grow)()
        assert await comes_to_hear(said)
        assert (await ines.ask("respond", **here))["say"] == german


async def test_what_one_alone_is_told_is_in_their_language_live_and_on_a_fresh_page(cast, opens):
    await sync_to_async(speak)("de", to=cast.noor)
    noor, ines = await opens(cast.noor), await opens(cast.ines)
    for wire in (noor, ines):
        await wire.enter(cast.circle)
    for user, name in ((cast.noor, "Noor"), (cast.ines, "Ines")):
        said = await sync_to_async(say)(user, f"By {name}", circle=cast.circle)
        await sync_to_async(moderation.set_aside)(
            by=cast.mina, circle=cast.circle.public_id, message=said.id, why="Eine Pause"
        )
    german = "Mina hat deine Nachricht beiseitegelegt: Eine Pause. Du kannst es gern anders sagen."
    english = "Mina set your message aside: Eine Pause. You’re welcome to say it another way."

    for wire, user, told in ((noor, cast.noor, german), (ines, cast.ines, english)):
        event = await wire.hear(lambda f: f["is"] == "events" and "Eine Pause" in str(f))
        assert told in [one.get("say") for one in event["events"]]
        assert told in await sync_to_async(page_of)(user, cast.circle)

    await sync_to_async(holding.hold)(
        by=cast.mina,
        circle=cast.circle.public_id,
        member=(await sync_to_async(cast.member)(cast.noor)).public_id,
    )
    opened = await (await opens(cast.noor)).enter(cast.circle)
    assert opened["held"]["say"] == "Mina liest vor den anderen, was du schreibst."


def test_a_sentence_that_was_made_for_one_language_is_not_given_in_another(cast):
    said = say(cast.noor, "Hello", circle=cast.circle)
    before = Reader(cast.mina, cast.circle).cursor
    moderation.set_aside(by=cast.mina, circle=cast.circle.public_id, message=said.id, why="A pause")
    stretch = replay.read(cast.circle, after=before)
    noor = company_of(cast).viewers[cast.member(cast.noor).pk]

    assert "beiseitegelegt" in stretch.packet_for(noor, "de").text
    assert "set your message aside" in stretch.packet_for(noor, "en").text


def test_what_is_drawn_for_all_is_in_the_circles_language_and_says_so(cast):
    Cohort.objects.filter(pk=cast.circle.cohort_id).update(language="de")
    cast.circle.refresh_from_db()
    speak("de", to=cast.noor)
    reader = Reader(cast.ines, cast.circle)
    said = say(cast.noor, "Guten Morgen", circle=cast.circle)
    gone = say(cast.noor, "Zu viel", circle=cast.circle)
    moderation.set_aside(
        by=cast.mina, circle=cast.circle.public_id, message=gone.id, why="Eine Pause"
    )

    with translation.override("en"):
        reader.catch_up().expect_a_fresh_page()
    with translation.override("de"):
        Reader(cast.ines, cast.circle).expect_a_fresh_page()
    shown = dict(reader.shown)
    assert 'lang="de"' in shown[said.id] and "Auf Noor, " in shown[said.id]
    assert "Mina hat diese Nachricht beiseitegelegt." in shown[gone.id]
    for user, language in ((cast.noor, "de"), (cast.ines, "en")):
        page = page_of(user, cast.circle)
        assert f'<html lang="{language}"' in page
        assert "Mina hat diese Nachricht beiseitegelegt." in page


def test_an_entry_in_english_stays_so_for_whoever_reads_in_german(cast):
    speak("de", to=cast.noor)
    said = say(cast.ines, "Good morning", circle=cast.circle)

    page = page_of(cast.noor, cast.circle)

    assert '<html lang="de"' in page and "Bis hierher habe ich gelesen" in page
    assert f'<li class="msg" lang="en" id="m-{said.id}"' in page


@pytest.mark.parametrize("why", SENTENCES)
def test_whoever_may_not_write_reads_why_in_their_language(why):
    """Where one's words stay is nothing to find out in another language at night."""
    with translation.override("en"):
        english = str(SENTENCES[why])
    with translation.override("de"):
        german = str(SENTENCES[why])

    assert german != english
    assert ("hier erhalten" in german) == ("kept here" in english)


def test_who_settled_it_is_told_in_the_readers_words(cast, client):
    """A lead has no name in the circle: there stands what the house calls them."""
    said = say(cast.mina, "You should just stop.", circle=cast.circle)
    concern = concerns.tell(
        by=cast.noor,
        circle=cast.circle.public_id,
        message=said.id,
        member=None,
        reason="advice",
        note="",
    )
    with translation.override("de"):
        settling.settle(by=cast.sade, concern=concern.public_id, outcome="talked")
    client.force_login(cast.noor)

    assert "<bdi>A program lead</bdi>: Talked with them" in _without_bold(client.get("/told/"))
    speak("de", to=cast.noor)
    assert "<bdi>Eine Programmleitung</bdi>: Darüber gesprochen" in _without_bold(
        client.get("/told/")
    )


def _without_bold(answer) -> str:
    return answer.content.decode().replace("<b>", "").replace("</b>", "")

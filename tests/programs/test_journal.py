"""Pages that only their writer reads, and that nothing is lost from."""

from __future__ import annotations

import html
import re

import pytest

from community import vault
from programs import enrolment, journal, prompts
from programs.models import PromptDelivery, Reflection
from programs.refusal import Refused


@pytest.fixture
def asked(cast) -> PromptDelivery:
    """The first question, asked in the alder circle."""
    prompts.reschedule(cast.cohort)
    PromptDelivery.objects.update(state="waiting", settled_at=None)
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    prompts.deliver(row, now=row.due_at)
    return row


@pytest.fixture
def page_of_noor(cast, asked) -> Reflection:
    return journal.keep(person=cast.noor, words="Nobody came to collect.", prompt=asked).page


def text_of(response) -> str:
    return html.unescape(response.content.decode())


def hidden(response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())
    return found.group(1) if found else ""


# Keeping ---------------------------------------------------------------------
def test_words_are_sealed(page_of_noor):
    kept = Reflection.objects.get()
    assert b"collect" not in bytes(kept.sealed_words)
    assert kept.words == "Nobody came to collect."


def test_words_cannot_be_moved_to_another_row(cast, page_of_noor):
    other = journal.keep(person=cast.noor, words="Another").page
    other.sealed_words = page_of_noor.sealed_words
    with pytest.raises(vault.Unopenable):
        _ = other.words


def test_keeping_again_with_the_version_before_one_replaces(cast, asked, page_of_noor):
    free = journal.keep(person=cast.noor, words="A page of its own").page
    kept = journal.keep(person=cast.noor, words="Somebody did.", prompt=asked, seen=1)
    assert not kept.both
    assert Reflection.objects.get(prompt=asked).words == "Somebody did."
    free.refresh_from_db()
    assert free.words == "A page of its own"


def test_a_tab_that_comes_late_writes_over_nothing(cast, asked, page_of_noor):
    journal.keep(person=cast.noor, words="From the desk", prompt=asked, seen=1)
    late = journal.keep(person=cast.noor, words="From the phone", prompt=asked, seen=1)
    assert late.both
    page = Reflection.objects.get()
    assert (page.words, page.other_words) == ("From the desk", "From the phone")
    later = journal.keep(person=cast.noor, words="From the train", prompt=asked, seen=1)
    assert "From the phone" in later.page.other_words
    assert "From the train" in later.page.other_words
    settled = journal.keep(
        person=cast.noor, words="All of it", prompt=asked, seen=later.page.version
    )
    assert not settled.both
    assert (settled.page.words, settled.page.other_words) == ("All of it", "")


def test_what_another_tab_kept_goes_only_when_its_writer_has_seen_it(cast, asked, page_of_noor):
    for words in ("From the desk", "From the phone", "From the desk"):
        kept = journal.keep(person=cast.noor, words=words, prompt=asked, seen=1)
    assert kept.both, "a tab that hasn’t seen it says the same again"
    assert "From the phone" in Reflection.objects.get().other_words

    seen = Reflection.objects.get().version
    chosen = journal.keep(person=cast.noor, words="From the desk", prompt=asked, seen=seen)
    assert not chosen.both
    page = Reflection.objects.get()
    assert (page.words, page.other_words) == ("From the desk", "")


def test_the_same_words_twice_are_one_page(cast, asked, page_of_noor):
    again = journal.keep(person=cast.noor, words="Nobody came to collect.", prompt=asked)
    assert not again.both
    assert Reflection.objects.count() == 1


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 20_001, "e" + "\u0301" * 400_000])
def test_a_page_has_something_and_not_too_much(cast, words):
    with pytest.raises(Refused):
        journal.keep(person=cast.noor, words=words)


def test_what_people_count_as_one_is_one(cast):
    family = "👨‍👩‍👧‍👦"
    assert journal.length(family * 3 + "e\u0301") == 4
    journal.keep(person=cast.noor, words=family * 2_000)
    journal.keep(person=cast.noor, words="x" * 20_000)


def test_letting_go_is_for_good_and_of_one_page_alone(cast, page_of_noor):
    other = journal.keep(person=cast.noor, words="Another").page
    journal.let_go(page=page_of_noor)
    assert Reflection.objects.get() == other


# The pages -------------------------------------------------------------------
def test_a_member_finds_the_question_and_an_empty_page(client, cast, asked):
    client.force_login(cast.noor)
    response = client.get(f"/reflect/{asked.public_id}/")
    page = text_of(response)
    assert "Question 1: what keeps returning?" in page
    assert "Mina asks" in page
    assert "Nobody else. Not the staff either." in page


def test_nobody_else_finds_it(client, cast, asked):
    path = f"/reflect/{asked.public_id}/"
    assert client.get(path).status_code == 302
    for stranger in (cast.otto, cast.bela, cast.sade, cast.edda):
        client.force_login(stranger)
        assert client.get(path).status_code == 404
        assert client.post(path, {"words": "Hello"}).status_code == 404
    assert not Reflection.objects.exists()


def test_a_question_that_is_still_to_come_is_not_there(client, cast, asked):
    client.force_login(cast.noor)
    waiting = PromptDelivery.objects.waiting().filter(circle=cast.circle).first()
    assert client.get(f"/reflect/{waiting.public_id}/").status_code == 404


def test_keeping_and_finding_it_again(client, cast, asked):
    client.force_login(cast.noor)
    path = f"/reflect/{asked.public_id}/"
    first = client.get(path)
    response = client.post(
        path, {"words": "A line.\r\nAnother.", "seen": "0", "name": hidden(first, "name")}
    )
    assert response.url == path
    assert "A line.\nAnother." in text_of(client.get(path))
    assert "A line." in text_of(client.get("/journal/"))


def test_too_long_a_page_comes_back_with_every_word(client, cast, asked):
    client.force_login(cast.noor)
    words = "long " * 4_001
    response = client.post(f"/reflect/{asked.public_id}/", {"words": words, "seen": "0"})
    assert response.status_code == 422
    assert words.strip() in text_of(response)
    assert "20000" in text_of(response).replace(",", "")


@pytest.mark.parametrize("seen", ["", "-1", "x", "9" * 5000, "1e999"])
def test_an_odd_version_breaks_nothing(client, cast, asked, seen):
    client.force_login(cast.noor)
    response = client.post(f"/reflect/{asked.public_id}/", {"words": "A line", "seen": seen})
    assert response.status_code in {302, 422}


def test_two_tabs_are_told_and_both_texts_stay(client, cast, asked, page_of_noor):
    client.force_login(cast.noor)
    path = f"/reflect/{asked.public_id}/"
    client.post(path, {"words": "From the desk", "seen": "1"})
    response = client.post(path, {"words": "From the phone", "seen": "1"})
    page = text_of(response)
    assert response.status_code == 409
    assert "This page was kept in two places." in page
    assert "From the desk" in page
    assert "From the phone" in page
    reloaded = text_of(client.get(path))
    assert "From the desk" in reloaded
    assert "From the phone" in reloaded
    client.post(path, {"words": "Both, woven", "seen": hidden(response, "seen")})
    assert Reflection.objects.get().words == "Both, woven"


def test_a_free_page_sent_twice_is_one(client, cast):
    client.force_login(cast.noor)
    form = {"words": "No question at all.", "seen": "0"}
    form["name"] = hidden(client.get("/journal/new/"), "name")
    first = client.post("/journal/new/", form)
    client.post("/journal/new/", form)
    page = Reflection.objects.get()
    assert first.url == f"/journal/{page.public_id}/"
    assert "No question at all." in text_of(client.get(first.url))


def test_a_free_page_cannot_take_the_name_of_anothers(client, cast, page_of_noor):
    client.force_login(cast.otto)
    form = {"words": "Mine now", "seen": "1", "name": page_of_noor.public_id}
    assert client.post("/journal/new/", form).status_code == 404
    assert Reflection.objects.get().words == "Nobody came to collect."


def test_nobody_reads_copies_or_deletes_anothers_page(client, cast, page_of_noor):
    for stranger in (cast.mina, cast.ines, cast.otto, cast.sade, cast.edda):
        client.force_login(stranger)
        for way in ("", "copy/", "delete/"):
            path = f"/journal/{page_of_noor.public_id}/{way}"
            assert client.get(path).status_code == 404
        assert client.post(f"/journal/{page_of_noor.public_id}/delete/").status_code == 404
        assert "collect" not in text_of(client.get("/journal/"))
    assert Reflection.objects.exists()


def test_a_keeper_of_the_whole_house_reads_nobodys_page(client, cast, page_of_noor):
    cast.sade.is_superuser = True
    cast.sade.save()
    client.force_login(cast.sade)
    assert client.get(f"/journal/{page_of_noor.public_id}/").status_code == 404


def test_who_was_removed_keeps_reading_their_own_pages(client, cast, asked, page_of_noor):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.mina, why="A reason.")
    client.force_login(cast.noor)
    assert client.get(f"/reflect/{asked.public_id}/").status_code == 404
    page = text_of(client.get(f"/journal/{page_of_noor.public_id}/"))
    assert "Nobody came to collect." in page
    assert "Question 1" in page
    assert "Nobody came to collect." in text_of(client.get("/journal/"))


def test_a_copy_and_a_deletion(client, cast, page_of_noor):
    client.force_login(cast.noor)
    copy = client.get(f"/journal/{page_of_noor.public_id}/copy/")
    assert copy.headers["Content-Type"].startswith("text/plain")
    assert copy.content.decode() == "Nobody came to collect."
    client.post(f"/journal/{page_of_noor.public_id}/delete/")
    assert not Reflection.objects.exists()


def test_an_empty_journal_says_that_one_line_is_enough(client, cast):
    client.force_login(cast.noor)
    assert "The first one can be a single line." in text_of(client.get("/journal/"))


def test_a_page_whose_key_was_erased_is_said_to_be_gone(client, cast, page_of_noor):
    vault.erase(vault.person_owner(cast.noor.public_id))
    client.force_login(cast.noor)
    assert "can’t be opened any more" in text_of(client.get("/journal/"))
    assert client.get(f"/journal/{page_of_noor.public_id}/").status_code == 200

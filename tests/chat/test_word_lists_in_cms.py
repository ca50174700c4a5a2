"""Those who keep the house's pages keep its lists of words, and nobody else does."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from chat.care import lists
from chat.models import WordList

pytestmark = pytest.mark.once


@pytest.fixture
def words(db):
    return WordList.objects.get(kind="crisis", language="en")


def test_an_editor_changes_a_list_and_it_counts_at_once(cast, client, words):
    # As a new house gives its editors; an older one gives it by hand.
    rights = Permission.objects.filter(content_type__model="wordlist")
    cast.edda.user_permissions.add(*rights)
    client.force_login(cast.edda)
    address = reverse("wagtailsnippets_chat_wordlist:edit", args=[words.pk])
    page = client.get(address)
    assert page.status_code == 200
    assert "want to die" in page.content.decode()

    fields = {"kind": "crisis", "language": "en", "passes": "", "phrases": "the river calls"}
    assert client.post(address, fields).status_code == 302

    assert lists.patterns("crisis").found_in("The river calls")


@pytest.mark.parametrize("who", ["mina", "noor", "otto", "sade"])
def test_nobody_without_the_right_does(cast, client, words, who):
    client.force_login(getattr(cast, who))

    page = client.get(reverse("wagtailsnippets_chat_wordlist:edit", args=[words.pk]))

    assert page.status_code in (302, 404)
    assert WordList.objects.get(pk=words.pk).phrases == words.phrases

"""What the house's lists find, and what they let pass: in two languages, both ways."""

from __future__ import annotations

import time

import pytest

from chat.care import lists
from chat.care.sourcing import sells
from chat.models import WordList

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def finds(kind: str, text: str) -> bool:
    """Asked in both ways: the list by itself, and all of them in one look."""
    found = lists.patterns(kind).found_in(text)
    assert kind == WordList.Kind.MEDICINE or (kind in lists.kinds_in(text)) == found
    return found


def written(phrase: str, medicine: str) -> str:
    """A text in which this phrase stands."""
    for sign, words in (("...", "so very"), ("{medicine}", medicine), ("#", "80 "), ("*", "ed")):
        phrase = phrase.replace(sign, words)
    return f"Well, {phrase}, that is how it is"


@pytest.mark.parametrize(
    "text",
    [
        "I want to die.",
        "some nights i WANT   TO\nDIE",
        "I don’t want to be here any more",
        "I don't want to be here anymore.",
        "Some nights it feels like everyone would be lighter without me in it.",
        "They'd be better off without me",
        "I keep thinking about suicide",
        "I've been cutting myself again",
        "I can't take it anymore!!",
        "I just took all my pills",
        "Wish I were dead, honestly",
        "thinking of ending it all",
        "i w\u200bant to die",
        "I want to *die*",
        "Ich will sterben",
        "ich möchte nicht mehr leben",
        "ich moechte nicht mehr leben",
        "Ich mochte nicht mehr leben.",
        "Manchmal denke ich, ohne mich wären alle besser dran, ohne mich besser dran.",
        "Ich halte es nicht mehr aus",
        "ICH BRINGE MICH UM",
        "Ich denke daran, mir etwas anzutun",
        "ich hab wieder Selbstmordgedanken",
    ],
)
def test_words_that_may_be_about_a_crisis_are_found(text):
    assert finds("crisis", text)


ORDINARY = [
    "My second infusion frightened me.",
    "My second infusion frightened me more than the first, and I held the nurse's hand.",
    "It would have been his birthday. I set a place at the table without thinking.",
    "My mother died in March and I am still setting four places.",
    "I was dying to tell you about the garden.",
    "That joke killed me.",
    "This lemon cake is to die for",
    "I nearly died laughing; I could have wanted to die laughing",
    "I used to want to die, and I no longer want to die. It still surprises me.",
    "My plants died and I don't want to live with plants again? No: I want to try basil.",
    "I ended the lease, and my life is quieter",
    "The old me had to go. Letting go felt like a small death, a good one.",
    "In the session I saw myself dissolve and it was peaceful",
    "I'm better off without that job",
    "I can't go on holiday this year",
    "I hurt my knee. I hurt my self-esteem, too",
    "Meine zweite Infusion hat mir Angst gemacht.",
    "Meine Oma ist gestorben, ich vermisse sie.",
    "Ich sterbe vor Hunger",
    "Ich habe mich totgelacht",
    "Der Film war zum Sterben schön",
    "Ich will nicht mehr rauchen",
    "Ich will leben. Das ist neu.",
    "Ich halte die Hitze nicht mehr aus, aber sonst geht es",
]
STORIES = [
    "They raised my dose last week and I slept badly.",
    "My clinic gives me ketamine every three weeks.",
    "I take sertraline, 50 mg, and it helps me.",
    "I used to buy ketamine from a man in a park, years ago. I'm not proud of it.",
    "When I was twenty I sold weed for a summer.",
    "I sold my car and bought a bicycle",
    "Where can I get a good blanket?",
    "I want to buy a loom",
    "Does anyone have mushrooms recipes? The supermarket kind",
    "Where can I get ketamine therapy near Cork was the first thing I ever searched",
    "My doctor asked what the dosage did to my sleep",
    "Speed isn't everything",
    "Ich habe früher Gras verkauft, das ist lange her.",
    "Meine Ärztin hat die Dosis erhöht und ich war müde.",
    "Ich nehme 50 mg am Abend und schlafe gut",
    "Wo bekomme ich gute Wolle?",
    "Ich will Pilze suchen gehen am Sonntag",
]


@pytest.mark.parametrize("text", ORDINARY + STORIES)
def test_grief_dark_jokes_and_ones_own_story_raise_no_crisis(text):
    assert not finds("crisis", text)


@pytest.mark.parametrize(
    "text",
    [
        "Where can I get some ketamine?",
        "where can i buy ket without all this",
        "Anyone selling ketamine here?",
        "I can get you some really good psilocybin",
        "I’m selling LSD, message me",
        "I have a bit of MDMA to sell",
        "ketamine for sale",
        "Can someone get me ketamine",
        "looking to buy some shrooms",
        "Wo bekomme ich Ketamin?",
        "wo kann ich hier ketamin kaufen",
        "Ich verkaufe Ketamin",
        "Ich könnte dir etwas Ketamin besorgen",
        "koennte dir Ketamin besorgen",
        "Hat jemand Ketamin übrig?",
    ],
)
def test_asking_for_and_offering_are_found(text):
    assert sells(text, "en")


@pytest.mark.parametrize("text", ORDINARY + STORIES)
def test_no_story_is_taken_for_selling(text):
    assert not sells(text, "en")


@pytest.mark.parametrize(
    "text",
    [
        "How many mg did they give you?",
        "What dose are you on?",
        "You should take 100 mg instead",
        "you should take 100mg",
        "How much ketamine should I ask for?",
        "double your dose and see",
        "Wie viel mg bekommst du?",
        "Welche Dosis nehmt ihr?",
        "Nimm 50 mg, dann schläfst du",
        "Wie viel Ketamin nimmst du?",
    ],
)
def test_asking_and_telling_doses_are_found(text):
    assert finds("dose", text)


@pytest.mark.parametrize("text", ORDINARY + STORIES)
def test_no_story_is_taken_for_a_question_of_dose(text):
    assert not finds("dose", text)


def test_one_look_finds_each_phrase_of_each_list():
    medicines = WordList.objects.filter(kind="medicine").values_list("phrases", flat=True)
    medicine = medicines[0].strip().split("\n")[-1]
    asked = WordList.objects.exclude(kind="medicine").values_list("kind", "phrases", "passes")
    looked_for = [(k, p) for k, phrases, _ in asked for p in phrases.strip().split("\n")]

    assert len(looked_for) > 200
    for kind, phrase in looked_for:
        text = written(phrase, medicine)
        assert lists.patterns(kind).sought.search(lists.plainly(text)), phrase
        assert lists._fresh().landmarks.any_in(text), phrase


def test_lists_are_the_houses_own_and_change_at_once():
    words = WordList.objects.get(kind="crisis", language="en")
    assert not finds("crisis", "the river calls me")

    words.phrases += "\nthe river ... call*"
    words.passes += "\nthe river calls me home"
    words.save()

    assert finds("crisis", "The river, it seems, calls me")
    assert not finds("crisis", "The river calls me home")


def test_a_house_without_lists_finds_nothing():
    WordList.objects.all().delete()

    for kind in WordList.Kind.values:
        assert not finds(kind, "I want to die. How many mg? Anyone selling ketamine?")


def test_a_list_with_odd_lines_breaks_nothing():
    WordList.objects.create(
        kind="crisis", language="fr", phrases="\n...\n(*\n[a-\n#\n{medicine}\n\\\nje veux mourir\n"
    )

    assert finds("crisis", "Je veux mourir")
    assert not finds("crisis", "Tout va bien, 14 fois")


def test_a_long_text_is_looked_at_in_no_time():
    text = "I want to, I can't, where can I get the where can I get the " * 300
    began = time.process_time()
    for kind in WordList.Kind.values:
        finds(kind, text)
    assert time.process_time() - began < 1

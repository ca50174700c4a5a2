"""The demo house's public pages. `plant` is safe to repeat: what stands is left as it is."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from home.founding import found
from home.models import HelpLine, HomePage, StandardPage, SupportPage


@transaction.atomic
def plant() -> None:
    """The front door with its sections, and the pages that the foot of each page links to."""
    home = found()
    if not home.body:
        _furnish(home)
    for page in _pages():
        if not StandardPage.objects.filter(slug=page.slug).exists():
            home.add_child(instance=page)
            page.save_revision().publish()
    HelpLine.objects.filter(checked_on=None).update(checked_on=timezone.localdate())
    SupportPage.objects.filter(from_the_house__startswith="Facilitators are not").update(
        from_the_house=(
            "Your facilitator answers messages in the circle between 9:00 and 18:00. "
            "Facilitators are not on call at night; the lines above are."
        )
    )


def _furnish(home: HomePage) -> None:
    # Founded in the house's language; all else that the demo says is English.
    home.title = "After the journey, the weaving"
    home.lead = (
        "Small online circles for people living with what ketamine-assisted therapy showed "
        "them. Eight to ten peers, one facilitator, some weeks together, and the door stays "
        "open after."
    )
    home.seo_title = "Integration circles"
    home.search_description = (
        "Small, moderated online circles for what comes after ketamine-assisted therapy: "
        "one question a week, a private journal, and company."
    )
    home.first_button = "See the next circles"
    home.first_page = Page.objects.filter(url_path=f"{home.url_path}programs/").first()
    home.body = _home_body()
    home.save_revision().publish()


def _home_body() -> list[tuple[str, Any]]:
    return [
        (
            "week",
            {
                "heading": "A week, roughly",
                "words": (
                    "About two hours, in pieces you choose. Reading along counts as being there."
                ),
                "days": [
                    _day("Monday", "A question arrives. One, not ten. Sit with it or leave it."),
                    _day(
                        "Any hour",
                        "The circle’s room is open: a slow, private chat that a facilitator "
                        "looks after.",
                    ),
                    _day(
                        "Thursday",
                        "A live session of 75 minutes. A talking piece goes round; "
                        "passing is always allowed.",
                    ),
                    _day(
                        "In between",
                        "A private journal, small practices, and a garden for the things "
                        "you want to keep.",
                    ),
                    _day("Sunday", "Nothing is scheduled. Rest is part of the cloth.", rest=True),
                ],
            },
        ),
        (
            "circles",
            {
                "heading": "Circles gathering now",
                "nothing": "No circle is gathering just now. The next dates will stand here.",
            },
        ),
        (
            "offering",
            {
                "heading": "An offering",
                "words": "People in the circles make things. Some agree to let us pass them on.",
                "poem": (
                    "I put the question down\non the kitchen table\nbeside the bread.\n"
                    "In the morning\none of them had risen."
                ),
                "by": "Calder, Heron circle, two winters ago",
            },
        ),
        (
            "keeping",
            {
                "heading": "How a circle is kept",
                "lists": [
                    {
                        "dye": "birch",
                        "points": [
                            "<p>Closed. The people who start are the ones who stay.</p>",
                            "<p>First names or chosen names. No photographs, no profiles to "
                            "search.</p>",
                            "<p>A trained facilitator reads along and can slow, hold or pause "
                            "anything.</p>",
                        ],
                    },
                    {
                        "dye": "madder",
                        "points": [
                            "<p>Peer support beside your own care, never instead of it.</p>",
                            '<p>Not a crisis service. <a href="/support/">Support now</a> is on '
                            "every page.</p>",
                            "<p>We don’t arrange, sell or advise on medicine of any kind.</p>",
                        ],
                    },
                ],
            },
        ),
    ]


def _day(when: str, what: str, *, rest: bool = False) -> dict[str, Any]:
    return {"when": when, "what": what, "rest": rest}


def _pages() -> list[StandardPage]:
    return [
        StandardPage(
            title="How it works",
            slug="how-it-works",
            show_in_menus=True,
            lead="A small group, one question a week, and room to be quiet.",
            search_description="What a circle is, how one joins, and what the weeks are like.",
            body=_how_it_works(),
        ),
        StandardPage(
            title="Our agreement",
            slug="agreement",
            in_foot=True,
            lead="What we ask of each other. You read it clause by clause before you join.",
            search_description="The agreement that everyone in a circle keeps.",
            body=_agreement(),
        ),
        StandardPage(
            title="Privacy",
            slug="privacy",
            in_foot=True,
            lead="Who can read what, and what this house never does.",
            search_description="What this house keeps, who can read it, and for how long.",
            body=_privacy(),
        ),
        StandardPage(
            title="Accessibility",
            slug="accessibility",
            in_foot=True,
            lead="Made to be used by a tired thumb at night, and by any other way of reading.",
            search_description="How this site meets WCAG 2.2 AA, and where to tell us it doesn’t.",
            body=_accessibility(),
        ),
    ]


def _prose(*paragraphs: str) -> tuple[str, str]:
    return ("prose", "".join(f"<p>{words}</p>" for words in paragraphs))


def _points(dye: str, *points: str) -> tuple[str, dict[str, Any]]:
    return ("points", {"dye": dye, "points": [f"<p>{words}</p>" for words in points]})


def _fold(question: str, answer: str) -> tuple[str, dict[str, str]]:
    return ("fold", {"question": question, "answer": f"<p>{answer}</p>"})


def _how_it_works() -> list[tuple[str, Any]]:
    return [
        ("heading", "Coming in"),
        _prose(
            "You choose a circle with dates that suit you and answer a few questions. A "
            "facilitator reads them, asks if something is unclear, and writes back. You need to "
            "have been evaluated by a trained professional; we ask who and when, never for a "
            "diagnosis or a dose.",
            "Then you pick the name you go by. It can be any name. Your cloth, a small woven "
            "patch, stands where others would put a photograph.",
        ),
        ("heading", "Being there"),
        _prose(
            "Once a week a question comes into the circle’s room. You can answer it there, "
            "write about it in a journal that nobody else reads, or leave it. Once a week there "
            "is a live session: a talking piece goes round and you can pass.",
        ),
        ("heading", "Going on, or leaving"),
        _prose(
            "When the weeks are over the circle can go on as alumni. You can leave at any time "
            "in one step, take a copy of your own words, and nobody is told why.",
        ),
        _fold("May I only read along?", "Yes. Reading along counts as being there."),
        _fold(
            "Is this therapy?",
            "No. It is peer support beside your own care. Facilitators are trained to hold a "
            "group; they do not treat, diagnose or advise on medicine.",
        ),
        _fold(
            "What if it gets heavy?",
            'Every page has <a href="/support/">Support now</a>, with people who answer at any '
            "hour. Nothing you write about a hard night is held back or deleted for it.",
        ),
    ]


def _agreement() -> list[tuple[str, Any]]:
    return [
        _points(
            "birch",
            "What is shared here stays here. I take away my own learning and nobody else’s story.",
            "I come from a private place, and sober.",
            "One person speaks at a time, and we share the air.",
            "I speak from “I”, and leave advice at the door unless someone asks for it.",
            "It’s fine to pass.",
            "Differences are met with respect, and as equals.",
        ),
        _points(
            "madder",
            "No graphic detail.",
            "No medication suggestions or names; nothing is asked for, offered or compared.",
            "No contact details or outside accounts, and no promoting of groups or services.",
            "No diagnosing and no rescuing.",
            "No recording, and no note-taking software.",
            "If harm happens, we repair it.",
        ),
        (
            "notice",
            {
                "tone": "plain",
                "words": "<p>This is peer support, not therapy. Members are not bound to secrecy "
                "as a clinician is, and nobody can prevent a screenshot.</p>",
            },
        ),
    ]


def _privacy() -> list[tuple[str, Any]]:
    return [
        ("heading", "Who can read what"),
        _points(
            "woad",
            "What you write in a circle is read by the people in that circle and its facilitators.",
            "What you write in your journal is read by you, unless you share a page.",
            "Your answers when applying are read by those who decide about them.",
            "Editors of this site never see any of it.",
        ),
        _prose(
            "These words are sealed before they reach the database, with keys kept outside it. "
            "Whoever runs the server can, in principle, open them while it runs; a stolen copy "
            "of the database cannot.",
        ),
        ("heading", "What this house never does"),
        _points(
            "madder",
            "No trackers, no advertising, nothing loaded from anyone else.",
            "No cookie until you come to the door to sign in, or choose light or dark.",
            "No e-mail that says what this site is about.",
        ),
    ]


def _accessibility() -> list[tuple[str, Any]]:
    return [
        _prose(
            "We aim for WCAG 2.2 at level AA. Reading, writing, applying and reflecting work "
            "without script. Text can be enlarged to 200 percent, everything that can be "
            "tapped is at least 44 pixels high, and motion stops when your device asks for it.",
            "You can choose light or dark at the foot of each page.",
        ),
        _prose("If something stands in your way, tell us; it is a fault and we mend it."),
    ]

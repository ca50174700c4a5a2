"""What every house begins with: the realms of life, and the first version of the agreement.

Both are written in the house's language and its own from then on: realms are edited, agreements
followed by newer versions.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from community.language import in_language, of_the_house

CLAUSES = (
    _("What is shared here stays here. I take away my own learning and nobody else’s story."),
    _("I come from a private place, where nobody else can read or listen."),
    _("One speaks at a time, and I share the air."),
    _("I speak from “I”, from my own life."),
    _("I leave advice at the door unless someone asks for it."),
    _("It’s fine to pass: for me, and for everyone."),
    _("I respect what differs between us, and that we are equals here."),
    _("I leave out graphic detail."),
    _(
        "I suggest no medication and name none, and I ask for, offer or compare no medicine, dose "
        "or provider."
    ),
    _("I promote no other group or service."),
    _("I exchange no contact details and no accounts elsewhere."),
    _("I come to meetings sober. I don’t diagnose and I don’t rescue."),
    _("I record nothing, and I let no note-taking software in."),
    _("If harm happens, I help to repair it."),
    _(
        "I know the facilitator may hold a message, pause a talk, or call for help if someone’s "
        "life is at risk."
    ),
    _("I know this is peer support. It is not therapy and not a crisis service."),
)

# slug, name, about, dye, weave
REALMS = (
    ("mind", _("Mind"), _("Ideas, beliefs and open questions."), "woad", "twill"),
    ("body", _("Body"), _("Rest, breath, food, movement, touch."), "madder", "basket"),
    ("emotion", _("Emotion"), _("What asks to be felt, and what eases."), "elder", "herring"),
    ("spirit", _("Spirit"), _("Wonder, meaning, something larger."), "weld", "check"),
    ("relationship", _("Relationship"), _("Who is near, and how near."), "birch", "twill-back"),
    (
        "work-and-play",
        _("Work and play"),
        _("What fills the days and lightens them."),
        "onion",
        "rib",
    ),
)


def clauses() -> str:
    """Of the first agreement, one a line."""
    with in_language(of_the_house()):
        return "\n".join(gettext(clause) for clause in CLAUSES)


def realms() -> list[dict[str, str | int]]:
    with in_language(of_the_house()):
        return [
            {
                "slug": slug,
                "name": gettext(name),
                "about": gettext(about),
                "dye": dye,
                "weave": weave,
                "sort_order": place,
            }
            for place, (slug, name, about, dye, weave) in enumerate(REALMS)
        ]

"""In which language someone is written to who has chosen none: as in the circle that they came to,
or asked for, last. Mail away from the house is about a circle, and never says about which.
"""

from __future__ import annotations

from community import notices
from community.models import User
from programs.models import Application, Membership


def to(person: User) -> str:
    """Empty where they have never had to do with a circle."""
    language = "circle__cohort__language"
    # Whoever only listens in an open circle belongs to another.
    belonged = Membership.objects.filter(user=person).exclude(role=Membership.Role.LISTENER)
    asked = Application.objects.filter(person=person)
    last = [
        *belonged.order_by("-joined_at").values_list("joined_at", language)[:1],
        *asked.order_by("-began_at").values_list("began_at", language)[:1],
    ]
    return max(last)[1] if last else ""


notices.worded_by(to)

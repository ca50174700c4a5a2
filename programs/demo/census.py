"""Who and what is there, for scripts; the shape is in docs/operations.md."""

from __future__ import annotations

from typing import Any

from community.models import User
from programs.models import Circle, Membership


def census() -> dict[str, Any]:
    """All circles, and all people with the circles they belong to now."""
    circles = Circle.objects.select_related("cohort__program").order_by("pk")
    belonging: dict[int, list[dict[str, str]]] = {}
    for member in Membership.objects.current().select_related("circle").order_by("pk"):
        belonging.setdefault(member.user_id, []).append(
            {
                "circle": member.circle.public_id,
                "member": member.public_id,
                "role": member.role,
                "name": member.name,
            }
        )
    people = User.objects.filter(is_active=True).order_by("pk").values_list("pk", "email")
    return {
        "circles": [
            {
                "id": circle.public_id,
                "name": circle.name,
                "cohort": circle.cohort.name,
                "program": circle.cohort.program.title,
            }
            for circle in circles
        ],
        "people": [
            {"address": address, "circles": belonging.get(pk, [])} for pk, address in people
        ],
    }

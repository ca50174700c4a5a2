"""What comes of the addresses that the house adds to the CMS: program leads' alone.

Who is signed in and not of the staff finds no CMS at all; other staff are turned away, to its
front page or a list. Forms are sent empty: that they are shown again says that they may be sent.
"""

from __future__ import annotations

from tests.access.roles import GET, POST, TURNED_AWAY, Outcomes, Row, everyone, only, signed_in

_LISTS = ("cohort", "circle", "membership", "agreement", "cohort_chooser", "circle_chooser")
_FORMS = (
    *("cohort/new/", "cohort/edit/<cohort_pk>/", "cohort/again/<cohort_pk>/"),
    *("cohort/session/<cohort_pk>/", "circle/new/", "circle/edit/<circle_pk>/"),
    *("circle/appoint/<circle_pk>/", "membership/end/<member_pk>/", "agreement/new/"),
)


_NOBODY = only(TURNED_AWAY, "lead", "editor", "superuser")


def _leads(then: int) -> Outcomes:
    return only(then, "lead", "superuser") | {"editor": TURNED_AWAY}


def _row(address: str, outcomes: Outcomes, method: str, case: str = "") -> Row:
    """Addresses name a key of some row as `pk`; here each says whose."""
    for thing in ("cohort_pk", "circle_pk", "member_pk"):
        if f"<{thing}>" in address:
            return Row(address.replace(thing, "pk"), outcomes, method, case, at={"pk": thing})
    return Row(address, outcomes, method, case)


CMS = [
    _row("cms/reports/questions/", _leads(200), GET),
    _row("cms/reports/questions/results/", _leads(200), GET),
    *(_row(f"cms/{name}/", _leads(200), GET) for name in _LISTS),
    *(_row(f"cms/{name}/results/", _leads(200), GET) for name in _LISTS),
    *(_row(f"cms/{name}", _leads(200), GET) for name in _FORMS),
    *(_row(f"cms/{name}", _leads(200), POST, "empty") for name in _FORMS),
    *(
        _row(f"cms/{name}/delete/<{name}_pk>/", _NOBODY, method, "in use")
        for name in ("cohort", "circle")
        for method in (GET, POST)
    ),
    *(
        _row(f"cms/{name}_chooser/chosen/<{name}_pk>/", _leads(200), GET)
        for name in ("cohort", "circle")
    ),
    *(
        _row(f"cms/{name}_chooser/chosen-multiple/", _leads(200), GET)
        for name in ("cohort", "circle")
    ),
    Row("cms/users/delete/<pk>/", _NOBODY | {"superuser": "200"}, GET, at={"pk": "person_pk"}),
    Row("cms/users/delete/<pk>/", _NOBODY, POST, "of a circle", at={"pk": "person_pk"}),
    Row("cms/account/", only(200, "lead", "editor", "superuser"), GET),
    Row("cms/account/", only(200, "lead", "editor", "superuser"), POST, "empty"),
    Row("cms/logout/", signed_in(200, visitor="302"), GET),
    Row("cms/logout/", everyone(302), POST),
]

"""The demo's program pages and profiles, put in place once."""

from __future__ import annotations

from wagtail.models import Page, Site

from programs.demo.library import COMPLAINTS, HOLDERS, PROGRAMS, QUESTIONS, WEEKS, Program
from programs.founding import clauses, realms
from programs.models import (
    Agreement,
    FacilitatorProfile,
    ProgramFacilitator,
    ProgramIndexPage,
    ProgramPage,
    ProgramWeek,
    Realm,
)


def plant_pages() -> dict[str, ProgramPage]:
    """The programs by slug, made where they are missing."""
    _found()
    index = ProgramIndexPage.objects.first() or _index()
    profiles = [_profile(holder) for holder in HOLDERS]
    return {program.slug: _program(index, program, profiles) for program in PROGRAMS}


def _found() -> None:
    """What migrations put into a new house, where someone has emptied it."""
    for facts in realms():
        Realm.objects.get_or_create(slug=facts["slug"], defaults=facts)
    if not Agreement.objects.exists():
        Agreement.objects.create(version=1, clauses=clauses())


def _index() -> ProgramIndexPage:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    root = site.root_page if site else Page.get_first_root_node()
    index = ProgramIndexPage(
        title="Programs",
        slug="programs",
        show_in_menus=True,
        introduction="Three ways to keep company with what you were shown. Each is a closed circle "
        "with dates, a question at a time, and someone who holds it.",
    )
    root.add_child(instance=index)
    index.save_revision().publish()
    return index


def _profile(holder) -> FacilitatorProfile:
    profile, is_new = FacilitatorProfile.objects.get_or_create(
        name=holder.name,
        defaults={
            "credentials": holder.credentials,
            "training": holder.training,
            "fees": holder.fees,
            "ties": holder.ties,
            "complaints": COMPLAINTS,
        },
    )
    if is_new:
        profile.save_revision().publish()
    return profile


def _program(
    index: ProgramIndexPage, program: Program, profiles: list[FacilitatorProfile]
) -> ProgramPage:
    known = ProgramPage.objects.child_of(index).filter(slug=program.slug).first()
    if known:
        return known
    answers = [{"question": q, "answer": f"<p>{a}</p>"} for q, a in QUESTIONS]
    page = ProgramPage(
        title=program.title,
        slug=program.slug,
        summary=program.summary,
        suits="\n".join(program.suits),
        suits_not="\n".join(program.suits_not),
        body=[("questions", {"heading": "Before you ask", "answers": answers})],
        search_description=program.summary.split(". ")[0] + ".",
        **program.facts,
    )
    page.weeks = [_week(order, code) for order, code in enumerate(program.weeks.split())]
    page.facilitators = [
        ProgramFacilitator(profile=profile, sort_order=order)
        for order, profile in enumerate(profiles)
    ]
    index.add_child(instance=page)
    page.save_revision().publish()
    return page


def _week(order: int, code: str) -> ProgramWeek:
    week = WEEKS[code]
    return ProgramWeek(
        sort_order=order,
        theme=week.theme,
        realm=Realm.objects.get(slug=week.realm),
        about=week.about,
        prompt=week.prompt,
        practices=week.practice,
    )

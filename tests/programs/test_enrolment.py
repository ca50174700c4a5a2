"""Coming into a circle and leaving it: who may do what, and where each step leads."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from community.models import Notice, User
from programs import enrolment
from programs.circles import appoint
from programs.models import (
    Agreement,
    AgreementAcceptance,
    Application,
    Break,
    Circle,
    Cohort,
    Membership,
    Removal,
)
from programs.refusal import Refused
from programs.signals import membership_ended
from tests.programs.conftest import DAY

State = Application.State


# Applying --------------------------------------------------------------------
def test_beginning_twice_is_one_application(cast, lark):
    first = enrolment.begin_application(circle=cast.circle, person=lark)
    assert enrolment.begin_application(circle=cast.circle, person=lark) == first


def test_a_member_does_not_apply_to_their_own_circle(cast):
    with pytest.raises(Refused):
        enrolment.begin_application(circle=cast.circle, person=cast.noor)


def test_nobody_applies_once_the_roster_is_closed(cast, lark):
    Cohort.objects.update(roster_closes_on=timezone.localdate())
    with pytest.raises(Refused):
        enrolment.begin_application(circle=Circle.objects.get(pk=cast.circle.pk), person=lark)


def test_only_who_was_removed_from_this_very_circle_is_kept_from_applying_to_it(cast, lark):
    enrolment.remove(membership=cast.member(cast.noor), by=cast.mina, why="A quarrel.")

    assert enrolment.begin_application(circle=cast.circle, person=lark)
    assert enrolment.begin_application(circle=cast.next_door, person=cast.noor)


def test_what_is_agreed_to_is_the_newest_that_is_in_force(agreement):
    newer, _announced = (
        Agreement.objects.create(
            version=agreement.version + later, clauses="I may pass.", published_at=at
        )
        for later, at in [(1, timezone.now()), (2, timezone.now() + DAY)]
    )
    assert Agreement.in_force() == newer


def test_what_was_begun_in_time_is_not_sent_once_the_roster_is_closed(cast, lark, apply):
    begun = enrolment.begin_application(circle=cast.circle, person=lark)
    cast.circle.cohort.roster_closes_on = timezone.localdate()

    with pytest.raises(Refused):
        apply(lark)

    begun.refresh_from_db()
    assert begun.state == State.DRAFT


def test_answers_are_sealed_and_open_again(cast, lark, full_answers):
    application = enrolment.begin_application(circle=cast.circle, person=lark)
    enrolment.save_draft(application=application, answers=full_answers)
    kept = Application.objects.get()
    assert b"quiet weeks" not in bytes(kept.sealed_answers)
    assert kept.answers == full_answers


def test_sending_keeps_the_attestation_and_the_agreement(cast, lark, apply, agreement):
    application = apply(lark)
    kept = Application.objects.get()
    assert kept.state == State.SENT
    assert kept.evaluator == "A nurse at the day clinic"
    assert b"nurse" not in bytes(kept.sealed_evaluator)
    assert kept.evaluation_holds_until == kept.evaluated_on + dt.timedelta(days=365)
    assert AgreementAcceptance.objects.filter(agreement=agreement, person=lark).exists()
    assert Notice.objects.filter(person=cast.mina, kind=Notice.Kind.CARE).count() == 1
    assert not Notice.objects.exclude(person=cast.mina).exists()
    with pytest.raises(Refused):
        enrolment.save_draft(application=application, answers={})


def test_what_was_sent_can_be_taken_back_to_the_desk_until_it_is_answered(cast, lark, apply):
    application = apply(lark)
    enrolment.reopen(application=application)
    assert application.state == State.DRAFT
    application = apply(lark)
    enrolment.accept(application=application, by=cast.mina)
    with pytest.raises(Refused):
        enrolment.reopen(application=application)


def test_withdrawing_erases_what_was_written(cast, lark, apply):
    application = apply(lark)
    enrolment.withdraw(application=application)
    kept = Application.objects.get()
    assert (kept.state, kept.answers, kept.evaluator) == (State.WITHDRAWN, {}, "")
    assert enrolment.begin_application(circle=cast.circle, person=lark).pk != kept.pk


def test_each_who_applies_goes_their_own_way(cast, lark, apply):
    wren = User.objects.create_user("wren@example.org")
    hers, theirs = apply(lark), apply(wren)
    for application in (hers, theirs):
        enrolment.reopen(application=application)

    enrolment.save_draft(application=hers, answers={"hopes": "Something else."})
    apply(wren)
    enrolment.withdraw(application=hers)

    theirs.refresh_from_db()
    assert (theirs.state, theirs.evaluator) == (State.SENT, "A nurse at the day clinic")
    assert theirs.answers["hopes"] == "Company for the quiet weeks."


def test_another_persons_draft_is_not_written_over(cast, lark):
    wren = User.objects.create_user("wren@example.org")
    hers, theirs = (
        enrolment.begin_application(circle=cast.circle, person=person) for person in (lark, wren)
    )
    enrolment.save_draft(application=theirs, answers={"hopes": "Quiet."})
    enrolment.save_draft(application=hers, answers={"hopes": "Company."})
    theirs.refresh_from_db()
    assert theirs.answers == {"hopes": "Quiet."}


# Deciding --------------------------------------------------------------------
def test_only_those_who_hold_the_circle_see_what_was_sent_to_it(cast, lark, apply):
    draft = enrolment.begin_application(circle=cast.circle, person=lark)
    assert draft not in Application.objects.visible_to(cast.mina)
    sent = apply(lark)
    visible = Application.objects.visible_to
    assert sent in visible(cast.mina)
    assert sent in visible(lark)
    for stranger in (cast.noor, cast.otto, cast.bela, cast.sade, cast.edda):
        assert sent not in visible(stranger)


def test_reading_is_written_down_and_strangers_cannot_read(cast, lark, apply):
    application = apply(lark)
    answers = enrolment.read_answers(application=application, by=cast.mina)
    assert answers["hopes"] == "Company for the quiet weeks."
    reading = application.readings.get()
    assert (reading.reader, reading.reader_name) == (cast.mina, "Mina")
    for stranger in (cast.noor, cast.bela, cast.sade, cast.edda, lark):
        with pytest.raises(PermissionDenied):
            enrolment.read_answers(application=application, by=stranger)
    assert application.readings.count() == 1


@pytest.mark.parametrize("verb", ["accept", "offer_waiting_list", "ask", "decline"])
def test_nobody_else_decides(cast, lark, apply, verb):
    application = apply(lark)
    for stranger in (cast.noor, cast.bela, cast.sade, cast.edda, lark):
        with pytest.raises(PermissionDenied):
            getattr(enrolment, verb)(application=application, by=stranger, words="No")
    assert Application.objects.get().state == State.SENT


def test_nobody_decides_about_themselves_who_was_appointed_meanwhile(cast, lark, apply):
    application = apply(lark)
    appointed(cast, lark)
    with pytest.raises(PermissionDenied):
        enrolment.accept(application=application, by=lark)


def test_who_held_the_circle_once_neither_hears_of_it_nor_sees_it_nor_decides(cast, lark, apply):
    linden = User.objects.create_user("linden@example.org")
    enrolment.leave(membership=appointed(cast, linden))
    application = apply(lark)
    assert not Notice.objects.filter(person=linden).exists()
    assert application not in Application.objects.visible_to(linden)
    assert application not in Application.objects.held_by(linden)
    with pytest.raises(PermissionDenied):
        enrolment.read_answers(application=application, by=linden)
    with pytest.raises(PermissionDenied):
        enrolment.accept(application=application, by=linden)
    with pytest.raises(PermissionDenied):
        enrolment.remove(membership=cast.member(cast.noor), by=linden, why="No")


def appointed(cast, person):
    name = person.email.partition("@")[0].title()
    return Membership.objects.create(
        circle=cast.circle, user=person, role="facilitator", name=name, swatch=90
    )


def test_accepting_tells_them_that_there_is_something(cast, lark, apply):
    application = apply(lark)
    enrolment.accept(application=application, by=cast.mina, words="Glad to have you.")
    assert Application.objects.get().decision_words == "Glad to have you."
    notice = Notice.objects.get(person=lark)
    assert notice.kind == Notice.Kind.JOINING
    assert "Glad" not in notice.about


def test_a_full_circle_offers_its_waiting_list_and_then_the_place_that_opens(cast, lark, apply):
    Cohort.objects.update(largest=2, smallest=2)
    application = apply(lark)
    with pytest.raises(Refused):
        enrolment.accept(application=application, by=cast.mina)
    enrolment.offer_waiting_list(application=application, by=cast.mina)
    enrolment.leave(membership=cast.member(cast.ines))
    assert Notice.objects.filter(person=cast.mina, about__startswith="place:").exists()
    enrolment.accept(application=application, by=cast.mina)
    assert application.state == State.ACCEPTED


def test_an_acceptance_takes_the_place_before_they_enter(cast, lark, apply):
    Cohort.objects.update(largest=3, smallest=2)
    enrolment.accept(application=apply(lark), by=cast.mina)
    circle = Circle.objects.with_places().get(pk=cast.circle.pk)
    assert (circle.peers, circle.places_left) == (3, 0)
    moss = User.objects.create_user("moss@example.org")
    with pytest.raises(Refused):
        enrolment.accept(application=apply(moss), by=cast.mina)


def test_nobody_is_accepted_after_the_roster_closed(cast, lark, apply):
    application = apply(lark)
    Cohort.objects.update(roster_closes_on=timezone.localdate())
    with pytest.raises(Refused):
        enrolment.accept(application=application, by=cast.mina)


def test_declining_needs_words(cast, lark, apply):
    application = apply(lark)
    with pytest.raises(Refused):
        enrolment.decline(application=application, by=cast.mina, words="  ")
    enrolment.decline(application=application, by=cast.mina, words="In spring, gladly.")
    assert Application.objects.get().decision_words == "In spring, gladly."


def test_a_question_comes_back_and_is_answered(cast, lark, apply, full_answers):
    application = apply(lark)
    enrolment.ask(application=application, by=cast.mina, words="Which evenings are yours?")
    assert application.state == State.ASKED
    assert apply(lark).pk == application.pk
    assert Application.objects.get().state == State.SENT


def test_answers_being_changed_are_their_authors_until_they_are_sent_again(
    cast, lark, apply, full_answers
):
    application = apply(lark)
    enrolment.ask(application=application, by=cast.mina, words="What would you like?")
    changed = full_answers | {"hopes": "Half a thought."}
    enrolment.save_draft(application=application, answers=changed)

    found = Application.objects.get()
    assert found.draft == changed
    assert b"Half a thought" not in bytes(found.sealed_draft)
    sent = enrolment.read_answers(application=found, by=cast.mina)
    assert sent == full_answers
    with pytest.raises(PermissionDenied):
        enrolment.read_answers(application=found, by=cast.noor)

    # Neither another question nor the waiting list loses it.
    enrolment.offer_waiting_list(application=found, by=cast.mina)
    with pytest.raises(Refused):
        enrolment.save_draft(application=found, answers={"hopes": "Too late."})
    enrolment.ask(application=found, by=cast.mina, words="And now?")
    assert Application.objects.get().draft == changed

    enrolment.send_application(
        application=found,
        answers=changed,
        evaluator="A nurse",
        evaluated_on=timezone.localdate(),
        agreement=Agreement.objects.latest("version"),
    )
    found = Application.objects.get()
    assert enrolment.read_answers(application=found, by=cast.mina) == changed
    assert found.sealed_draft == b""


@pytest.mark.parametrize("end", ["accept", "decline", "withdraw", "erased"])
def test_answers_that_will_not_be_sent_are_erased(cast, lark, apply, full_answers, end):
    application = apply(lark)
    enrolment.ask(application=application, by=cast.mina, words="What would you like?")
    enrolment.save_draft(application=application, answers={"hopes": "Half a thought."})
    if end == "accept":
        enrolment.accept(application=application, by=cast.mina)
    elif end == "decline":
        enrolment.decline(application=application, by=cast.mina, words="In spring, gladly.")
    elif end == "withdraw":
        enrolment.withdraw(application=application)
    else:
        Application.objects.update(state=State.DECLINED, decided_at=timezone.now() - 31 * DAY)
        enrolment.erase_old_answers()
    kept = Application.objects.get()
    assert bytes(kept.sealed_draft) == b""
    assert kept.draft == kept.answers != {"hopes": "Half a thought."}


def test_who_was_declined_cannot_be_accepted_and_may_begin_anew(cast, lark, apply):
    application = apply(lark)
    enrolment.decline(application=application, by=cast.mina, words="Later.")
    with pytest.raises(Refused):
        enrolment.accept(application=application, by=cast.mina)
    assert enrolment.begin_application(circle=cast.circle, person=lark) != application


# Entering --------------------------------------------------------------------
@pytest.fixture
def accepted(cast, lark, apply) -> Application:
    application = apply(lark)
    enrolment.accept(application=application, by=cast.mina)
    return application


def test_entering_gives_a_name_a_seat_and_a_cloth_of_their_own(cast, lark, accepted):
    member = enrolment.enter(application=accepted, name="  Lark  ")
    assert (member.name, member.role) == ("Lark", "peer")
    others = cast.circle.memberships.exclude(pk=member.pk).values_list("swatch", flat=True)
    assert member.swatch not in others
    assert Circle.objects.visible_to(lark).get() == cast.circle
    assert member.seat


def test_nobody_enters_who_was_not_accepted(cast, lark, apply):
    with pytest.raises(Refused):
        enrolment.enter(application=apply(lark), name="Lark")
    assert not Circle.objects.visible_to(lark).exists()


def test_nobody_enters_a_circle_that_does_not_take_place(cast, accepted):
    Cohort.objects.update(is_cancelled=True)
    with pytest.raises(Refused):
        enrolment.enter(application=accepted, name="Lark")


def test_who_holds_the_circle_by_now_does_not_enter_it_as_a_peer(cast, lark, accepted):
    appointed(cast, lark)
    with pytest.raises(Refused):
        enrolment.enter(application=accepted, name="Lark")
    assert accepted.state == State.ACCEPTED


@pytest.mark.parametrize("name", ["Noor", "noor", "ＮＯＯＲ", "N o o r"])
def test_a_name_that_reads_like_another_is_taken(cast, accepted, name):
    with pytest.raises(Refused):
        enrolment.enter(application=accepted, name=name)


def test_the_name_of_someone_who_left_stays_theirs(cast, lark, accepted):
    enrolment.leave(membership=cast.member(cast.noor))
    with pytest.raises(Refused):
        enrolment.enter(application=accepted, name="Noor")
    back = Application.objects.create(circle=cast.circle, person=cast.noor, state=State.ACCEPTED)
    assert enrolment.enter(application=back, name="Noor").name == "Noor"


# Leaving ---------------------------------------------------------------------
def test_leaving_is_one_step_and_ends_the_right_to_enter(cast, ended):
    member = cast.member(cast.noor)
    Break.objects.create(membership=member)
    enrolment.leave(membership=member)
    assert not Circle.objects.visible_to(cast.noor).exists()
    assert cast.circle.membership_of(cast.noor) is None
    assert not Break.objects.filter(ended_at=None).exists()
    assert ended == [(member.pk, cast.noor, False)]


def test_the_only_one_who_holds_a_circle_hands_it_over_first(cast):
    with pytest.raises(Refused):
        enrolment.leave(membership=cast.member(cast.mina))
    assert cast.circle.membership_of(cast.mina)


def test_a_facilitator_removes_a_peer_and_the_reason_is_sealed(cast, ended):
    member = cast.member(cast.noor)
    enrolment.remove(membership=member, by=cast.mina, why="Recorded a session.")
    removal = Removal.objects.get()
    assert removal.why == "Recorded a session."
    assert b"Recorded" not in bytes(removal.sealed_why)
    assert ended == [(member.pk, cast.mina, True)]
    with pytest.raises(Refused):
        enrolment.begin_application(circle=cast.circle, person=cast.noor)


def test_a_program_lead_removes_a_facilitator_and_no_other_facilitator_does(cast):
    linden = User.objects.create_user("linden@example.org")
    appointed(cast, linden)
    with pytest.raises(PermissionDenied):
        enrolment.remove(membership=cast.member(cast.mina), by=linden, why="A complaint.")
    enrolment.remove(membership=cast.member(cast.mina), by=cast.sade, why="A complaint.")
    assert cast.circle.membership_of(cast.mina) is None


def test_a_program_lead_does_not_remove_themselves(cast):
    with pytest.raises(PermissionDenied):
        enrolment.remove(membership=appointed(cast, cast.sade), by=cast.sade, why="Enough.")
    assert cast.circle.membership_of(cast.sade)


def test_of_a_place_that_opens_nobody_is_told_who_has_nobody_waiting(cast):
    enrolment.leave(membership=cast.member(cast.ines))
    assert not Notice.objects.filter(about__startswith="place:").exists()


def test_what_has_ended_does_not_end_again(cast):
    member = cast.member(cast.noor)
    enrolment.leave(membership=member)
    left_at = member.left_at
    with pytest.raises(Refused):
        enrolment.remove(membership=member, by=cast.mina, why="Too late.")
    member.refresh_from_db()
    assert member.left_at == left_at
    assert not Removal.objects.exists()


def test_nobody_else_removes_anyone(cast):
    member = cast.member(cast.noor)
    for stranger in (cast.noor, cast.ines, cast.otto, cast.bela, cast.edda):
        with pytest.raises(PermissionDenied):
            enrolment.remove(membership=member, by=stranger, why="No")
    with pytest.raises(PermissionDenied):
        enrolment.remove(membership=cast.member(cast.mina), by=cast.mina, why="No")
    assert Membership.objects.current().filter(circle=cast.circle).count() == 3


def test_a_rest_and_the_way_back(cast):
    member, other = cast.member(cast.noor), cast.member(cast.ines)
    enrolment.rest(membership=member)
    enrolment.rest(membership=member)
    enrolment.rest(membership=other)
    assert member not in Membership.objects.awake()
    enrolment.come_back(membership=member)
    assert member in Membership.objects.awake()
    assert other not in Membership.objects.awake()


# Keeping little --------------------------------------------------------------
def test_answers_go_thirty_days_after_the_decision_and_the_attestation_stays(cast, lark, apply):
    application = apply(lark)
    enrolment.decline(application=application, by=cast.mina, words="Later.")
    now = timezone.now()
    assert enrolment.erase_old_answers(now=now + 29 * DAY) == 0
    assert enrolment.erase_old_answers(now=now + 31 * DAY) == 1
    kept = Application.objects.get()
    assert (kept.answers, kept.evaluator) == ({}, "A nurse at the day clinic")
    assert enrolment.erase_old_answers(now=now + 32 * DAY) == 0


def test_an_application_that_waits_keeps_its_answers(cast, lark, apply):
    enrolment.offer_waiting_list(application=apply(lark), by=cast.mina)
    assert enrolment.erase_old_answers(now=timezone.now() + 90 * DAY) == 0


@pytest.fixture
def ended():
    heard = []

    def listen(membership, by, removed, **kwargs):
        heard.append((membership.pk, by, removed))

    membership_ended.connect(listen)
    yield heard
    membership_ended.disconnect(listen)


def test_whoever_sends_it_over_and_over_has_nobody_mailed_each_time(cast, lark, apply):
    start = timezone.now().replace(minute=10)
    told = Notice.objects.filter(person=cast.mina, kind=Notice.Kind.CARE)
    for minutes, times in ((0, 1), (5, 1), (40, 1), (75, 2)):
        with time_machine.travel(start + dt.timedelta(minutes=minutes), tick=False):
            application = apply(lark)
            enrolment.reopen(application=application)
            enrolment.send_application(
                application=application,
                answers=application.answers,
                evaluator="A nurse",
                evaluated_on=timezone.localdate() - DAY,
                agreement=Agreement.objects.latest("version"),
            )
            enrolment.withdraw(application=application)
        assert told.count() == times


def test_whoever_asked_something_hears_of_each_answer(cast, lark, apply):
    told = Notice.objects.filter(person=cast.mina, kind=Notice.Kind.CARE)
    start = timezone.now().replace(minute=10)
    with time_machine.travel(start, tick=False) as clock:
        application = apply(lark)
        for times in (2, 3):
            clock.shift(dt.timedelta(minutes=2))
            enrolment.ask(application=application, by=cast.mina, words="Which evenings are yours?")
            enrolment.send_application(
                application=application,
                answers=application.answers,
                evaluator="A nurse",
                evaluated_on=timezone.localdate() - DAY,
                agreement=Agreement.objects.latest("version"),
            )
            assert told.count() == times


def test_an_old_application_leads_nobody_back_whose_place_was_ended(cast, lark, apply):
    application = apply(lark)
    enrolment.accept(application=application, by=cast.mina)
    # Taken in by another way before they entered by this one.
    appoint(circle=cast.circle, person=lark, name="Lark")
    enrolment.remove(membership=cast.member(lark), by=cast.sade, why="A complaint was upheld.")

    with pytest.raises(Refused, match="was ended"):
        enrolment.enter(application=application, name="Lark")

    assert cast.circle.membership_of(lark) is None


def test_nor_does_one_that_was_only_begun(cast, lark, agreement, full_answers):
    application = enrolment.begin_application(circle=cast.circle, person=lark)
    appoint(circle=cast.circle, person=lark, name="Lark")
    enrolment.remove(membership=cast.member(lark), by=cast.sade, why="A complaint was upheld.")

    with pytest.raises(Refused, match="was ended"):
        enrolment.send_application(
            application=application,
            answers=full_answers,
            evaluator="A nurse",
            evaluated_on=timezone.localdate() - DAY,
            agreement=agreement,
        )

"""One question for each circle and week, at the right local minute, exactly once."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import transaction

from community.models import Notice
from community.signals import tick
from programs import prompts
from programs.models import (
    Break,
    Circle,
    Cohort,
    CohortPause,
    ProgramPage,
    ProgramWeek,
    PromptDelivery,
)
from programs.signals import prompt_due
from tests.programs.conftest import HOUR, rows

State = PromptDelivery.State
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def cohort(cast) -> Cohort:
    """The cast's cohort, on dates that stay: Mondays at 8:00 London, from 4 January 2027."""
    cast.cohort.starts_on = dt.date(2027, 1, 4)
    cast.cohort.save()
    with time_machine.travel(dt.datetime(2027, 1, 1, tzinfo=dt.UTC), tick=False):
        prompts.reschedule(cast.cohort)
    return cast.cohort


def at(day: int, hour: int = 8, minute: int = 0, month: int = 1) -> dt.datetime:
    return dt.datetime(2027, month, day, hour, minute, tzinfo=dt.UTC)


def test_every_week_of_every_circle_has_a_row_with_its_instant(cast, cohort):
    for circle in (cast.circle, cast.next_door):
        assert rows(circle) == {
            1: (at(4), State.WAITING),
            2: (at(11), State.WAITING),
            3: (at(18), State.WAITING),
            4: (at(25), State.WAITING),
        }


def test_scheduling_again_changes_nothing(cast, cohort):
    before = list(PromptDelivery.objects.order_by("pk").values())
    prompts.reschedule(cohort, now=at(2))
    prompts.schedule(cast.circle, now=at(2))
    assert list(PromptDelivery.objects.order_by("pk").values()) == before


def test_nothing_is_asked_before_its_minute(cast, cohort, heard):
    assert prompts.deliver_due(at(4) - MINUTE) == 0
    assert heard == []


def test_the_due_question_is_asked_in_every_circle_once(cast, cohort, heard):
    assert prompts.deliver_due(at(4)) == 2
    assert prompts.deliver_due(at(4)) == 0
    assert prompts.deliver_due(at(4) + 10 * MINUTE) == 0
    assert {(one.circle_id, one.week) for one in heard} == {
        (cast.circle.pk, 1),
        (cast.next_door.pk, 1),
    }
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    assert (row.state, row.settled_at) == (State.DELIVERED, at(4))


def test_each_circle_is_asked_what_its_own_program_asks(cast, cohort):
    index = cast.program.get_parent()
    other = index.add_child(instance=ProgramPage(title="Roots", slug="roots", summary="Below."))
    for week in (1, 2):
        ProgramWeek.objects.create(
            program=other,
            sort_order=week,
            theme=f"Root {week}",
            prompt="What holds you?",
            realm=cast.program.weeks.first().realm,
        )
    for day in (4, 11):
        assert prompts.deliver_due(at(day)) == 2
    asked = PromptDelivery.objects.filter(circle=cast.circle, week__lte=2).order_by("week")
    assert [row.theme for row in asked] == [*["Theme 1", "Theme 2"]]


def test_what_was_asked_stays_as_it_was_asked(cast, cohort):
    prompts.deliver_due(at(4))
    week = cast.program.weeks.first()
    week.prompt = "Something else entirely"
    week.save()
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    assert row.question == "Question 1: what keeps returning?"
    assert (row.theme, row.realm.slug) == ("Theme 1", "body")


def test_an_edit_before_the_minute_is_what_gets_asked(cast, cohort):
    week = cast.program.weeks.first()
    week.prompt = "A better question"
    week.save()
    prompts.deliver_due(at(4))
    assert PromptDelivery.objects.get(circle=cast.circle, week=1).question == "A better question"


def test_members_are_told_that_there_is_something_and_those_at_rest_are_not(cast, cohort):
    Break.objects.create(membership=cast.member(cast.ines))
    prompts.deliver_due(at(4))
    told = Notice.objects.filter(kind=Notice.Kind.QUESTION).values_list("person__email", flat=True)
    assert sorted(told) == [f"{name}@example.org" for name in ("bela", "mina", "noor", "otto")]


def test_someone_who_left_is_not_told(cast, cohort):
    member = cast.member(cast.noor)
    member.left_at = at(2)
    member.save()
    prompts.deliver_due(at(4))
    assert not Notice.objects.filter(person=cast.noor).exists()


def test_two_days_late_it_is_still_asked(cast, cohort, heard):
    assert prompts.deliver_due(at(4) + 48 * HOUR) == 2


def test_later_than_that_it_is_skipped_and_the_leads_are_told(cast, cohort, heard):
    assert prompts.deliver_due(at(4) + 48 * HOUR + MINUTE) == 0
    assert heard == []
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    assert row.state == State.SKIPPED
    assert "48" in row.why
    assert Notice.objects.filter(person=cast.sade, kind=Notice.Kind.CARE).count() == 2
    assert not Notice.objects.exclude(person=cast.sade).exists()
    prompts.deliver_due(at(4) + 49 * HOUR)
    assert Notice.objects.filter(person=cast.sade).count() == 2


def test_a_skipped_week_does_not_keep_the_next_from_coming(cast, cohort):
    prompts.deliver_due(at(8))
    assert prompts.deliver_due(at(11)) == 2


def test_the_tick_asks(cast, cohort, heard):
    with time_machine.travel(at(4), tick=False):
        tick.send_robust(sender=None)
    assert len(heard) == 2


def test_a_circle_that_fails_keeps_no_other_from_its_question(cast, cohort, heard):
    def refuse(delivery, **kwargs):
        if delivery.circle_id == cast.circle.pk:
            raise RuntimeError("words that must not reach a log")

    prompt_due.connect(refuse)
    try:
        assert prompts.deliver_due(at(4)) == 1
    finally:
        prompt_due.disconnect(refuse)
    assert rows(cast.circle)[1][1] == State.WAITING
    assert rows(cast.next_door)[1][1] == State.DELIVERED
    assert not Notice.objects.filter(person=cast.noor).exists()
    assert prompts.deliver_due(at(4) + MINUTE) == 1


def test_a_failure_is_logged_without_what_it_says(cast, cohort, caplog):
    def refuse(**kwargs):
        raise RuntimeError("words that must not reach a log")

    prompt_due.connect(refuse)
    try:
        prompts.deliver_due(at(4))
    finally:
        prompt_due.disconnect(refuse)
    assert "RuntimeError" in caplog.text
    assert "words that must not" not in caplog.text


def test_a_week_nobody_has_written_waits_and_the_leads_are_told_once(cast, cohort):
    cast.program.weeks.all()[0].delete()  # three are left: week 4 has no question
    prompts.deliver_due(at(25))
    prompts.deliver_due(at(25) + MINUTE)
    assert rows(cast.circle)[4][1] == State.WAITING
    about = f"prompt-unwritten:{PromptDelivery.objects.get(circle=cast.circle, week=4).public_id}"
    assert Notice.objects.filter(person=cast.sade, about=about).count() == 1


# Changing the dates ----------------------------------------------------------
def change(cohort: Cohort, now: dt.datetime, **facts) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(**facts)
    prompts.reschedule(cohort, now=now)


def test_a_moved_zone_moves_what_is_still_to_come(cast, cohort):
    prompts.deliver_due(at(4))
    change(cohort, at(5), time_zone="America/New_York")
    assert rows(cast.circle)[1] == (at(4), State.DELIVERED)
    assert rows(cast.circle)[2] == (at(11, 13), State.WAITING)


def test_a_zone_further_west_does_not_ask_the_same_week_again(cast, cohort, heard):
    prompts.deliver_due(at(4))
    change(cohort, at(4, 9), time_zone="Pacific/Honolulu")
    prompts.deliver_due(at(4, 20))
    assert [one.week for one in heard] == [1, 1]


def test_a_zone_further_east_asks_now_what_would_have_been_asked_already(cast, cohort, heard):
    change(cohort, at(4, 7), time_zone="Asia/Tokyo")  # there 8:00 was eight hours ago
    assert rows(cast.circle)[1][0] == at(4, 7)
    assert prompts.deliver_due(at(4, 7, 1)) == 2


def test_a_weekday_that_has_passed_this_week_asks_now(cast, cohort, heard):
    change(cohort, at(2), prompt_weekday=3)
    assert rows(cast.circle)[1][0] == at(7)
    change(cohort, at(6), prompt_weekday=0)
    assert rows(cast.circle)[1][0] == at(6)
    assert prompts.deliver_due(at(6)) == 2
    assert prompts.deliver_due(at(7)) == 0


def test_a_question_long_before_the_edit_is_not_lost_but_asked(cast, cohort, heard):
    """Reckoned anew it would lie 72 hours back, and that is later than late."""
    change(cohort, at(2), prompt_weekday=6)
    change(cohort, at(7), prompt_weekday=0)
    assert prompts.deliver_due(at(7)) == 2


def test_what_was_due_already_keeps_its_instant_and_grows_old(cast, cohort):
    change(cohort, at(4, 10), prompt_time=dt.time(7, 0))
    assert rows(cast.circle)[1][0] == at(4)


def test_a_week_of_rest_moves_the_later_weeks_and_skips_none(cast, cohort, heard):
    prompts.deliver_due(at(4))
    CohortPause.objects.create(cohort=cohort, week_of=dt.date(2027, 1, 14))
    prompts.reschedule(cohort, now=at(5))
    assert [rows(cast.circle)[week][0].day for week in (2, 3, 4)] == [18, 25, 1]
    CohortPause.objects.all().delete()
    prompts.reschedule(cohort, now=at(6))
    assert [rows(cast.circle)[week][0].day for week in (2, 3, 4)] == [11, 18, 25]


def test_rest_in_the_week_whose_question_was_asked_asks_it_no_second_time(cast, cohort, heard):
    prompts.deliver_due(at(4))
    CohortPause.objects.create(cohort=cohort, week_of=dt.date(2027, 1, 5))
    prompts.reschedule(cohort, now=at(5))
    for day in range(5, 31):
        prompts.deliver_due(at(day))
    prompts.deliver_due(at(1, month=2))
    weeks = [one.week for one in heard if one.circle_id == cast.circle.pk]
    assert weeks == [1, 2, 3, 4]


def test_ending_a_rest_within_it_asks_at_once(cast, cohort, heard):
    prompts.deliver_due(at(4))
    CohortPause.objects.create(cohort=cohort, week_of=dt.date(2027, 1, 11))
    prompts.reschedule(cohort, now=at(5))
    CohortPause.objects.all().delete()
    prompts.reschedule(cohort, now=at(14))
    assert prompts.deliver_due(at(14)) == 2


def test_fewer_weeks_take_away_only_what_was_not_asked(cast, cohort):
    prompts.deliver_due(at(4))
    change(cohort, at(5), number_of_weeks=2)
    assert sorted(rows(cast.circle)) == [1, 2]


def test_a_cancelled_cohort_asks_nothing_more(cast, cohort, heard):
    prompts.deliver_due(at(4))
    change(cohort, at(5), is_cancelled=True)
    prompts.deliver_due(at(11))
    assert {one.week for one in heard} == {1}


def test_a_cohort_cancelled_this_minute_without_a_word_asks_nothing(cast, cohort, heard):
    Cohort.objects.update(is_cancelled=True)
    assert prompts.deliver_due(at(4)) == 0


def test_moving_everything_far_back_would_ask_all_at_once_and_that_is_told(cast, cohort):
    cohort.starts_on = dt.date(2026, 12, 1)
    assert prompts.falling_due_at_once(cohort, now=at(3)) == 4
    cohort.starts_on = dt.date(2027, 1, 11)
    assert prompts.falling_due_at_once(cohort, now=at(3)) == 0


def test_what_is_due_already_or_asked_no_more_does_not_fall_due_by_moving_everything(cast, cohort):
    cohort.starts_on = dt.date(2026, 12, 1)
    assert prompts.falling_due_at_once(cohort, now=at(5)) == 3
    cohort.number_of_weeks = 2
    assert prompts.falling_due_at_once(cohort, now=at(5)) == 1


# Safe against forgetting -----------------------------------------------------
def test_another_cohort_keeps_its_own_dates_whatever_is_moved_here(cast, cohort):
    autumn = Cohort.objects.create(
        program=cast.program, name="Autumn", starts_on=dt.date(2027, 1, 11), number_of_weeks=2
    )
    elm = Circle.objects.create(cohort=autumn, name="Elm circle", swatch=60)
    prompts.reschedule(autumn, now=at(2))
    theirs = {1: (at(11), State.WAITING), 2: (at(18), State.WAITING)}
    assert rows(elm) == theirs

    cohort.prompt_time = dt.time(9)
    cohort.number_of_weeks = 1
    cohort.save()
    prompts.reschedule(cohort, now=at(2))

    assert rows(elm) == theirs
    assert rows(cast.circle) == {1: (at(4, 9), State.WAITING)}
    prompts.deliver_due(at(4, 9))
    cohort.number_of_weeks, cohort.starts_on = 2, dt.date(2026, 12, 7)
    assert prompts.falling_due_at_once(cohort, now=at(5)) == 0, "what waits is not this one’s"


def test_the_sweep_finds_a_circle_nobody_scheduled(cast, cohort, heard):
    Circle.objects.create(cohort=cohort, name="Willow circle")
    assert prompts.deliver_due(at(4)) == 3


def test_the_sweep_finds_dates_that_were_changed_behind_its_back(cast, cohort, heard):
    Cohort.objects.update(prompt_time=dt.time(6, 30))
    assert prompts.deliver_due(at(4, 6, 30)) == 2


def test_the_sweep_finds_a_week_of_rest_that_nobody_reckoned_with(cast, cohort, heard):
    CohortPause.objects.create(cohort=cohort, week_of=dt.date(2027, 1, 4))
    assert prompts.deliver_due(at(4)) == 0
    assert rows(cast.circle)[1][0] == at(11)


def test_a_question_that_falls_due_by_editing_is_asked_by_the_next_tick(cast, cohort, heard):
    now = at(2, 15, 20)
    Cohort.objects.update(prompt_weekday=now.weekday(), starts_on=now.date())
    Cohort.objects.update(prompt_time=dt.time(15, 20))
    assert prompts.deliver_due(now + MINUTE) == 2


def test_a_circle_formed_late_is_not_asked_what_is_long_over(cast, cohort, heard):
    late = Circle.objects.create(cohort=cohort, name="Willow circle")
    prompts.schedule(late, now=at(12))
    states = {week: state for week, (_, state) in rows(late).items()}
    assert states == {1: State.SKIPPED, 2: State.WAITING, 3: State.WAITING, 4: State.WAITING}
    assert not Notice.objects.exists()


def test_rows_of_a_rolled_back_claim_are_due_again(cast, cohort, heard):
    class Killed(BaseException):
        pass

    def kill(**kwargs):
        raise Killed

    prompt_due.connect(kill)
    try:
        with pytest.raises(Killed), transaction.atomic():
            prompts.deliver_due(at(4))
    finally:
        prompt_due.disconnect(kill)
    assert prompts.deliver_due(at(4)) == 2


def test_a_quiet_past_can_be_put_in_place(cast, cohort, heard):
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    assert prompts.deliver(row, now=row.due_at, telling=False)
    assert not Notice.objects.exists()
    assert heard[0].settled_at == row.due_at


def test_a_sweep_with_nothing_to_do_asks_the_database_little(
    cast, cohort, django_assert_max_num_queries
):
    prompts.deliver_due(at(4))
    with django_assert_max_num_queries(5):
        prompts.deliver_due(at(5))


def test_only_members_see_what_their_circle_was_asked(cast, cohort):
    prompts.deliver_due(at(4))
    row = PromptDelivery.objects.get(circle=cast.circle, week=1)
    asked = PromptDelivery.objects
    assert row in asked.visible_to(cast.noor)
    assert row not in asked.visible_to(cast.otto)
    assert row not in asked.visible_to(cast.sade)
    assert asked.visible_to(cast.noor).count() == 1  # and nothing that is still to come

"""People are told once, by day, that there is something; never what."""

import datetime
import smtplib
import threading
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection, transaction

from community import notices
from community.models import Notice, User
from community.signals import tick

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC)


@pytest.fixture
def noor() -> User:
    return User.objects.create_user("noor@example.org", time_zone="Europe/London")


def tell(person: User, about: str = "prompt:1", at: datetime.datetime = NOON) -> None:
    notices.tell(person, kind=Notice.Kind.QUESTION, about=about, not_before=at)


def test_what_is_due_is_told_once(noor):
    tell(noor)
    assert notices.send_due(NOON) == 1
    assert notices.send_due(NOON) == 0
    assert [letter.to for letter in mail.outbox] == [["noor@example.org"]]


def test_it_is_told_in_the_language_of_whoever_is_told(noor):
    User.objects.filter(pk=noor.pk).update(language="de")
    tell(noor)
    notices.send_due(NOON)
    [letter] = mail.outbox
    assert letter.subject == "Es gibt etwas Neues für dich"
    assert "Es läuft nicht weg" in letter.body and 'lang="de"' in letter.alternatives[0].content


def test_whoever_has_chosen_no_language_is_told_in_the_houses_own(noor, settings):
    settings.LANGUAGE_CODE = "de"
    tell(noor)
    notices.send_due(NOON)
    assert mail.outbox[0].subject == "Es gibt etwas Neues für dich"


def test_saying_it_again_changes_nothing(noor):
    for _ in range(3):
        tell(noor)
    notices.send_due(NOON)
    tell(noor)
    assert notices.send_due(NOON) == 0
    assert len(mail.outbox) == Notice.objects.count() == 1


def test_several_things_make_one_letter(noor):
    for number in range(4):
        tell(noor, f"prompt:{number}")
    assert notices.send_due(NOON) == 1
    assert Notice.objects.filter(sent_at=NOON).count() == 4


def test_it_waits_for_its_time(noor):
    tell(noor, at=NOON + datetime.timedelta(minutes=1))
    assert notices.send_due(NOON) == 0
    assert notices.send_due(NOON + datetime.timedelta(minutes=1)) == 1


def test_the_letter_says_only_that_there_is_something(noor):
    tell(noor, "prompt:heron")
    notices.send_due(NOON)
    letter = mail.outbox[0]
    assert letter.subject == "You have an update"
    assert letter.from_email == "The house <house@localhost>"
    everything = f"{letter.body}{letter.alternatives[0].content}".lower()
    for word in ("therap", "circle", "question", "week", "heron", "ketamine", "reweave", "<img"):
        assert word not in everything
    assert "/places/" in letter.body and "/support/" in letter.body


@pytest.mark.parametrize(
    ("zone", "at", "told_at"),
    [
        ("Europe/London", "2026-11-23T20:59", "2026-11-23T20:59"),
        ("Europe/London", "2026-11-23T21:00", "2026-11-24T08:00"),
        ("Europe/London", "2026-11-24T03:00", "2026-11-24T08:00"),
        ("Europe/London", "2026-11-24T08:00", "2026-11-24T08:00"),
        ("Pacific/Auckland", "2026-11-23T23:59", "2026-11-24T08:00"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T08:00"),  # the night is an hour longer
        ("", "2026-11-23T22:00", "2026-11-24T08:00"),
    ],
)
def test_nobody_is_told_in_their_night(noor, zone, at, told_at):
    User.objects.update(time_zone=zone)
    own = ZoneInfo(zone or "Europe/London")
    now = datetime.datetime.fromisoformat(at).replace(tzinfo=own)
    morning = datetime.datetime.fromisoformat(told_at).replace(tzinfo=own)
    tell(noor, at=now)
    sent_now = notices.send_due(now)
    assert sent_now == (now == morning)
    if not sent_now:
        assert Notice.objects.get().not_before == morning
        assert notices.send_due(morning - datetime.timedelta(minutes=1)) == 0
        assert notices.send_due(morning) == 1


def test_at_night_whoever_is_on_duty_is_told_of_that_alone(noor):
    night, morning = NOON + datetime.timedelta(hours=10), NOON + datetime.timedelta(hours=20)
    notices.tell(noor, kind=Notice.Kind.ON_DUTY, about="concern:heron", not_before=night)
    tell(noor, at=night)

    assert notices.send_due(night) == 1
    assert notices.send_due(night) == 0
    waiting = Notice.objects.get(sent_at=None)
    assert (waiting.kind, waiting.not_before) == (Notice.Kind.QUESTION, morning)
    assert "heron" not in mail.outbox[0].body
    assert notices.send_due(morning) == 1


def test_what_could_not_be_mailed_for_an_hour_wakes_nobody(noor, time_machine):
    """The worker was away, or the mailer: whoever was on duty sleeps by now."""
    evening, morning = NOON + datetime.timedelta(hours=10), NOON + datetime.timedelta(hours=20)
    time_machine.move_to(evening)
    notices.tell(noor, kind=Notice.Kind.ON_DUTY, about="concern:heron")

    assert notices.send_due(evening + datetime.timedelta(minutes=61)) == 0
    assert Notice.objects.get().not_before == morning
    assert notices.send_due(morning) == 1


def test_who_wants_no_mail_gets_none_later_either(noor):
    User.objects.update(mail_updates=False)
    tell(noor)
    notices.send_due(NOON)
    User.objects.update(mail_updates=True)
    notices.send_due(NOON)
    assert not mail.outbox


def test_who_is_gone_is_not_written_to(noor):
    User.objects.update(is_active=False)
    tell(noor)
    assert notices.send_due(NOON) == 0 and not mail.outbox


def test_a_mailer_that_is_away_is_tried_again_later_and_not_for_ever(noor, monkeypatch):
    tell(noor)
    now = NOON
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", _refuse)
        assert notices.send_due(now) == 0
    assert notices.send_due(now) == 0  # not at once
    now += datetime.timedelta(minutes=2)
    assert notices.send_due(now) == 1 and len(mail.outbox) == 1

    tell(noor, "prompt:2")
    monkeypatch.setattr(EmailBackend, "send_messages", _refuse)
    for day in range(1, 20):
        notices.send_due(NOON + datetime.timedelta(days=day))
    assert Notice.objects.get(about="prompt:2").tries == 8


def _refuse(self, messages):
    raise smtplib.SMTPRecipientsRefused({"noor@example.org": (550, b"no such heron")})


def test_one_who_cannot_be_reached_keeps_nobody_else_waiting(noor, monkeypatch):
    otto = User.objects.create_user("otto@example.org", time_zone="Europe/London")
    tell(noor)
    tell(otto)
    send = EmailBackend.send_messages

    def refuse_noor(self, messages):
        return _refuse(self, messages) if messages[0].to == [noor.email] else send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", refuse_noor)
    assert notices.send_due(NOON) == 1
    assert mail.outbox[0].to == [otto.email]


def test_what_was_rolled_back_is_not_told(noor):
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(noor)
        raise RuntimeError
    assert notices.send_due(NOON) == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_sweep_at_once_send_one_letter(noor):
    for number in range(3):
        tell(noor, f"prompt:{number}")
    barrier = threading.Barrier(3)

    def sweep(_: int) -> int:
        barrier.wait()
        try:
            return notices.send_due(NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(sweep, range(3)))
    # Two sweeps may share the notices between them; none is told twice.
    assert Notice.objects.filter(sent_at=None).count() == 0
    assert sum(Notice.objects.values_list("tries", flat=True)) == 3
    assert 1 <= len(mail.outbox) <= 3


def test_the_tick_sweeps(noor):
    now = datetime.datetime.now(tz=ZoneInfo("UTC"))
    # Wherever it is noon just now.
    offset = 12 - now.hour
    zone = f"Etc/GMT{-offset:+d}" if offset else "UTC"
    User.objects.update(time_zone=zone)
    tell(noor, at=now)
    tick.send(sender=None)
    assert len(mail.outbox) == 1

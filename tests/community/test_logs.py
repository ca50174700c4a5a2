"""What people write never reaches the logs, whatever breaks while they write it."""

import asyncio
import gc
import io
import json
import logging
import logging.config
import smtplib
import sys
import threading

import pytest
import structlog
from django.core.mail.backends.locmem import EmailBackend
from django.db import DataError, IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from community import logs
from community.celery import app
from community.models import User
from community.signals import tick
from community.tasks import tick as tick_task

pytestmark = pytest.mark.once

MARK = "the heron told me at night"
ADDRESS = "heron@example.org"


def fails(request: HttpRequest) -> HttpResponse:
    words = request.POST.get("words", "") + request.GET.get("words", "")
    raise ValueError(f"could not make sense of {words}")


def fails_in_the_database(request: HttpRequest) -> HttpResponse:
    User.objects.create(email=request.POST["words"])
    User.objects.create(email=request.POST["words"])
    return HttpResponse()


urlpatterns = [
    path("fails/", fails),
    path("fails-in-the-database/", fails_in_the_database),
    path("", include("community.urls")),
]


handler500 = "community.refusals.server_error"


@pytest.fixture
def log(monkeypatch):
    """Everything that reaches stderr by way of logging, as it would in production."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    before = logging.root.handlers[:]
    logging.config.dictConfig(logs.configuration("DEBUG"))
    yield written
    logging.root.handlers[:] = before


def lines(log: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def assert_nothing_told(log: io.StringIO) -> None:
    text = log.getvalue()
    assert text, "nothing was logged at all"
    lines(log)  # each is JSON
    assert "heron" not in text.lower()


@pytest.fixture
def visitor(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_a_view_that_fails(log, visitor):
    answer = visitor.post(f"/fails/?words={MARK}", {"words": MARK})
    assert answer.status_code == 500
    assert_nothing_told(log)
    fault = next(line for line in lines(log) if "fault" in line)
    assert fault["fault"] == "builtins.ValueError"
    assert any("test_logs.py" in place and "fails" in place for place in fault["at"])
    request = next(line for line in lines(log) if line["event"] == "request")
    assert request["path"] == "/fails/" and request["status"] == 500
    assert fault["request"] == request["request"] == answer.headers["X-Request-Id"]
    assert request["request"] in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_repeats_the_row_it_refused(log, visitor):
    assert visitor.post("/fails-in-the-database/", {"words": ADDRESS}).status_code == 500
    assert_nothing_told(log)
    assert any("IntegrityError" in line.get("fault", "") for line in lines(log))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [DataError, IntegrityError])
def test_database_errors_logged_by_hand(log, kind):
    try:
        try:
            raise kind(f'value too long: "{MARK}"')
        except kind as first:
            raise RuntimeError(MARK) from first
    except RuntimeError:
        logging.getLogger("chat.posting").exception("not_kept")
        structlog.get_logger("chat.posting").exception("not_kept")
        logging.getLogger("somebody.else").exception("Could not keep %r", MARK)
    assert_nothing_told(log)
    assert {line["fault"] for line in lines(log)} == {
        f"builtins.RuntimeError < django.db.utils.{kind.__name__}"
    }


def test_what_others_fill_into_their_messages(log):
    stranger = logging.getLogger("somebody.else")
    stranger.warning("Saw %(what)s %(times)d times", {"what": MARK, "times": 3})
    stranger.warning("%s of %d is 100%% done", MARK, 7)
    stranger.error(ValueError(MARK))
    for broken in ("Odd %d", "Saw %s and %(odd)s", "Saw %s and %s"):
        record = logging.LogRecord("somebody", logging.ERROR, "x.py", 1, broken, (MARK,), None)
        next(h for h in logging.root.handlers if h.stream is log).handle(record)
    assert_nothing_told(log)
    said = [line["event"] for line in lines(log)]
    assert said[:3] == ["Saw … 3 times", "… of 7 is 100% done", "ValueError"]


def test_statements_are_not_logged_with_what_they_were_called_with(log, db):
    connection.force_debug_cursor = True
    try:
        User.objects.filter(email=ADDRESS).exists()
    finally:
        connection.force_debug_cursor = False
    assert "heron" not in log.getvalue()


def test_a_task_that_fails(log):
    @app.task(name="tests.fails")
    def fails_as_task(words: str) -> None:
        raise ValueError(words)

    tracer = __import__("celery.app.trace", fromlist=["build_tracer"]).build_tracer
    trace = tracer("tests.fails", fails_as_task, app=app)
    trace("id", (MARK,), {}, {"hostname": "here", "id": "id", "args": (MARK,)})
    assert_nothing_told(log)
    line = next(line for line in lines(log) if line["event"] == "task_failed")
    assert line["task"] == "tests.fails" and line["fault"] == "builtins.ValueError"


@pytest.mark.django_db
def test_a_sweep_that_fails(log):
    def fail(sender, **kwargs):
        raise ValueError(MARK)

    tick.connect(fail)
    try:
        tick_task()
    finally:
        tick.disconnect(fail)
    assert_nothing_told(log)


@pytest.mark.django_db
def test_forms_that_are_refused(log):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/login/", {"login": ADDRESS, "words": MARK}).status_code == 403
    client = Client()
    client.post("/accounts/login/?next=/heron/", {"login": "heron"})
    client.post("/accounts/login/", {"login": ADDRESS})
    client.post("/accounts/login/code/confirm/", {"code": MARK, "action": "verify"})
    client.post("/accounts/link/?token=heron", {"token": "heron"})
    assert_nothing_told(log)


@pytest.mark.django_db
def test_a_letter_that_cannot_leave(log, monkeypatch):
    def refuse(self, messages):
        raise smtplib.SMTPRecipientsRefused({ADDRESS: (550, MARK.encode())})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    User.objects.create_user(ADDRESS)
    assert Client().post("/accounts/login/", {"login": ADDRESS}).status_code == 503
    assert_nothing_told(log)


def test_loops_and_threads_and_what_nobody_catches(log, monkeypatch):
    for name in ("excepthook", "unraisablehook"):
        monkeypatch.setattr(sys, name, getattr(sys, name))
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    logs.guard()
    logging.captureWarnings(False)

    async def forgotten() -> None:
        async def fail(words: str) -> None:
            raise ValueError(words)

        asyncio.get_running_loop().call_soon(lambda words: 1 / 0, MARK)
        asyncio.create_task(fail(MARK))  # noqa: RUF006 - nobody waits for it
        await asyncio.sleep(0.01)
        gc.collect()

    def fail() -> None:
        raise ValueError(MARK)

    asyncio.run(forgotten())
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    class Falls:
        def __del__(self) -> None:
            raise ValueError(MARK)

    Falls()
    gc.collect()
    try:
        fail()
    except ValueError as fault:
        sys.excepthook(ValueError, fault, fault.__traceback__)
    assert_nothing_told(log)
    said = {line["event"] for line in lines(log)}
    assert {"asyncio_fault", "thread_failed", "fault_nobody_hears", "process_failed"} <= said


def test_a_persons_address_is_not_in_what_python_shows_of_them():
    assert "heron" not in repr(User(email=ADDRESS))


@pytest.mark.django_db(transaction=True)
def test_a_request_is_told_by_its_path_alone(log):
    with transaction.atomic():
        Client().get(f"/accounts/login/?next=/circles/x/&words={MARK}")
    line = lines(log)[-1]
    assert line["path"] == "/accounts/login/" and set(line) == {
        *("event", "level", "logger", "timestamp", "request", "method", "path", "status", "ms")
    }
    assert_nothing_told(log)

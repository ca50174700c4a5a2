"""Settings that are unsafe or can't work are refused in a sentence, before anything else."""

import base64
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings

from community import backing, checks, mail
from community.environment import Environment

SAFE = {
    "REWEAVE_ORIGIN": "https://house.example",
    "REWEAVE_BEHIND_PROXY": "yes",
    "REWEAVE_MAIL_URL": "smtp://user:word@mail.example:587",
    "REWEAVE_MAIL_FROM": "post@house.example",
    "SECRET_KEY": "a-key-of-fifty-signs-or-more-that-nobody-could-guess-0123456789",
    "REWEAVE_SEALING_KEYS": f"k1:{base64.b64encode(bytes(range(32))).decode()}",
    "DATABASE_URL": "postgres://house:word@db.example:5432/house",
    "REDIS_URL": "redis://:word@redis.example:6379/0",
}
KEPT = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def manage(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    root = Path(__file__).parents[2]
    return subprocess.run(
        command, cwd=root, env=KEPT | environ, capture_output=True, text=True, timeout=300
    )


def test_a_house_in_the_world_set_up_as_the_papers_say_has_nothing_to_warn_of(tmp_path):
    said = manage(
        *("check", "--deploy", "--fail-level", "WARNING"), **SAFE, REWEAVE_VAR=str(tmp_path)
    )
    assert said.returncode == 0, said.stderr


def test_what_is_refused_is_refused_in_one_sentence_and_without_its_value(tmp_path):
    said = manage("check", REWEAVE_VAR=str(tmp_path), REWEAVE_SEALING_KEYS="k1:c2VjcmV0")
    assert said.returncode == 1
    assert said.stderr.strip() == (
        "The house can't start: REWEAVE_SEALING_KEYS can't be used: "
        "a sealing key is not id:base64 of 32 bytes."
    )


def test_a_house_has_a_language_that_it_speaks(tmp_path):
    said = manage("check", REWEAVE_VAR=str(tmp_path), REWEAVE_LANGUAGE="fr")
    assert said.stderr.strip() == "The house can't start: REWEAVE_LANGUAGE is none of en, de."


def refusal(read, **environ: str) -> str:
    with pytest.raises(SystemExit) as refused:
        read(Environment(environ))
    sentence = str(refused.value)
    assert sentence.startswith("The house can't start: ") and sentence.endswith(".")
    assert not any(value and value in sentence for value in environ.values())
    return sentence


@pytest.mark.parametrize(
    "url",
    [
        *["rubbish", "mysql://a/b", "postgres://", "postgres://host", "postgres://host:port/name"],
        *["postgres://host:99999/name", "postgres://[::1/name", "http://host/name"],
    ],
)
def test_an_address_of_a_database_that_is_none(url, tmp_path):
    assert "DATABASE_URL" in refusal(lambda env: backing.database(env, tmp_path), DATABASE_URL=url)


@pytest.mark.parametrize("url", ["rubbish", "http://a", "redis://host:x/0", "redis://host/name"])
def test_an_address_of_a_redis_that_is_none(url):
    assert "REDIS_URL" in refusal(backing.Redis, REDIS_URL=url)


@pytest.mark.parametrize("url", ["rubbish", "mail.example", "http://mail.example", "smtp://"])
def test_an_address_of_a_mailer_that_is_none(url, tmp_path):
    assert "MAIL_URL" in refusal(lambda env: mail.mailer(env, tmp_path), REWEAVE_MAIL_URL=url)


@pytest.mark.parametrize("said", ["maybe", "2", "yess"])
def test_a_flag_that_is_neither(said):
    assert "neither yes nor no" in refusal(lambda env: env.flag("X", default=False), X=said)


@pytest.mark.parametrize("said", ["ten", "-5", "1.5", "9" * 5000, "٣"])
def test_a_number_that_is_none(said):
    refusal(lambda env: env.number("X", default=1, least=1, most=99), X=said)


def test_a_number_out_of_bounds():
    for said in ("0", "100"):
        assert "between 1 and 99" in refusal(
            lambda env: env.number("N", default=1, least=1, most=99), N=said
        )


@pytest.mark.parametrize(
    "url", ["house.example", "ftp://house.example", "https://house.example/cms", "https://a:b@c"]
)
def test_an_origin_that_is_none(url):
    refusal(lambda env: env.origin("X", "http://localhost"), X=url)


def test_a_secret_may_stand_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    assert Environment({"X_FILE": str(file)}).text("X") == "from the file"
    assert "can't be read" in refusal(lambda env: env.text("X"), X_FILE=str(tmp_path / "none"))
    both = {"X": "words", "X_FILE": str(file)}
    with pytest.raises(SystemExit, match="one of them has to go"):
        Environment(both).text("X")


def test_a_database_is_read_with_its_password_and_options(tmp_path):
    url = "postgres://us%40er:p%2Fw@db.example/house?sslmode=verify-full"
    read = backing.database(Environment({"DATABASE_URL": url}), tmp_path)
    assert (read["USER"], read["PASSWORD"], read["NAME"]) == ("us@er", "p/w", "house")
    assert read["OPTIONS"]["sslmode"] == "verify-full" and read["CONN_MAX_AGE"] == 0
    assert "lock_timeout=5s" in read["OPTIONS"]["options"]


def test_how_long_a_database_waits_can_be_said_otherwise(tmp_path):
    url = "postgres://user:word@db.example/house?options=-c%20lock_timeout%3D1s"
    read = backing.database(Environment({"DATABASE_URL": url}), tmp_path)
    said = read["OPTIONS"]["options"]
    assert said.endswith(" -c lock_timeout=1s")  # the last one holds
    assert "idle_in_transaction_session_timeout" in said


def test_a_database_whose_machine_is_gone_without_a_word_is_given_up_soon(tmp_path):
    url = "postgres://user:word@db.example/house"
    read = backing.database(Environment({"DATABASE_URL": url}), tmp_path)["OPTIONS"]
    assert read["connect_timeout"] <= 10 and read["tcp_user_timeout"] <= 15_000
    waits = read["keepalives_idle"] + read["keepalives_interval"] * read["keepalives_count"]
    assert waits <= 20
    told = backing.database(Environment({"DATABASE_URL": f"{url}?connect_timeout=3"}), tmp_path)
    assert told["OPTIONS"]["connect_timeout"] == "3"


def test_each_use_of_redis_has_a_database_of_its_own():
    redis = backing.Redis(Environment({"REDIS_URL": "rediss://:w@host:6380/5?x=1"}))
    addresses = {redis.broker, redis.channels, redis.memory}
    assert addresses == {f"rediss://:w@host:6380/{number}?x=1" for number in range(3)}


@pytest.fixture
def house(monkeypatch, tmp_path):
    """A house in the world with nothing amiss; a test spoils one thing."""
    settings = SimpleNamespace(
        LOOPBACK=False,
        SECURE=True,
        DEBUG=False,
        BEHIND_PROXY=True,
        STAFF_NEED_SECOND_FACTOR=True,
        SECRET_KEY_IN_VAR=False,
        SEALING_KEYS=SAFE["REWEAVE_SEALING_KEYS"],
        SEALING_KEYS_DIR=tmp_path,
        MAILERS={"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}},
        DEFAULT_FROM_EMAIL="post@house.example",
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql"}},
        REDIS=backing.Redis(Environment({"REDIS_URL": SAFE["REDIS_URL"]})),
        ENVIRONMENT_NAMES=django_settings.ENVIRONMENT_NAMES,
        SESSION_ENGINE=django_settings.SESSION_ENGINE,
    )
    monkeypatch.setattr(checks, "settings", settings)
    return settings


def found() -> set[str]:
    messages = [*checks.the_house_is_safe(None), *checks.the_house_can_stand(None)]
    return {message.id.removeprefix("community.") for message in messages}


def test_nothing_amiss_is_nothing_found(house):
    assert found() == set()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECURE", False, "E001"),
        ("DEBUG", True, "E002"),
        ("BEHIND_PROXY", False, "W003"),
        ("STAFF_NEED_SECOND_FACTOR", False, "W004"),
        ("SECRET_KEY_IN_VAR", True, "W006"),
        ("SEALING_KEYS", "", "W007"),
        ("MAILERS", {"default": {"BACKEND": "…filebased.EmailBackend"}}, "E011"),
        ("DEFAULT_FROM_EMAIL", "house@localhost", "E012"),
        ("DATABASES", {"default": {"ENGINE": "django.db.backends.sqlite3"}}, "W013"),
        ("REDIS", backing.Redis(Environment({"REDIS_URL": "redis://elsewhere"})), "W014"),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.cache", "E015"),
    ],
)
def test_each_thing_amiss_is_found(house, name, value, expected):
    setattr(house, name, value)
    assert found() == {expected}


def test_a_web_process_does_not_start_unsafe(house):
    checks.refuse_what_is_unsafe()
    house.BEHIND_PROXY = False  # worth a warning, and no more
    checks.refuse_what_is_unsafe()
    house.SECURE = False
    with pytest.raises(SystemExit, match="a name in the world without https"):
        checks.refuse_what_is_unsafe()


def test_keys_in_two_places_keys_that_others_can_read_and_keys_that_are_none(house, tmp_path):
    file = tmp_path / "sealing_keys"
    file.write_text("rubbish")
    file.chmod(0o644)
    assert found() == {"W005", "E008"}
    file.chmod(0o600)
    house.SEALING_KEYS = ""
    assert found() == {"E009", "W007"}


def test_a_name_that_nothing_reads_is_asked_after(house, monkeypatch):
    monkeypatch.setenv("REWEAVE_ORGIN", "https://house.example")
    assert found() == {"W010"}


def test_a_house_on_trial_may_do_all_this(house):
    house.LOOPBACK = house.DEBUG = house.SECRET_KEY_IN_VAR = True
    house.SECURE = house.BEHIND_PROXY = house.STAFF_NEED_SECOND_FACTOR = False
    house.SEALING_KEYS, house.DEFAULT_FROM_EMAIL = "", "house@localhost"
    assert found() == set()

"""The keys of the house change while it is running, and nothing becomes unreadable by it."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from community import keyring, rotation, vault
from community.models import DataKey
from community.vault import open_sealed, seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.SEALING_KEYS_DIR = tmp_path / "keys"
    vault.forget()
    yield
    vault.forget()


def rotate(*arguments: str) -> str:
    said = StringIO()
    call_command("rotate_keys", *arguments, stdout=said, stderr=said)
    return said.getvalue()


def owner(number: int) -> str:
    return vault.person_owner(f"p{number}")


def test_a_running_process_wraps_with_the_new_key_at_once():
    seal("before", owner=owner(1), about="row")
    rotation.bring_a_new_key()
    seal("after", owner=owner(2), about="row")
    newest = next(iter(vault.house_keys()))
    assert DataKey.objects.get(owner=owner(1)).wrapped_by != newest
    assert DataKey.objects.get(owner=owner(2)).wrapped_by == newest


def test_rotating_wraps_every_key_anew_and_every_word_still_opens():
    values = {n: seal(f"word {n}", owner=owner(n), about="row") for n in range(5)}
    vault.erase(owner(9))
    said = rotate()
    newest = next(iter(vault.house_keys()))
    assert set(DataKey.objects.exclude(owner=owner(9)).values_list("wrapped_by", flat=True)) == {
        newest
    }
    assert "5" in said
    vault.forget()
    for number, value in values.items():
        assert open_sealed(value, owner=owner(number), about="row") == f"word {number}"


def test_a_retired_key_is_gone_from_use_and_kept_for_old_backups(settings):
    value = seal("word", owner=owner(1), about="row")
    old = next(iter(vault.house_keys()))
    rotate()
    rotate("--retire")
    assert old not in vault.house_keys()
    retired = settings.SEALING_KEYS_DIR / "retired_keys"
    assert old in keyring.parsed(retired.read_text())
    assert retired.stat().st_mode & 0o777 == 0o600
    vault.forget()
    assert open_sealed(value, owner=owner(1), about="row") == "word"


def test_a_key_that_a_row_needs_is_not_retired():
    seal("word", owner=owner(1), about="row")
    rotation.bring_a_new_key()
    with pytest.raises(rotation.StillNeeded):
        rotation.retire_old_keys()
    assert len(vault.house_keys()) == 2


def test_a_row_that_cannot_be_opened_stops_retiring_and_nothing_else():
    seal("word", owner=owner(1), about="row")
    seal("word", owner=owner(2), about="row")
    DataKey.objects.filter(owner=owner(1)).update(wrapped=b"spoiled" * 9)
    assert "1 " in rotate()
    with pytest.raises(CommandError):
        rotate("--retire")
    assert DataKey.objects.get(owner=owner(2)).wrapped_by == next(iter(vault.house_keys()))


def test_keys_in_the_environment_are_the_operators_to_change(settings):
    old, new = keyring.new_key_line(), keyring.new_key_line()
    settings.SEALING_KEYS = old
    value = seal("word", owner=owner(1), about="row")
    settings.SEALING_KEYS = f"{new},{old}"
    rotate()
    assert DataKey.objects.get(owner=owner(1)).wrapped_by == new.partition(":")[0]
    assert old.partition(":")[0] in rotate("--retire")
    settings.SEALING_KEYS = new
    vault.forget()
    assert open_sealed(value, owner=owner(1), about="row") == "word"


def test_two_who_bring_a_key_at_once_lose_neither(settings):
    vault.house_keys()
    with ThreadPoolExecutor(8) as pool:
        lines = [keyring.new_key_line() for _ in range(16)]
        list(pool.map(lambda line: keyring.put_first(line, settings.SEALING_KEYS_DIR), lines))
    assert {line.partition(":")[0] for line in lines} < set(vault.house_keys())
    assert {path.name for path in settings.SEALING_KEYS_DIR.iterdir()} == {"sealing_keys"}


@pytest.mark.django_db(transaction=True)
def test_rotating_under_load_loses_nothing():
    kept: dict[int, bytes] = {}

    def write(start: int) -> None:
        try:
            for number in range(start, start + 25):
                with transaction.atomic():
                    kept[number] = seal(str(number), owner=owner(number), about="row")
                time.sleep(0.005)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, start) for start in (0, 100)]
        while not all(writer.done() for writer in writers):
            rotation.bring_a_new_key()
            rotation.rewrap_all()
            with contextlib.suppress(rotation.StillNeeded):
                rotation.retire_old_keys()
        for writer in writers:
            writer.result()
    vault.forget()
    assert len(kept) == 50
    for number, value in kept.items():
        assert open_sealed(value, owner=owner(number), about="row") == str(number)

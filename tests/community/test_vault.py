"""What is sealed opens for its owner and its row, and for nobody after it was erased."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from community import keyring, vault
from community.models import DataKey
from community.vault import Erased, KeyAway, Unopenable, open_sealed, seal

OWNER, OTHER = vault.circle_owner("alder"), vault.circle_owner("birch")
WORDS = "The heron was on the weir again."

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.SEALING_KEYS_DIR = tmp_path / "keys"
    vault.forget()
    yield
    vault.forget()


def sealed(words: str = WORDS, owner: str = OWNER, about: str = "message:1") -> bytes:
    return seal(words, owner=owner, about=about)


def opened(value: bytes, owner: str = OWNER, about: str = "message:1") -> str:
    return open_sealed(value, owner=owner, about=about)


def test_sealed_words_open_for_their_owner_and_row():
    assert opened(sealed()) == WORDS
    assert opened(sealed("")) == ""


def test_the_same_words_never_look_the_same_twice():
    assert sealed() != sealed()


def test_words_do_not_open_in_another_row_or_for_another_owner():
    value = sealed()
    sealed(owner=OTHER)
    for elsewhere in ({"about": "message:2"}, {"owner": OTHER}, {"owner": "circle:nobody"}):
        with pytest.raises(Unopenable):
            opened(value, **elsewhere)
    assert not DataKey.objects.filter(owner="circle:nobody").exists(), "to look makes no key"


@pytest.mark.parametrize("place", [0, 8, 12, 25, -1])
def test_an_altered_value_does_not_open(place):
    value = bytearray(sealed())
    value[place] ^= 1
    with pytest.raises(Unopenable):
        opened(bytes(value))


@pytest.mark.parametrize("length", [0, 1, 9, 20, 21, 30])
def test_a_piece_of_a_value_does_not_open(length):
    with pytest.raises(Unopenable):
        opened(sealed()[:length])


@pytest.mark.django_db(transaction=True)
def test_a_data_key_moved_to_another_owner_opens_nothing():
    value = sealed()
    DataKey.objects.filter(owner=OWNER).update(owner=OTHER)
    vault.forget()
    with pytest.raises(Unopenable):
        opened(value, owner=OTHER)


def test_a_lone_surrogate_is_refused_without_repeating_the_words():
    with pytest.raises(ValueError) as refused:
        sealed("my heron \ud800")
    assert "heron" not in repr(refused.value)
    assert refused.value.__suppress_context__  # what it came of would repeat them


def test_fingerprints_agree_for_the_same_words_of_one_owner_only():
    print_of = vault.fingerprint
    assert print_of(WORDS, owner=OWNER) == print_of(WORDS, owner=OWNER)
    assert print_of(WORDS, owner=OWNER) != print_of(WORDS, owner=OTHER)
    assert print_of(WORDS, owner=OWNER) != print_of(WORDS + " ", owner=OWNER)


@pytest.mark.django_db(transaction=True)
def test_erased_words_open_nowhere_and_nothing_is_sealed_for_their_owner_again():
    value = sealed()
    vault.erase(OWNER)
    for forget in (lambda: None, vault.forget):
        forget()
        with pytest.raises(Erased):
            opened(value)
        with pytest.raises(Erased):
            sealed()
    assert not DataKey.objects.get(owner=OWNER).wrapped


def test_who_is_erased_before_they_wrote_stays_erased():
    vault.erase(OWNER)
    with pytest.raises(Erased):
        sealed()


def test_keys_are_readable_by_their_owner_alone(settings):
    sealed()
    folder = settings.SEALING_KEYS_DIR
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "sealing_keys").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["sealing_keys"]


@pytest.mark.django_db(transaction=True)
def test_lost_keys_are_not_replaced_and_nothing_is_called_erased(settings):
    value = sealed()
    (settings.SEALING_KEYS_DIR / "sealing_keys").unlink()
    vault.forget()
    with pytest.raises(KeyAway):
        opened(value)
    with pytest.raises(KeyAway):
        sealed(owner=OTHER)
    assert not (settings.SEALING_KEYS_DIR / "sealing_keys").exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_key_that_is_not_here_would_open_is_not_called_erased(settings):
    settings.SEALING_KEYS = keyring.new_key_line()
    value = sealed()
    DataKey.objects.update(wrapped_by="k0000away")
    vault.forget()
    with pytest.raises(KeyAway):
        opened(value)


def test_keys_from_the_environment_need_no_file(settings):
    settings.SEALING_KEYS = keyring.new_key_line()
    assert opened(sealed()) == WORDS
    assert not settings.SEALING_KEYS_DIR.exists()


@pytest.mark.parametrize("text", ["rubbish", "k1:AAAA", "K!:" + "A" * 43 + "=", "", "a:b,a:b"])
def test_a_key_that_is_none_is_refused_without_repeating_it(text):
    with pytest.raises(keyring.UnusableKey) as refused:
        keyring.parsed(text)
    assert not text or text not in str(refused.value)


def test_two_keys_of_one_name_are_refused():
    line = keyring.new_key_line()
    with pytest.raises(keyring.UnusableKey):
        keyring.parsed(f"{line},{line}")


@pytest.mark.django_db(transaction=True)
def test_words_sealed_after_a_rollback_are_not_sealed_with_the_key_that_never_was():
    with pytest.raises(RuntimeError), transaction.atomic():
        lost = sealed()
        assert opened(lost) == WORDS
        raise RuntimeError
    value = sealed()
    vault.forget()
    assert opened(value) == WORDS
    with pytest.raises(Unopenable):
        opened(lost)


@pytest.mark.django_db(transaction=True)
def test_a_key_made_in_a_rolled_back_savepoint_is_not_remembered_by_the_transaction():
    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            sealed()
            raise RuntimeError
        value = sealed()
    vault.forget()
    assert opened(value) == WORDS


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_erasure_erases_nothing():
    value = sealed()
    with pytest.raises(RuntimeError), transaction.atomic():
        vault.erase(OWNER)
        with pytest.raises(Erased):
            opened(value)
        raise RuntimeError
    assert opened(value) == WORDS


@pytest.mark.django_db(transaction=True)
def test_another_threads_look_does_not_make_an_uncommitted_key_known():
    """While one transaction has made a key, others that ask meanwhile wait or find nothing."""
    asked = threading.Event()

    def look_from_outside() -> None:
        asked.set()
        with pytest.raises(Unopenable):
            opened(b"\x01" + bytes(60))
        connection.close()

    with pytest.raises(RuntimeError), transaction.atomic():
        sealed()
        outside = threading.Thread(target=look_from_outside)
        outside.start()
        asked.wait()
        outside.join()
        sealed()
        raise RuntimeError
    value = sealed()
    vault.forget()
    assert opened(value) == WORDS


@pytest.mark.django_db(transaction=True)
def test_many_who_seal_first_at_once_agree_on_one_key():
    barrier = threading.Barrier(6)

    def seal_at_once(number: int) -> bytes:
        barrier.wait()
        try:
            return sealed(str(number))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        values = list(pool.map(seal_at_once, range(6)))
    vault.forget()
    assert [opened(value) for value in values] == [str(number) for number in range(6)]
    assert DataKey.objects.count() == 1


def test_a_remembered_key_asks_the_database_nothing(django_assert_num_queries):
    value = sealed()
    with django_assert_num_queries(0):
        for _ in range(20):
            opened(value)
            sealed()


@pytest.mark.django_db(transaction=True)
def test_no_key_is_known_that_this_transaction_has_made_or_erased():
    sealed()
    assert set(vault.known_keys([OWNER, OTHER])) == {OWNER}
    with transaction.atomic():
        vault.erase(OWNER)
        sealed(owner=OTHER)
        assert vault.known_keys([OWNER, OTHER]) == {}
    assert set(vault.known_keys([OWNER, OTHER])) == {OTHER}


def test_a_process_remembers_so_many_keys_and_those_of_late(
    monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(vault, "_REMEMBER_AT_MOST", 2)
    owners = [vault.circle_owner(name) for name in ("alder", "birch", "elm")]

    for owner in owners:
        with django_capture_on_commit_callbacks(execute=True):
            sealed(owner=owner)

    assert list(vault._remembered) == owners[1:]

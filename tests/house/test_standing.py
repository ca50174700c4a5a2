"""One house in one folder, and commands beside it."""

import pytest

from community.house import Unable, standing


@pytest.fixture
def claim(tmp_path):
    claim = standing.Claim(tmp_path)
    yield claim
    claim.release()


def test_a_second_house_in_the_same_folder_is_refused(tmp_path, claim):
    claim.tell(REWEAVE_ORIGIN="http://localhost:8123")

    with pytest.raises(Unable, match=r"up already in .*http://localhost:8123"):
        standing.Claim(tmp_path)


def test_a_command_beside_it_gets_its_address_and_broker(tmp_path, claim):
    claim.tell(REWEAVE_ORIGIN="http://localhost:8123", REDIS_URL="redis://:word@127.0.0.1:1/0")
    environ = {"REWEAVE_VAR": str(tmp_path)}

    standing.join(environ)

    assert environ["REWEAVE_ORIGIN"] == "http://localhost:8123"
    assert environ["REDIS_URL"] == "redis://:word@127.0.0.1:1/0"


def test_what_the_environment_says_goes_first(tmp_path, claim):
    claim.tell(REDIS_URL="redis://127.0.0.1:1/0")
    environ = {"REWEAVE_VAR": str(tmp_path), "REDIS_URL": "redis://elsewhere:6379/0"}

    standing.join(environ)

    assert environ["REDIS_URL"] == "redis://elsewhere:6379/0"


def test_a_house_that_is_gone_tells_nothing(tmp_path, claim):
    claim.tell(REWEAVE_ORIGIN="http://localhost:8123")
    claim.release()
    environ = {"REWEAVE_VAR": str(tmp_path)}

    standing.join(environ)

    assert "REWEAVE_ORIGIN" not in environ


def test_only_the_owner_may_read_the_brokers_password(tmp_path, claim):
    claim.tell(REDIS_URL="redis://:word@127.0.0.1:1/0")

    assert (tmp_path / "up.json").stat().st_mode & 0o077 == 0

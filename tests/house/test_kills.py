"""People write while the parts of their house are killed: a small evening of `bench kills`."""

import shutil

import pytest
from django.conf import settings

from community.house import preparation
from tests.bench import kills
from tests.bench.kills import SURROUNDINGS, audit, fill, kill_and_write
from tests.house.running import Up

pytestmark = pytest.mark.once


@pytest.fixture
def var(tmp_path, django_db_setup):
    """A house's folder in which all is prepared and a circle of six is signed in."""
    preparation.finish_collecting(preparation.start_collecting())
    var = tmp_path / "var"
    seats = fill(var, clients=6)
    shutil.copytree(settings.STATIC_ROOT, var / "static", dirs_exist_ok=True)
    return var, seats


async def test_whatever_is_killed_nothing_is_lost_doubled_or_in_another_order(var, monkeypatch):
    # How soon they are back is measured where nothing else runs.
    monkeypatch.setattr(kills, "_CALM_SECONDS", 180.0)
    monkeypatch.setattr(kills, "BACK_WITHIN_SECONDS", 180.0)
    folder, seats = var
    house = Up(folder, "--no-demo", more=SURROUNDINGS)
    try:
        house.until(house.opened)
        trial = await kill_and_write(house, seats, kills=4, messages=150, seed=22, gap=1.2)
    finally:
        house.end()
    trial.audit = audit(folder, trial)

    assert len(trial.acknowledged) == trial.audit["acknowledged"] == 150
    assert not any(trial.wrong.values()), f"{trial.told()}\n{house.said()}"
    assert trial.killed["web"] > 1

"""Static files under names that change with their content."""

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from community.assets import HouseStaticStorage


@pytest.fixture
def storage(tmp_path):
    return HouseStaticStorage(location=str(tmp_path), base_url="/static/")


def collect(storage, **files):
    """Put files in place as collectstatic does."""
    names = {name.replace("_", "."): text for name, text in files.items()}
    for name, text in names.items():
        storage.save(name, ContentFile(text.encode()))
    for _, _, processed in storage.post_process({name: (storage, name) for name in names}):
        assert not isinstance(processed, Exception)


def test_a_module_imports_another_by_its_hashed_name(storage):
    collect(storage, room_js='import { open } from "./socket.js";\n', socket_js="export {};\n")

    with storage.open(storage.stored_name("room.js")) as room:
        hashed = storage.stored_name("socket.js")
        assert hashed != "socket.js"
        assert f'"./{hashed}"' in room.read().decode()


def test_a_file_that_was_not_collected_keeps_its_plain_name(storage):
    assert storage.url("nowhere.css") == "/static/nowhere.css"


def test_the_house_uses_it():
    assert settings.STORAGES["staticfiles"]["BACKEND"] == "community.assets.HouseStaticStorage"

"""Pictures are served to everyone, everything else under the media folder to nobody."""

import io

import pytest
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from community.models import HouseImage
from community.zones import WHOSE

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in (
        "images/a.png",
        "documents/plan.pdf",
        "documents/a.png",
        "images/a.svg",
        "images/a.html",
    ):
        file = settings.MEDIA_ROOT / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"what is in it")
    (tmp_path / "secret.png").write_bytes(b"keys")


def picture(kind: str = "PNG", size: tuple[int, int] = (4, 3)) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "teal").save(drawn, kind)
    return drawn.getvalue()


def test_a_picture_says_nothing_of_who_asked_for_it(client, cast):
    client.force_login(cast.noor)
    answer = client.get("/media/images/a.png")
    assert "public" in answer.headers["Cache-Control"] and WHOSE not in answer.headers


def test_a_picture_is_served_and_may_be_kept(client):
    answer = client.get("/media/images/a.png")
    assert answer.status_code == 200 and answer.content == b"what is in it"
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("public")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = client.get(
        "/media/images/a.png", headers={"If-Modified-Since": answer.headers["Last-Modified"]}
    )
    assert again.status_code == 304 and not answer.cookies


def test_it_may_be_kept_by_members_too(client, cast):
    client.force_login(cast.noor)
    assert client.get("/media/images/a.png").headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize(
    "path",
    [
        *["documents/plan.pdf", "documents/a.png", "images/a.svg", "images/a.html", "images/"],
        *["images/none.png", "images/..", "../secret.png", "images/../../secret.png", "a.png"],
        *[
            "images/%2e%2e%2f%2e%2e%2fsecret.png",
            "images/a.png%00",
            "images/%00.png",
            "images//a.png",
        ],
        *["images/" + "a" * 5000 + ".png", "images/..%5c..%5csecret.png", "%2fetc/a.png"],
    ],
)
def test_everything_else_is_not_there(client, path):
    assert client.get(f"/media/{path}").status_code == 404


def test_nothing_is_written_there(client):
    assert client.post("/media/images/a.png").status_code == 405


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail's file
def test_a_rendition_is_served(client):
    image = HouseImage.objects.create(
        title="Loom", file=ImageFile(io.BytesIO(picture()), "loom.png")
    )
    answer = client.get(image.get_rendition("width-2").url)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/png"


def upload(client, name: str, content: bytes, kind: str = "image/png"):
    file = SimpleUploadedFile(name, content, kind)
    return client.post("/cms/images/add/", {"title": "A picture", "file": file, "collection": 1})


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_editors_may_bring_pictures(client, cast, kind):
    client.force_login(cast.edda)
    upload(client, f"a.{kind.lower()}", picture(kind))
    assert HouseImage.objects.count() == 1


def upload_among_many(client, name: str, content: bytes):
    file = SimpleUploadedFile(name, content, "image/png")
    said = {"title": name, "files[]": file, "collection": 1}
    address = "/cms/images/multiple/add/"
    return client.post(address, said, headers={"X-Requested-With": "XMLHttpRequest"})


def test_editors_may_bring_many_at_once_and_name_each(client, cast):
    client.force_login(cast.edda)

    brought = upload_among_many(client, "a.png", picture()).json()
    refused = upload_among_many(client, "b.png", b"not a picture").json()

    assert brought["success"] and not refused["success"]
    kept = HouseImage.objects.get()
    fields = {f"image-{kept.pk}-title": "The weir", f"image-{kept.pk}-collection": 1}
    address = f"/cms/images/multiple/{kept.pk}/"
    ajax = {"X-Requested-With": "XMLHttpRequest"}
    assert client.post(address, fields, headers=ajax).json()["success"]
    assert HouseImage.objects.get().title == "The weir"


def test_nobody_else_brings_any(client, cast):
    for person in (cast.noor, cast.mina):
        client.force_login(person)
        assert upload_among_many(client, "a.png", picture()).status_code == 404
    assert not HouseImage.objects.exists()


def test_a_picture_that_is_none_or_too_much_is_refused_plainly(client, cast, settings):
    client.force_login(cast.edda)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
    refused = [
        upload(client, "a.svg", svg, "image/svg+xml"),
        upload(client, "a.png", svg),
        upload(client, "a.heic", b"\0\0\0\x18ftypheic" + bytes(99), "image/heic"),
        upload(client, "a.png", b"not a picture"),
        upload(client, "a.png", picture()[:40]),
        upload(client, "a.tiff", picture("TIFF"), "image/tiff"),
        upload(client, "big.png", picture() + bytes(10 * 1024 * 1024)),
        upload(client, "wide.png", picture(size=(5001, 5000))),
    ]
    assert [answer.status_code for answer in refused] == [200] * len(refused)
    assert not HouseImage.objects.exists()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_what_a_camera_wrote_into_a_picture_does_not_come_along(client, cast, kind):
    client.force_login(cast.edda)
    drawn, traces = io.BytesIO(), Image.Exif()
    traces[0x9286] = "by the heron's weir"  # a comment
    traces[0x0112] = 6  # lying on its side
    traces.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (6, 4), "teal").save(drawn, kind, exif=traces)
    assert b"heron" in drawn.getvalue()
    upload(client, f"a.{kind.lower()}", drawn.getvalue())
    kept = HouseImage.objects.get()
    with kept.file.open("rb") as file:
        content = file.read()
    assert b"heron" not in content and not Image.open(io.BytesIO(content)).getexif()
    assert (kept.width, kept.height) == (4, 6), "turned as it is meant to be seen"


def kept_of(client, name: str, content: bytes) -> bytes:
    assert upload(client, name, content).status_code == 302
    with HouseImage.objects.get(title="A picture").file.open("rb") as file:
        return file.read()


def test_nor_does_what_a_program_wrote_beside_it(client, cast):
    client.force_login(cast.edda)
    drawn, words = io.BytesIO(), PngImagePlugin.PngInfo()
    words.add_text("Location", "by the heron's weir")
    words.add_itxt("Description", "with Noor")
    Image.new("RGB", (6, 4), "teal").save(drawn, "PNG", pnginfo=words)

    kept = kept_of(client, "a.png", drawn.getvalue())

    assert b"heron" not in kept and b"Noor" not in kept
    assert Image.open(io.BytesIO(kept)).size == (6, 4)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("behind", [b"ftypmp42 by the heron's weir", b"<script>heron</script>"])
def test_nothing_comes_along_that_stands_behind_a_picture(client, cast, kind, behind):
    client.force_login(cast.edda)
    kept = kept_of(client, f"a.{kind.lower()}", picture(kind) + behind)
    assert b"heron" not in kept
    assert Image.open(io.BytesIO(kept)).format == kind


def test_nor_another_picture_with_a_place_of_its_own(client, cast):
    client.force_login(cast.edda)
    drawn, traces = io.BytesIO(), Image.Exif()
    traces[0x9286] = "by the heron's weir"
    Image.new("RGB", (6, 4)).save(drawn, "JPEG", exif=traces)
    assert b"heron" not in kept_of(client, "a.jpg", picture("JPEG") + drawn.getvalue())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_a_picture_without_any_of_it_stays_byte_for_byte(client, cast, kind):
    client.force_login(cast.edda)
    assert kept_of(client, f"a.{kind.lower()}", picture(kind)) == picture(kind)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_each_frame_of_a_moving_picture_counts(client, cast, kind):
    client.force_login(cast.edda)
    drawn = io.BytesIO()
    first, *more = [Image.new("L", (1000, 1000), shade) for shade in range(0, 208, 8)]
    first.save(drawn, kind, save_all=True, append_images=more)

    assert upload(client, f"a.{kind.lower()}", drawn.getvalue()).status_code == 200

    assert not HouseImage.objects.exists()


def test_the_limits_are_the_houses(settings):
    assert settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE == 10 * 1024 * 1024
    assert settings.WAGTAILIMAGES_MAX_IMAGE_PIXELS == 25_000_000
    assert not {"svg", "heic", "tiff"} & set(settings.WAGTAILIMAGES_EXTENSIONS)

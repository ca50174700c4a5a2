"""Static files under names that change with their content."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HouseStaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed; ES modules too, where their imports end in a semicolon.

    A file that was not collected keeps its plain name: a page that lacks a picture is better
    than none, and tests need nothing collected.
    """

    support_js_module_import_aggregation = True
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            stored: str = super().stored_name(name)
        except ValueError:
            return name
        return stored

"""Where something is chosen in the CMS. What was sent may name nothing at all: then the form says
so, with nothing chosen there, where Wagtail's own would end in a fault."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import ForeignKey, Model
from wagtail.admin.forms.models import register_form_field_override
from wagtail.admin.widgets import AdminPageChooser, BaseChooser
from wagtail.models import Page
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.widgets import AdminSnippetChooser

# What the key of no row is, to be refused by the field in its own words.
_NO_KEY = "-"
_MOST_DIGITS = 18


def _key(named: Any) -> Any:
    text = str(named or "")
    could_be = text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS
    return named if could_be or not text else _NO_KEY


class _NamesNothing:
    def value_from_datadict(self, *args: Any) -> Any:
        return _key(super().value_from_datadict(*args))  # type: ignore[misc]

    def get_instance(self, value: Any) -> Model | None:
        try:
            found: Model | None = super().get_instance(value)  # type: ignore[misc]
        except (TypeError, ValueError):
            return None
        return found


class Chooser(_NamesNothing, BaseChooser):
    pass


class PageChooser(_NamesNothing, AdminPageChooser):
    pass


class SnippetChooser(_NamesNothing, AdminSnippetChooser):
    pass


class Several(forms.SelectMultiple):
    """A list of which any number is chosen."""

    def value_from_datadict(self, *args: Any) -> Any:
        return [_key(one) for one in super().value_from_datadict(*args) or []]


class SnippetChoosers(SnippetChooserViewSet):
    """For snippets that other things name."""

    base_widget_class = SnippetChooser


def _of_pages(field: ForeignKey) -> dict[str, Any]:
    return {"widget": PageChooser(target_models=[field.related_model])}


def choose_pages() -> None:
    """Wherever a form asks for a page, of whichever type."""
    register_form_field_override(ForeignKey, to=Page, override=_of_pages)

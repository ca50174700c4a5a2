"""Who on the staff may do what in the CMS: two groups, made once with the house.

A facilitator needs no group: their place in a circle is their right, and the CMS is closed
to them. What a house changes in these groups afterwards stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from wagtail.models import GroupPagePermission, Page
from wagtail.snippets.models import get_snippet_models

EDITORS = "Editors"
LEADS = "Program leads"

_EDITORS_PAGES = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")
# What a lead opens and appoints. By name: the rooms above this one are not known here.
_LED = ("cohort", "cohortpause", "circle", "membership")


def settle(sender: AppConfig, **kwargs: object) -> None:
    """After migrating, once the last app has its permissions: the groups of a new house."""
    if sender is not [app for app in apps.get_app_configs() if app.models_module][-1]:
        return
    leads, is_new = Group.objects.get_or_create(name=LEADS)
    if not is_new:
        return
    editors, _ = Group.objects.get_or_create(name=EDITORS)
    leads.permissions.add(*_named("access_admin", "lead_programs"), *_over("programs", _LED))
    editors.permissions.add(*_named("access_admin"), *_snippets(), *_house_settings())
    _open_the_site_to(editors)


def _open_the_site_to(editors: Group) -> None:
    """Every page; images and documents are theirs by Wagtail's own migrations."""
    root = Page.get_first_root_node()
    for permission in _named(*_EDITORS_PAGES) if root else ():
        GroupPagePermission.objects.get_or_create(group=editors, page=root, permission=permission)


def _named(*codenames: str) -> QuerySet[Permission]:
    return Permission.objects.filter(codename__in=codenames)


def _over(app: str, models: Iterable[str]) -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label=app, content_type__model__in=models)


def _snippets() -> Iterator[Permission]:
    for model in get_snippet_models():
        if model._meta.app_label in settings.HOUSE_APPS:
            yield from _over(model._meta.app_label, [model._meta.model_name or ""])


def _house_settings() -> QuerySet[Permission]:
    return Permission.objects.filter(
        Q(content_type__app_label="home"), codename="change_housesettings"
    )

"""A real house needs them from its first day: the realms, and an agreement to agree to."""

from django.db import migrations

from programs.founding import CLAUSES, REALMS


def found(apps, schema_editor):
    realm = apps.get_model("programs", "Realm")
    for place, (slug, name, about, dye, weave) in enumerate(REALMS):
        realm.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "about": about,
                "dye": dye,
                "weave": weave,
                "sort_order": place,
            },
        )
    agreement = apps.get_model("programs", "Agreement")
    if not agreement.objects.exists():
        agreement.objects.create(version=1, clauses="\n".join(CLAUSES))


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]

    operations = [migrations.RunPython(found, migrations.RunPython.noop)]

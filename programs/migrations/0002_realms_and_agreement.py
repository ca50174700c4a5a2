"""A real house needs them from its first day: the realms, and an agreement to agree to."""

from django.db import migrations

from programs.founding import clauses, realms


def found(apps, schema_editor):
    realm = apps.get_model("programs", "Realm")
    for facts in realms():
        realm.objects.get_or_create(slug=facts["slug"], defaults=facts)
    agreement = apps.get_model("programs", "Agreement")
    if not agreement.objects.exists():
        agreement.objects.create(version=1, clauses=clauses())


class Migration(migrations.Migration):
    dependencies = [("programs", "0001_initial")]

    operations = [migrations.RunPython(found, migrations.RunPython.noop)]

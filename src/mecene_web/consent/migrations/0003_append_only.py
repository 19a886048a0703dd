from django.db import migrations

from mecene_web.consent import ledger


def run(told):
    def each(apps, schema_editor):
        for sql in told[schema_editor.connection.vendor]:
            schema_editor.execute(sql, params=None)

    return each


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_asked_opening_consent_by_mark")]
    operations = [migrations.RunPython(run(ledger.CREATE), run(ledger.DROP))]

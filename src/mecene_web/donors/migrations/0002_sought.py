"""Search: the index by which donors are found."""

from django.db import migrations, models

from mecene_web.donors import sought


def install(_apps, editor):
    sought.install(editor.connection)


def remove(_apps, editor):
    sought.remove(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("donors", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Touched",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("donor_id", models.BigIntegerField(db_index=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(install, remove),
    ]

"""One index less: the donor of a row is found by way of the one on donor and day."""

import django.db.models.deletion
from django.db import migrations, models


def dropped(apps, schema_editor):
    """Drop the index alone: the table would be written again otherwise, on SQLite."""
    for name in ("contact", "interaction"):
        model = apps.get_model("events", name)
        for index in schema_editor._constraint_names(
            model, ["donor_id"], index=True, unique=False, primary_key=False
        ):
            schema_editor.execute(f'drop index "{index}"')


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(dropped, migrations.RunPython.noop)],
            state_operations=[
                migrations.AlterField(
                    "contact",
                    "donor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="donors.donor",
                    ),
                ),
                migrations.AlterField(
                    "interaction",
                    "donor",
                    models.ForeignKey(
                        null=True,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interactions",
                        to="donors.donor",
                    ),
                ),
            ],
        )
    ]

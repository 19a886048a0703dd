from typing import Any

from django.db import migrations

from mecene_web.experiments import freeze


def put_on(_apps: Any, editor: Any) -> None:
    for statement in freeze.CREATE[editor.connection.vendor]:
        editor.execute(statement, params=None)


def take_off(_apps: Any, editor: Any) -> None:
    for statement in freeze.DROP[editor.connection.vendor]:
        editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_initial")]

    operations = [migrations.RunPython(put_on, take_off, elidable=False)]

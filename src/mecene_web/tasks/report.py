"""Report: how a work says how far it has come, and hears whether it should end."""

from mecene_web.tasks.models import Work


class Cancelled(Exception):
    """Somebody asked this work to end."""


class Report:
    """How a work says how far it has come; hears whether it should end."""

    def __init__(self, work_id: int) -> None:
        self._work_id = work_id

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Write down that ``done`` of ``total`` of a stage are done.

        Raises:
            Cancelled: the work is to end here.
        """
        works = Work.objects.filter(pk=self._work_id)
        works.update(stage=stage, done=done, total=total)
        if works.filter(cancel_asked=True).exists():
            raise Cancelled

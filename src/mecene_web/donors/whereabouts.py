"""Whereabouts: which number a donor bears now, whatever they were merged into."""

from mecene_web.donors.models import Donor, Merge


def current(donor_id: int) -> int:
    """Return the number of the donor that this one is now: their own, unless merged.

    Raises:
        Donor.DoesNotExist: nobody ever had this number.
    """
    if not Donor.objects.filter(pk=donor_id).exists():
        raise Donor.DoesNotExist(f"nobody has number {donor_id}")
    while True:
        into = Merge.objects.filter(absorbed=donor_id, undone_at=None).values_list("kept").first()
        if into is None:
            return donor_id
        donor_id = into[0]


def locked(donor_id: int) -> Donor:
    """Return the donor that this one is now, theirs alone until the transaction ends.

    Raises:
        Donor.DoesNotExist: nobody ever had this number.
    """
    return Donor.objects.select_for_update().get(pk=current(donor_id))

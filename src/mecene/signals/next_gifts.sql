-- The first gift each donor made from a day on: since() is the day, as_of() the end of what is known.
select donor_id, min(given_on) as next_gift_on
from gifts
where donor_id is not null and status = 'received' and kind not in ('in_kind', 'legacy')
      and given_on >= since()
group by donor_id

-- Counting gifts by currency, and the days they span.
select currency, count(*) as gifts, cast(sum(amount_minor) as bigint) as amount_minor,
       min(given_on) as first_on, max(given_on) as last_on
from gifts
where status = 'received' and kind not in ('in_kind', 'legacy')
group by currency

-- The gifts of donors, with the amount left empty in another currency than the donor's main one
-- (most gifts that count, then the most recent, then the first in the alphabet): nothing is
-- converted, so nothing is added across them. Of a file with one currency these are the gifts.

with currencies as (
    select donor_id, currency, count(*) as gifts, max(given_on) as last_gift_on
    from gifts
    where donor_id is not null and status = 'received' and kind not in ('in_kind', 'legacy')
    group by donor_id, currency
),

main_currencies as (
    select donor_id, currency
    from (
        select donor_id, currency,
               row_number() over (
                   partition by donor_id order by gifts desc, last_gift_on desc, currency asc
               ) as place
        from currencies
    ) as ranked
    where place = 1
)

select gifts.donor_id, gifts.given_on, gifts.given_at, gifts.kind, gifts.payment_method,
       gifts.campaign_id, gifts.currency, gifts.status,
       case when main_currencies.currency = gifts.currency then gifts.amount_minor end
           as amount_minor
from gifts
left join main_currencies on main_currencies.donor_id = gifts.donor_id

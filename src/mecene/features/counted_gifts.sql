-- The gifts that count as giving, one row each: received, and neither in kind nor a legacy.
-- amount_minor is empty in another currency than the donor's main one (most gifts, then the most
-- recent, then the first in the alphabet): nothing is converted, so nothing is added across them.
-- year_back is 0 for the twelve months that end at as_of, 1 for the twelve before …
-- book_year_back is 0 for the accounting year that holds the day before as_of, 1 for the last …

with currencies as (
    select donor_id, currency, count(*) as gifts, max(given_on) as last_gift_on
    from gifts
    where has_several_currencies() and donor_id is not null and status = 'received'
          and kind not in ('in_kind', 'legacy')
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
),

received as (
    select gifts.donor_id, gifts.given_on, gifts.given_at, gifts.kind, gifts.payment_method,
           gifts.campaign_id, gifts.currency,
           date_diff('day', gifts.given_on, as_of()) as age_days,
           case
               when main_currencies.currency is null or main_currencies.currency = gifts.currency
               then gifts.amount_minor
           end as amount_minor,
           year(gifts.given_on) as given_in_year,
           month(gifts.given_on) * 100 + day(gifts.given_on) as month_day,
           year(gifts.given_on) * 12 + month(gifts.given_on) - year_starts_in_month()
               as book_month
    from gifts
    left join main_currencies on main_currencies.donor_id = gifts.donor_id
    where gifts.donor_id is not null and gifts.status = 'received'
          and gifts.kind not in ('in_kind', 'legacy')
)

select donor_id, given_on, given_at, age_days, kind, payment_method, campaign_id, currency,
       amount_minor,
       kind in ('one_off', 'corporate') as is_one_off,
       -- On 29 February the twelve months before began on the 28th.
       year(as_of()) - given_in_year - case
           when month_day >= month(as_of()) * 100 + day(as_of()) then 1
           when month(as_of()) * 100 + day(as_of()) = 229 and month_day = 228
                and not (
                    given_in_year % 4 = 0
                    and (given_in_year % 100 <> 0 or given_in_year % 400 = 0)
                ) then 1
           else 0
       end as year_back,
       cast(floor((
           year(cast(as_of() - interval 1 day as date)) * 12
           + month(cast(as_of() - interval 1 day as date)) - year_starts_in_month()
       ) / 12.0) as bigint)
       - cast(floor(book_month / 12.0) as bigint) as book_year_back
from received

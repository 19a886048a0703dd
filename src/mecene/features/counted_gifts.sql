-- The gifts that count as giving, one row each: received, and neither in kind nor a legacy.
-- amount_minor is empty in another currency than the donor's main one (most gifts, then the most
-- recent, then the first in the alphabet): nothing is converted, so nothing is added across them.
-- year_back is 0 for the twelve months that end at as_of, 1 for the twelve before …
-- book_year_back is 0 for the accounting year that holds the day before as_of, 1 for the last …

with received as (
    select donor_id, given_on, given_at, amount_minor, currency, kind, payment_method, campaign_id,
           date_diff('day', given_on, as_of()) as age_days,
           year(as_of()) - year(given_on) as years_apart,
           month(given_on) * 100 + day(given_on) as month_day,
           year(given_on) * 12 + month(given_on) - year_starts_in_month() as book_month
    from gifts
    where donor_id is not null and status = 'received' and kind not in ('in_kind', 'legacy')
),

currencies_of_donors_with_several as (
    select received.donor_id, received.currency, count(*) as gifts,
           max(received.given_on) as last_gift_on
    from received
    inner join (
        select donor_id
        from received
        group by donor_id
        having min(currency) <> max(currency)
    ) as several on several.donor_id = received.donor_id
    group by received.donor_id, received.currency
),

main_currencies as (
    select donor_id, currency
    from (
        select donor_id, currency,
               row_number() over (
                   partition by donor_id order by gifts desc, last_gift_on desc, currency asc
               ) as place
        from currencies_of_donors_with_several
    ) as ranked
    where place = 1
),

-- On 29 February the twelve months before began on the 28th.
anniversaries as (
    select month(as_of()) * 100 + day(as_of()) as month_day,
           year(yesterday) * 12 + month(yesterday) - year_starts_in_month() as book_month
    from (select cast(as_of() - interval 1 day as date) as yesterday) as days
)

select received.donor_id, received.given_on, received.given_at, received.age_days, received.kind,
       received.payment_method, received.campaign_id, received.currency,
       received.kind in ('one_off', 'corporate') as is_one_off,
       case
           when main_currencies.currency is null or main_currencies.currency = received.currency
           then received.amount_minor
       end as amount_minor,
       received.years_apart - case
           when received.month_day >= anniversaries.month_day then 1
           when anniversaries.month_day = 229 and received.month_day = 228
                and not (
                    year(received.given_on) % 4 = 0
                    and (year(received.given_on) % 100 <> 0 or year(received.given_on) % 400 = 0)
                ) then 1
           else 0
       end as year_back,
       cast(floor(anniversaries.book_month / 12.0) as bigint)
       - cast(floor(received.book_month / 12.0) as bigint) as book_year_back
from received
cross join anniversaries
left join main_currencies on main_currencies.donor_id = received.donor_id

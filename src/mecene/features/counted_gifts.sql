-- The gifts that count as giving, one row each: received, and neither in kind nor a legacy; their
-- amounts as in own_amounts.sql.
-- year_back is 0 for the twelve months that end at as_of, 1 for the twelve before …
-- book_year_back is 0 for the accounting year that holds the day before as_of, 1 for the last …

with received as (
    select donor_id, given_on, given_at, kind, payment_method, campaign_id, currency, amount_minor,
           -- A year that begins on as_of's day begins on a 1 January once every day is moved by as
           -- many days: back to it before 29 February, on to the next one from that day on, so
           -- that no leap day lies between. (On 29 February the twelve months before began on a
           -- 28th, which is as far from the next 1 January.)
           given_on + cast(case
               when month(as_of()) * 100 + day(as_of()) < 229
               then date_diff('day', as_of(), make_date(year(as_of()), 1, 1))
               else date_diff('day', as_of(), make_date(year(as_of()) + 1, 1, 1))
           end as integer) as moved_on
    from own_amounts
    where donor_id is not null and status = 'received' and kind not in ('in_kind', 'legacy')
)

select donor_id, given_on, given_at, kind, payment_method, campaign_id, currency, amount_minor,
       date_diff('day', given_on, as_of()) as age_days,
       -- one_off and corporate, of the kinds that count; asked so, two words are read, not four
       not (kind = 'instalment' or kind = 'membership_fee') as is_one_off,
       kind = 'instalment' as is_instalment,
       kind = 'membership_fee' as is_membership_fee,
       case when month(as_of()) * 100 + day(as_of()) < 229 then -1 else 0 end
       + year(as_of()) - year(moved_on) as year_back,
       cast(floor((
           year(cast(as_of() - interval 1 day as date)) * 12
           + month(cast(as_of() - interval 1 day as date)) - year_starts_in_month()
       ) / 12.0) as bigint)
       - cast(floor(
           (year(given_on) * 12 + month(given_on) - year_starts_in_month()) / 12.0
       ) as bigint) as book_year_back
from received

-- The gifts that count as giving, one row each: received, and neither in kind nor a legacy; their
-- amounts as in own_amounts.sql.
-- year_back is 0 for the twelve months that end at as_of, 1 for the twelve before …
-- book_year_back is 0 for the accounting year that holds the day before as_of, 1 for the last …
-- A year that begins on as_of's day begins on a 1 January once every day is moved by as many days
-- (givens.py).

select donor_id, given_on, given_at, kind, payment_method, campaign_id, currency, amount_minor,
       date_diff('day', given_on, as_of()) as age_days,
       -- one_off and corporate, of the kinds that count; asked so, two words are read, not four
       not (kind = 'instalment' or kind = 'membership_fee') as is_one_off,
       kind = 'instalment' as is_instalment,
       kind = 'membership_fee' as is_membership_fee,
       this_year() - year(given_on + days_to_new_year()) as year_back,
       this_book_year() - cast(floor(
           (year(given_on) * 12 + month(given_on) - year_starts_in_month()) / 12.0
       ) as bigint) as book_year_back
from own_amounts
where donor_id is not null and status = 'received' and kind not in ('in_kind', 'legacy')

-- When a donor gives: by accounting year and by month; gifts as in counted_gifts.sql.

with totals as (
    select donor_id,
           min(given_on) as first_gift_on,
           max(given_on) as last_gift_on,
           sum(case when book_year_back = 0 then amount_minor else 0 end) as this_year_minor,
           sum(case when book_year_back = 1 then amount_minor else 0 end) as last_year_minor,
           sum(case when book_year_back = 2 then amount_minor else 0 end)
               as before_last_year_minor,
           sum(case when book_year_back > 2 then amount_minor else 0 end) as earlier_years_minor
    from counted_gifts
    group by donor_id
),

-- Instalments fall every month; the months a donor chooses are those of the other gifts.
months as (
    select donor_id, month(given_on) as calendar_month, count(*) as gifts,
           max(given_on) as last_gift_on
    from counted_gifts
    where kind <> 'instalment'
    group by donor_id, month(given_on)
),

habits as (
    select donor_id,
           -- of two months as frequent, the one given in last: two months never share a day
           max_by(
               calendar_month,
               gifts * 100000000
               + year(last_gift_on) * 10000 + month(last_gift_on) * 100 + day(last_gift_on)
           ) as usual_month,
           cast(max(gifts) as double) / sum(gifts) as usual_month_share,
           cast(sum(case when calendar_month = 12 then gifts else 0 end) as double) / sum(gifts)
               as december_share,
           cast(sum(case when calendar_month >= 10 then gifts else 0 end) as double) / sum(gifts)
               as last_quarter_share
    from months
    group by donor_id
)

select donors.donor_id,
       coalesce(totals.this_year_minor, 0) as amount_this_year_minor,
       coalesce(totals.last_year_minor, 0) as amount_last_year_minor,
       coalesce(totals.before_last_year_minor, 0) as amount_before_last_year_minor,
       coalesce(totals.earlier_years_minor, 0) as amount_earlier_years_minor,
       (year(as_of()) - year(totals.first_gift_on)) * 12
       + month(as_of()) - month(totals.first_gift_on)
       - case when day(as_of()) < day(totals.first_gift_on) then 1 else 0 end
           as months_since_first_gift,
       (year(as_of()) - year(totals.last_gift_on)) * 12
       + month(as_of()) - month(totals.last_gift_on)
       - case when day(as_of()) < day(totals.last_gift_on) then 1 else 0 end
           as months_since_last_gift,
       habits.december_share as gifts_december_share,
       habits.last_quarter_share as gifts_last_quarter_share,
       habits.usual_month,
       habits.usual_month_share
from donors
left join totals on totals.donor_id = donors.donor_id
left join habits on habits.donor_id = donors.donor_id

-- How many gifts of each amount, so that means and medians are exact.
select days.series, days.year, who,
       case when kind = 'instalment' then 'instalment' else 'one_off' end as form,
       amount_minor, count(*) as gifts
from counted join days on days.day = counted.given_on
where in_main_currency
group by all

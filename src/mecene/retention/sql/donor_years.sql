-- One row a donor and a year with at least one counting gift; only the main currency is summed.
select days.series, counted.donor_id, counted.who, days.year,
       cast(sum(case when in_main_currency then amount_minor else 0 end) as bigint) as amount_minor,
       bool_and(in_main_currency) as comparable
from counted join days on days.day = counted.given_on
where counted.donor_id is not null
group by all

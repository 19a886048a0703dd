-- Commitments by channel. part 'start': collected, no_show or awaiting its first debit.
-- part 'month': so many months after the first debit (passed ones only), active or why it ended.
-- part 'curve': days it lasted, and why it ended or 'open'.
-- part 'calendar': days = months since year 0, started or why it ended, in that month.
with collected as (
    select *, cast(first_on + to_months(cast(horizon_months.months as integer)) as date) as reached,
           horizon_months.months
    from commitments cross join horizon_months
    where first_on is not null
),
events as (
    select channel, first_on as day, 'started' as outcome
    from commitments where first_on is not null
    union all
    select channel, greatest(ended_on, first_on), end_reason
    from commitments where first_on is not null and ended_on is not null
)
select 'start' as part, channel, cast(0 as bigint) as days,
       case when first_on is not null then 'collected'
            when ended_on is not null or date_diff('day', started_on, as_of()) > no_show_days()
                then 'no_show'
            else 'awaiting' end as outcome,
       count(*) as commitments
from commitments
group by all
union all
select 'month', channel, months, case when ended_on <= reached then end_reason else 'active' end,
       count(*)
from collected
where reached < as_of()
group by all
union all
select 'curve', channel,
       greatest(0, date_diff('day', first_on, coalesce(ended_on, as_of() - 1))),
       case when ended_on is null then 'open' else end_reason end, count(*)
from commitments
where first_on is not null
group by all
union all
select 'calendar', channel, 12 * year(day) + month(day) - 1, outcome, count(*)
from events
group by all

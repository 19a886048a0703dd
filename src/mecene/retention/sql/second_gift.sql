-- Donors whose first gift was a one-off, by the days to their second gift or their commitment.
-- part 'curve': days waited, and whether the second gift came. part 'horizon': among donors
-- followed for at least so many days, whether it came within them.
with firsts as (
    select donor_id, who, min(given_on) as first_on,
           min(given_on) filter (where kind = 'instalment') as first_instalment_on
    from counted
    where donor_id is not null
    group by all
),
signed as (
    select donor_id, min(started_on) as signed_on from recurring_gifts group by donor_id
),
starters as (
    select firsts.donor_id, who, first_on, signed_on
    from firsts left join signed on signed.donor_id = firsts.donor_id
    where (first_instalment_on is null or first_instalment_on > first_on)
      and (signed_on is null or signed_on > first_on)
),
following as (
    select starters.donor_id, min(counted.given_on) as next_on
    from counted join starters on starters.donor_id = counted.donor_id
    where counted.given_on > starters.first_on
    group by all
),
waits as (
    select starters.who, days.year as cohort,
           date_diff('day', first_on, least(next_on, signed_on)) as gap_days,
           greatest(0, date_diff('day', first_on, least(as_of() - 1, deceased_on))) as followed_days
    from starters
    join days on days.day = starters.first_on and days.series = 'fiscal'
    left join following on following.donor_id = starters.donor_id
    left join donors on donors.donor_id = starters.donor_id
),
outcomes as (
    select who, cohort, followed_days,
           case when gap_days <= followed_days then gap_days end as gap_days
    from waits
)
select 'curve' as part, who, cohort, coalesce(gap_days, followed_days) as days,
       gap_days is not null as converted, count(*) as donors
from outcomes
group by all
union all
select 'horizon', who, cohort, horizons.days, coalesce(gap_days <= horizons.days, false), count(*)
from outcomes join horizons on outcomes.followed_days >= horizons.days
group by all

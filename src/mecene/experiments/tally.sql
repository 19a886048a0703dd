-- Tally: units counted by what they did, so that any comparison can be worked out from counts alone.
-- drawn(donor_id, unit, arm, at, segment, life_value, place) is read; in braces, one row a unit
-- (taken.sql), how many of the days asked a unit was followed for, and one select a measure.
with taken as materialized ({taken}),
stood as (
    select unit, arg_min(segment, place) as segment, sum(life_value) as life_value
    from drawn group by unit
),
unit as materialized (
    select taken.*, coalesce(stood.segment, '') as segment,
           -- What a model expects, to the euro: no finer is meant, and values repeat.
           cast(round(coalesce(stood.life_value, 0) / 100) * 100 as bigint) as life_value,
           {ripe} as ripe
    from taken join stood using (unit)
)
select arm, is_new, segment, ripe, '' as measure, 0::bigint as value, count(*)::bigint as n,
       sum(amount_before)::bigint as before, sum(donors)::bigint as donors,
       sum(amount_before::hugeint * amount_before)::varchar as before_squared,
       min(day) as first_day, max(day) as last_day
from unit group by arm, is_new, segment, ripe
{counts}

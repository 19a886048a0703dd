-- One row a person drawn: what they gave in the days before the draw and in the days since.
-- `drawn` holds donor_id, arm, drawn_on and whatever else is wanted (a stratum, a household), all of
-- it kept; days_before(), days_after() and in_currency() are constants. Amounts are in minor units;
-- a person who gave nothing has zeros.
select
  drawn.*,
  coalesce(given.gifts, 0) as gifts,
  coalesce(given.gifts > 0, false)::integer as gave,
  coalesce(given.amount_minor, 0)::double as amount_minor,
  coalesce(given.gifts_before, 0) as gifts_before,
  coalesce(given.gifts_before > 0, false)::integer as gave_before,
  coalesce(given.amount_before_minor, 0)::double as amount_before_minor
from drawn
left join (
  select
    gifts.donor_id,
    count(*) filter (where given_on >= drawn_on) as gifts,
    sum(amount_minor) filter (where given_on >= drawn_on) as amount_minor,
    count(*) filter (where given_on < drawn_on) as gifts_before,
    sum(amount_minor) filter (where given_on < drawn_on) as amount_before_minor
  from gifts
  join drawn as whom on whom.donor_id = gifts.donor_id
  where status = 'received'
    and currency = in_currency()
    and given_on >= drawn_on - days_before()::integer
    and given_on < drawn_on + days_after()::integer
  group by gifts.donor_id
) as given on given.donor_id = drawn.donor_id

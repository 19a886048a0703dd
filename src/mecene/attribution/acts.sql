-- What a path leads to: a gift, a commitment or an opt-in. A fact that has a day and no hour is
-- taken at the end of it, so that what was met that day comes before. Debits come by themselves:
-- they are no act.

select donor_id, 'gift' as act,
       coalesce(
           given_at, cast(given_on as timestamp) + interval 1 day - interval 1 microsecond
       ) as "at",
       case when currency = main_currency() then amount_minor else 0 end as value_minor
from gifts
where status = 'received' and kind = 'one_off' and donor_id is not null

union all

select donor_id, 'subscription' as act,
       cast(started_on as timestamp) + interval 1 day - interval 1 microsecond as "at",
       case when currency = main_currency()
            then cast(round(coalesce(amount_minor, 0) * 12.0 / months_between) as bigint)
            else 0 end as value_minor
from recurring_gifts

union all

-- Several boxes ticked on one day are one opt-in.
select donor_id, 'opt_in' as act, min(occurred_at) as "at", 0 as value_minor
from consents
where status = 'granted'
group by donor_id, cast(occurred_at as date)

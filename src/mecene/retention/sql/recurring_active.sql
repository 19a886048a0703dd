-- Commitments in force on as_of, by what they bring and how often.
with ordered as (
    select recurring_gift_id, kind, amount_minor,
           row_number() over (
               partition by recurring_gift_id, kind = 'amount'
               order by effective_on desc, source_ref desc
           ) as back
    from recurring_changes
),
latest as (
    select recurring_gift_id,
           max(case when kind = 'amount' then amount_minor end) as amount_minor,
           coalesce(bool_or(kind = 'pause'), false) as paused
    from ordered where back = 1
    group by recurring_gift_id
)
select case when coalesce(latest.paused, false) then 'paused' else 'active' end as state,
       months_between, coalesce(latest.amount_minor, commitments.amount_minor) as each_minor,
       currency = main_currency() as in_main_currency, count(*) as commitments
from commitments
left join latest on latest.recurring_gift_id = commitments.recurring_gift_id
where first_on is not null and ended_on is null
group by all

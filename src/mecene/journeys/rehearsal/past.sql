-- What happened to donors, one row an event: what is known of it as journeys name it.
-- A moment is as the file has it, in the association's own clock; a day alone has no hour.
select donor_id, 'gift_received' as kind, 'gift:' || gift_id as ref, given_on as day_on,
       given_at as "at", kind as event_kind, designation as event_name, amount_minor,
       cast(null as varchar) as code, cast(null as varchar) as channel, campaign_id
from gifts where donor_id is not null and status <> 'failed' and kind <> 'legacy'
union all
select donor_id, 'gift_refunded', 'refund:' || gift_id, coalesce(status_on, given_on), null, kind,
       designation, amount_minor, null, null, campaign_id
from gifts where donor_id is not null and status = 'refunded'
union all
select donor_id, 'debit_failed', 'failure:' || gift_id, coalesce(status_on, given_on), null, kind,
       designation, amount_minor, upper(trim(return_code)), null, campaign_id
from gifts where donor_id is not null and status = 'failed'
union all
select donor_id, 'recurring_started', 'started:' || recurring_gift_id, started_on, null, null, null,
       amount_minor, null, null, campaign_id
from recurring_gifts
union all
select donor_id, 'recurring_ended', 'ended:' || recurring_gift_id, ended_on, null, null, end_reason,
       amount_minor, null, null, campaign_id
from recurring_gifts where ended_on is not null
union all
select donor_id,
       case when kind = 'pause' then 'recurring_paused' when kind = 'resume' then 'recurring_resumed'
            when amount_minor < was_minor then 'recurring_lowered' else 'recurring_raised' end,
       'change:' || recurring_gift_id || ':' || effective_on || ':' || kind, effective_on, null, null,
       null, amount_minor, null, null, null
from (
    select changes.*, coalesce(
        lag(changes.amount_minor ignore nulls) over (
            partition by changes.recurring_gift_id order by effective_on),
        recurring_gifts.amount_minor) as was_minor
    from recurring_changes as changes left join recurring_gifts using (recurring_gift_id)
)
union all
select donor_id, kind, 'interaction:' || source_ref || ':' || "at" || ':' || kind, cast("at" as date), "at",
       null, null, null, null, channel, campaign_id
from interactions where donor_id is not null

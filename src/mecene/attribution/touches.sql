-- What each donor was sent, and did: one row a touch. Opens are left out: mail programs open by
-- themselves; visits of the site are those of people who agreed to be measured (features/drift.sql).

with latest_words as (
    select donor_id, status, occurred_at,
           row_number() over (
               partition by donor_id order by occurred_at desc, status desc
           ) as place
    from consents
    where (purpose = 'web_tracking' or (purpose is null and status <> 'granted'))
          and status <> 'unknown'
),

granted as (
    select donor_id, occurred_at from latest_words where place = 1 and status = 'granted'
)

select donor_id, "at", channel, 'sent' as kind, cast(null as varchar) as device
from contacts
where channel is not null and coalesce(purpose, 'appeal') <> 'transactional'

union all

select interactions.donor_id, interactions."at", interactions.channel, interactions.kind,
       interactions.device
from interactions
left join granted on granted.donor_id = interactions.donor_id
                     and granted.occurred_at <= interactions."at"
where interactions.donor_id is not null and interactions.channel is not null
      and interactions.kind not in (
          'bounce', 'soft_bounce', 'hard_bounce', 'blocked', 'rejected', 'failed', 'dropped',
          'deferred', 'queued', 'sent', 'delivered', 'complaint', 'unsubscribe', 'open',
          'proxy_open'
      )
      and (granted.donor_id is not null
           or interactions.kind not in ('page_view', 'form_started', 'form_abandoned'))

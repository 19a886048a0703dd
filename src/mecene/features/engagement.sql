-- What was sent to a donor, and what they did; empty when the file holds no contact, or no
-- interaction, at all: nobody counted.

with sent as (
    select donor_id,
           count(*) as contacts,
           count(case when "at" >= cast(as_of() - interval 12 month as timestamp) then 1 end)
               as contacts_12m,
           count(case when date_diff('day', cast("at" as date), as_of()) <= 90 then 1 end)
               as contacts_90d,
           max(cast("at" as date)) as last_contact_on
    from contacts
    group by donor_id
),

-- Opens are left out: mail programs open by themselves, and nobody agreed to be watched.
acts as (
    select donor_id, kind, cast("at" as date) as done_on,
           date_diff('day', cast("at" as date), as_of()) as age_days,
           "at" >= cast(as_of() - interval 12 month as timestamp) as in_12m,
           "at" >= cast(as_of() - interval 24 month as timestamp)
           and "at" < cast(as_of() - interval 12 month as timestamp) as in_previous_12m,
           kind not in ('bounce', 'soft_bounce', 'hard_bounce', 'blocked', 'rejected',
                        'failed', 'dropped', 'deferred', 'queued', 'sent', 'delivered',
                        'complaint', 'unsubscribe', 'open', 'proxy_open') as is_engaged
    from interactions
    where donor_id is not null
),

done as (
    select donor_id,
           count(case when is_engaged and in_12m then 1 end) as interactions_12m,
           count(case when is_engaged and in_previous_12m then 1 end)
               as interactions_previous_12m,
           max(case when is_engaged then done_on end) as last_interaction_on,
           count(case when kind = 'click' and age_days <= 90 then 1 end) as clicks_90d,
           count(case when kind = 'click' and age_days between 91 and 180 then 1 end)
               as clicks_previous_90d,
           count(case when kind = 'click' and in_12m then 1 end) as clicks_12m,
           count(case when kind = 'reply' and in_12m then 1 end) as replies_12m,
           count(case when kind = 'page_view' and age_days <= 90 then 1 end) as page_views_90d,
           count(case when kind = 'page_view' and in_12m then 1 end) as page_views_12m,
           count(case when kind in ('event_registered', 'event_attended') and in_12m then 1 end)
               as events_12m,
           count(case when kind = 'petition_signed' and in_12m then 1 end) as petitions_12m,
           count(case when kind = 'survey_answered' and in_12m then 1 end) as surveys_12m,
           count(case when kind in ('share', 'referral') and in_12m then 1 end) as shares_12m,
           count(case when kind = 'form_abandoned' and in_12m then 1 end)
               as forms_abandoned_12m,
           count(case when kind = 'complaint' and in_12m then 1 end) as complaints_12m,
           count(case when kind in ('bounce', 'hard_bounce', 'soft_bounce') and in_12m then 1 end)
               as bounces_12m,
           count(case when kind = 'unsubscribe' then 1 end) as unsubscribes
    from acts
    group by donor_id
)

select donors.donor_id,
       case when has_contacts() then coalesce(sent.contacts, 0) end as contacts,
       case when has_contacts() then coalesce(sent.contacts_12m, 0) end as contacts_12m,
       case when has_contacts() then coalesce(sent.contacts_90d, 0) end as contacts_90d,
       date_diff('day', sent.last_contact_on, as_of()) as last_contact_age_days,
       case when has_interactions() then coalesce(done.interactions_12m, 0) end
           as interactions_12m,
       case when has_interactions() then coalesce(done.interactions_previous_12m, 0) end
           as interactions_previous_12m,
       date_diff('day', done.last_interaction_on, as_of()) as last_interaction_age_days,
       case when has_interactions() then coalesce(done.clicks_90d, 0) end as clicks_90d,
       case when has_interactions() then coalesce(done.clicks_previous_90d, 0) end
           as clicks_previous_90d,
       case when has_interactions() then coalesce(done.clicks_12m, 0) end as clicks_12m,
       case when has_interactions() then coalesce(done.replies_12m, 0) end as replies_12m,
       case when has_interactions() then coalesce(done.page_views_90d, 0) end as page_views_90d,
       case when has_interactions() then coalesce(done.page_views_12m, 0) end as page_views_12m,
       case when has_interactions() then coalesce(done.events_12m, 0) end as events_12m,
       case when has_interactions() then coalesce(done.petitions_12m, 0) end as petitions_12m,
       case when has_interactions() then coalesce(done.surveys_12m, 0) end as surveys_12m,
       case when has_interactions() then coalesce(done.shares_12m, 0) end as shares_12m,
       case when has_interactions() then coalesce(done.forms_abandoned_12m, 0) end
           as forms_abandoned_12m,
       case when has_interactions() then coalesce(done.complaints_12m, 0) end as complaints_12m,
       case when has_interactions() then coalesce(done.bounces_12m, 0) end as bounces_12m,
       case when has_interactions() then coalesce(done.unsubscribes, 0) end as unsubscribes
from donors
left join sent on sent.donor_id = donors.donor_id
left join done on done.donor_id = donors.donor_id

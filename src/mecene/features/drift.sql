-- What a donor did lately beside what they used to do, for whoever looks for a change of habit.
-- Lately is the last 90 days; before is the two years before these. An act is a day with at least
-- one: five links followed in one message are one click. A campaign has 14 days to be answered.
-- An open is read only from the day its donor last granted open_tracking, a visit web_tracking.

with steps as (
    select donor_id, is_instalment, given_on, amount_minor,
           date_diff('day', lag(given_on) over in_time, given_on) as gap_days,
           lead(given_on) over in_time is null as is_last
    from (
        select donor_id, kind = 'instalment' as is_instalment, given_on,
               sum(amount_minor) as amount_minor
        from counted_gifts
        group by donor_id, kind = 'instalment', given_on
    ) as gift_days
    window in_time as (partition by donor_id, is_instalment order by given_on)
),

rhythms as (
    select donor_id,
           count(case when not is_instalment then 1 end) as free_gift_days,
           avg(case when not is_instalment then ln(gap_days) end) as free_gap_log_mean,
           var_samp(case when not is_instalment then ln(gap_days) end) as free_gap_log_variance,
           count(case when is_instalment then 1 end) as instalment_days,
           avg(case when is_instalment then ln(gap_days) end) as instalment_gap_log_mean,
           var_samp(case when is_instalment then ln(gap_days) end)
               as instalment_gap_log_variance,
           max(case when not is_instalment and is_last then amount_minor end)
               as last_free_day_minor,
           count(case when not is_instalment and not is_last then amount_minor end)
               as earlier_free_amounts,
           avg(case when not is_instalment and not is_last then ln(amount_minor) end)
               as earlier_free_amount_log_mean,
           var_samp(case when not is_instalment and not is_last then ln(amount_minor) end)
               as earlier_free_amount_log_variance
    from steps
    group by donor_id
),

sent as (
    select donor_id, campaign_id, channel, date_diff('day', cast("at" as date), as_of()) as age_days
    from contacts
    where "at" >= cast(as_of() - interval 834 day as timestamp)
),

exposure as (
    select donor_id,
           count(case when channel = 'email' and age_days <= 90 then 1 end) as recent_emails,
           count(case when channel = 'email' and age_days between 91 and 820 then 1 end)
               as earlier_emails,
           count(case when age_days <= 90 then 1 end) as recent_contacts,
           count(case when age_days between 91 and 820 then 1 end) as earlier_contacts
    from sent
    group by donor_id
),

-- The latest word on being measured; a refusal of everything is one too. At the same moment, no.
latest_words as (
    select donor_id, purpose, status, occurred_at,
           row_number() over (
               partition by donor_id, purpose order by occurred_at desc, status desc
           ) as place
    from (
        select consents.donor_id, measured.purpose, consents.status, consents.occurred_at
        from consents
        inner join (
            select 'open_tracking' as purpose, 'open' as kind
            union all
            select 'web_tracking' as purpose, 'page_view' as kind
        ) as measured on measured.purpose = consents.purpose
                         or (consents.purpose is null and consents.status <> 'granted')
        where consents.status <> 'unknown'
    ) as said
),

granted as (
    select donor_id, case purpose when 'open_tracking' then 'open' else 'visit' end as act,
           occurred_at
    from latest_words
    where place = 1 and status = 'granted'
),

engaged as (
    select interactions.donor_id, interactions.campaign_id, interactions."at",
           case
               when interactions.kind = 'click' then 'click'
               when interactions.kind in ('page_view', 'form_started', 'form_abandoned')
               then 'visit'
               else 'reply'
           end as act
    from interactions
    where interactions.donor_id is not null
          and interactions.kind not in (
              'bounce', 'soft_bounce', 'hard_bounce', 'blocked', 'rejected', 'failed', 'dropped',
              'deferred', 'queued', 'sent', 'delivered', 'complaint', 'unsubscribe', 'open',
              'proxy_open'
          )
          and interactions."at" >= cast(as_of() - interval 834 day as timestamp)
),

-- One row an act and a day.
acts as (
    select donor_id, act, date_diff('day', done_on, as_of()) as age_days
    from (
        select distinct donor_id, act, cast("at" as date) as done_on
        from engaged
        where act <> 'visit'
        union all
        select distinct engaged.donor_id, engaged.act, cast(engaged."at" as date) as done_on
        from engaged
        inner join granted on granted.donor_id = engaged.donor_id and granted.act = engaged.act
                              and granted.occurred_at <= engaged."at"
        where engaged.act = 'visit'
        union all
        select distinct interactions.donor_id, granted.act,
               cast(interactions."at" as date) as done_on
        from granted
        inner join interactions on interactions.donor_id = granted.donor_id
                                   and interactions.kind = 'open'
                                   and granted.occurred_at <= interactions."at"
        where granted.act = 'open'
              and interactions."at" >= cast(as_of() - interval 834 day as timestamp)
    ) as days
),

done as (
    select donor_id, act,
           count(case when age_days <= 90 then 1 end) as recent,
           count(case when age_days between 91 and 820 then 1 end) as earlier,
           min(age_days) as last_age_days
    from acts
    group by donor_id, act
),

campaigns_sent as (
    select donor_id, campaign_id, min(age_days) as age_days
    from sent
    where campaign_id is not null and age_days > 14
    group by donor_id, campaign_id
),

campaigns_answered as (
    select distinct donor_id, campaign_id
    from (
        select donor_id, campaign_id from engaged where act <> 'visit'
        union all
        select donor_id, campaign_id from counted_gifts where age_days <= 834
    ) as answers
    where campaign_id is not null
),

campaigns_counted as (
    select campaigns_sent.donor_id,
           count(case when campaigns_sent.age_days <= 104 then 1 end) as recent_campaigns,
           count(case when campaigns_sent.age_days <= 104 then campaigns_answered.donor_id end)
               as recent_campaigns_answered,
           count(case when campaigns_sent.age_days > 104 then 1 end) as earlier_campaigns,
           count(case when campaigns_sent.age_days > 104 then campaigns_answered.donor_id end)
               as earlier_campaigns_answered
    from campaigns_sent
    left join campaigns_answered
        on campaigns_answered.donor_id = campaigns_sent.donor_id
           and campaigns_answered.campaign_id = campaigns_sent.campaign_id
    group by campaigns_sent.donor_id
),

refusals as (
    select donor_id,
           min(case when kind = 'complaint' then age_days end) as last_complaint_age_days,
           min(case when kind = 'objection' then age_days end) as last_objection_age_days
    from (
        select donor_id, case kind when 'complaint' then kind else 'objection' end as kind,
               date_diff('day', cast("at" as date), as_of()) as age_days
        from interactions
        where donor_id is not null and kind in ('complaint', 'unsubscribe')
        union all
        select donor_id, 'objection' as kind,
               date_diff('day', cast(occurred_at as date), as_of()) as age_days
        from consents
        where status in ('withdrawn', 'objected')
              and (purpose is null or purpose in ('appeal', 'newsletter'))
    ) as said_no
    group by donor_id
),

changes as (
    select donor_id, kind, effective_on, amount_minor,
           lag(amount_minor) over (
               partition by donor_id, recurring_gift_id, kind
               order by effective_on, amount_minor desc
           ) as amount_before_minor,
           recurring_gift_id
    from recurring_changes
),

worse as (
    select changes.donor_id,
           min(case
                   when changes.kind = 'pause'
                   then date_diff('day', changes.effective_on, as_of())
               end) as last_pause_age_days,
           min(case
                   when changes.kind = 'amount'
                        and changes.amount_minor
                            < coalesce(changes.amount_before_minor, signed.amount_minor)
                   then date_diff('day', changes.effective_on, as_of())
               end) as last_lowering_age_days
    from changes
    left join (
        select donor_id, recurring_gift_id, max(amount_minor) as amount_minor
        from recurring_gifts
        group by donor_id, recurring_gift_id
    ) as signed on signed.donor_id = changes.donor_id
                   and signed.recurring_gift_id = changes.recurring_gift_id
    group by changes.donor_id
),

intervals as (
    select donor_id, max(months_between) as instalment_months
    from recurring_gifts
    where ended_on is null and end_reason is null
    group by donor_id
)

select donors.donor_id,
       coalesce(rhythms.free_gift_days, 0) as free_gift_days,
       rhythms.free_gap_log_mean,
       rhythms.free_gap_log_variance,
       coalesce(rhythms.instalment_days, 0) as instalment_days,
       rhythms.instalment_gap_log_mean,
       rhythms.instalment_gap_log_variance,
       intervals.instalment_months,
       rhythms.last_free_day_minor,
       coalesce(rhythms.earlier_free_amounts, 0) as earlier_free_amounts,
       rhythms.earlier_free_amount_log_mean,
       rhythms.earlier_free_amount_log_variance,
       case when has_contacts() then coalesce(exposure.recent_emails, 0) end as recent_emails,
       case when has_contacts() then coalesce(exposure.earlier_emails, 0) end as earlier_emails,
       case when has_contacts() then coalesce(exposure.recent_contacts, 0) end
           as recent_contacts,
       case when has_contacts() then coalesce(exposure.earlier_contacts, 0) end
           as earlier_contacts,
       case when has_interactions() then coalesce(clicks.recent, 0) end as recent_clicks,
       case when has_interactions() then coalesce(clicks.earlier, 0) end as earlier_clicks,
       clicks.last_age_days as last_click_age_days,
       case when web.donor_id is not null then coalesce(visits.recent, 0) end as recent_visits,
       case when web.donor_id is not null then coalesce(visits.earlier, 0) end
           as earlier_visits,
       visits.last_age_days as last_visit_age_days,
       case when has_interactions() then coalesce(replies.recent, 0) end as recent_replies,
       case when has_interactions() then coalesce(replies.earlier, 0) end as earlier_replies,
       replies.last_age_days as last_reply_age_days,
       case when opening.donor_id is not null then coalesce(opens.recent, 0) end
           as recent_opens,
       case when opening.donor_id is not null then coalesce(opens.earlier, 0) end
           as earlier_opens,
       opens.last_age_days as last_open_age_days,
       date_diff('day', cast(web.occurred_at as date), as_of()) as web_granted_age_days,
       date_diff('day', cast(opening.occurred_at as date), as_of()) as open_granted_age_days,
       case when has_contacts() then coalesce(campaigns_counted.recent_campaigns, 0) end
           as recent_campaigns,
       case when has_contacts() then coalesce(campaigns_counted.recent_campaigns_answered, 0) end
           as recent_campaigns_answered,
       case when has_contacts() then coalesce(campaigns_counted.earlier_campaigns, 0) end
           as earlier_campaigns,
       case when has_contacts() then coalesce(campaigns_counted.earlier_campaigns_answered, 0) end
           as earlier_campaigns_answered,
       refusals.last_complaint_age_days,
       refusals.last_objection_age_days,
       worse.last_pause_age_days,
       worse.last_lowering_age_days
from donors
left join rhythms on rhythms.donor_id = donors.donor_id
left join exposure on exposure.donor_id = donors.donor_id
left join done as clicks on clicks.donor_id = donors.donor_id and clicks.act = 'click'
left join done as visits on visits.donor_id = donors.donor_id and visits.act = 'visit'
left join done as replies on replies.donor_id = donors.donor_id and replies.act = 'reply'
left join done as opens on opens.donor_id = donors.donor_id and opens.act = 'open'
left join granted as web on web.donor_id = donors.donor_id and web.act = 'visit'
left join granted as opening on opening.donor_id = donors.donor_id and opening.act = 'open'
left join campaigns_counted on campaigns_counted.donor_id = donors.donor_id
left join refusals on refusals.donor_id = donors.donor_id
left join worse on worse.donor_id = donors.donor_id
left join intervals on intervals.donor_id = donors.donor_id

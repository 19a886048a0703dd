-- By which channel a donor is reached, and by which they answer.

with sent as (
    select donor_id, channel, count(*) as contacts, max("at") as last_at,
           count(case when "at" >= cast(as_of() - interval 12 month as timestamp) then 1 end)
               as contacts_12m
    from contacts
    where "at" >= cast(as_of() - interval 24 month as timestamp)
    group by donor_id, channel
),

sent_in_order as (
    select donor_id, channel, contacts_12m,
           row_number() over (
               partition by donor_id order by contacts desc, last_at desc, channel asc
           ) as place
    from sent
),

sums_sent as (
    select donor_id,
           sum(case when channel = 'email' then contacts_12m else 0 end) as email_12m,
           sum(case when channel = 'post' then contacts_12m else 0 end) as post_12m,
           sum(case when channel = 'phone' then contacts_12m else 0 end) as phone_12m,
           sum(case when channel = 'sms' then contacts_12m else 0 end) as sms_12m,
           max(case when place = 1 then channel end) as most_contacted_channel
    from sent_in_order
    group by donor_id
),

acts as (
    select donor_id, channel, device, "at",
           "at" >= cast(as_of() - interval 12 month as timestamp) as in_12m
    from interactions
    where donor_id is not null
          and kind not in ('bounce', 'soft_bounce', 'hard_bounce', 'blocked', 'rejected',
                           'failed', 'dropped', 'deferred', 'queued', 'sent', 'delivered',
                           'complaint', 'unsubscribe', 'open', 'proxy_open')
          and "at" >= cast(as_of() - interval 24 month as timestamp)
),

answers as (
    select donor_id, channel, count(*) as responses, max("at") as last_at,
           count(case when in_12m then 1 end) as responses_12m
    from acts
    where channel is not null
    group by donor_id, channel
),

answers_in_order as (
    select donor_id, channel, responses, responses_12m,
           row_number() over (
               partition by donor_id order by responses desc, last_at desc, channel asc
           ) as place
    from answers
),

sums_answered as (
    select donor_id,
           sum(responses_12m) as responses_12m,
           max(case when place = 1 then channel end) as most_answered_channel,
           cast(max(case when place = 1 then responses end) as double) / sum(responses)
               as most_answered_channel_share
    from answers_in_order
    group by donor_id
),

devices as (
    select donor_id, device,
           row_number() over (
               partition by donor_id order by count(*) desc, max("at") desc, device asc
           ) as place
    from acts
    where device is not null
    group by donor_id, device
)

select donors.donor_id,
       case when has_contacts() then coalesce(sums_sent.email_12m, 0) end as contacts_email_12m,
       case when has_contacts() then coalesce(sums_sent.post_12m, 0) end as contacts_post_12m,
       case when has_contacts() then coalesce(sums_sent.phone_12m, 0) end as contacts_phone_12m,
       case when has_contacts() then coalesce(sums_sent.sms_12m, 0) end as contacts_sms_12m,
       sums_sent.most_contacted_channel,
       case when has_interactions() then coalesce(sums_answered.responses_12m, 0) end
           as responses_12m,
       sums_answered.most_answered_channel,
       sums_answered.most_answered_channel_share,
       devices.device as usual_device
from donors
left join sums_sent on sums_sent.donor_id = donors.donor_id
left join sums_answered on sums_answered.donor_id = donors.donor_id
left join devices on devices.donor_id = donors.donor_id and devices.place = 1

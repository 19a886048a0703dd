-- By what a donor answers, when they act, on what they read and act, and what they care for.
-- An answer is a gift to a campaign that reached them, a click, a reply, a form, a petition; that
-- they picked up the phone is none. Of the last 36 months. A moment is told as the file has it,
-- in no other time zone; at midnight sharp it is a day without an hour.

with reached as (
    select donor_id, campaign_id, channel
    from (
        select donor_id, campaign_id, channel,
               row_number() over (
                   partition by donor_id, campaign_id order by "at" desc, channel asc
               ) as place
        from contacts
        where campaign_id is not null
    ) as ranked
    where place = 1
),

channels_of_campaigns as (
    select campaign_id, max(channel) as channel
    from campaigns
    where channel is not null
    group by campaign_id
),

free_gifts as (
    select counted_gifts.donor_id, counted_gifts.given_on as done_on,
           counted_gifts.given_at as done_at, counted_gifts.payment_method,
           coalesce(reached.channel, channels_of_campaigns.channel) as channel,
           counted_gifts.age_days
    from counted_gifts
    left join reached on reached.donor_id = counted_gifts.donor_id
                         and reached.campaign_id = counted_gifts.campaign_id
    left join channels_of_campaigns
        on channels_of_campaigns.campaign_id = counted_gifts.campaign_id
    where counted_gifts.kind <> 'instalment'
          and counted_gifts.given_on >= cast(as_of() - interval 36 month as date)
),

-- A page seen is left out: who let themselves be measured is a matter of drift.sql.
acts as (
    select interactions.donor_id, cast(interactions."at" as date) as done_on,
           interactions."at" as done_at, interactions.kind, interactions.device,
           case
               when interactions.channel in ('email', 'post', 'phone', 'sms')
               then interactions.channel
               else coalesce(reached.channel, channels_of_campaigns.channel)
           end as channel,
           interactions.kind in (
               'form_started', 'form_abandoned', 'petition_signed', 'survey_answered',
               'event_registered', 'reply'
           ) as is_acted
    from interactions
    left join reached on reached.donor_id = interactions.donor_id
                         and reached.campaign_id = interactions.campaign_id
    left join channels_of_campaigns
        on channels_of_campaigns.campaign_id = interactions.campaign_id
    where interactions.donor_id is not null
          and interactions.kind not in (
              'bounce', 'soft_bounce', 'hard_bounce', 'blocked', 'rejected', 'failed', 'dropped',
              'deferred', 'queued', 'sent', 'delivered', 'complaint', 'unsubscribe', 'open',
              'proxy_open', 'page_view', 'call'
          )
          and interactions."at" >= cast(as_of() - interval 36 month as timestamp)
),

answers as (
    select donor_id,
           count(case when channel = 'email' then 1 end) as answers_email,
           count(case when channel = 'post' then 1 end) as answers_post,
           count(case when channel = 'phone' then 1 end) as answers_phone,
           count(case when channel = 'sms' then 1 end) as answers_sms
    from (
        select donor_id, channel from free_gifts
        union all
        select donor_id, channel
        from (select distinct donor_id, channel, done_on from acts) as days
    ) as all_answers
    where channel is not null
    group by donor_id
),

paid as (
    select donor_id,
           count(case when payment_method = 'card' then 1 end) as paid_card,
           count(case when payment_method = 'cheque' then 1 end) as paid_cheque,
           count(case when payment_method = 'transfer' then 1 end) as paid_transfer,
           count(case when payment_method = 'cash' then 1 end) as paid_cash
    from free_gifts
    group by donor_id
),

-- What was done in one slot of two hours of one day counts once.
slots as (
    select distinct donor_id, done_on,
           case
               when done_at is not null and done_at <> cast(cast(done_at as date) as timestamp)
               then cast(floor(extract(hour from done_at) / 2.0) as bigint) * 2
           end as from_hour
    from (
        select donor_id, done_on, done_at from free_gifts
        union all
        select donor_id, done_on, done_at from acts
    ) as timed
),

-- A day counts once, whatever the number of its slots.
moments as (
    select donor_id,
           count(case when weekday = 0 then 1 end) as acts_monday,
           count(case when weekday = 1 then 1 end) as acts_tuesday,
           count(case when weekday = 2 then 1 end) as acts_wednesday,
           count(case when weekday = 3 then 1 end) as acts_thursday,
           count(case when weekday = 4 then 1 end) as acts_friday,
           count(case when weekday = 5 then 1 end) as acts_saturday,
           count(case when weekday = 6 then 1 end) as acts_sunday,
           count(case when from_hour = 0 then 1 end) as acts_00h,
           count(case when from_hour = 2 then 1 end) as acts_02h,
           count(case when from_hour = 4 then 1 end) as acts_04h,
           count(case when from_hour = 6 then 1 end) as acts_06h,
           count(case when from_hour = 8 then 1 end) as acts_08h,
           count(case when from_hour = 10 then 1 end) as acts_10h,
           count(case when from_hour = 12 then 1 end) as acts_12h,
           count(case when from_hour = 14 then 1 end) as acts_14h,
           count(case when from_hour = 16 then 1 end) as acts_16h,
           count(case when from_hour = 18 then 1 end) as acts_18h,
           count(case when from_hour = 20 then 1 end) as acts_20h,
           count(case when from_hour = 22 then 1 end) as acts_22h
    from (
        select donor_id, done_on, null as from_hour,
               -- 1 January 2001 was a Monday
               ((date_diff('day', cast('2001-01-01' as date), done_on) % 7) + 7) % 7 as weekday
        from (select distinct donor_id, done_on from slots) as days
        union all
        select donor_id, done_on, from_hour, null as weekday
        from slots
        where from_hour is not null
    ) as habits
    group by donor_id
),

devices as (
    select donor_id,
           count(case when device = 'phone' and not is_acted then 1 end) as read_phone,
           count(case when device = 'tablet' and not is_acted then 1 end) as read_tablet,
           count(case when device = 'computer' and not is_acted then 1 end) as read_computer,
           count(case when device = 'phone' and is_acted then 1 end) as acted_phone,
           count(case when device = 'tablet' and is_acted then 1 end) as acted_tablet,
           count(case when device = 'computer' and is_acted then 1 end) as acted_computer
    from (select distinct donor_id, done_on, device, is_acted from acts) as uses
    group by donor_id
),

declared as (
    select donor_id,
           max(case when name = 'preferred_channel' then value end) as declared_channel,
           max(case when name = 'cause' then value end) as declared_cause
    from (
        select donor_id, name, value,
               row_number() over (
                   partition by donor_id, name order by collected_on desc nulls last, value asc
               ) as place
        from attributes
        where name in ('preferred_channel', 'cause') and coalesce(party, 'zero') = 'zero'
    ) as ranked
    where place = 1
    group by donor_id
),

funds as (
    select donor_id, designation, gifts,
           sum(gifts) over (partition by donor_id) as designated_gifts,
           row_number() over (
               partition by donor_id order by gifts desc, last_on desc, designation asc
           ) as place
    from (
        select donor_id, designation, count(*) as gifts, max(given_on) as last_on
        from gifts
        where donor_id is not null and designation is not null and status = 'received'
              and kind not in ('in_kind', 'legacy', 'instalment')
              and given_on >= cast(as_of() - interval 36 month as date)
        group by donor_id, designation
    ) as counted
)

select donors.donor_id,
       coalesce(answers.answers_email, 0) as answers_email,
       coalesce(answers.answers_post, 0) as answers_post,
       coalesce(answers.answers_phone, 0) as answers_phone,
       coalesce(answers.answers_sms, 0) as answers_sms,
       coalesce(paid.paid_card, 0) as paid_card,
       coalesce(paid.paid_cheque, 0) as paid_cheque,
       coalesce(paid.paid_transfer, 0) as paid_transfer,
       coalesce(paid.paid_cash, 0) as paid_cash,
       coalesce(moments.acts_monday, 0) as acts_monday,
       coalesce(moments.acts_tuesday, 0) as acts_tuesday,
       coalesce(moments.acts_wednesday, 0) as acts_wednesday,
       coalesce(moments.acts_thursday, 0) as acts_thursday,
       coalesce(moments.acts_friday, 0) as acts_friday,
       coalesce(moments.acts_saturday, 0) as acts_saturday,
       coalesce(moments.acts_sunday, 0) as acts_sunday,
       coalesce(moments.acts_00h, 0) as acts_00h,
       coalesce(moments.acts_02h, 0) as acts_02h,
       coalesce(moments.acts_04h, 0) as acts_04h,
       coalesce(moments.acts_06h, 0) as acts_06h,
       coalesce(moments.acts_08h, 0) as acts_08h,
       coalesce(moments.acts_10h, 0) as acts_10h,
       coalesce(moments.acts_12h, 0) as acts_12h,
       coalesce(moments.acts_14h, 0) as acts_14h,
       coalesce(moments.acts_16h, 0) as acts_16h,
       coalesce(moments.acts_18h, 0) as acts_18h,
       coalesce(moments.acts_20h, 0) as acts_20h,
       coalesce(moments.acts_22h, 0) as acts_22h,
       coalesce(devices.read_phone, 0) as read_phone,
       coalesce(devices.read_tablet, 0) as read_tablet,
       coalesce(devices.read_computer, 0) as read_computer,
       coalesce(devices.acted_phone, 0) as acted_phone,
       coalesce(devices.acted_tablet, 0) as acted_tablet,
       coalesce(devices.acted_computer, 0) as acted_computer,
       declared.declared_channel,
       declared.declared_cause,
       funds.designation as usual_designation,
       cast(funds.gifts as double) / funds.designated_gifts as usual_designation_share
from donors
left join answers on answers.donor_id = donors.donor_id
left join paid on paid.donor_id = donors.donor_id
left join moments on moments.donor_id = donors.donor_id
left join devices on devices.donor_id = donors.donor_id
left join declared on declared.donor_id = donors.donor_id
left join funds on funds.donor_id = donors.donor_id and funds.place = 1

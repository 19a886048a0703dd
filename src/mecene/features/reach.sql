-- Whether a donor may be written to, and how. An objection is the latest word on the matter; at
-- the same moment, no beats yes. An unsubscribe or a complaint is an objection to its channel.

with statements as (
    select donor_id, purpose, channel, occurred_at,
           status in ('refused', 'withdrawn', 'objected') as is_against
    from consents
    where status <> 'unknown'
    union all
    select donor_id, 'appeal' as purpose, coalesce(channel, 'email') as channel,
           "at" as occurred_at, true as is_against
    from interactions
    where donor_id is not null and kind in ('unsubscribe', 'complaint')
),

scoped as (
    select donor_id, occurred_at, is_against, channel,
           purpose is null or purpose = 'appeal' as is_on_appeals,
           (purpose is null or purpose = 'profiling') and channel is null as is_on_profiling
    from statements
),

latest as (
    select donor_id,
           max(case when is_on_appeals and channel is null and is_against then occurred_at end)
               as appeal_no,
           max(case when is_on_appeals and channel is null and not is_against
                    then occurred_at end) as appeal_yes,
           max(case when is_on_profiling and is_against then occurred_at end) as profiling_no,
           max(case when is_on_profiling and not is_against then occurred_at end)
               as profiling_yes,
           max(case when is_on_appeals and coalesce(channel, 'email') = 'email' and is_against
                    then occurred_at end) as email_no,
           max(case when is_on_appeals and coalesce(channel, 'email') = 'email'
                         and not is_against then occurred_at end) as email_yes,
           max(case when is_on_appeals and coalesce(channel, 'post') = 'post' and is_against
                    then occurred_at end) as post_no,
           max(case when is_on_appeals and coalesce(channel, 'post') = 'post'
                         and not is_against then occurred_at end) as post_yes,
           max(case when is_on_appeals and coalesce(channel, 'phone') = 'phone' and is_against
                    then occurred_at end) as phone_no,
           max(case when is_on_appeals and coalesce(channel, 'phone') = 'phone'
                         and not is_against then occurred_at end) as phone_yes,
           max(case when is_on_appeals and coalesce(channel, 'sms') = 'sms' and is_against
                    then occurred_at end) as sms_no,
           max(case when is_on_appeals and coalesce(channel, 'sms') = 'sms'
                         and not is_against then occurred_at end) as sms_yes
    from scoped
    group by donor_id
),

deaths as (
    select donor_id from recurring_gifts where end_reason = 'deceased'
    union
    select donor_id from gifts where donor_id is not null and return_code = 'MD07'
),

known as (
    select donors.donor_id,
           donors.deceased_on is not null or deaths.donor_id is not null as deceased,
           coalesce(latest.appeal_no >= coalesce(latest.appeal_yes, latest.appeal_no), false)
               as objects_appeal,
           coalesce(
               latest.profiling_no >= coalesce(latest.profiling_yes, latest.profiling_no), false
           ) as objects_profiling,
           coalesce(latest.email_no >= coalesce(latest.email_yes, latest.email_no), false)
               as objects_email,
           coalesce(latest.post_no >= coalesce(latest.post_yes, latest.post_no), false)
               as objects_post,
           coalesce(latest.phone_no >= coalesce(latest.phone_yes, latest.phone_no), false)
               as objects_phone,
           coalesce(latest.sms_no >= coalesce(latest.sms_yes, latest.sms_no), false)
               as objects_sms,
           donors.undeliverable_on is not null as undeliverable_post,
           donors.email is not null as has_email,
           donors.phone is not null as has_phone,
           donors.address is not null
           and (donors.city is not null or donors.postcode is not null) as has_address
    from donors
    left join latest on latest.donor_id = donors.donor_id
    left join deaths on deaths.donor_id = donors.donor_id
)

select donor_id, deceased, objects_appeal, objects_profiling, objects_email, objects_post,
       objects_phone, objects_sms, undeliverable_post,
       case when has_contact_details() then has_email end as has_email,
       case when has_contact_details() then has_phone end as has_phone,
       case when has_contact_details() then has_address end as has_address,
       case
           when deceased or objects_appeal then false
           when has_contact_details()
           then (has_email and not objects_email)
                or (has_phone and not (objects_phone and objects_sms))
                or (has_address and not objects_post and not undeliverable_post)
       end as reachable
from known

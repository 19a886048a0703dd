-- What a donor answered to among the contents that carry a motive tag: « motif:émotionnel » or
-- "motive:emotional" in the version of a contact, else in the name of its campaign; or a motive in
-- the properties of an act, when what was read on the site or chosen in a message carries one.
-- A content is a campaign sent to a donor, whatever the number of messages.

with tagged as (
    select donor_id, campaign_id, "at",
           case when in_variant <> '' then in_variant else in_name end as said
    from (
        select contacts.donor_id, contacts.campaign_id, contacts."at",
               regexp_extract(
                   lower(coalesce(contacts.variant, '')),
                   'moti(?:ve|f)[ ]*[:=][ ]*([a-zé]+)', 1
               ) as in_variant,
               coalesce(campaigns.in_name, '') as in_name
        from contacts
        left join (
            select campaign_id,
                   regexp_extract(
                       lower(coalesce(min(name), '')), 'moti(?:ve|f)[ ]*[:=][ ]*([a-zé]+)', 1
                   ) as in_name
            from campaigns
            group by campaign_id
        ) as campaigns on campaigns.campaign_id = contacts.campaign_id
        where contacts.campaign_id is not null
              and contacts."at" >= cast(as_of() - interval 24 month as timestamp)
    ) as sent
    where in_variant <> '' or in_name <> ''
),

told as (
    select donor_id, campaign_id, min("at") as first_at,
           case when said like 'emo%' or said like 'émo%' then 'emotional'
                when said like 'ratio%' then 'rational'
                when said like 'commit%' or said like 'engag%' then 'committed' end as motive
    from tagged
    group by donor_id, campaign_id,
             case when said like 'emo%' or said like 'émo%' then 'emotional'
                  when said like 'ratio%' then 'rational'
                  when said like 'commit%' or said like 'engag%' then 'committed' end
),

-- Sent in two motives, a campaign answers for neither: nobody can say which was answered.
contents as (
    select donor_id, campaign_id, min(first_at) as first_at, min(motive) as motive
    from told
    where motive is not null
    group by donor_id, campaign_id
    having count(*) = 1
),

acts as (
    select donor_id, campaign_id, "at",
           regexp_extract(
               lower(coalesce(properties, '')), '"moti(?:ve|f)"[ ]*:[ ]*"([a-zé]+)', 1
           ) as said
    from interactions
    where donor_id is not null
          and kind not in ('bounce', 'complaint', 'unsubscribe', 'open')
          and "at" >= cast(as_of() - interval 24 month as timestamp)
),

answers as (
    select donor_id, campaign_id, "at"
    from acts
    where campaign_id is not null and said = ''
    union all
    select donor_id, campaign_id, cast(given_on as timestamp) as "at"
    from counted_gifts
    where campaign_id is not null and kind <> 'instalment'
),

answered as (
    select contents.donor_id, contents.campaign_id, contents.motive,
           max(
               case when answers."at" >= cast(cast(contents.first_at as date) as timestamp)
                    then 1 else 0 end
           ) as answer
    from contents
    left join answers
         on answers.donor_id = contents.donor_id and answers.campaign_id = contents.campaign_id
    group by contents.donor_id, contents.campaign_id, contents.motive
),

sums as (
    select donor_id,
           count(case when motive = 'emotional' then 1 end) as emotional_sent,
           count(case when motive = 'rational' then 1 end) as rational_sent,
           count(case when motive = 'committed' then 1 end) as committed_sent,
           sum(case when motive = 'emotional' then answer else 0 end) as emotional_answered,
           sum(case when motive = 'rational' then answer else 0 end) as rational_answered,
           sum(case when motive = 'committed' then answer else 0 end) as committed_answered
    from answered
    group by donor_id
),

chosen as (
    select donor_id,
           count(case when said like 'emo%' or said like 'émo%' then 1 end) as emotional,
           count(case when said like 'ratio%' then 1 end) as rational,
           count(case when said like 'commit%' or said like 'engag%' then 1 end) as committed
    from acts
    where said <> ''
    group by donor_id
),

-- What donors say of themselves: an attribute called motive, the latest; in a tie, the alphabet.
declared as (
    select donor_id,
           case when lower(value) like 'emo%' or lower(value) like 'émo%' then 'emotional'
                when lower(value) like 'ratio%' then 'rational'
                when lower(value) like 'commit%' or lower(value) like 'engag%' then 'committed'
           end as motive,
           row_number() over (
               partition by donor_id order by coalesce(collected_on, date '1900-01-01') desc, value
           ) as place
    from attributes
    where lower(name) in ('motive', 'motif', 'motivation')
)

select donors.donor_id,
       declared.motive as declared_motive,
       case when has_contacts() then coalesce(sums.emotional_sent, 0) end as emotional_sent_24m,
       case when has_contacts() then coalesce(sums.rational_sent, 0) end as rational_sent_24m,
       case when has_contacts() then coalesce(sums.committed_sent, 0) end as committed_sent_24m,
       case when has_contacts() then coalesce(sums.emotional_answered, 0) end
           as emotional_answered_24m,
       case when has_contacts() then coalesce(sums.rational_answered, 0) end
           as rational_answered_24m,
       case when has_contacts() then coalesce(sums.committed_answered, 0) end
           as committed_answered_24m,
       case when has_interactions() then coalesce(chosen.emotional, 0) end as emotional_chosen_24m,
       case when has_interactions() then coalesce(chosen.rational, 0) end as rational_chosen_24m,
       case when has_interactions() then coalesce(chosen.committed, 0) end as committed_chosen_24m
from donors
left join sums on sums.donor_id = donors.donor_id
left join chosen on chosen.donor_id = donors.donor_id
left join declared on declared.donor_id = donors.donor_id and declared.place = 1

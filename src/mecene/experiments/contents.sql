-- Contents: what donors did within so many days of a content they were sent; one row a type of
-- content and a seniority, as sums over donors that can be added.
-- typed(campaign_id, variant, type): which contacts carry which; within_days(), since_days().
with sent as (
    select contacts.donor_id, typed.type, contacts.campaign_id, min(contacts."at") as "at"
    from contacts join typed
         on contacts.campaign_id is not distinct from typed.campaign_id
            and contacts.variant is not distinct from typed.variant
    where contacts."at" >= cast(as_of() - since_days() as timestamp)
      and contacts."at" < cast(as_of() - within_days() as timestamp)
    group by contacts.donor_id, typed.type, contacts.campaign_id
),
met as (
    select donor_id, min(given_on) as first_gift_on
    from gifts where status = 'received' group by donor_id
),
-- Like ``taken.sql``: met within the year before, or never gave yet.
each_one as (
    select sent.*, row_number() over () as number,
           coalesce(met.first_gift_on, cast(sent."at" as date)) >= cast(sent."at" as date) - 365
               as is_new
    from sent left join met using (donor_id)
),
did as (
    select number,
           bool_or(kind = 'click') as clicked,
           bool_or(kind in ('reply', 'survey_answered', 'petition_signed', 'share',
                            'event_registered', 'event_attended')) as answered,
           bool_or(kind = 'unsubscribe') as left_us
    from each_one join interactions using (donor_id)
    where interactions."at" >= each_one."at"
      and interactions."at" < each_one."at" + to_days(within_days())
      -- Of another content of the same days it is told apart where it names its campaign.
      and (interactions.campaign_id is null
           or interactions.campaign_id is not distinct from each_one.campaign_id)
    group by number
),
gave as (
    select number, true as gave
    from each_one join gifts using (donor_id)
    where gifts.status = 'received' and gifts.kind not in ('in_kind', 'legacy', 'instalment')
      and given_on >= cast(each_one."at" as date)
      and given_on < cast(each_one."at" as date) + within_days()
      and (gifts.campaign_id is null
           or gifts.campaign_id is not distinct from each_one.campaign_id)
    group by number
),
by_donor as (
    select donor_id, type, is_new, count(*) as n,
           count_if(coalesce(clicked, false)) as clicks,
           count_if(coalesce(answered, false)) as answers,
           count_if(coalesce(gave, false)) as gifts,
           count_if(coalesce(left_us, false)) as unsubscribes
    from each_one left join did using (number) left join gave using (number)
    group by donor_id, type, is_new
)
select type, is_new, count(*) as donors, cast(sum(n) as bigint) as sent,
       cast(sum(n * n) as double) as sent_squared,
       cast(sum(clicks) as bigint) as clicks_done,
       cast(sum(clicks * clicks) as double) as clicks_squared, cast(sum(clicks * n) as double) as clicks_by_sent,
       cast(sum(answers) as bigint) as answers_done,
       cast(sum(answers * answers) as double) as answers_squared, cast(sum(answers * n) as double) as answers_by_sent,
       cast(sum(gifts) as bigint) as gifts_done,
       cast(sum(gifts * gifts) as double) as gifts_squared, cast(sum(gifts * n) as double) as gifts_by_sent,
       cast(sum(unsubscribes) as bigint) as unsubscribes_done,
       cast(sum(unsubscribes * unsubscribes) as double) as unsubscribes_squared, cast(sum(unsubscribes * n) as double) as unsubscribes_by_sent
from by_donor group by type, is_new

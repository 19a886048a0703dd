-- Taken: what each unit drawn did, over so many days after it was drawn; one row a unit.
-- drawn(donor_id, unit, arm, at, currency): who was enrolled; within_days(): the days counted.
-- A gift carries a day alone: one of the day of the draw counts as after it.
with people as (
    select donor_id, unit,
           first_value(arm) over drawn_first as arm,
           min("at") over (partition by unit) as "at",
           cast(min("at") over (partition by unit) as date) as day
    from drawn
    window drawn_first as (partition by unit order by "at", donor_id)
),
units as (
    select unit, any_value(arm) as arm, min("at") as "at", min(day) as day, count(*) as donors,
           date_diff('day', min(day), as_of()) as days_followed
    from people group by unit
),
giving as (
    select people.unit,
           count_if(given_on >= day and given_on < day + within_days()) as gifts,
           coalesce(sum(amount_minor) filter (
               given_on >= day and given_on < day + within_days()), 0) as amount,
           count_if(kind = 'instalment' and given_on >= day and given_on < day + within_days())
               as instalments,
           count_if(given_on < day) as gifts_before,
           coalesce(sum(amount_minor) filter (
               given_on < day and given_on >= day - 365), 0) as amount_before,
           coalesce(sum(amount_minor) filter (
               given_on < day and given_on >= day - 1095), 0) as amount_before_36m,
           min(given_on) as first_gift_on,
           count_if(given_on >= day and given_on < day + 365) as gifts_12m,
           coalesce(sum(amount_minor) filter (
               given_on >= day and given_on < day + 365), 0) as amount_12m
    from people join gifts using (donor_id)
    where gifts.status = 'received' and gifts.kind not in ('in_kind', 'legacy')
      and gifts.currency = currency()
    group by people.unit
),
promises as (
    select people.unit,
           count_if(started_on >= day) as recurring,
           count_if(ended_on is null or ended_on >= day + within_days()) as still_recurring
    from people join recurring_gifts using (donor_id)
    where started_on < day + within_days()
    group by people.unit
),
done as (
    select people.unit,
           count_if(kind = 'click' and inside) as clicks,
           count_if(kind = 'bounce' and inside) as bounces,
           count_if(kind in ('event_registered', 'event_attended') and inside) as events,
           count_if(kind in ('event_registered', 'event_attended') and before_as_long)
               as events_before,
           count_if(kind = 'unsubscribe' and within_30) as unsubscribes,
           count_if(kind = 'complaint' and within_30) as complaints
    from (
        select people.unit, interactions.kind,
               interactions."at" >= people."at"
                   and interactions."at" < people."at" + to_days(within_days()) as inside,
               interactions."at" < people."at"
                   and interactions."at" >= people."at" - to_days(within_days()) as before_as_long,
               interactions."at" >= people."at"
                   and interactions."at" < people."at" + to_days(30) as within_30
        from people join interactions using (donor_id)
    ) as people
    group by people.unit
),
-- Time between two page views of one person, where it is less than half an hour.
visits as (
    select unit, sum(seconds) as time_on_site
    from (
        select people.unit,
               date_diff('second', lag(interactions."at") over one_by_one, interactions."at")
                   as seconds
        from people join interactions using (donor_id)
        where interactions.kind = 'page_view' and interactions."at" >= people."at"
          and interactions."at" < people."at" + to_days(within_days())
        window one_by_one as (partition by people.donor_id order by interactions."at")
    ) as seen
    where seconds < 1800
    group by unit
),
said as (
    select people.unit,
           count_if(status = 'granted' and occurred_at < "at" + to_days(within_days())) as opt_in,
           count_if(status in ('withdrawn', 'objected') and occurred_at < "at" + to_days(30))
               as withdrawals
    from people join consents using (donor_id)
    where occurred_at >= "at"
    group by people.unit
)
select units.unit, units.arm, units.day, units.donors, units.days_followed,
       coalesce(gifts, 0) > 0 as gave,
       coalesce(amount, 0) as amount,
       coalesce(gifts, 0) as gifts,
       coalesce(gifts, 0) > 0 and coalesce(gifts_before, 0) > 0 or coalesce(gifts, 0) > 1
           as second_gift,
       coalesce(recurring, 0) > 0 as recurring,
       coalesce(instalments, 0) > 0 as debit_recovered,
       coalesce(still_recurring, 0) > 0 as still_recurring,
       coalesce(clicks, 0) > 0 as clicks,
       coalesce(bounces, 0) > 0 as bounces,
       coalesce(opt_in, 0) > 0 as opt_in,
       coalesce(events, 0) > 0 as events,
       coalesce(events_before, 0) > 0 as events_before,
       coalesce(time_on_site, 0) as time_on_site,
       coalesce(unsubscribes, 0) + coalesce(withdrawals, 0) > 0 as unsubscribes,
       coalesce(complaints, 0) > 0 as complaints,
       coalesce(gifts_12m, 0) > 0 as retention_12m,
       coalesce(amount_12m, 0) as amount_12m,
       coalesce(amount_before, 0) as amount_before,
       coalesce(amount_before_36m, 0) as amount_before_36m,
       coalesce(gifts_before, 0) as gifts_before,
       -- Met within the year before: whoever never gave is new too.
       coalesce(first_gift_on, units.day) >= units.day - 365 as is_new
from units
left join giving using (unit)
left join promises using (unit)
left join done using (unit)
left join visits using (unit)
left join said using (unit)

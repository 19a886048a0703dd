-- Among the donors of the twelve months before, who did not give in the last twelve, by who they
-- are. The dead are counted apart: they did not choose to leave. Channels are those seen before the
-- last twelve months: only those who stayed have any since.
with pool as (
    select donor_id,
           bool_or(year = 0) as stayed
    from donor_years
    where series = 'rolling' and year >= -1 and who = 'donors'
    group by donor_id
    having bool_or(year = -1)
),
forms as (
    select counted.donor_id, bool_or(kind = 'instalment') as regular
    from counted join days on days.day = counted.given_on
    where days.series = 'rolling' and days.year = -1
    group by counted.donor_id
),
seen_channels as (
    select donor_id, channel,
           row_number() over (partition by donor_id order by count(*) desc, channel) as place
    from counted join campaigns on campaigns.campaign_id = counted.campaign_id
    where channel is not null and donor_id is not null
      and counted.given_on < latest_year_start()
    group by donor_id, channel
),
said_channels as (
    select donor_id, value as channel,
           row_number() over (
               partition by donor_id order by collected_on desc nulls last, source_ref desc
           ) as place
    from attributes
    where name = 'preferred_channel'
      and (collected_on is null or collected_on < latest_year_start())
),
described as (
    select pool.donor_id, pool.stayed, donors.deceased_on is not null as died,
           date_sub('year', donors.birth_date, latest_year_start()) as age,
           donors.gender, donors.acquisition_channel,
           case when coalesce(donors.country, 'FR') = 'FR'
                     and regexp_matches(donors.postcode, '^[0-9]{5}$') then donors.postcode
                end as postcode,
           coalesce(said_channels.channel, seen_channels.channel) as preferred_channel,
           case when forms.regular then 'regular' else 'one_off' end as form
    from pool
    left join donors on donors.donor_id = pool.donor_id
    left join forms on forms.donor_id = pool.donor_id
    left join seen_channels on seen_channels.donor_id = pool.donor_id and seen_channels.place = 1
    left join said_channels on said_channels.donor_id = pool.donor_id and said_channels.place = 1
),
traits as (
    select stayed, died, unnest([
        {'dimension': 'all', 'value': 'all'},
        {'dimension': 'age', 'value': case
            when age is null or age not between 0 and 110 then 'unknown'
            when age < 25 then '0-24' when age < 35 then '25-34' when age < 45 then '35-44'
            when age < 55 then '45-54' when age < 65 then '55-64' when age < 75 then '65-74'
            else '75+' end},
        {'dimension': 'gender', 'value': coalesce(gender, 'unknown')},
        {'dimension': 'department', 'value': case
            when postcode is null then 'unknown'
            when postcode[:2] in ('97', '98') then postcode[:3]
            when postcode[:3] in ('200', '201') then '2A'
            when postcode[:2] = '20' then '2B'
            else postcode[:2] end},
        {'dimension': 'acquisition_channel', 'value': coalesce(acquisition_channel, 'unknown')},
        {'dimension': 'preferred_channel', 'value': coalesce(preferred_channel, 'unknown')},
        {'dimension': 'form', 'value': form}
    ]) as trait
    from described
)
select trait.dimension as dimension, trait.value as value, died,
       count(*) as donors, count(*) filter (where not stayed) as left_donors
from traits
group by all

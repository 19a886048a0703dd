-- What a donor gave, how often, how lately and at what rhythm; gifts as in counted_gifts.sql.

with days as (
    select donor_id, given_on,
           date_diff('day', lag(given_on) over in_time, given_on) as gap_days,
           row_number() over in_time as place,
           lead(given_on) over in_time is null as is_last
    from (select distinct donor_id, given_on from counted_gifts) as gift_days
    window in_time as (partition by donor_id order by given_on)
),

rhythms as (
    select donor_id,
           count(*) as gift_days,
           min(given_on) as first_gift_on,
           max(given_on) as last_gift_on,
           min(case when place = 2 then given_on end) as second_gift_on,
           median(gap_days) as median_gap_days,
           max(gap_days) as longest_gap_days,
           max(case when is_last then gap_days end) as gap_before_last_days
    from days
    group by donor_id
),

totals as (
    select donor_id,
           count(*) as gifts,
           count(*) - count(amount_minor) as other_currency_gifts,
           max(case when amount_minor is not null then currency end) as currency,
           coalesce(sum(amount_minor), 0) as amount_minor,
           count(case when year_back = 0 then 1 end) as gifts_12m,
           count(case when year_back < 2 then 1 end) as gifts_24m,
           count(case when year_back < 3 then 1 end) as gifts_36m,
           count(case when year_back = 1 then 1 end) as gifts_previous_12m,
           coalesce(sum(case when year_back = 0 then amount_minor end), 0) as amount_12m_minor,
           coalesce(sum(case when year_back < 2 then amount_minor end), 0) as amount_24m_minor,
           coalesce(sum(case when year_back < 3 then amount_minor end), 0) as amount_36m_minor,
           coalesce(sum(case when year_back = 1 then amount_minor end), 0)
               as amount_previous_12m_minor,
           count(case when is_one_off then 1 end) as one_off_gifts,
           count(case when is_one_off and year_back = 0 then 1 end) as one_off_gifts_12m,
           count(case when is_one_off and year_back < 2 then 1 end) as one_off_gifts_24m,
           coalesce(sum(case when is_one_off then amount_minor end), 0) as one_off_amount_minor,
           coalesce(sum(case when is_one_off and year_back = 0 then amount_minor end), 0)
               as one_off_amount_12m_minor,
           count(case when is_one_off and year_back = 0 and campaign_id is not null then 1 end)
               as campaign_gifts_12m,
           count(case when kind = 'instalment' then 1 end) as instalments,
           count(case when kind = 'instalment' and year_back = 0 then 1 end) as instalments_12m,
           coalesce(
               sum(case when kind = 'instalment' and year_back = 0 then amount_minor end), 0
           ) as instalment_amount_12m_minor,
           max(amount_minor) as largest_gift_minor,
           max(case when is_one_off then amount_minor end) as largest_one_off_minor,
           cast(sum(amount_minor) as double) / nullif(count(amount_minor), 0) as mean_gift_minor,
           cast(sum(case when is_one_off then amount_minor end) as double)
           / nullif(count(case when is_one_off then amount_minor end), 0) as mean_one_off_minor,
           min(case when is_one_off then age_days end) as last_one_off_age_days,
           count(distinct year_back) as active_years,
           max(year_back) as yearly_opportunities,
           min(year_back) as last_year_back,
           count(case when kind = 'membership_fee' then 1 end) as membership_fees,
           max(case when kind = 'membership_fee' then given_on end) as last_membership_on,
           -- sums of whole numbers: the slope does not depend on the order of the rows
           cast(count(amount_minor) as double) as slope_n,
           cast(sum(case when amount_minor is not null then age_days end) as double) as slope_x,
           cast(sum(amount_minor) as double) as slope_y,
           cast(sum(age_days * amount_minor) as double) as slope_xy,
           cast(sum(case when amount_minor is not null then age_days * age_days end) as double)
               as slope_xx
    from counted_gifts
    group by donor_id
),

first_gifts as (
    select donor_id, kind, amount_minor, campaign_id
    from (
        select counted_gifts.donor_id, counted_gifts.kind, counted_gifts.amount_minor,
               counted_gifts.campaign_id,
               row_number() over (
                   partition by counted_gifts.donor_id
                   order by counted_gifts.given_at asc nulls last,
                            counted_gifts.amount_minor desc nulls last,
                            counted_gifts.kind asc, counted_gifts.campaign_id asc nulls last
               ) as place
        from counted_gifts
        inner join rhythms on rhythms.donor_id = counted_gifts.donor_id
                              and rhythms.first_gift_on = counted_gifts.given_on
    ) as ranked
    where place = 1
),

last_gifts as (
    select donor_id, kind, amount_minor, payment_method, campaign_id
    from (
        select counted_gifts.donor_id, counted_gifts.kind, counted_gifts.amount_minor,
               counted_gifts.payment_method, counted_gifts.campaign_id,
               row_number() over (
                   partition by counted_gifts.donor_id
                   order by counted_gifts.given_at desc nulls last,
                            counted_gifts.amount_minor desc nulls last,
                            counted_gifts.kind asc,
                            counted_gifts.payment_method asc nulls last,
                            counted_gifts.campaign_id asc nulls last
               ) as place
        from counted_gifts
        inner join rhythms on rhythms.donor_id = counted_gifts.donor_id
                              and rhythms.last_gift_on = counted_gifts.given_on
    ) as ranked
    where place = 1
),

last_one_offs as (
    select counted_gifts.donor_id, max(counted_gifts.amount_minor) as amount_minor
    from counted_gifts
    inner join totals on totals.donor_id = counted_gifts.donor_id
                         and totals.last_one_off_age_days = counted_gifts.age_days
    where counted_gifts.is_one_off
    group by counted_gifts.donor_id
),

-- Years are counted from the one of the first gift, which is year 0 and no opportunity.
repeats as (
    select donor_id, count(distinct year_back) as repeat_years
    from (
        select counted_gifts.donor_id, counted_gifts.year_back
        from counted_gifts
        inner join totals on totals.donor_id = counted_gifts.donor_id
        where counted_gifts.year_back < totals.yearly_opportunities
    ) as later
    group by donor_id
),

set_aside as (
    select donor_id,
           count(case when status = 'received' and kind = 'in_kind' then 1 end) as in_kind_gifts,
           count(case when status = 'received' and kind = 'legacy' then 1 end) as legacies,
           count(case when status = 'refunded' then 1 end) as refunded_gifts
    from gifts
    where donor_id is not null
    group by donor_id
)

select donors.donor_id,
       rhythms.first_gift_on,
       rhythms.last_gift_on,
       date_diff('day', rhythms.first_gift_on, as_of()) as first_gift_age_days,
       date_diff('day', rhythms.last_gift_on, as_of()) as last_gift_age_days,
       date_diff('day', rhythms.second_gift_on, as_of()) as second_gift_age_days,
       date_diff('day', rhythms.first_gift_on, rhythms.second_gift_on)
           as days_first_to_second_gift,
       coalesce(totals.gifts, 0) as gifts,
       coalesce(totals.amount_minor, 0) as amount_minor,
       totals.currency,
       coalesce(totals.other_currency_gifts, 0) as other_currency_gifts,
       coalesce(totals.gifts_12m, 0) as gifts_12m,
       coalesce(totals.gifts_24m, 0) as gifts_24m,
       coalesce(totals.gifts_36m, 0) as gifts_36m,
       coalesce(totals.gifts_previous_12m, 0) as gifts_previous_12m,
       coalesce(totals.amount_12m_minor, 0) as amount_12m_minor,
       coalesce(totals.amount_24m_minor, 0) as amount_24m_minor,
       coalesce(totals.amount_36m_minor, 0) as amount_36m_minor,
       coalesce(totals.amount_previous_12m_minor, 0) as amount_previous_12m_minor,
       coalesce(totals.one_off_gifts, 0) as one_off_gifts,
       coalesce(totals.one_off_gifts_12m, 0) as one_off_gifts_12m,
       coalesce(totals.one_off_gifts_24m, 0) as one_off_gifts_24m,
       coalesce(totals.one_off_amount_minor, 0) as one_off_amount_minor,
       coalesce(totals.one_off_amount_12m_minor, 0) as one_off_amount_12m_minor,
       coalesce(totals.campaign_gifts_12m, 0) as campaign_gifts_12m,
       coalesce(totals.instalments, 0) as instalments,
       coalesce(totals.instalments_12m, 0) as instalments_12m,
       coalesce(totals.instalment_amount_12m_minor, 0) as instalment_amount_12m_minor,
       totals.largest_gift_minor,
       totals.largest_one_off_minor,
       first_gifts.amount_minor as first_gift_minor,
       last_gifts.amount_minor as last_gift_minor,
       last_one_offs.amount_minor as last_one_off_minor,
       totals.last_one_off_age_days,
       totals.mean_gift_minor,
       totals.mean_one_off_minor,
       coalesce(rhythms.gift_days, 0) as gift_days,
       rhythms.gift_days - 1 as repeat_gift_days,
       date_diff('day', rhythms.first_gift_on, rhythms.last_gift_on) as first_to_last_gift_days,
       case
           when rhythms.gift_days > 1
           then cast(date_diff('day', rhythms.first_gift_on, rhythms.last_gift_on) as double)
                / (rhythms.gift_days - 1)
       end as mean_gap_days,
       rhythms.median_gap_days,
       rhythms.longest_gap_days,
       rhythms.gap_before_last_days,
       coalesce(totals.active_years, 0) as active_years,
       totals.yearly_opportunities,
       case when totals.gifts > 0 then coalesce(repeats.repeat_years, 0) end as repeat_years,
       totals.yearly_opportunities - totals.last_year_back as last_repeat_year,
       case
           when totals.slope_n >= 3
                and totals.slope_n * totals.slope_xx > totals.slope_x * totals.slope_x
           then -365.25 * (totals.slope_n * totals.slope_xy - totals.slope_x * totals.slope_y)
                / (totals.slope_n * totals.slope_xx - totals.slope_x * totals.slope_x)
       end as amount_slope_minor_per_year,
       first_gifts.kind as first_gift_kind,
       first_gifts.campaign_id as first_campaign_id,
       last_gifts.kind as last_gift_kind,
       last_gifts.payment_method as last_payment_method,
       last_gifts.campaign_id as last_campaign_id,
       coalesce(totals.membership_fees, 0) as membership_fees,
       totals.last_membership_on,
       date_diff('day', totals.last_membership_on, as_of()) as last_membership_age_days,
       coalesce(set_aside.in_kind_gifts, 0) as in_kind_gifts,
       coalesce(set_aside.legacies, 0) as legacies,
       coalesce(set_aside.refunded_gifts, 0) as refunded_gifts
from donors
left join rhythms on rhythms.donor_id = donors.donor_id
left join totals on totals.donor_id = donors.donor_id
left join first_gifts on first_gifts.donor_id = donors.donor_id
left join last_gifts on last_gifts.donor_id = donors.donor_id
left join last_one_offs on last_one_offs.donor_id = donors.donor_id
left join repeats on repeats.donor_id = donors.donor_id
left join set_aside on set_aside.donor_id = donors.donor_id

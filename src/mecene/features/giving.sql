-- What a donor gave, how often, how lately and at what rhythm; gifts as in counted_gifts.sql.
-- Every gift is added up once, and only its day is put in order. What is told of one gift, the
-- first or the last, needs a whole order only among the few of those days. Sums and counts are cast
-- to what they fit in: DuckDB's own sixteen bytes cost twice as much to carry.

with totals as (
    select donor_id,
           count(*) as gifts,
           min(given_on) as first_gift_on,
           max(given_on) as last_gift_on,
           max(given_on) filter (where is_one_off) as last_one_off_on,
           max(given_on) filter (where is_one_off and amount_minor is not null)
               as last_own_one_off_on,
           -- words are dear to compare: not asked of a file with one currency
           max(case when has_several_currencies() and amount_minor is not null then currency end)
               as currency,
           cast(sum(amount_minor) as bigint) as amount_minor,
           cast(count_if(year_back = 0) as bigint) as gifts_12m,
           cast(count_if(year_back < 3) as bigint) as gifts_36m,
           cast(count_if(year_back = 1) as bigint) as gifts_previous_12m,
           cast(sum(case when year_back = 0 then amount_minor else 0 end) as bigint)
               as amount_12m_minor,
           cast(sum(case when year_back < 3 then amount_minor else 0 end) as bigint)
               as amount_36m_minor,
           cast(sum(case when year_back = 1 then amount_minor else 0 end) as bigint)
               as amount_previous_12m_minor,
           cast(count_if(is_one_off) as bigint) as one_off_gifts,
           cast(count_if(is_one_off and year_back = 0) as bigint) as one_off_gifts_12m,
           cast(count_if(is_one_off and year_back < 2) as bigint) as one_off_gifts_24m,
           cast(sum(case when is_one_off then amount_minor else 0 end) as bigint)
               as one_off_amount_minor,
           cast(sum(case when is_one_off and year_back = 0 then amount_minor else 0 end) as bigint)
               as one_off_amount_12m_minor,
           cast(count_if(is_one_off and year_back = 0 and campaign_id is not null) as bigint)
               as campaign_gifts_12m,
           cast(count_if(kind = 'instalment') as bigint) as instalments,
           cast(count_if(kind = 'instalment' and year_back = 0) as bigint) as instalments_12m,
           cast(sum(
               case when kind = 'instalment' and year_back = 0 then amount_minor else 0 end
           ) as bigint) as instalment_amount_12m_minor,
           max(amount_minor) as largest_gift_minor,
           max(amount_minor) filter (where is_one_off) as largest_one_off_minor,
           count(amount_minor) as own_gifts,
           cast(count_if(is_one_off and amount_minor is not null) as bigint) as own_one_off_gifts,
           bit_count(bit_or(cast(1 as bigint) << least(year_back, 62))) as active_years,
           max(year_back) as yearly_opportunities,
           min(year_back) as last_year_back,
           cast(count_if(kind = 'membership_fee') as bigint) as membership_fees,
           max(given_on) filter (where kind = 'membership_fee') as last_membership_on,
           -- sums of whole numbers: the slope does not depend on the order of the rows
           cast(sum(case when amount_minor is not null then age_days end) as double) as slope_x,
           cast(sum(age_days * amount_minor) as double) as slope_xy,
           cast(sum(case when amount_minor is not null then age_days * age_days end) as double)
               as slope_xx
    from counted_gifts
    group by donor_id
),

-- A gift on the day of the one before is no step of a rhythm.
rhythms as (
    select donor_id,
           count(*) as repeat_gift_days,
           min(given_on) as second_gift_on,
           median(gap_days) as median_gap_days,
           max(gap_days) as longest_gap_days,
           max_by(gap_days, given_on) as gap_before_last_days
    from (
        select donor_id, given_on,
               date_diff(
                   'day',
                   lag(given_on) over (partition by donor_id order by given_on),
                   given_on
               ) as gap_days
        from counted_gifts
    ) as steps
    where gap_days > 0
    group by donor_id
),

-- place is the rank of a gift among these, in time; within a day, the smallest first.
ends_in_order as (
    select counted_gifts.donor_id, counted_gifts.kind, counted_gifts.payment_method,
           counted_gifts.campaign_id, counted_gifts.amount_minor, counted_gifts.is_one_off,
           row_number() over in_time as place,
           lead(counted_gifts.donor_id) over in_time is null as is_last
    from counted_gifts
    inner join totals on totals.donor_id = counted_gifts.donor_id
    where counted_gifts.given_on in (
        totals.first_gift_on, totals.last_gift_on, totals.last_own_one_off_on
    )
    window in_time as (
        partition by counted_gifts.donor_id
        order by counted_gifts.given_on asc, counted_gifts.given_at asc nulls first,
                 counted_gifts.amount_minor asc nulls first, counted_gifts.kind asc,
                 counted_gifts.payment_method asc nulls first,
                 counted_gifts.campaign_id asc nulls first
    )
),

ends as (
    select donor_id,
           max(kind) filter (where place = 1) as first_gift_kind,
           max(amount_minor) filter (where place = 1) as first_gift_minor,
           max(campaign_id) filter (where place = 1) as first_campaign_id,
           max(kind) filter (where is_last) as last_gift_kind,
           max(amount_minor) filter (where is_last) as last_gift_minor,
           max(payment_method) filter (where is_last) as last_payment_method,
           max(campaign_id) filter (where is_last) as last_campaign_id,
           max_by(amount_minor, place) filter (where is_one_off and amount_minor is not null)
               as last_one_off_minor
    from ends_in_order
    group by donor_id
),

set_aside as (
    select donor_id,
           count_if(status = 'received' and kind = 'in_kind') as in_kind_gifts,
           count_if(status = 'received' and kind = 'legacy') as legacies,
           count_if(status = 'refunded') as refunded_gifts
    from gifts
    where donor_id is not null and (status = 'refunded' or kind in ('in_kind', 'legacy'))
    group by donor_id
)

select donors.donor_id,
       totals.first_gift_on,
       totals.last_gift_on,
       date_diff('day', totals.first_gift_on, as_of()) as first_gift_age_days,
       date_diff('day', totals.last_gift_on, as_of()) as last_gift_age_days,
       date_diff('day', rhythms.second_gift_on, as_of()) as second_gift_age_days,
       date_diff('day', totals.first_gift_on, rhythms.second_gift_on)
           as days_first_to_second_gift,
       coalesce(totals.gifts, 0) as gifts,
       coalesce(totals.amount_minor, 0) as amount_minor,
       case when has_several_currencies() then totals.currency
            when totals.gifts > 0 then some_currency() end as currency,
       coalesce(totals.gifts - totals.own_gifts, 0) as other_currency_gifts,
       coalesce(totals.gifts_12m, 0) as gifts_12m,
       coalesce(totals.gifts_12m + totals.gifts_previous_12m, 0) as gifts_24m,
       coalesce(totals.gifts_36m, 0) as gifts_36m,
       coalesce(totals.gifts_previous_12m, 0) as gifts_previous_12m,
       coalesce(totals.amount_12m_minor, 0) as amount_12m_minor,
       coalesce(totals.amount_12m_minor + totals.amount_previous_12m_minor, 0)
           as amount_24m_minor,
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
       ends.first_gift_minor,
       ends.last_gift_minor,
       ends.last_one_off_minor,
       date_diff('day', totals.last_one_off_on, as_of()) as last_one_off_age_days,
       cast(totals.amount_minor as double) / nullif(totals.own_gifts, 0) as mean_gift_minor,
       cast(totals.one_off_amount_minor as double) / nullif(totals.own_one_off_gifts, 0)
           as mean_one_off_minor,
       case when totals.gifts > 0 then coalesce(rhythms.repeat_gift_days, 0) + 1 else 0 end
           as gift_days,
       case when totals.gifts > 0 then coalesce(rhythms.repeat_gift_days, 0) end
           as repeat_gift_days,
       date_diff('day', totals.first_gift_on, totals.last_gift_on) as first_to_last_gift_days,
       case
           when rhythms.repeat_gift_days > 0
           then cast(date_diff('day', totals.first_gift_on, totals.last_gift_on) as double)
                / rhythms.repeat_gift_days
       end as mean_gap_days,
       rhythms.median_gap_days,
       rhythms.longest_gap_days,
       rhythms.gap_before_last_days,
       coalesce(totals.active_years, 0) as active_years,
       totals.yearly_opportunities,
       -- the year of the first gift always has one, and is no opportunity
       totals.active_years - 1 as repeat_years,
       totals.yearly_opportunities - totals.last_year_back as last_repeat_year,
       case
           when totals.own_gifts >= 3
                and totals.own_gifts * totals.slope_xx > totals.slope_x * totals.slope_x
           then -365.25 * (totals.own_gifts * totals.slope_xy - totals.slope_x * totals.amount_minor)
                / (totals.own_gifts * totals.slope_xx - totals.slope_x * totals.slope_x)
       end as amount_slope_minor_per_year,
       ends.first_gift_kind,
       ends.first_campaign_id,
       ends.last_gift_kind,
       ends.last_payment_method,
       ends.last_campaign_id,
       coalesce(totals.membership_fees, 0) as membership_fees,
       totals.last_membership_on,
       date_diff('day', totals.last_membership_on, as_of()) as last_membership_age_days,
       coalesce(set_aside.in_kind_gifts, 0) as in_kind_gifts,
       coalesce(set_aside.legacies, 0) as legacies,
       coalesce(set_aside.refunded_gifts, 0) as refunded_gifts
from donors
left join totals on totals.donor_id = donors.donor_id
left join rhythms on rhythms.donor_id = donors.donor_id
left join ends on ends.donor_id = donors.donor_id
left join set_aside on set_aside.donor_id = donors.donor_id

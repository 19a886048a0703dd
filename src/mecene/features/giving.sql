-- What a donor gave, how often, how lately and at what rhythm; gifts as in counted_gifts.sql.
-- Every gift is read once, and added up once. In time is the order of a donor's gifts: by day, then
-- by hour, within these the smallest first. It is written out in full, so that any engine finds it;
-- where the files lie in that order already (store.order), summary.py leaves it to them, and
-- nothing is sorted. So what is asked of a neighbour is asked of its donor too.
-- Sums and counts are cast to what they fit in: DuckDB's own sixteen bytes cost twice as much.
-- A case within an aggregate costs less than a filter on it.

with neighbours as (
    select donor_id, given_on, kind, payment_method, campaign_id, currency, amount_minor,
           is_one_off, is_instalment, is_membership_fee, year_back,
           case when not has_several_currencies() or amount_minor is not null then age_days end
               as own_age_days,
           lag(donor_id) over in_time is distinct from donor_id as is_first,
           lead(donor_id) over in_time is distinct from donor_id as is_last,
           row_number() over in_time as place,
           case when lag(donor_id) over in_time = donor_id then lag(given_on) over in_time end
               as previous_on
    from counted_gifts
    window in_time as (
        partition by donor_id
        order by given_on asc, given_at asc nulls first, amount_minor asc nulls first, kind asc,
                 payment_method asc nulls first, campaign_id asc nulls first
    )
),

-- A gift on the day of the one before is no step of a rhythm.
steps as (
    select donor_id, given_on, kind, payment_method, campaign_id, currency, amount_minor,
           is_one_off, is_instalment, is_membership_fee, year_back, own_age_days, is_first, is_last,
           place,
           case when previous_on < given_on then previous_on end as stepped_from,
           case when previous_on < given_on then date_diff('day', previous_on, given_on) end
               as gap_days
    from neighbours
),

totals as (
    select donor_id,
           count(*) as gifts,
           min(given_on) as first_gift_on,
           max(given_on) as last_gift_on,
           max(case when is_one_off then given_on end) as last_one_off_on,
           max(case when is_membership_fee then given_on end) as last_membership_on,
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
           cast(count_if(is_instalment) as bigint) as instalments,
           cast(count_if(is_instalment and year_back = 0) as bigint) as instalments_12m,
           cast(sum(case when is_instalment and year_back = 0 then amount_minor else 0 end)
                as bigint) as instalment_amount_12m_minor,
           cast(count_if(is_membership_fee) as bigint) as membership_fees,
           max(amount_minor) as largest_gift_minor,
           max(case when is_one_off then amount_minor end) as largest_one_off_minor,
           max(case when is_first then amount_minor end) as first_gift_minor,
           max(case when is_last then amount_minor end) as last_gift_minor,
           max_by(case when is_one_off then amount_minor end, place) as last_one_off_minor,
           any_value(case when is_first then kind end) as first_gift_kind,
           any_value(case when is_first then campaign_id end) as first_campaign_id,
           any_value(case when is_last then kind end) as last_gift_kind,
           any_value(case when is_last then payment_method end) as last_payment_method,
           any_value(case when is_last then campaign_id end) as last_campaign_id,
           bit_count(bit_or(cast(1 as bigint) << least(year_back, 62))) as active_years,
           max(year_back) as yearly_opportunities,
           min(year_back) as last_year_back,
           count(gap_days) as repeat_gift_days,
           min(case when gap_days > 0 then given_on end) as second_gift_on,
           max(stepped_from) as last_stepped_from,
           median(gap_days) as median_gap_days,
           max(gap_days) as longest_gap_days,
           -- sums of whole numbers: the slope does not depend on the order of the rows
           cast(sum(own_age_days) as double) as slope_x,
           cast(sum(own_age_days * amount_minor) as double) as slope_xy,
           cast(sum(own_age_days * own_age_days) as double) as slope_xx
    from steps
    group by donor_id
),

-- Of a file with several currencies only: amount_minor is empty in another than the donor's own.
currencies as (
    select donor_id,
           max(case when amount_minor is not null then currency end) as currency,
           count_if(amount_minor is null) as other_gifts,
           count_if(amount_minor is null and is_one_off) as other_one_off_gifts
    from counted_gifts
    where has_several_currencies()
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
),

-- Few columns each: they are looked up by the wide rows of totals, which are not copied for it.
people as (
    select donors.donor_id, set_aside.in_kind_gifts, set_aside.legacies,
           set_aside.refunded_gifts, currencies.currency,
           coalesce(currencies.other_gifts, 0) as other_gifts,
           coalesce(currencies.other_one_off_gifts, 0) as other_one_off_gifts
    from donors
    left join set_aside on set_aside.donor_id = donors.donor_id
    left join currencies on currencies.donor_id = donors.donor_id
)

select people.donor_id,
       totals.first_gift_on,
       totals.last_gift_on,
       date_diff('day', totals.first_gift_on, as_of()) as first_gift_age_days,
       date_diff('day', totals.last_gift_on, as_of()) as last_gift_age_days,
       date_diff('day', totals.second_gift_on, as_of()) as second_gift_age_days,
       date_diff('day', totals.first_gift_on, totals.second_gift_on)
           as days_first_to_second_gift,
       coalesce(totals.gifts, 0) as gifts,
       coalesce(totals.amount_minor, 0) as amount_minor,
       case when has_several_currencies() then people.currency
            when totals.gifts > 0 then some_currency() end as currency,
       people.other_gifts as other_currency_gifts,
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
       totals.first_gift_minor,
       totals.last_gift_minor,
       totals.last_one_off_minor,
       date_diff('day', totals.last_one_off_on, as_of()) as last_one_off_age_days,
       cast(totals.amount_minor as double) / nullif(totals.gifts - people.other_gifts, 0)
           as mean_gift_minor,
       cast(totals.one_off_amount_minor as double)
       / nullif(totals.one_off_gifts - people.other_one_off_gifts, 0) as mean_one_off_minor,
       case when totals.gifts > 0 then coalesce(totals.repeat_gift_days, 0) + 1 else 0 end
           as gift_days,
       case when totals.gifts > 0 then coalesce(totals.repeat_gift_days, 0) end
           as repeat_gift_days,
       date_diff('day', totals.first_gift_on, totals.last_gift_on) as first_to_last_gift_days,
       case
           when totals.repeat_gift_days > 0
           then cast(date_diff('day', totals.first_gift_on, totals.last_gift_on) as double)
                / totals.repeat_gift_days
       end as mean_gap_days,
       totals.median_gap_days,
       totals.longest_gap_days,
       date_diff('day', totals.last_stepped_from, totals.last_gift_on) as gap_before_last_days,
       coalesce(totals.active_years, 0) as active_years,
       totals.yearly_opportunities,
       -- the year of the first gift always has one, and is no opportunity
       totals.active_years - 1 as repeat_years,
       totals.yearly_opportunities - totals.last_year_back as last_repeat_year,
       case
           when totals.gifts - people.other_gifts >= 3
                and (totals.gifts - people.other_gifts) * totals.slope_xx
                > totals.slope_x * totals.slope_x
           then -365.25
                * ((totals.gifts - people.other_gifts) * totals.slope_xy
                   - totals.slope_x * totals.amount_minor)
                / ((totals.gifts - people.other_gifts) * totals.slope_xx
                   - totals.slope_x * totals.slope_x)
       end as amount_slope_minor_per_year,
       totals.first_gift_kind,
       totals.first_campaign_id,
       totals.last_gift_kind,
       totals.last_payment_method,
       totals.last_campaign_id,
       coalesce(totals.membership_fees, 0) as membership_fees,
       totals.last_membership_on,
       date_diff('day', totals.last_membership_on, as_of()) as last_membership_age_days,
       coalesce(people.in_kind_gifts, 0) as in_kind_gifts,
       coalesce(people.legacies, 0) as legacies,
       coalesce(people.refunded_gifts, 0) as refunded_gifts
from totals
right join people on people.donor_id = totals.donor_id

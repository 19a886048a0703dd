-- What a donor gave, how often, how lately and at what rhythm; gifts as in counted_gifts.sql.

with totals as (
    select donor_id,
           count(*) as gifts,
           min(given_on) as first_gift_on,
           max(given_on) as last_gift_on,
           -- a gift on the day of the one before is no step of a rhythm
           count(case when gap_days > 0 then 1 end) as repeat_gift_days,
           min(case when gap_days > 0 then given_on end) as second_gift_on,
           median(case when gap_days > 0 then gap_days end) as median_gap_days,
           max(case when gap_days > 0 then gap_days end) as longest_gap_days,
           max_by(gap_days, case when gap_days > 0 then place end) as gap_before_last_days,
           max(case when place = 1 then kind end) as first_gift_kind,
           max(case when place = 1 then amount_minor end) as first_gift_minor,
           max(case when place = 1 then campaign_id end) as first_campaign_id,
           max(case when is_last then kind end) as last_gift_kind,
           max(case when is_last then amount_minor end) as last_gift_minor,
           max(case when is_last then payment_method end) as last_payment_method,
           max(case when is_last then campaign_id end) as last_campaign_id,
           max_by(amount_minor, case when is_one_off and amount_minor is not null then place end)
               as last_one_off_minor,
           count(*) - count(amount_minor) as other_currency_gifts,
           max(case when amount_minor is not null then currency end) as currency,
           coalesce(sum(amount_minor), 0) as amount_minor,
           count(case when year_back = 0 then 1 end) as gifts_12m,
           count(case when year_back < 3 then 1 end) as gifts_36m,
           count(case when year_back = 1 then 1 end) as gifts_previous_12m,
           coalesce(sum(case when year_back = 0 then amount_minor end), 0) as amount_12m_minor,
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
           bit_count(bit_or(cast(1 as bigint) << least(year_back, 62))) as active_years,
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

set_aside as (
    select donor_id,
           count(case when status = 'received' and kind = 'in_kind' then 1 end) as in_kind_gifts,
           count(case when status = 'received' and kind = 'legacy' then 1 end) as legacies,
           count(case when status = 'refunded' then 1 end) as refunded_gifts
    from gifts
    where donor_id is not null and (status = 'refunded' or kind in ('in_kind', 'legacy'))
    group by donor_id
)

select donors.donor_id,
       totals.first_gift_on,
       totals.last_gift_on,
       date_diff('day', totals.first_gift_on, as_of()) as first_gift_age_days,
       date_diff('day', totals.last_gift_on, as_of()) as last_gift_age_days,
       date_diff('day', totals.second_gift_on, as_of()) as second_gift_age_days,
       date_diff('day', totals.first_gift_on, totals.second_gift_on)
           as days_first_to_second_gift,
       coalesce(totals.gifts, 0) as gifts,
       coalesce(totals.amount_minor, 0) as amount_minor,
       totals.currency,
       coalesce(totals.other_currency_gifts, 0) as other_currency_gifts,
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
       totals.last_one_off_age_days,
       totals.mean_gift_minor,
       totals.mean_one_off_minor,
       coalesce(totals.repeat_gift_days + 1, 0) as gift_days,
       totals.repeat_gift_days,
       date_diff('day', totals.first_gift_on, totals.last_gift_on) as first_to_last_gift_days,
       case
           when totals.repeat_gift_days > 0
           then cast(date_diff('day', totals.first_gift_on, totals.last_gift_on) as double)
                / totals.repeat_gift_days
       end as mean_gap_days,
       totals.median_gap_days,
       totals.longest_gap_days,
       totals.gap_before_last_days,
       coalesce(totals.active_years, 0) as active_years,
       totals.yearly_opportunities,
       -- the year of the first gift always has one, and is no opportunity
       totals.active_years - 1 as repeat_years,
       totals.yearly_opportunities - totals.last_year_back as last_repeat_year,
       case
           when totals.slope_n >= 3
                and totals.slope_n * totals.slope_xx > totals.slope_x * totals.slope_x
           then -365.25 * (totals.slope_n * totals.slope_xy - totals.slope_x * totals.slope_y)
                / (totals.slope_n * totals.slope_xx - totals.slope_x * totals.slope_x)
       end as amount_slope_minor_per_year,
       totals.first_gift_kind,
       totals.first_campaign_id,
       totals.last_gift_kind,
       totals.last_payment_method,
       totals.last_campaign_id,
       coalesce(totals.membership_fees, 0) as membership_fees,
       totals.last_membership_on,
       date_diff('day', totals.last_membership_on, as_of()) as last_membership_age_days,
       coalesce(set_aside.in_kind_gifts, 0) as in_kind_gifts,
       coalesce(set_aside.legacies, 0) as legacies,
       coalesce(set_aside.refunded_gifts, 0) as refunded_gifts
from donors
left join totals on totals.donor_id = donors.donor_id
left join set_aside on set_aside.donor_id = donors.donor_id

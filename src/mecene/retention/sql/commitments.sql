-- One row a standing commitment: its first debit that succeeded, its end, where it came from.
with instalments as (
    select recurring_gift_id, min(given_on) as first_on
    from gifts
    where status = 'received' and recurring_gift_id is not null
    group by recurring_gift_id
)
select recurring_gifts.recurring_gift_id, recurring_gifts.donor_id,
       recurring_gifts.started_on, recurring_gifts.ended_on,
       coalesce(recurring_gifts.end_reason, 'unknown') as end_reason,
       least(recurring_gifts.first_collected_on, instalments.first_on) as first_on,
       recurring_gifts.months_between, recurring_gifts.amount_minor, recurring_gifts.currency,
       coalesce(campaigns.channel, donors.acquisition_channel, 'unknown') as channel
from recurring_gifts
left join instalments on instalments.recurring_gift_id = recurring_gifts.recurring_gift_id
left join campaigns on campaigns.campaign_id = recurring_gifts.campaign_id
left join donors on donors.donor_id = recurring_gifts.donor_id

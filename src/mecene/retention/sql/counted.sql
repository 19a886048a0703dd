-- One row a counting gift: received as far as known, neither in kind nor a legacy.
select gifts.donor_id, gifts.given_on, gifts.amount_minor,
       gifts.currency = main_currency() as in_main_currency, gifts.kind, gifts.campaign_id,
       case when gifts.donor_id is null then 'anonymous'
            when donors.kind = 'organisation' then 'organisations'
            else 'donors' end as who
from gifts left join donors on donors.donor_id = gifts.donor_id
where gifts.status = 'received' and gifts.kind not in ('in_kind', 'legacy')

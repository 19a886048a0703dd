-- What was received each day, by kind and by who gave; legacies and gifts in kind too, apart.
select gifts.given_on as day, gifts.kind,
       case when gifts.donor_id is null then 'anonymous'
            when donors.kind = 'organisation' then 'organisations'
            else 'donors' end as who,
       count(*) as gifts, cast(sum(gifts.amount_minor) as bigint) as amount_minor
from gifts left join donors on donors.donor_id = gifts.donor_id
where gifts.status = 'received' and gifts.currency = main_currency()
group by all

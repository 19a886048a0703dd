-- What donors did in the two periods that follow a day, origin(): their free gifts (received, in
-- money, instalments of a commitment apart), as the file knows them on as_of().
-- Month 0 begins on origin(). Amounts are those in currency().

with free_gifts as (
    select donor_id,
           case when currency = currency_of_file() then amount_minor end as amount_minor,
           (year(given_on) - year(origin())) * 12 + month(given_on) - month(origin())
           - case when day(given_on) < day(origin()) then 1 else 0 end as months_after
    from gifts
    where donor_id is not null and given_on >= origin() and status = 'received'
          and kind not in ('in_kind', 'legacy', 'instalment')
)

select donor_id,
       cast(min(months_after) as bigint) as first_month,
       cast(count(case when months_after < period_months() then 1 end) as bigint)
           as period_gifts,
       cast(count(case when months_after < period_months() then amount_minor end) as bigint)
           as period_amounts,
       cast(coalesce(
           sum(case when months_after < period_months() then amount_minor end), 0
       ) as bigint) as period_minor,
       cast(count(case when months_after >= period_months() then 1 end) as bigint)
           as next_period_gifts
from free_gifts
where months_after < 2 * period_months()
group by donor_id

-- Donors of each first year, by how many years later they gave.
with aged as (
    select who, year, amount_minor, min(year) over (partition by donor_id) as cohort
    from donor_years
    where series = 'fiscal'
)
select who, cohort, year - cohort as age_years, count(*) as donors,
       cast(sum(amount_minor) as bigint) as amount_minor
from aged
group by all

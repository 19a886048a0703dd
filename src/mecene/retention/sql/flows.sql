-- What became of each donor from one year to the next, counted.
with seen as (
    select *,
           min(year) over (partition by series, donor_id) as first_year,
           lag(year) over each_donor as year_before,
           lag(amount_minor) over each_donor as amount_before_minor,
           lag(comparable) over each_donor as comparable_before,
           lead(year) over each_donor as year_after
    from donor_years
    window each_donor as (partition by series, donor_id order by year)
),
steps as (
    select series, who, year,
           case when year = first_year then 'new'
                when year_before = year - 1 then 'retained'
                when year_before = year - 2 then 'reactivated'
                else 'reacquired' end as standing,
           case when year_before = year - 1 then
               case when first_year = year - 1 then 'new' else 'repeat' end end as was,
           case when year_before = year - 1 then
               case when amount_minor > amount_before_minor then 'up'
                    when amount_minor < amount_before_minor then 'down'
                    else 'same' end end as movement,
           case when year_before = year - 1 then comparable and comparable_before end as comparable,
           case when year_before = year - 1 then amount_before_minor else 0 end as before_minor,
           amount_minor as now_minor
    from seen
    union all
    select series, who, year + 1, 'lapsed',
           case when first_year = year then 'new' else 'repeat' end,
           null, null, amount_minor, 0
    from seen
    where (year_after is null or year_after > year + 1)
      and year < (select max(days.year) from days where days.series = seen.series)
)
select series, who, year, standing, was, movement, comparable,
       count(*) as donors,
       cast(sum(before_minor) as bigint) as before_minor,
       cast(sum(now_minor) as bigint) as now_minor
from steps
group by all

-- Who a donor is, as far as the file says.

select donor_id, kind,
       year(as_of()) - year(birth_date)
       - case
             when month(as_of()) * 100 + day(as_of()) < month(birth_date) * 100 + day(birth_date)
             then 1
             else 0
         end as age_years,
       gender, language, postcode,
       case
           when coalesce(country, 'FR') <> 'FR' or length(postcode) <> 5
                or not regexp_matches(postcode, '^[0-9]{5}') then null
           when substr(postcode, 1, 2) in ('97', '98') then substr(postcode, 1, 3)
           when substr(postcode, 1, 3) in ('200', '201') then '2A'
           when substr(postcode, 1, 2) = '20' then '2B'
           else substr(postcode, 1, 2)
       end as department,
       city, country, acquired_on,
       date_diff('day', acquired_on, as_of()) as acquired_age_days,
       acquisition_channel, household_id
from donors

-- How many donors gave each total, in the twelve months that end at as_of and those before.
select who, year, amount_minor, count(*) as donors
from donor_years
where series = 'rolling' and year >= -1 and amount_minor > 0
group by all

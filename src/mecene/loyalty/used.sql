-- Used: each donor of the programme, with what they used over so many days, and how they rated it.
-- named(element): the elements asked about; within_days(). A donor is of the programme who gave
-- within the last two years, or used something.
with uses as (
    select donor_id, named.element, count(*) as uses,
           -- Their last word, 1 to 5.
           arg_max(rating, "at") filter (where rating between 1 and 5) as rating
    from (
        select donor_id, "at", properties ->> '$.element' as element,
               try_cast(properties ->> '$.satisfaction' as double) as rating
        from interactions
        where kind = 'benefit_used' and donor_id is not null
              and "at" >= cast(as_of() - within_days() as timestamp)
              and json_valid(properties)
    ) as told join named using (element)
    group by donor_id, named.element
),
giving as (
    select donor_id, min(given_on) as first_gift_on, max(given_on) as last_gift_on
    from gifts where status = 'received' group by donor_id
),
used as (
    select donor_id, list({'element': element, 'uses': uses, 'rating': rating} order by element)
        as elements
    from uses group by donor_id
)
select coalesce(giving.donor_id, used.donor_id) as donor_id,
       coalesce(first_gift_on >= as_of() - 365, true) as is_new,
       coalesce(elements, []) as elements
from giving full join used on giving.donor_id = used.donor_id
where last_gift_on >= as_of() - 730 or elements is not null

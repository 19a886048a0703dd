-- A donor's standing commitments, and whether they are still paid.
-- A commitment is declared by a file of recurring gifts; for a donor without one there, it is read
-- from the instalments: at least two collected days, an interval that is the median gap between
-- them, alive while the last is at most 1.5 intervals and 15 days old.
-- The state is that of the commitment most alive: active, then failing, paused, stopped.

with debits as (
    select donor_id, recurring_gift_id, given_on, amount_minor, currency, status, return_code,
           coalesce(status_on, given_on) as known_on
    from gifts
    where donor_id is not null and kind = 'instalment' and status in ('received', 'failed')
),

pauses as (
    select donor_id, recurring_gift_id, kind
    from (
        select donor_id, recurring_gift_id, kind,
               row_number() over (
                   partition by donor_id, recurring_gift_id order by effective_on desc, kind desc
               ) as place
        from recurring_changes
        where kind in ('pause', 'resume')
    ) as ranked
    where place = 1
),

new_amounts as (
    select donor_id, recurring_gift_id, amount_minor
    from (
        select donor_id, recurring_gift_id, amount_minor,
               row_number() over (
                   partition by donor_id, recurring_gift_id
                   order by effective_on desc, amount_minor desc
               ) as place
        from recurring_changes
        where kind = 'amount' and amount_minor is not null
    ) as ranked
    where place = 1
),

-- A debit that names no known commitment may belong to any of the donor's.
debits_of_commitments as (
    select recurring_gifts.donor_id, recurring_gifts.recurring_gift_id, debits.given_on,
           debits.status, debits.amount_minor
    from recurring_gifts
    inner join (
        select debits.donor_id, debits.given_on, debits.status, debits.amount_minor,
               named.recurring_gift_id
        from debits
        left join (
            select distinct donor_id, recurring_gift_id from recurring_gifts
        ) as named on named.donor_id = debits.donor_id
                      and named.recurring_gift_id = debits.recurring_gift_id
    ) as debits on debits.donor_id = recurring_gifts.donor_id
                   and (debits.recurring_gift_id = recurring_gifts.recurring_gift_id
                        or debits.recurring_gift_id is null)
),

collections as (
    select donor_id, recurring_gift_id,
           max(case when status = 'received' then given_on end) as last_collected_on
    from debits_of_commitments
    group by donor_id, recurring_gift_id
),

failures as (
    select debits_of_commitments.donor_id, debits_of_commitments.recurring_gift_id,
           count(*) as failed_in_a_row
    from debits_of_commitments
    inner join collections
        on collections.donor_id = debits_of_commitments.donor_id
           and collections.recurring_gift_id = debits_of_commitments.recurring_gift_id
    where debits_of_commitments.status = 'failed'
          and (collections.last_collected_on is null
               or debits_of_commitments.given_on > collections.last_collected_on)
    group by debits_of_commitments.donor_id, debits_of_commitments.recurring_gift_id
),

declared as (
    select recurring_gifts.donor_id, recurring_gifts.recurring_gift_id,
           recurring_gifts.started_on, recurring_gifts.ended_on, recurring_gifts.end_reason,
           recurring_gifts.currency,
           cast(coalesce(new_amounts.amount_minor, recurring_gifts.amount_minor) as double)
           / recurring_gifts.months_between as monthly_minor,
           case
               when recurring_gifts.ended_on is not null
                    or recurring_gifts.end_reason is not null then 'stopped'
               when pauses.kind = 'pause' then 'paused'
               when failures.failed_in_a_row > 0 then 'failing'
               else 'active'
           end as state,
           case
               when recurring_gifts.first_collected_on is not null
                    or collections.last_collected_on is not null then false
               when has_instalments() then true
           end as never_collected,
           false as inferred
    from recurring_gifts
    left join pauses on pauses.donor_id = recurring_gifts.donor_id
                        and pauses.recurring_gift_id = recurring_gifts.recurring_gift_id
    left join new_amounts on new_amounts.donor_id = recurring_gifts.donor_id
                             and new_amounts.recurring_gift_id = recurring_gifts.recurring_gift_id
    left join collections on collections.donor_id = recurring_gifts.donor_id
                             and collections.recurring_gift_id = recurring_gifts.recurring_gift_id
    left join failures on failures.donor_id = recurring_gifts.donor_id
                          and failures.recurring_gift_id = recurring_gifts.recurring_gift_id
),

-- One row a day with a collected instalment, of donors whom no file of commitments mentions.
collected_days as (
    select days.donor_id, days.given_on,
           date_diff('day', lag(days.given_on) over in_time, days.given_on) as gap_days
    from (
        select distinct debits.donor_id, debits.given_on
        from debits
        left join (select distinct donor_id from recurring_gifts) as known
            on known.donor_id = debits.donor_id
        where debits.status = 'received' and known.donor_id is null
    ) as days
    window in_time as (partition by days.donor_id order by days.given_on)
),

rhythms as (
    select donor_id, min(given_on) as started_on, max(given_on) as last_collected_on,
           median(gap_days) as interval_days
    from collected_days
    group by donor_id
    having count(*) >= 2
),

last_debits as (
    select rhythms.donor_id,
           max(case when debits.status = 'received' then debits.amount_minor end) as amount_minor,
           max(case when debits.status = 'received' then debits.currency end) as currency,
           max(case when debits.status = 'failed' then debits.given_on end) as last_failed_on
    from rhythms
    inner join debits on debits.donor_id = rhythms.donor_id
                         and debits.given_on >= rhythms.last_collected_on
    group by rhythms.donor_id
),

inferred as (
    select rhythms.donor_id, cast(null as varchar) as recurring_gift_id, rhythms.started_on,
           case
               when date_diff('day', rhythms.last_collected_on, as_of())
                    > 1.5 * rhythms.interval_days + 15
                    and not coalesce(
                        date_diff('day', last_debits.last_failed_on, as_of())
                        <= 1.5 * rhythms.interval_days + 15, false
                    )
               then rhythms.last_collected_on + cast(ceil(rhythms.interval_days) as integer)
           end as ended_on,
           cast(null as varchar) as end_reason,
           last_debits.currency,
           cast(last_debits.amount_minor as double)
           / greatest(1, round(rhythms.interval_days / 30.4375)) as monthly_minor,
           last_debits.last_failed_on > rhythms.last_collected_on as is_failing
    from rhythms
    inner join last_debits on last_debits.donor_id = rhythms.donor_id
),

commitments as (
    select donor_id, recurring_gift_id, started_on, ended_on, end_reason, currency, monthly_minor,
           state, never_collected, inferred
    from declared
    union all
    select donor_id, recurring_gift_id, started_on, ended_on, end_reason, currency, monthly_minor,
           case
               when ended_on is not null then 'stopped'
               when is_failing then 'failing'
               else 'active'
           end as state,
           false as never_collected, true as inferred
    from inferred
),

commitments_in_order as (
    select donor_id, recurring_gift_id, started_on, ended_on, end_reason, currency, monthly_minor,
           state, never_collected, inferred,
           row_number() over (
               partition by donor_id
               order by case state
                            when 'active' then 1
                            when 'failing' then 2
                            when 'paused' then 3
                            else 4
                        end,
                        ended_on desc nulls last, started_on desc, recurring_gift_id asc
           ) as place
    from commitments
),

chosen as (
    select donor_id, started_on, ended_on, end_reason, currency, state, never_collected, inferred
    from commitments_in_order
    where place = 1
),

-- Nothing is added across currencies: where a donor's gifts have another than their commitments,
-- it is the gifts' that counts.
own_currencies as (
    select donor_id, max(case when amount_minor is not null then currency end) as currency
    from counted_gifts
    where has_several_currencies()
    group by donor_id
),
sums as (
    select commitments.donor_id, count(*) as recurring_gifts,
           sum(case
                   when commitments.state <> 'stopped'
                        and (commitments.state <> 'paused' or chosen.state = 'paused')
                        and commitments.currency
                        = coalesce(own_currencies.currency, chosen.currency)
                   then cast(round(commitments.monthly_minor) as bigint)
               end) as monthly_minor
    from commitments
    inner join chosen on chosen.donor_id = commitments.donor_id
    left join own_currencies on own_currencies.donor_id = commitments.donor_id
    group by commitments.donor_id
),

payments as (
    select donor_id,
           max(case when status = 'received' then given_on end) as last_collected_on,
           max(case when status = 'failed' then known_on end) as last_failure_on,
           count(case
                     when status = 'failed'
                          and known_on >= cast(as_of() - interval 6 month as date) then 1
                 end) as failed_debits_6m
    from debits
    group by donor_id
),

failures_of_donors as (
    select debits.donor_id,
           count(case
                     when payments.last_collected_on is null
                          or debits.given_on > payments.last_collected_on then 1
                 end) as failed_in_a_row,
           max(case when debits.known_on = payments.last_failure_on then debits.return_code end)
               as last_return_code
    from debits
    inner join payments on payments.donor_id = debits.donor_id
    where debits.status = 'failed'
    group by debits.donor_id
),

cards as (
    select donor_id, max(cast(substr(value, 1, 7) || '-01' as date)) as expires_in
    from attributes
    where name = 'card_expires' and regexp_matches(value, '^[0-9]{4}-(0[1-9]|1[0-2])')
    group by donor_id
)

select donors.donor_id,
       coalesce(sums.recurring_gifts, 0) as recurring_gifts,
       chosen.inferred as recurring_inferred,
       chosen.state as recurring_state,
       chosen.started_on as recurring_started_on,
       date_diff('day', chosen.started_on, as_of()) as recurring_started_age_days,
       (year(coalesce(chosen.ended_on, as_of())) - year(chosen.started_on)) * 12
       + month(coalesce(chosen.ended_on, as_of())) - month(chosen.started_on)
       - case
             when day(coalesce(chosen.ended_on, as_of())) < day(chosen.started_on) then 1
             else 0
         end as recurring_age_months,
       chosen.ended_on as recurring_ended_on,
       date_diff('day', chosen.ended_on, as_of()) as recurring_ended_age_days,
       chosen.end_reason as recurring_end_reason,
       sums.monthly_minor as recurring_monthly_minor,
       date_diff('day', payments.last_collected_on, as_of()) as last_instalment_age_days,
       coalesce(payments.failed_debits_6m, 0) as failed_debits_6m,
       coalesce(failures_of_donors.failed_in_a_row, 0) as failed_in_a_row,
       failures_of_donors.last_return_code,
       date_diff('day', payments.last_failure_on, as_of()) as last_failure_age_days,
       chosen.never_collected,
       date_diff('day', as_of(), cast(cards.expires_in + interval 1 month as date))
           as card_expires_in_days
from donors
left join chosen on chosen.donor_id = donors.donor_id
left join sums on sums.donor_id = donors.donor_id
left join payments on payments.donor_id = donors.donor_id
left join failures_of_donors on failures_of_donors.donor_id = donors.donor_id
left join cards on cards.donor_id = donors.donor_id

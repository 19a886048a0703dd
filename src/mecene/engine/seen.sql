-- What was known on as_of: the one place this rule lives.
-- A row dated on or after as_of is absent; a later status, end, death or credit of an earlier row
-- is a fact of its own and is masked. raw.<table> is the table as stored.

create view donors as
select donor_id, external_ids, kind, civility, first_name, last_name, organisation_name, email,
       phone, address, postcode, city, country, birth_date, gender, language, acquired_on,
       acquisition_channel, household_id,
       case when deceased_on < as_of() then deceased_on end as deceased_on,
       case when undeliverable_on < as_of() then undeliverable_on end as undeliverable_on
from raw.donors
where acquired_on is null or acquired_on < as_of();

-- A refund or a failure without a day of its own was known on the day of the gift.
create view gifts as
select gift_id, donor_id, given_on, given_at,
       case when received_on < as_of() then received_on end as received_on,
       case when credited_on < as_of() then credited_on end as credited_on,
       amount_minor, non_deductible_minor, currency, kind, payment_method, campaign_id,
       designation, recurring_gift_id,
       case when status_on >= as_of() then 'received' else status end as status,
       case when status_on < as_of() then status_on end as status_on,
       case when status_on >= as_of() then null else return_code end as return_code,
       in_memory_of, payer_id, source_ref
from raw.gifts
where given_on < as_of();

create view recurring_gifts as
select recurring_gift_id, mandate_ref, donor_id, months_between, amount_minor, currency,
       started_on,
       case when first_collected_on < as_of() then first_collected_on end as first_collected_on,
       case when ended_on < as_of() then ended_on end as ended_on,
       case when ended_on >= as_of() then null else end_reason end as end_reason,
       payment_method, campaign_id, source_ref
from raw.recurring_gifts
where started_on < as_of();

create view recurring_changes as
select recurring_gift_id, donor_id, effective_on, kind, amount_minor, source_ref
from raw.recurring_changes
where effective_on < as_of();

create view contacts as
select donor_id, "at", channel, purpose, campaign_id, variant, cost_minor, source_ref
from raw.contacts
where "at" < cast(as_of() as timestamp);

create view interactions as
select donor_id, visitor_id, "at", kind, channel, device, campaign_id, "text", properties, source_ref
from raw.interactions
where "at" < cast(as_of() as timestamp);

create view consents as
select donor_id, purpose, channel, status, legal_basis, occurred_at, source, text_version, proof,
       source_ref
from raw.consents
where occurred_at < cast(as_of() as timestamp);

create view campaigns as
select campaign_id, name, channel, started_on,
       case when ended_on < as_of() then ended_on end as ended_on,
       cost_minor, purpose, source_ref
from raw.campaigns
where started_on is null or started_on < as_of();

create view attributes as
select donor_id, name, value, party, collected_on, source_ref
from raw.attributes
where collected_on is null or collected_on < as_of();

-- A month's index is known once the month is over.
create view series as
select name, month, value, source_ref
from raw.series
where cast(month + interval 1 month as date) <= as_of();

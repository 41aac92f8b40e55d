-- How many months a subscription fee pays for: as many as its period has times 30.44 days, rounded, and one at least.
-- Null for other fees, and without a period.
create or replace function weir_fee_months(fee_type text, from_at timestamptz, to_at timestamptz) returns integer
language sql immutable parallel safe
as $$
  select case when fee_type = 'subscription' and from_at is not null
    then greatest(1, round(extract(epoch from to_at - from_at) / 86400 / 30.44))::integer end
$$;

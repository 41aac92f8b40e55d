-- The month in which the period of a subscription fee begins where the customer is. Null for other fees.
create or replace function weir_fee_starts_in(fee_type text, from_at timestamptz, timezone text) returns date
language sql stable parallel safe
as $$ select case when fee_type = 'subscription' then date_trunc('month', from_at at time zone timezone)::date end $$;

-- Has the ongoing balances refreshed after a subscription started, ended or changed its plan: its usage counts from
-- then on, or no longer.
create or replace function weir_subscription_moved() returns trigger
language plpgsql
as $$
begin
  perform weir_refresh_wallets(new.organization_id, array[new.customer_id], new.updated_at);
  return null;
end
$$;

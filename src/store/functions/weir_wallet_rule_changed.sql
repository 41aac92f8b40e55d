-- Has the ongoing balances refreshed after a rule changed: a wallet that is refilled takes usage beyond its balance.
create or replace function weir_wallet_rule_changed() returns trigger
language plpgsql
as $$
begin
  perform weir_refresh_wallets(new.organization_id, array[w.customer_id], new.updated_at)
  from wallets w
  where w.organization_id = new.organization_id and w.id = new.wallet_id;
  return null;
end
$$;

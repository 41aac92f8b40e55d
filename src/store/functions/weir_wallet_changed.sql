-- Has the ongoing balances refreshed after a wallet changed: its money, its place in the order, what it pays for.
create or replace function weir_wallet_changed() returns trigger
language plpgsql
as $$
begin
  perform weir_refresh_wallets(new.organization_id, array[new.customer_id], new.updated_at);
  return null;
end
$$;

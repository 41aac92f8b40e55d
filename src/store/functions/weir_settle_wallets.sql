-- Raises the balances of wallets by purchases that have become settled.
create or replace function weir_settle_wallets() returns trigger
language plpgsql
as $$
begin
  update wallets w set
    balance_cents = w.balance_cents + moved.cents,
    credits_balance = w.credits_balance + moved.credits,
    ongoing_balance_cents = w.ongoing_balance_cents + moved.cents,
    last_balance_sync_at = moved.at,
    updated_at = moved.at
  from (
    select n.organization_id, n.wallet_id, max(n.settled_at) as at, sum(n.amount_cents)::bigint as cents,
      sum(n.credit_amount) as credits
    from new_rows n
    join old_rows o on o.organization_id = n.organization_id and o.id = n.id
    where n.status = 'settled' and o.status <> 'settled'
    group by n.organization_id, n.wallet_id
  ) as moved
  where w.organization_id = moved.organization_id and w.id = moved.wallet_id;
  return null;
end
$$;

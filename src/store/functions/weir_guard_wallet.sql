-- The balances of a wallet start at zero and are changed by its transactions only; its rate and currency never change.
create or replace function weir_guard_wallet() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    if (new.balance_cents, new.credits_balance, new.consumed_amount_cents, new.consumed_credits)
      is distinct from (0::bigint, 0::numeric, 0::bigint, 0::numeric)
    then
      raise exception 'wallet % does not start empty', new.id;
    end if;
    return new;
  end if;
  if pg_trigger_depth() < 2
    and (new.balance_cents, new.credits_balance, new.consumed_amount_cents, new.consumed_credits)
      is distinct from (old.balance_cents, old.credits_balance, old.consumed_amount_cents, old.consumed_credits)
  then
    raise exception 'the balance of wallet % changes with its rows of wallet_transactions only', old.id;
  end if;
  if (new.customer_id, new.currency, new.rate_amount) is distinct from (old.customer_id, old.currency, old.rate_amount)
  then
    raise exception 'wallet % keeps its customer, currency and rate', old.id;
  end if;
  if old.status = 'terminated' and new.status <> 'terminated' then
    raise exception 'wallet % is terminated', old.id;
  end if;
  return new;
end
$$;

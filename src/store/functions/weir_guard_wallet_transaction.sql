-- A transaction of a wallet never changes what it is. A pending purchase becomes settled or failed, a failed one can
-- still be settled, and a settled one stays so. What is left of an inbound one starts with all of it and is lowered by
-- wallet_transaction_consumptions only.
create or replace function weir_guard_wallet_transaction() returns trigger
language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    new.remaining_amount_cents := case
      when new.transaction_type = 'inbound' and new.status = 'settled' then new.amount_cents end;
    return new;
  end if;
  if (new.wallet_id, new.transaction_type, new.transaction_status, new.amount_cents, new.credit_amount)
    is distinct from (old.wallet_id, old.transaction_type, old.transaction_status, old.amount_cents, old.credit_amount)
    or new.invoice_id is distinct from old.invoice_id and old.invoice_id is not null
  then
    raise exception 'transaction % of wallet % cannot change', old.id, old.wallet_id;
  end if;
  if new.status <> old.status and not (case old.status
    when 'pending' then new.status in ('settled', 'failed')
    when 'failed' then new.status = 'settled'
    else false
  end) then
    raise exception 'transaction % of wallet % cannot go from % to %', old.id, old.wallet_id, old.status, new.status;
  end if;
  if new.status = 'settled' and old.status <> 'settled' then
    new.remaining_amount_cents := new.amount_cents;
  elsif new.remaining_amount_cents is distinct from old.remaining_amount_cents and pg_trigger_depth() < 2 then
    raise exception 'the remainder of transaction % changes with its consumptions only', old.id;
  end if;
  return new;
end
$$;

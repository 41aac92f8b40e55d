-- Enforces the rules for changing a credit note. A final one is sealed: only its balance, what became of its credit and
-- its refund, and its metadata may change, and it cannot be deleted.
create or replace function weir_guard_credit_note() returns trigger
language plpgsql
as $$
declare
  may_change constant text[] := '{balance_amount_cents, credit_status, voided_amount_cents, voided_at, refund_status,
    refunded_at, metadata, updated_at}';
begin
  if tg_op = 'DELETE' then
    if old.status = 'finalized' then
      if weir_is_removed(old.organization_id) then
        return old;
      end if;
      raise exception 'credit note % is final and cannot be deleted', old.id;
    end if;
    return old;
  end if;
  if old.status = 'draft' then
    if new.status = 'finalized' then
      new.sealed_in := pg_current_xact_id();
    end if;
    return new;
  end if;
  if to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change then
    raise exception 'credit note % is final and cannot change', old.id;
  end if;
  if old.credit_status <> 'available' and new.credit_status <> old.credit_status
    -- Used up by an invoice that came to nothing.
    and (old.credit_status, new.credit_status) <> ('consumed', 'available')
  then
    raise exception 'credit note % cannot go from % to %', old.id, old.credit_status, new.credit_status;
  end if;
  return new;
end
$$;

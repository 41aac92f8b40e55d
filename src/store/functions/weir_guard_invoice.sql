-- Enforces the rules for changing an invoice. A finalized or voided one is sealed: only the columns listed here may
-- change, and it cannot be deleted. Its payment fields are derived from invoice_payments and written only by that
-- table's trigger. The transaction that finalizes an invoice is the last one that may add parts to it
-- (weir_guard_invoice_part).
create or replace function weir_guard_invoice() returns trigger
language plpgsql
as $$
declare
  may_change text[] := '{payment_status, total_paid_amount_cents, offset_amount_cents, payment_overdue,
    payment_dispute_lost_at, updated_at}';
begin
  if tg_op = 'DELETE' then
    if old.status in ('finalized', 'voided') then
      if weir_is_removed(old.organization_id) then
        return old;
      end if;
      raise exception 'invoice % is % and cannot be deleted', old.id, old.status;
    end if;
    return old;
  end if;
  if new.status <> old.status and not (case old.status
    when 'generating' then new.status in ('draft', 'open', 'pending', 'failed', 'finalized', 'closed')
    when 'draft' then new.status in ('pending', 'failed', 'finalized', 'closed', 'deleted')
    when 'open' then new.status in ('finalized', 'closed')
    when 'pending' then new.status in ('failed', 'finalized', 'closed')
    when 'failed' then new.status in ('pending', 'finalized', 'closed')
    when 'finalized' then new.status = 'voided'
    else false
  end) then
    raise exception 'invoice % cannot go from % to %', old.id, old.status, new.status;
  end if;
  if old.status not in ('finalized', 'voided') then
    if new.status in ('finalized', 'voided') then
      new.sealed_in := pg_current_xact_id();
    end if;
    return new;
  end if;
  if new.status <> old.status then
    may_change := may_change || '{status, voided_at}';
  end if;
  if to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change then
    raise exception 'invoice % is % and cannot change', old.id, old.status;
  end if;
  if (new.payment_status, new.total_paid_amount_cents, new.offset_amount_cents) is distinct from
    (old.payment_status, old.total_paid_amount_cents, old.offset_amount_cents) and pg_trigger_depth() < 2
  then
    raise exception 'the payment of invoice % changes with its rows of invoice_payments only', old.id;
  end if;
  return new;
end
$$;

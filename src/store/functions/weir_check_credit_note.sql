-- Checks at the end of a transaction that the credit of a note is what invoices took of it, what was given up and what
-- is left. An invoice that came to nothing has taken nothing.
create or replace function weir_check_credit_note() returns trigger
language plpgsql
as $$
declare
  organization uuid;
  note uuid;
begin
  if tg_table_name = 'credit_notes' then
    organization := new.organization_id;
    note := new.id;
  elsif tg_op = 'DELETE' then
    organization := old.organization_id;
    note := old.source_id;
  else
    organization := new.organization_id;
    note := new.source_id;
  end if;
  perform from credit_notes n
  where n.organization_id = organization and n.id = note and n.credit_amount_cents <>
    n.balance_amount_cents + n.voided_amount_cents + (
      select coalesce(sum(r.amount_cents), 0)
      from invoice_reductions r
      join invoices i on i.organization_id = r.organization_id and i.id = r.invoice_id
      where r.organization_id = organization and r.kind = 'credit_note' and r.source_id = note
        and i.status not in ('closed', 'deleted')
    );
  if found then
    raise exception 'credit note %: its credit is not what was used, given up and left of it', note
      using errcode = 'check_violation';
  end if;
  return null;
end
$$;

-- Checks at the end of a transaction that a successful payment is in the ledgers of invoices with its whole amount, less
-- what was paid too much, and any other payment not at all: money neither appears nor vanishes between the two.
create or replace function weir_check_payment() returns trigger
language plpgsql
as $$
declare
  checked uuid := coalesce(to_jsonb(new) ->> 'payment_id', to_jsonb(new) ->> 'id');
  -- As JSON, because earlier versions of the table have no excess.
  paid jsonb;
  entered bigint;
  wanted bigint;
begin
  select to_jsonb(p) into strict paid from payments p where p.organization_id = new.organization_id and p.id = checked;
  select coalesce(sum(e.amount_cents), 0) into entered
  from invoice_payments e
  where e.organization_id = new.organization_id and e.payment_id = checked;
  wanted := case paid ->> 'payment_status'
    when 'succeeded' then (paid ->> 'amount_cents')::bigint - coalesce((paid ->> 'excess_cents')::bigint, 0) else 0 end;
  if entered <> wanted then
    raise exception 'payment % of % cents is % and has % cents in ledgers', checked, paid ->> 'amount_cents',
      paid ->> 'payment_status', entered using errcode = '23514', constraint = 'payments_are_entered';
  end if;
  return null;
end
$$;

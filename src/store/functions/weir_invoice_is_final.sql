-- A finalized invoice does not change its money, its number or its dates; the database stops a bug here.
create or replace function weir_invoice_is_final() returns trigger
language plpgsql
as $$
begin
  if old.status in ('finalized', 'voided') and (
    new.fees_amount_cents, new.progressive_billing_credit_amount_cents, new.coupons_amount_cents,
    new.taxes_amount_cents, new.credit_notes_amount_cents, new.prepaid_credit_amount_cents,
    new.total_amount_cents, new.number, new.issuing_date, new.currency, new.customer_id
  ) is distinct from (
    old.fees_amount_cents, old.progressive_billing_credit_amount_cents, old.coupons_amount_cents,
    old.taxes_amount_cents, old.credit_notes_amount_cents, old.prepaid_credit_amount_cents,
    old.total_amount_cents, old.number, old.issuing_date, old.currency, old.customer_id
  ) then
    raise exception 'invoice % is final and cannot change', old.id;
  end if;
  return new;
end
$$;

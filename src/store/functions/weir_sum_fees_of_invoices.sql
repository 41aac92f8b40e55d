-- Keeps fee_days when invoices begin to count, or end to, with the fees that they have then.
create or replace function weir_sum_fees_of_invoices() returns trigger
language plpgsql
set enable_seqscan = off
set enable_nestloop = off
as $$
begin
  insert into fee_days (organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced,
    charge_id, starts_in, months, fees, amount_cents, coupons_amount_cents, taxes_amount_cents, units)
  select f.organization_id, (f.created_at at time zone 'UTC')::date, f.fee_type, f.currency, f.billing_entity_id,
    f.self_billed, f.invoice_id is not null, f.charge_id, weir_fee_starts_in(f.fee_type, f.from_at, i.timezone),
    weir_fee_months(f.fee_type, f.from_at, f.to_at), sum(i.sign), sum(i.sign * f.amount_cents),
    sum(i.sign * f.precise_coupons_amount_cents), sum(i.sign * f.taxes_precise_amount_cents), sum(i.sign * f.units)
  from (
    select n.organization_id, n.id, n.timezone,
      case when weir_invoice_counts(n.status, n.self_billed, n.payment_dispute_lost_at) then 1 else -1 end as sign
    from old_rows o
    join new_rows n on n.id = o.id
      and weir_invoice_counts(n.status, n.self_billed, n.payment_dispute_lost_at)
        <> weir_invoice_counts(o.status, o.self_billed, o.payment_dispute_lost_at)
  ) i
  cross join lateral (
    select v.* from fees v where v.organization_id = i.organization_id and v.invoice_id = i.id
    offset 0
  ) f
  where f.fee_type in ('charge', 'subscription') and f.deleted_at is null
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
  return null;
end
$$;

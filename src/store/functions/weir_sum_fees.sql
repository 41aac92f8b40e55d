-- Keeps fee_days when fees are written, like weir_count_invoices. A fee counts when it is on no invoice, or on one that
-- counts. Invoices are looked up one by one, and old rows are hashed: a session keeps the plan that it made while there
-- were few of either.
create or replace function weir_sum_fees() returns trigger
language plpgsql
set enable_seqscan = off
set enable_nestloop = off
as $$
declare
  sign constant integer := case tg_op when 'DELETE' then -1 else 1 end;
begin
  if tg_op = 'UPDATE' then
    -- What is paid of fees, and credited, changes often and is no part of a sum.
    insert into fee_days (organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced,
      charge_id, starts_in, months, fees, amount_cents, coupons_amount_cents, taxes_amount_cents, units)
    select f.organization_id, (f.created_at at time zone 'UTC')::date, f.fee_type, f.currency, f.billing_entity_id,
      f.self_billed, f.invoice_id is not null, f.charge_id, weir_fee_starts_in(f.fee_type, f.from_at, i.timezone),
      weir_fee_months(f.fee_type, f.from_at, f.to_at), sum(f.sign), sum(f.sign * f.amount_cents),
      sum(f.sign * f.precise_coupons_amount_cents), sum(f.sign * f.taxes_precise_amount_cents), sum(f.sign * f.units)
    from old_rows o
    join new_rows n on n.id = o.id and (n.invoice_id, n.deleted_at, n.amount_cents, n.precise_coupons_amount_cents,
        n.taxes_precise_amount_cents, n.units)
      is distinct from (o.invoice_id, o.deleted_at, o.amount_cents, o.precise_coupons_amount_cents,
        o.taxes_precise_amount_cents, o.units)
    cross join lateral (select 1 as sign, n.* union all select -1, o.*) f
    left join lateral (
      select v.status, v.self_billed, v.payment_dispute_lost_at, v.timezone from invoices v
      where v.organization_id = f.organization_id and v.id = f.invoice_id
      offset 0
    ) i on true
    where f.fee_type in ('charge', 'subscription') and f.deleted_at is null
      and (f.invoice_id is null or weir_invoice_counts(i.status, i.self_billed, i.payment_dispute_lost_at))
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
  else
    insert into fee_days (organization_id, made_on, fee_type, currency, billing_entity_id, self_billed, is_invoiced,
      charge_id, starts_in, months, fees, amount_cents, coupons_amount_cents, taxes_amount_cents, units)
    select f.organization_id, (f.created_at at time zone 'UTC')::date, f.fee_type, f.currency, f.billing_entity_id,
      f.self_billed, f.invoice_id is not null, f.charge_id, weir_fee_starts_in(f.fee_type, f.from_at, i.timezone),
      weir_fee_months(f.fee_type, f.from_at, f.to_at), sum(sign), sum(sign * f.amount_cents),
      sum(sign * f.precise_coupons_amount_cents), sum(sign * f.taxes_precise_amount_cents), sum(sign * f.units)
    from written f
    left join lateral (
      select v.status, v.self_billed, v.payment_dispute_lost_at, v.timezone from invoices v
      where v.organization_id = f.organization_id and v.id = f.invoice_id
      offset 0
    ) i on true
    where f.fee_type in ('charge', 'subscription') and f.deleted_at is null
      and (f.invoice_id is null or weir_invoice_counts(i.status, i.self_billed, i.payment_dispute_lost_at))
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
  end if;
  return null;
end
$$;

-- The payment state of an invoice, from its payments. All successful payments count, and what credit notes offset
-- counts beside them. The status is the last one set directly; without one, or once a later payment or offset
-- completes the total, it shows whether the total is settled. A zero invoice is paid from the start.
create or replace function weir_payment_state(organization uuid, invoice uuid)
returns table (payment_status text, total_paid_amount_cents bigint, offset_amount_cents bigint)
language sql stable
as $$
  with payments as (
    select p.entry, p.kind, p.status, p.amount_cents
    from invoice_payments p
    where p.organization_id = organization and p.invoice_id = invoice
  ), stated as (
    select s.entry, s.status from payments s where s.kind = 'status' order by s.entry desc limit 1
  ), settled as (
    select coalesce(sum(p.amount_cents) filter (where p.kind <> 'offset'), 0)::bigint as paid_cents,
      coalesce(sum(p.amount_cents) filter (where p.kind = 'offset'), 0)::bigint as offset_cents,
      max(p.entry) as last_entry
    from payments p
    where p.kind <> 'status' and p.status = 'succeeded'
  )
  select
    case
      when m.paid_cents + m.offset_cents >= i.total_amount_cents and (s.entry is null or m.last_entry > s.entry)
        then 'succeeded'
      else coalesce(s.status, 'pending')
    end,
    m.paid_cents,
    m.offset_cents
  from invoices i
  cross join settled m
  left join stated s on true
  where i.organization_id = organization and i.id = invoice
$$;

import type { Invariant } from './invariant.ts'

const INVOICE_PAYMENTS: Invariant = {
  code: 'invoice_payments',
  says: 'the payment status and paid total of an invoice match its payments',
  weight: 'error',
  query: `
    select i.organization_id, i.id::text as subject,
      format('invoice %s and %s cents, payments %s and %s cents', i.payment_status, i.total_paid_amount_cents,
        p.payment_status, p.total_paid_amount_cents) as detail
    from invoices i
    cross join lateral weir_payment_state(i.organization_id, i.id) p
    where i.status in ('draft', 'finalized', 'voided')
      and (i.payment_status, i.total_paid_amount_cents, i.offset_amount_cents)
        is distinct from (p.payment_status, p.total_paid_amount_cents, p.offset_amount_cents)`,
}

const PAYMENTS: Invariant = {
  code: 'payments',
  says: 'every successful payment is in the ledgers of its invoices with its whole amount, and no other payment is',
  weight: 'error',
  query: `
    select p.organization_id, p.id::text as subject,
      format('payment %s cents (%s), ledgers %s cents', p.amount_cents, p.payment_status,
        coalesce(sum(e.amount_cents), 0)) as detail
    from payments p
    left join invoice_payments e on e.organization_id = p.organization_id and e.payment_id = p.id
    group by p.organization_id, p.id
    having coalesce(sum(e.amount_cents), 0)
      <> case p.payment_status when 'succeeded' then p.amount_cents else 0 end`,
}

const CREDIT_NOTES: Invariant = {
  code: 'credit_notes',
  says: 'the credit of a credit note is what invoices used, what was given up and what is left of it',
  weight: 'error',
  query: `
    select n.organization_id, n.id::text as subject,
      format('credit %s, used %s, given up %s, left %s', n.credit_amount_cents, used.cents, n.voided_amount_cents,
        n.balance_amount_cents) as detail
    from credit_notes n
    cross join lateral (
      select coalesce(sum(r.amount_cents), 0) as cents
      from invoice_reductions r
      join invoices i on i.organization_id = r.organization_id and i.id = r.invoice_id
      where r.organization_id = n.organization_id and r.kind = 'credit_note' and r.source_id = n.id
        and i.status not in ('closed', 'deleted')
    ) used
    where n.credit_amount_cents <> used.cents + n.voided_amount_cents + n.balance_amount_cents`,
}

/** What must hold of payments, of the ledgers of invoices and of credit notes. */
export const PAYMENT_INVARIANTS: readonly Invariant[] = [INVOICE_PAYMENTS, PAYMENTS, CREDIT_NOTES]

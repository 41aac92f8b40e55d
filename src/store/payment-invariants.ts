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
  says: 'every successful payment is in the ledgers of its invoices, less what was paid too much, and no other payment is',
  weight: 'error',
  query: `
    select p.organization_id, p.id::text as subject,
      format('payment %s cents (%s, %s too much), ledgers %s cents', p.amount_cents, p.payment_status, p.excess_cents,
        coalesce(sum(e.amount_cents), 0)) as detail
    from payments p
    left join invoice_payments e on e.organization_id = p.organization_id and e.payment_id = p.id
    group by p.organization_id, p.id
    having coalesce(sum(e.amount_cents), 0)
      <> case p.payment_status when 'succeeded' then p.amount_cents - p.excess_cents else 0 end`,
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

const EXCESS: Invariant = {
  code: 'payment_excess',
  says: 'what was paid too much goes back, or somebody is asked to look, unless the payer has taken it back',
  weight: 'error',
  query: `
    select p.organization_id, p.id::text as subject, format('%s cents too much', p.excess_cents) as detail
    from payments p
    where p.excess_cents > 0 and p.review is null and p.reversed_at is null and not exists (
      select from refunds r
      where r.organization_id = p.organization_id and r.payment_id = p.id and r.reason <> 'credit_note'
        and r.state <> 'failed')`,
}

const OPEN_PAYMENTS: Invariant = {
  code: 'open_payments',
  says: 'every payment by a provider that has not ended is looked at again',
  weight: 'error',
  query: `
    select p.organization_id, p.id::text as subject, format('%s, and nobody turns to it', p.state) as detail
    from payments p
    where p.payment_type = 'provider' and (
      p.state in ('sending', 'unknown', 'processing', 'action_required') and not exists (
        select from due_items d
        where d.organization_id = p.organization_id and d.kind = 'payment_attention' and d.subject_id = p.id)
      or p.state = 'created' and p.tries > 0 and not exists (
        select from due_items d
        where d.organization_id = p.organization_id and d.kind = 'payment_attention' and d.subject_id = p.id))`,
}

const REVIEWS: Invariant = {
  code: 'payment_reviews',
  says: 'no payment by a provider waits for somebody to find out about it',
  weight: 'notice',
  query: `
    select p.organization_id, p.id::text as subject, p.review as detail from payments p where p.review is not null`,
}

const MESSAGES: Invariant = {
  code: 'provider_messages',
  says: 'every message of a payment provider could be applied',
  weight: 'notice',
  query: `
    select m.organization_id, m.id::text as subject, format('%s: %s', m.message_type, m.result) as detail
    from provider_messages m where m.status = 'dead'`,
}

/** What a customer shows of its default connection, and where it comes from. */
const SHOWN = [
  ['payment_provider', 'p.provider_type'],
  ['payment_provider_code', 'p.code'],
  ['provider_customer_id', 'l.provider_customer_id'],
  ['sync_with_provider', 'l.sync_with_provider'],
  ['provider_payment_methods', 'l.provider_payment_methods'],
] as const

const differs = ([shown, own]: (typeof SHOWN)[number]) => `c.${shown} is distinct from ${own}`
const difference = (field: (typeof SHOWN)[number]) =>
  `case when ${differs(field)} then format('${field[0]} %L instead of %L', c.${field[0]}, ${field[1]}) end`

/** A customer without one may still show the provider and code that a request has named. */
const DEFAULT_CONNECTIONS: Invariant = {
  code: 'default_connections',
  says: 'a customer shows its default payment connection as it is',
  weight: 'error',
  query: `
    select c.organization_id, format('customer %s', c.external_id) as subject,
      concat_ws(', ', ${SHOWN.map(difference).join(', ')}) as detail
    from payment_provider_customers l
    join payment_providers p on p.organization_id = l.organization_id and p.id = l.payment_provider_id
    join customers c on c.organization_id = l.organization_id and c.id = l.customer_id
    where l.is_default and l.deleted_at is null and (${SHOWN.map(differs).join(' or ')})
    union all
    select c.organization_id, format('customer %s', c.external_id), 'shows a connection, and has no default one'
    from customers c
    where (c.provider_customer_id is not null or c.sync_with_provider or c.provider_payment_methods is not null)
      and not exists (
        select from payment_provider_customers l
        where l.organization_id = c.organization_id and l.customer_id = c.id and l.is_default
          and l.deleted_at is null)`,
}

/** What must hold of payments, of how customers pay, of the ledgers of invoices and of credit notes. */
export const PAYMENT_INVARIANTS: readonly Invariant[] = [
  INVOICE_PAYMENTS,
  PAYMENTS,
  EXCESS,
  OPEN_PAYMENTS,
  DEFAULT_CONNECTIONS,
  REVIEWS,
  MESSAGES,
  CREDIT_NOTES,
]

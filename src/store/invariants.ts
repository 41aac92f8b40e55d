import { sql } from 'kysely'
import { JWT_BODY_BYTES_MAX } from '../core/webhooks/signature-size.ts'
import type { Database } from './database.ts'
import { DAY_INVARIANTS } from './day-invariants.ts'
import type { Invariant } from './invariant.ts'
import { PAYMENT_INVARIANTS } from './payment-invariants.ts'

export type Breach = {
  readonly organizationId: string | null
  readonly subject: string
  readonly detail: string
}

const WALL: Invariant = {
  code: 'tenant_wall',
  says: 'every tenant table has row-level security, which also applies to the application',
  weight: 'error',
  query: `
    select null::uuid as organization_id, c.relname::text as subject, 'no row-level security' as detail
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and not c.relispartition and not c.relrowsecurity
    union all
    select null, rolname::text, 'the application role bypasses row-level security'
    from pg_roles where rolname = 'weir_app' and (rolsuper or rolbypassrls)`,
}

const INDEXES: Invariant = {
  code: 'indexes',
  says: 'every index is usable',
  weight: 'error',
  query: `
    select null::uuid as organization_id, indexrelid::regclass::text as subject, 'invalid' as detail
    from pg_index where not indisvalid`,
}

const DEFAULT_ENTITY: Invariant = {
  code: 'default_billing_entity',
  says: 'every organization has a default billing entity with the same id',
  weight: 'error',
  query: `
    select o.id as organization_id, o.id::text as subject, 'no default billing entity' as detail
    from organizations o
    where not exists (
      select from billing_entities b where b.organization_id = o.id and b.id = o.id and b.is_default
    )`,
}

const INVOICE_FEES: Invariant = {
  code: 'invoice_fees',
  says: 'the fees of a finalized invoice add up to its fee amount',
  weight: 'error',
  query: `
    select i.organization_id, i.id::text as subject,
      format('fees %s, invoice %s', coalesce(sum(f.amount_cents), 0), i.fees_amount_cents) as detail
    from invoices i
    left join fees f on f.organization_id = i.organization_id and f.invoice_id = i.id and f.deleted_at is null
    where i.status in ('finalized', 'voided')
    group by i.organization_id, i.id, i.fees_amount_cents
    having coalesce(sum(f.amount_cents), 0) <> i.fees_amount_cents`,
}

/**
 * Each line is rounded for itself and the sum once, so two lines of 101 cents may be 201 cents of tax. An invoice of
 * paid fees adds up what its fees were taxed when they were made.
 */
const INVOICE_TAXES: Invariant = {
  code: 'invoice_taxes',
  says: 'the taxes of a finalized invoice, and each tax line, match their taxable amounts',
  weight: 'error',
  query: `
    select i.organization_id, i.id::text as subject,
      format('taxes %s, invoice %s', taxes.amount_cents, i.taxes_amount_cents) as detail
    from invoices i
    cross join lateral (
      select coalesce(case i.invoice_type
        when 'advance_charges' then (
          select sum(f.taxes_amount_cents) from fees f
          where f.organization_id = i.organization_id and f.invoice_id = i.id and f.deleted_at is null)
        else (
          select round(sum(t.fees_amount_cents * t.tax_rate * 0.01)) from invoice_taxes t
          where t.organization_id = i.organization_id and t.invoice_id = i.id)
      end, 0) as amount_cents
    ) taxes
    where i.status in ('finalized', 'voided') and taxes.amount_cents <> i.taxes_amount_cents
    union all
    select i.organization_id, i.id::text,
      format('tax %s: %s %% of %s, line %s', t.tax_code, t.tax_rate, t.fees_amount_cents, t.amount_cents)
    from invoices i
    join invoice_taxes t on t.organization_id = i.organization_id and t.invoice_id = i.id
    where i.status in ('finalized', 'voided') and i.invoice_type <> 'advance_charges'
      and round(t.fees_amount_cents * t.tax_rate * 0.01) <> t.amount_cents`,
}

const INVOICE_NUMBERS: Invariant = {
  code: 'invoice_numbers',
  says: "a customer's invoices are numbered without gaps",
  weight: 'error',
  query: `
    select organization_id, customer_id::text as subject,
      format('%s numbers up to %s', count(*), max(sequential_id)) as detail
    from invoices where sequential_id is not null
    group by organization_id, billing_entity_id, customer_id
    having count(*) <> max(sequential_id)`,
}

/**
 * The last period of a subscription with an end date is billed by its end, so no billing day comes before it. The
 * days allow for the customer's zone and for a creation on a billing day.
 */
const BILLING_IS_DUE: Invariant = {
  code: 'billing_is_due',
  says: 'every active subscription has a next billing, or ends before it',
  weight: 'error',
  query: `
    select s.organization_id, s.id::text as subject,
      case when s.ending_at is null then 'no due billing' else 'neither a due billing nor its end in this period' end
        as detail
    from subscriptions s
    join plans p on p.organization_id = s.organization_id and p.id = s.plan_id
    where s.status = 'active'
      and not exists (
        select from due_items d
        where d.organization_id = s.organization_id and d.kind = 'subscription_billing' and d.subject_id = s.id)
      and not (
        exists (
          select from due_items d
          where d.organization_id = s.organization_id and d.kind = 'subscription_end' and d.subject_id = s.id)
        and coalesce(s.ending_at, 'infinity') < interval '2 days' + case p.interval
            when 'weekly' then interval '7 days'
            when 'monthly' then interval '1 month'
            when 'quarterly' then interval '3 months'
            when 'semiannual' then interval '6 months'
            else interval '1 year'
          end + greatest(s.started_at, s.created_at, (
            select max(l.billing_at) from invoice_subscriptions l
            where l.organization_id = s.organization_id and l.subscription_id = s.id))
      )`,
}

const GATES_ARE_DUE: Invariant = {
  code: 'gates_are_due',
  says: 'every subscription that waits for a payment is looked at once that is made, and when its time is over',
  weight: 'error',
  query: `
    select s.organization_id, s.id::text as subject, 'no due look' as detail
    from subscriptions s
    where s.status = 'incomplete'
      and (exists (
        select from activation_rules r
        where r.organization_id = s.organization_id and r.subscription_id = s.id and r.expires_at is not null)
      or exists (
        select from invoice_subscriptions l
        join invoices i on i.organization_id = l.organization_id and i.id = l.invoice_id
        where l.organization_id = s.organization_id and l.subscription_id = s.id
          and (i.status = 'finalized' or i.payment_status <> 'pending')))
      and not exists (
        select from due_items d
        where d.organization_id = s.organization_id and d.kind = 'subscription_gate' and d.subject_id = s.id)`,
}

/** Every event is stored once, with its key and in the log. */
const EVENT_KEYS: Invariant = {
  code: 'event_keys',
  says: 'every event of the last 7 days has a duplicate key, and every key has an event',
  weight: 'error',
  query: `
    select coalesce(e.organization_id, k.organization_id) as organization_id,
      coalesce(e.id, k.event_id)::text as subject,
      case when e.id is null then 'key without event' else 'event without key' end as detail
    from (select organization_id, id from events
      where timestamp > now() - interval '7 days' and deleted_at is null) e
    full join (select organization_id, event_id from event_keys where timestamp > now() - interval '7 days') k
      on k.organization_id = e.organization_id and k.event_id = e.id
    where (e.id is null and not exists (
        select from events d where d.organization_id = k.organization_id and d.id = k.event_id
      )) or k.event_id is null`,
}

const FAILING_ITEMS: Invariant = {
  code: 'failing_due_items',
  says: 'no due item has failed',
  weight: 'notice',
  query: `
    select organization_id, format('%s %s', kind, subject_id) as subject,
      format('%s attempts, due %s', attempts, due_at) as detail
    from due_items where attempts > 0`,
}

const UNMATCHED: Invariant = {
  code: 'unmatched_events',
  says: 'every event of the last 7 days had a known code and subscription',
  weight: 'notice',
  query: `
    select organization_id, reason as subject, format('%s events', sum(events_count)) as detail
    from unmatched_event_counts where starts_on > current_date - 7
    group by organization_id, reason`,
}

const UNTAKEN: Invariant = {
  code: 'events_of_no_subscription',
  says: 'every event of the last 7 days with a known code and subscription falls within the subscription',
  weight: 'notice',
  query: `
    select e.organization_id, format('event %s of subscription %s', e.transaction_id, e.external_subscription_id)
      as subject,
      format('at %s', to_char(e.timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as detail
    from events e
    where e.timestamp > now() - interval '7 days' and e.timestamp <= now() and e.deleted_at is null
      and exists (
        select from billable_metrics m
        where m.organization_id = e.organization_id and m.code = e.code and m.deleted_at is null)
      and exists (
        select from subscriptions s
        where s.organization_id = e.organization_id and s.external_id = e.external_subscription_id)
      and not weir_event_is_taken(e.organization_id, e.code, e.external_subscription_id, e.timestamp)`,
}

/** Events deferred by charges in advance (docs/decisions/0009). */
const UNPRICED: Invariant = {
  code: 'unpriced_events',
  says: 'every event was charged by its charges in advance',
  weight: 'notice',
  query: `
    select a.organization_id,
      format('event %s of subscription %s', coalesce(e.transaction_id, a.event_id::text), s.external_id) as subject,
      format('charge %s, %s tries, %s', a.charge_id, coalesce(d.attempts, 0), coalesce(d.error, 'no error')) as detail
    from deferred_events a
    join subscriptions s on s.organization_id = a.organization_id and s.id = a.subscription_id
    left join events e on e.organization_id = a.organization_id and e.external_subscription_id = s.external_id
      and e.timestamp = a.timestamp and e.id = a.event_id
    left join due_items d on d.organization_id = a.organization_id and d.kind = 'deferred_event'
      and d.subject_id = a.id
    order by a.created_at, a.id`,
}

const UNBILLED_FEES: Invariant = {
  code: 'unbilled_fees',
  says: 'every fee was small enough to be billed',
  weight: 'notice',
  query: `
    select u.organization_id,
      coalesce('invoice ' || i.number, 'no invoice') || coalesce(', subscription ' || s.external_id, '') as subject,
      format('charge %s, %s units, a number of cents with %s digits', u.charge_id, left(u.units::text, 40),
        length(u.amount_cents::text)) as detail
    from unbilled_fees u
    left join invoices i on i.organization_id = u.organization_id and i.id = u.invoice_id
    left join subscriptions s on s.organization_id = u.organization_id and s.id = u.subscription_id
    where i.id is null or i.status in ('draft', 'finalized')
    order by u.created_at, u.id`,
}

/** The same condition as `isSignatureTooLong`. */
const REFUSED_SIGNATURES: Invariant = {
  code: 'refused_signatures',
  says: 'no receiver rejects JWT signatures for their length (docs/api/webhooks.md)',
  weight: 'notice',
  query: `
    select e.organization_id, format('endpoint %s', e.id) as subject,
      format('%s of its messages refused in 7 days, the longest of %s bytes: set signature_algo to hmac', count(*),
        max(octet_length(w.payload))) as detail
    from webhook_endpoints e
    join organizations o on o.id = e.organization_id
    join webhooks w on w.organization_id = e.organization_id and w.webhook_endpoint_id = e.id
    where e.signature_algo = 'jwt' and w.created_at > coalesce(o.clock_at, now()) - interval '7 days'
      and (w.http_status = 431 or (w.http_status = 400 and octet_length(w.payload) > ${JWT_BODY_BYTES_MAX}))
    group by e.organization_id, e.id`,
}

const WAITING_FOR_VIES: Invariant = {
  code: 'waiting_for_vies',
  says: 'no customer waits more than a day for VIES (docs/rules/taxes.md#vat-numbers)',
  weight: 'notice',
  query: `
    select v.organization_id, format('customer %s', c.external_id) as subject,
      format('VAT number %s, asked since %s, %s invoices wait', c.tax_identification_number, v.created_at,
        (select count(*) from invoices i
          where i.organization_id = v.organization_id and i.customer_id = v.customer_id and i.status = 'pending'))
        as detail
    from vies_checks v
    join organizations o on o.id = v.organization_id
    join customers c on c.organization_id = v.organization_id and c.id = v.customer_id
    where v.created_at < coalesce(o.clock_at, now()) - interval '1 day'`,
}

const DEAD_JOBS: Invariant = {
  code: 'dead_jobs',
  says: 'no job has used up its attempts',
  weight: 'notice',
  query: `
    select null::uuid as organization_id, format('%s %s', task_identifier, id) as subject,
      format('%s attempts', attempts) as detail
    from graphile_worker.jobs where attempts >= max_attempts`,
}

/** The balance follows from triggers, one transaction at a time; this adds everything up again. */
const WALLET_BALANCES: Invariant = {
  code: 'wallet_balances',
  says: 'the balance of a wallet is what came in less what went out, and the sum of what remains of its transactions',
  weight: 'error',
  query: `
    select w.organization_id, w.id::text as subject,
      format('balance %s, transactions %s, remainders %s', w.balance_cents, sums.moved, sums.remaining) as detail
    from wallets w
    cross join lateral (
      select
        coalesce(sum(case t.transaction_type when 'inbound' then t.amount_cents else -t.amount_cents end), 0) as moved,
        coalesce(sum(t.remaining_amount_cents), 0) as remaining
      from wallet_transactions t
      where t.organization_id = w.organization_id and t.wallet_id = w.id and t.status = 'settled'
    ) sums
    where w.balance_cents <> sums.moved or w.balance_cents <> sums.remaining`,
}

const PREPAID_CREDITS: Invariant = {
  code: 'prepaid_credits',
  says: 'the prepaid credits of an invoice are what it took from wallets',
  weight: 'error',
  query: `
    select i.organization_id, i.id::text as subject,
      format('invoice %s, wallets %s', i.prepaid_credit_amount_cents, coalesce(sum(t.amount_cents), 0)) as detail
    from invoices i
    left join wallet_transactions t on t.organization_id = i.organization_id and t.invoice_id = i.id
      and t.transaction_status = 'invoiced'
    where i.prepaid_credit_amount_cents <> 0 or t.id is not null
    group by i.organization_id, i.id, i.prepaid_credit_amount_cents
    having i.prepaid_credit_amount_cents <> coalesce(sum(t.amount_cents), 0)`,
}

/** Every invariant that `weir doctor` checks, cheap ones first. */
export const INVARIANTS: readonly Invariant[] = [
  WALL,
  INDEXES,
  DEFAULT_ENTITY,
  BILLING_IS_DUE,
  GATES_ARE_DUE,
  INVOICE_FEES,
  INVOICE_TAXES,
  ...PAYMENT_INVARIANTS,
  INVOICE_NUMBERS,
  ...DAY_INVARIANTS,
  EVENT_KEYS,
  FAILING_ITEMS,
  UNMATCHED,
  UNTAKEN,
  UNPRICED,
  UNBILLED_FEES,
  REFUSED_SIGNATURES,
  WAITING_FOR_VIES,
  DEAD_JOBS,
  WALLET_BALANCES,
  PREPAID_CREDITS,
]

/** The violations of one invariant in all organizations, at most `limit`, and their total count. */
export async function findBreaches(
  database: Pick<Database, 'system'>,
  invariant: Invariant,
  limit: number,
): Promise<{ readonly count: number; readonly breaches: readonly Breach[] }> {
  const { rows } = await sql<Breach & { total: bigint }>`
    select *, count(*) over () as total from (${sql.raw(invariant.query)}) breach limit ${limit}
  `.execute(database.system)
  return {
    count: Number(rows[0]?.total ?? 0n),
    breaches: rows.map(({ organizationId, subject, detail }) => ({ organizationId, subject, detail })),
  }
}

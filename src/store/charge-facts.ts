import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { findDefaultMethod, findMethod, type PaymentMethodRow } from './payment-methods.ts'
import { findDefaultLink, findLink, type LinkRow } from './payment-provider-customers.ts'
import { findProvider, type PaymentProviderRow } from './payment-providers.ts'
import { anyOf } from './values.ts'

/** How an invoice is to be paid by what was sold on it. */
type MethodChoice = { readonly methodType: string; readonly methodId: string | null }

/** The link, the connection and the method of a charge: the customer's defaults, but where a method was named. */
export type PayerFacts = {
  readonly methodType: string
  /** Whether the method was named, and is there. */
  readonly isNamed: boolean
  readonly link: LinkRow | undefined
  readonly provider: PaymentProviderRow | undefined
  readonly method: PaymentMethodRow | undefined
}

/**
 * Schedules the charges of invoices whose customers are linked to a payment provider, in one statement. Where customers
 * also pay on pages, the first charge waits, so that a page and a charge do not meet; but for invoices that are open
 * until they are paid.
 */
export async function scheduleCharges(
  tx: Tx,
  organizationId: string,
  invoiceIds: readonly string[],
  { now, delayMs }: { readonly now: Instant; readonly delayMs: number },
): Promise<void> {
  if (invoiceIds.length === 0) return
  await sql`
    insert into due_items (organization_id, id, kind, subject_id, due_at)
    select i.organization_id, n.id, 'invoice_charge', i.id,
      ${new Date(now).toISOString()}::timestamptz + case
        when i.status <> 'open' and exists (select from payment_pages g where g.organization_id = i.organization_id)
        then make_interval(secs => ${delayMs / 1000}) else interval '0' end
    from unnest(${[...invoiceIds]}::uuid[], ${invoiceIds.map(() => newId())}::uuid[]) as n (invoice_id, id)
    join invoices i on i.organization_id = ${organizationId}::uuid and i.id = n.invoice_id
    join payment_provider_customers l on l.organization_id = i.organization_id and l.customer_id = i.customer_id
      and l.is_default and l.deleted_at is null
    where i.status in ('finalized', 'open') and not i.self_billed and not i.skip_psp
      and i.payment_status <> 'succeeded' and i.total_amount_cents > 0 and i.tax_status is distinct from 'pending'
    on conflict (organization_id, kind, subject_id) do nothing`.execute(tx)
}

/**
 * With what an invoice is paid: the method of the bought credits or of its subscriptions, at its own connection, or the
 * default one of the customer's default connection. A subscription or purchase that is paid by hand makes the whole
 * invoice so.
 */
export async function readPayer(
  reads: Reads,
  customerId: string,
  invoiceIds: readonly string[],
  chosen?: MethodChoice,
): Promise<PayerFacts> {
  const choice = chosen ?? (await choiceOf(reads, invoiceIds))
  const named = await namedMethod(reads, customerId, choice.methodId)
  const link = named?.link ?? (await findDefaultLink(reads, customerId))
  const provider = link && (await findProvider(reads, link.paymentProviderId))
  const method = named?.method ?? (link && (await findDefaultMethod(reads, link.id)))
  return { methodType: choice.methodType, isNamed: named !== undefined, link, provider, method }
}

/** A method of the customer that can be charged, and where; undefined for any other one. */
async function namedMethod(
  reads: Reads,
  customerId: string,
  methodId: string | null,
): Promise<{ readonly method: PaymentMethodRow; readonly link: LinkRow } | undefined> {
  const method = methodId === null ? undefined : await findMethod(reads, methodId)
  const linkId = method?.paymentProviderCustomerId ?? null
  if (!method || method.deletedAt !== null || method.customerId !== customerId || linkId === null)
    return undefined
  const link = await findLink(reads, linkId)
  return link && link.deletedAt === null ? { method, link } : undefined
}

async function choiceOf(reads: Reads, invoiceIds: readonly string[]): Promise<MethodChoice> {
  const { rows } = await sql<MethodChoice>`
    select t.payment_method_type as method_type, coalesce(t.payment_method_id, w.payment_method_id) as method_id
    from wallet_transactions t
    join wallets w on w.organization_id = t.organization_id and w.id = t.wallet_id
    where t.invoice_id = ${anyOf(invoiceIds)} and t.transaction_status = 'purchased'
    union all
    select s.payment_method_type, s.payment_method_id
    from invoice_subscriptions u
    join subscriptions s on s.organization_id = u.organization_id and s.id = u.subscription_id
    where u.invoice_id = ${anyOf(invoiceIds)}`.execute(reads)
  const byHand = rows.find(({ methodType }) => methodType === 'manual')
  return (
    byHand ?? rows.find(({ methodId }) => methodId !== null) ?? { methodType: 'provider', methodId: null }
  )
}

/** Schedules the charges of what a customer owes and no charge was tried for, the oldest first. */
export async function rescheduleUnpaid(
  tx: Tx,
  organizationId: string,
  customerId: string,
  now: Instant,
): Promise<void> {
  const unpaid = await tx
    .selectFrom('invoices')
    .select('id')
    .where('customerId', '=', customerId)
    .where((eb) =>
      eb.or([
        eb('status', '=', 'finalized'),
        // Of a subscription that waits for it.
        eb.and([eb('status', '=', 'open'), eb('invoiceType', '<>', 'credit')]),
      ]),
    )
    .where('paymentStatus', '=', 'pending')
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const ids = unpaid.map(({ id }) => id)
  await scheduleCharges(tx, organizationId, ids, { now, delayMs: 0 })
}

import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { PricedFee } from '../core/documents/fee-rows.ts'
import type { FrozenSeller } from '../core/documents/frozen.ts'
import type { CustomerRow } from './customers.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { PRICING_UNIT } from './model-parts.ts'
import type { BillingEntityRow, OrganizationRow } from './organizations.ts'
import type { PortalSessions } from './rows.ts'
import { hashOfToken } from './sessions.ts'
import { ts } from './values.ts'

export type PortalSessionRow = Selectable<PortalSessions>

/** A session of the portal that goes on, with the customer whom it opens. */
export type PortalVisit = {
  readonly session: PortalSessionRow
  readonly organization: OrganizationRow
  readonly customer: CustomerRow
  readonly billingEntity: Pick<BillingEntityRow, (typeof ENTITY_COLUMNS)[number]>
}

/** All but the logo, which is large and needed once only. */
const ENTITY_COLUMNS = ['id', 'name', 'legalName', 'email', 'documentLocale', 'timezone'] as const

/** Creates a session of a customer; only the hash of its token is stored. */
export async function insertPortalSession(
  tx: Tx,
  session: {
    readonly organizationId: string
    readonly customerId: string
    readonly token: string
    readonly isViewOnly: boolean
    readonly expiresAt: Instant
    readonly now: Instant
  },
): Promise<void> {
  const { organizationId, customerId, token, isViewOnly, expiresAt, now } = session
  await tx
    .insertInto('portalSessions')
    .values({
      organizationId,
      id: newId(),
      customerId,
      tokenHash: hashOfToken(token),
      isViewOnly,
      expiresAt: ts(expiresAt),
      createdAt: ts(now),
    })
    .execute()
}

/** What the token of a cookie opens; undefined when the session has ended or its customer was deleted. */
export async function findPortalVisit(
  database: Database,
  token: string,
  now: Instant,
): Promise<PortalVisit | undefined> {
  const session = await database.system
    .selectFrom('portalSessions')
    .selectAll()
    .where('tokenHash', '=', hashOfToken(token))
    .where('expiresAt', '>', ts(now))
    .executeTakeFirst()
  if (!session) return undefined
  const { organizationId, customerId } = session
  return database.read(organizationId, async (reads) => {
    const [organization, customer] = await Promise.all([
      reads.selectFrom('organizations').selectAll().where('id', '=', organizationId).executeTakeFirst(),
      findLiveCustomer(reads, customerId),
    ])
    if (!organization || !customer) return undefined
    const billingEntity = await reads
      .selectFrom('billingEntities')
      .select(ENTITY_COLUMNS)
      .where('id', '=', customer.billingEntityId)
      .executeTakeFirstOrThrow()
    return { session, organization, customer, billingEntity }
  })
}

/** The logo of a billing entity. */
export async function readLogo(
  reads: Reads,
  id: string,
): Promise<Pick<BillingEntityRow, 'logo' | 'logoContentType'>> {
  return reads
    .selectFrom('billingEntities')
    .select(['logo', 'logoContentType'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** To whom invoices of a billing entity are paid, and into which account now. */
export async function findPayee(
  reads: Reads,
  billingEntityId: string,
): Promise<Pick<FrozenSeller, 'name' | 'legalName' | 'bankAccount'>> {
  const entity = await reads
    .selectFrom('billingEntities')
    .select(['name', 'legalName', 'bankAccountIban', 'bankAccountHolder', 'bankAccountBic'])
    .where('id', '=', billingEntityId)
    .executeTakeFirstOrThrow()
  const { name, legalName, bankAccountIban: iban, bankAccountHolder: holder, bankAccountBic: bic } = entity
  return { name, legalName, bankAccount: iban === null ? null : { iban, holder, bic } }
}

/** How the amounts of the fees of an invoice came about, by fee. */
export async function pricedFeesOf(reads: Reads, invoiceId: string): Promise<ReadonlyMap<string, PricedFee>> {
  const { rows } = await sql<PricedFee & { readonly id: string }>`
    select f.id, coalesce(ch.charge_model, fc.charge_model) as model, f.units::text as units,
      f.precise_unit_amount::text as unit_price, f.amount_cents::text as amount_cents, f.amount_details as details,
      ${PRICING_UNIT} as pricing_unit
    from fees f
    left join charges ch on ch.organization_id = f.organization_id and ch.id = f.charge_id
    left join fixed_charges fc on fc.organization_id = f.organization_id and fc.id = f.fixed_charge_id
    where f.invoice_id = ${invoiceId}`.execute(reads)
  return new Map(rows.map(({ id, ...fee }) => [id, fee]))
}

/** A customer that is not deleted. */
export async function findLiveCustomer(reads: Reads, id: string): Promise<CustomerRow | undefined> {
  return reads
    .selectFrom('customers')
    .selectAll()
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** The same, locked until the transaction ends. */
export async function lockLiveCustomer(tx: Tx, id: string): Promise<CustomerRow | undefined> {
  return tx
    .selectFrom('customers')
    .selectAll()
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Whom a new link is mailed to, and for whom. */
export type LinkSubject = {
  readonly recipient: string
  readonly locale: string
  readonly entityName: string
  /** The name that the entity signs with. */
  readonly sellerName: string
  readonly entityEmail: string | null
  readonly logo: Buffer | null
}

/** What the mail with a new link says of a customer and its billing entity; undefined for a deleted customer. */
export async function findLinkSubject(reads: Reads, customerId: string): Promise<LinkSubject | undefined> {
  const { rows } = await sql<LinkSubject>`
    select coalesce(nullif(c.name, ''), nullif(c.legal_name, ''),
        nullif(concat_ws(' ', nullif(c.firstname, ''), nullif(c.lastname, '')), ''), '') as recipient,
      coalesce(c.document_locale, b.document_locale) as locale, b.name as entity_name,
      coalesce(nullif(b.legal_name, ''), b.name) as seller_name, nullif(b.email, '') as entity_email, b.logo
    from customers c
    join billing_entities b on b.organization_id = c.organization_id and b.id = c.billing_entity_id
    where c.id = ${customerId} and c.deleted_at is null`.execute(reads)
  return rows[0]
}

/** Queues the answer to a customer who asks for a new link. */
export async function queueLinkRequest(
  tx: Tx,
  request: { readonly key: string; readonly payload: Readonly<Record<string, string>> },
): Promise<void> {
  const jobs = JSON.stringify([{ payload: request.payload, key: request.key }])
  await sql`select weir_enqueue_jobs('answer_link_request', ${jobs}::json, 5::int)`.execute(tx)
}

/** Ends a session before its time. */
export async function deletePortalSession(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('portalSessions').where('id', '=', id).execute()
}

/** Deletes the sessions whose time is over. */
export async function dropEndedPortalSessions(database: Database, now: Instant): Promise<void> {
  await database.system.deleteFrom('portalSessions').where('expiresAt', '<=', ts(now)).execute()
}

/** What a customer owes in one currency, in cents. */
export type OwedRow = {
  readonly currency: string
  readonly dueCents: bigint
  readonly overdueCents: bigint
  readonly dueCount: bigint
  readonly overdueCount: bigint
}

/** What is left to pay of a customer's final invoices, by currency. */
export async function owedByCustomer(reads: Reads, customerId: string): Promise<readonly OwedRow[]> {
  const { rows } = await sql<OwedRow>`
    select currency, sum(due)::bigint as due_cents, count(*) as due_count,
      coalesce(sum(due) filter (where payment_overdue), 0)::bigint as overdue_cents,
      count(*) filter (where payment_overdue) as overdue_count
    from (
      select currency, payment_overdue, total_amount_cents - total_paid_amount_cents - offset_amount_cents as due
      from invoices
      where customer_id = ${customerId} and status = 'finalized' and payment_status <> 'succeeded'
        and payment_dispute_lost_at is null and not self_billed
    ) as open
    where due > 0
    group by currency order by currency`.execute(reads)
  return rows
}

/** What a customer was invoiced in one currency, in cents. */
export type InvoicedRow = { readonly currency: string; readonly totalCents: bigint; readonly count: bigint }

/** The totals of a customer's final invoices, by currency. */
export async function invoicedToCustomer(reads: Reads, customerId: string): Promise<readonly InvoicedRow[]> {
  const { rows } = await sql<InvoicedRow>`
    select currency, sum(total_amount_cents)::bigint as total_cents, count(*) as count
    from invoices
    where customer_id = ${customerId} and status = 'finalized' and not self_billed
    group by currency order by currency`.execute(reads)
  return rows
}

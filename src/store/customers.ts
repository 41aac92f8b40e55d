import { type RawBuilder, type Selectable, type SqlBool, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import type { MetadataEntry } from '../core/customers/metadata.ts'
import type { Reads, Tx } from './database.ts'
import { isId, newId } from './ids.ts'
import { holdSettings, SETTINGS_HELD } from './inherited-settings.ts'
import { insertRows } from './insert-rows.ts'
import type { BillingEntityRow } from './organizations.ts'
import type { CustomerMetadata, Customers } from './rows.ts'
import { type TaxRow, taxesOfOwners } from './taxes.ts'
import { anyOf, groupedBy } from './values.ts'

export type CustomerRow = Selectable<Customers>
export type CustomerMetadataRow = Selectable<CustomerMetadata>

/** The fields of a customer's billing entity that the API returns. */
export type CustomerBillingEntity = Pick<BillingEntityRow, 'code' | 'timezone'>

/** A customer with its billing entity, metadata and own taxes. */
export type CustomerDetails = {
  readonly customer: CustomerRow
  readonly billingEntity: CustomerBillingEntity
  readonly metadata: readonly CustomerMetadataRow[]
  readonly taxes: readonly TaxRow[]
}

/** The customer with the external id; deleted customers no longer have it. */
export async function findCustomer(reads: Reads, externalId: string): Promise<CustomerRow | undefined> {
  return reads
    .selectFrom('customers')
    .selectAll()
    .where('externalId', '=', externalId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** A customer by its id, deleted or not. */
export async function readCustomer(reads: Reads, id: string): Promise<CustomerRow> {
  return reads.selectFrom('customers').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** The customer with the external id, locked until the transaction ends, so that changes are serialized. */
export async function lockCustomerByExternalId(tx: Tx, externalId: string): Promise<CustomerRow | undefined> {
  return lockCustomerWhere(tx, sql<SqlBool>`external_id = ${externalId} and deleted_at is null`)
}

/** A customer by its id, locked until the transaction ends, so that its bills come one after the other. */
export async function lockCustomerById(tx: Tx, id: string): Promise<CustomerRow> {
  const customer = await lockCustomerWhere(tx, sql<SqlBool>`id = ${id}::uuid`)
  if (!customer) throw new Error(`there is no customer ${id}`)
  return customer
}

/**
 * Locks the customers with these external ids until the transaction ends, in the order of their ids, and gives them
 * with their billing entities. Leaves out those that others have locked, for whom nobody else is to wait. The caller
 * holds the settings that customers inherit.
 */
export async function lockFreeCustomers(
  tx: Tx,
  externalIds: readonly string[],
): Promise<readonly CustomerOfEntity[]> {
  const { rows } = await sql<WithEntity>`
    select *, ${entityColumn('code')} as entity_code, ${entityColumn('timezone')} as entity_timezone
    from customers
    where external_id = any (${[...new Set(externalIds)]}::text[]) and deleted_at is null
    order by id
    for no key update skip locked`.execute(tx)
  return rows.map(withEntity)
}

/**
 * Share-locks the settings that customers inherit, then locks the customer that matches a condition, in one
 * statement. The settings are locked even if there is no such customer.
 */
async function lockCustomerWhere(tx: Tx, condition: RawBuilder<SqlBool>): Promise<CustomerRow | undefined> {
  const { rows } = await sql<CustomerRow>`
    select locked.*
    from (select ${SETTINGS_HELD}::text as held) settings
    cross join lateral (
      select * from customers where settings.held is not null and ${condition} for no key update
    ) locked`.execute(tx)
  return rows[0]
}

/**
 * Locks customers until the transaction ends, after the settings that they inherit, in the order of their ids. To be
 * called before anything that is theirs is locked (docs/decisions/0018).
 */
export async function lockCustomersById(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await holdSettings(tx)
  await tx
    .selectFrom('customers')
    .select('id')
    .where('id', '=', anyOf(ids))
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** Customers by id, including deleted ones, which invoices still show. */
export async function findCustomersById(reads: Reads, ids: readonly string[]): Promise<CustomerRow[]> {
  if (ids.length === 0) return []
  return reads.selectFrom('customers').selectAll().where('id', '=', anyOf(ids)).execute()
}

/** A customer with its billing entity. */
export type CustomerOfEntity = {
  readonly customer: CustomerRow
  readonly billingEntity: CustomerBillingEntity
}

type WithEntity = CustomerRow & { readonly entityCode: string; readonly entityTimezone: TimeZone }

function entityColumn(column: 'code' | 'timezone') {
  return sql<string>`(select ${sql.ref(column)} from billing_entities e where e.id = customers.billing_entity_id)`
}

function withEntity({ entityCode, entityTimezone, ...customer }: WithEntity): CustomerOfEntity {
  return { customer, billingEntity: { code: entityCode, timezone: entityTimezone } }
}

/** Updates a customer; also returns its billing entity, which may have changed. */
export async function updateCustomer(
  tx: Tx,
  id: string,
  set: Updateable<Customers>,
): Promise<CustomerOfEntity> {
  const row = await tx
    .updateTable('customers')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .returning([entityColumn('code').as('entityCode'), entityColumn('timezone').as('entityTimezone')])
    .executeTakeFirstOrThrow()
  return withEntity(row)
}

/** Whether anything was sold to the customer, after which its account type is fixed. */
export async function hasSales(reads: Reads, customerId: string): Promise<boolean> {
  const { rows } = await sql<{ sold: boolean }>`
    select exists (select from subscriptions where customer_id = ${customerId})
      or exists (select from invoices where customer_id = ${customerId}) as sold`.execute(reads)
  return rows[0]?.sold === true
}

/**
 * Replaces the customer's metadata and returns it as shown. An entry with an existing id keeps its id and creation
 * time; entries not listed are deleted.
 */
export async function replaceMetadata(
  tx: Tx,
  customer: CustomerRow,
  entries: readonly MetadataEntry[],
  now: Instant,
): Promise<CustomerMetadataRow[]> {
  const removed = await tx
    .deleteFrom('customerMetadata')
    .where('customerId', '=', customer.id)
    .returningAll()
    .execute()
  const rows = metadataRows(customer, entries, removed, now)
  await insertRows(tx, 'customerMetadata', rows)
  return rows
}

/** The rows of a customer's metadata, as shown; entries with the id of a `removed` one keep it. */
export function metadataRows(
  customer: Pick<CustomerRow, 'id' | 'organizationId'>,
  entries: readonly MetadataEntry[],
  removed: readonly CustomerMetadataRow[],
  now: Instant,
): CustomerMetadataRow[] {
  const earlier = new Map(removed.map((row) => [row.id, row]))
  const rows = entries.map((entry) => {
    const kept = entry.id !== null && isId(entry.id) ? earlier.get(entry.id.toLowerCase()) : undefined
    // An id is used for one entry only, even if the request repeats it.
    if (kept) earlier.delete(kept.id)
    return {
      organizationId: customer.organizationId,
      id: kept?.id ?? newId(),
      customerId: customer.id,
      key: entry.key,
      value: entry.value,
      displayInInvoice: entry.displayInInvoice,
      createdAt: kept?.createdAt ?? now,
    }
  })
  return rows.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
}

/** The details of customers, in the given order, in three pipelined queries. */
export async function detailsOfCustomers(
  reads: Reads,
  customers: readonly CustomerRow[],
): Promise<CustomerDetails[]> {
  if (customers.length === 0) return []
  const ids = customers.map((customer) => customer.id)
  const entityIds = [...new Set(customers.map((customer) => customer.billingEntityId))]
  const [entities, metadata, taxes] = await Promise.all([
    reads
      .selectFrom('billingEntities')
      .select(['id', 'code', 'timezone'])
      .where('id', 'in', entityIds)
      .execute(),
    metadataOf(reads, ids),
    taxesOfOwners(reads, { customerIds: ids }),
  ])
  const entityById = new Map(entities.map((entity) => [entity.id, entity]))
  return customers.map((customer) => {
    const billingEntity = entityById.get(customer.billingEntityId)
    if (!billingEntity) throw new Error(`customer ${customer.id} has no billing entity`)
    return {
      customer,
      billingEntity,
      metadata: metadata.get(customer.id) ?? [],
      taxes: taxes.customers.get(customer.id) ?? [],
    }
  })
}

/** The details of one customer. Parts that the caller already has are not read again. */
export async function detailsOfCustomer(
  reads: Reads,
  customer: CustomerRow,
  known: Partial<Omit<CustomerDetails, 'customer'>> = {},
): Promise<CustomerDetails> {
  const [billingEntity, metadata, taxes] = await Promise.all([
    known.billingEntity ?? entityOf(reads, customer),
    known.metadata ?? metadataOf(reads, [customer.id]).then((all) => all.get(customer.id) ?? []),
    known.taxes ??
      taxesOfOwners(reads, { customerIds: [customer.id] }).then(
        (all) => all.customers.get(customer.id) ?? [],
      ),
  ])
  return { customer, billingEntity, metadata, taxes }
}

/** The billing entity of the customer with the external id; the default one when there is no such customer. */
export async function billingEntityOfExternalId(
  reads: Reads,
  externalId: string,
): Promise<CustomerBillingEntity> {
  const { rows } = await sql<CustomerBillingEntity>`
    select e.code, e.timezone from billing_entities e
    where e.id = (select billing_entity_id from customers where external_id = ${externalId} and deleted_at is null)
      or e.is_default
    order by e.is_default
    limit 1`.execute(reads)
  const [entity] = rows
  if (!entity) throw new Error('an organization has a default billing entity')
  return entity
}

function entityOf(reads: Reads, customer: CustomerRow): Promise<CustomerBillingEntity> {
  return reads
    .selectFrom('billingEntities')
    .select(['code', 'timezone'])
    .where('id', '=', customer.billingEntityId)
    .executeTakeFirstOrThrow()
}

/** The metadata of customers by their ids, oldest first. */
export async function metadataOf(
  reads: Reads,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly CustomerMetadataRow[]>> {
  const rows = await reads
    .selectFrom('customerMetadata')
    .selectAll()
    .where('customerId', '=', anyOf(customerIds))
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  return groupedBy(rows, (row) => row.customerId)
}

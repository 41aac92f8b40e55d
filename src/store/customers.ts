import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { MetadataEntry } from '../core/customers/metadata.ts'
import type { Reads, Tx } from './database.ts'
import { isId, newId } from './ids.ts'
import { holdSettings } from './inherited-settings.ts'
import type { BillingEntityRow } from './organizations.ts'
import type { CustomerMetadata, Customers } from './rows.ts'
import { type TaxRow, taxesOfOwners } from './taxes.ts'
import { ts } from './values.ts'

export type CustomerRow = Selectable<Customers>
export type CustomerMetadataRow = Selectable<CustomerMetadata>

/** A customer with what is shown of it: its billing entity, metadata and own taxes. */
export type CustomerDetails = {
  readonly customer: CustomerRow
  readonly billingEntity: BillingEntityRow
  readonly metadata: readonly CustomerMetadataRow[]
  readonly taxes: readonly TaxRow[]
}

/** The customer that has the external id now; deleted ones have given it up. */
export async function findCustomer(reads: Reads, externalId: string): Promise<CustomerRow | undefined> {
  return reads
    .selectFrom('customers')
    .selectAll()
    .where('externalId', '=', externalId)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** The same, locked until the transaction ends, so that its changes come one after the other. */
export async function lockCustomer(tx: Tx, externalId: string): Promise<CustomerRow | undefined> {
  const customer = await tx
    .selectFrom('customers')
    .selectAll()
    .where('externalId', '=', externalId)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  await holdSettings(tx)
  return customer
}

/** Customers by id, deleted ones too: invoices go on showing them. */
export async function findCustomersById(reads: Reads, ids: readonly string[]): Promise<CustomerRow[]> {
  if (ids.length === 0) return []
  return reads
    .selectFrom('customers')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
}

export async function insertCustomer(tx: Tx, row: Insertable<Customers>): Promise<CustomerRow> {
  return tx.insertInto('customers').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateCustomer(tx: Tx, id: string, set: Updateable<Customers>): Promise<CustomerRow> {
  return tx.updateTable('customers').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}

/** Whether something was sold to the customer, which settles what kind of account it is. */
export async function hasSales(reads: Reads, customerId: string): Promise<boolean> {
  const { rows } = await sql<{ sold: boolean }>`
    select exists (select from subscriptions where customer_id = ${customerId})
      or exists (select from invoices where customer_id = ${customerId}) as sold`.execute(reads)
  return rows[0]?.sold === true
}

/**
 * Gives the customer exactly these entries of metadata. An entry that names one of the customer's keeps its id and
 * time of creation; what is not listed goes (platform.md §7.1).
 */
export async function replaceMetadata(
  tx: Tx,
  customer: CustomerRow,
  entries: readonly MetadataEntry[],
  now: Instant,
): Promise<void> {
  const removed = await tx
    .deleteFrom('customerMetadata')
    .where('customerId', '=', customer.id)
    .returningAll()
    .execute()
  if (entries.length === 0) return
  const earlier = new Map(removed.map((row) => [row.id, row]))
  const rows = entries.map((entry) => {
    const kept = entry.id !== null && isId(entry.id) ? earlier.get(entry.id.toLowerCase()) : undefined
    // An id serves one entry, also when a request repeats it.
    if (kept) earlier.delete(kept.id)
    return {
      organizationId: customer.organizationId,
      id: kept?.id ?? newId(),
      customerId: customer.id,
      key: entry.key,
      value: entry.value,
      displayInInvoice: entry.displayInInvoice,
      createdAt: ts(kept?.createdAt ?? now),
    }
  })
  await tx.insertInto('customerMetadata').values(rows).execute()
}

/** What is shown of customers, in their order, with one query for each kind of thing. */
export async function detailsOfCustomers(
  reads: Reads,
  customers: readonly CustomerRow[],
): Promise<CustomerDetails[]> {
  if (customers.length === 0) return []
  const ids = customers.map((customer) => customer.id)
  const entityIds = [...new Set(customers.map((customer) => customer.billingEntityId))]
  const entities = await reads
    .selectFrom('billingEntities')
    .selectAll()
    .where('id', 'in', entityIds)
    .execute()
  const metadata = await reads
    .selectFrom('customerMetadata')
    .selectAll()
    .where('customerId', 'in', ids)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const taxes = await taxesOfOwners(reads, { customerIds: ids })
  return customers.map((customer) => {
    const billingEntity = entities.find((entity) => entity.id === customer.billingEntityId)
    if (!billingEntity) throw new Error(`customer ${customer.id} has no billing entity`)
    return {
      customer,
      billingEntity,
      metadata: metadata.filter((row) => row.customerId === customer.id),
      taxes: taxes.customers.get(customer.id) ?? [],
    }
  })
}

/** The details of one customer. */
export async function detailsOfCustomer(reads: Reads, customer: CustomerRow): Promise<CustomerDetails> {
  const [details] = await detailsOfCustomers(reads, [customer])
  if (!details) throw new Error(`customer ${customer.id} has no details`)
  return details
}

import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { deliveryFlags, VIES_ENDPOINT } from '../core/webhooks/delivery-flags.ts'
import type { CustomerRow } from './customers.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { ViesChecks } from './rows.ts'
import { ts } from './values.ts'

export type ViesCheckRow = Selectable<ViesChecks>

/** A billing entity that manages the EU taxes of its customers. */
export type EuSeller = {
  readonly id: string
  readonly code: string
  readonly isDefault: boolean
  readonly country: string
}

/** The billing entities that manage EU taxes; usually none. */
export async function listEuSellers(reads: Reads): Promise<EuSeller[]> {
  const rows = await reads
    .selectFrom('billingEntities')
    .select(['id', 'code', 'isDefault', 'country'])
    .where('euTaxManagement', '=', true)
    .where('archivedAt', 'is', null)
    .execute()
  return rows.map((row) => ({ ...row, country: row.country ?? '' }))
}

/** Attempts for one check: one every six hours in the end, for years. */
const TRIES_MAX = 10_000

/** Records that customers' VAT numbers are to be checked and queues the checks; they replace earlier ones. */
export async function startViesChecks(
  tx: Tx,
  checks: readonly {
    readonly customer: Pick<CustomerRow, 'id' | 'organizationId'>
    readonly taxIds: readonly string[]
    readonly now: Instant
  }[],
): Promise<void> {
  if (checks.length === 0) return
  const rows = checks.map(({ customer, taxIds, now }) => ({
    organizationId: customer.organizationId,
    customerId: customer.id,
    id: newId(),
    taxIds: [...taxIds],
    hasFailed: false,
    createdAt: ts(now),
  }))
  await Promise.all([
    tx
      .insertInto('viesChecks')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['organizationId', 'customerId']).doUpdateSet((eb) => ({
          id: eb.ref('excluded.id'),
          taxIds: eb.ref('excluded.taxIds'),
          hasFailed: eb.ref('excluded.hasFailed'),
          createdAt: eb.ref('excluded.createdAt'),
        })),
      )
      .execute(),
    enqueueViesChecks(tx, rows),
  ])
}

/** Queues pending checks to run now, whenever they would have been retried. */
export async function enqueueViesChecks(
  tx: Tx,
  checks: readonly Pick<ViesCheckRow, 'organizationId' | 'customerId' | 'id'>[],
): Promise<void> {
  const jobs = checks.map(({ organizationId, customerId, id }) => ({
    payload: { organizationId, customerId, checkId: id },
    // A key of its own for each check: a queued job does not replace one that runs.
    key: `vies:${id}`,
    flags: deliveryFlags({ organizationId, endpointId: VIES_ENDPOINT }),
  }))
  await sql`select weir_enqueue_jobs('check_vat_number', ${JSON.stringify(jobs)}::json, ${TRIES_MAX}::int)`.execute(
    tx,
  )
}

export async function findViesCheck(reads: Reads, customerId: string): Promise<ViesCheckRow | undefined> {
  return reads.selectFrom('viesChecks').selectAll().where('customerId', '=', customerId).executeTakeFirst()
}

/** The pending checks of a billing entity's customers. */
export async function viesChecksOfEntity(reads: Reads, billingEntityId: string): Promise<ViesCheckRow[]> {
  return reads
    .selectFrom('viesChecks as v')
    .innerJoin('customers as c', 'c.id', 'v.customerId')
    .selectAll('v')
    .where('c.billingEntityId', '=', billingEntityId)
    .execute()
}

/** Changes the taxes that the customer keeps beside its EU tax. */
export async function setTaxesOfViesCheck(
  tx: Tx,
  customerId: string,
  taxIds: readonly string[],
): Promise<void> {
  await tx
    .updateTable('viesChecks')
    .set({ taxIds: [...taxIds] })
    .where('customerId', '=', customerId)
    .execute()
}

export async function markViesCheckFailed(tx: Tx, customerId: string): Promise<void> {
  await tx.updateTable('viesChecks').set({ hasFailed: true }).where('customerId', '=', customerId).execute()
}

/** Ends a check, if the customer has one; true when it had. */
export async function deleteViesCheck(tx: Tx, customerId: string): Promise<boolean> {
  const { numDeletedRows } = await tx
    .deleteFrom('viesChecks')
    .where('customerId', '=', customerId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

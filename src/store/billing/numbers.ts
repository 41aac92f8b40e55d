import { sql } from 'kysely'
import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { localDate } from '../../core/calendar/zone.ts'
import { customerNumber, draftNumber, entityNumber } from '../../core/invoicing/numbering.ts'
import type { Tx } from '../database.ts'
import type { InvoiceNumber } from './bill-rows.ts'

/**
 * The numbers of invoices, in their order; those that are not final yet have none. The customers are locked by the
 * caller; the counters of billing entities are taken here, last of all locks and in the order of their ids.
 */
export async function takeNumbers(tx: Tx, plans: readonly InvoicePlan[]): Promise<readonly InvoiceNumber[]> {
  const final = plans.filter(({ outcome }) => outcome.status === 'finalized')
  const ofCustomers = await lastOfCustomers(tx, final)
  const ofEntities = await lastOfEntities(tx, final)
  return plans.map((plan): InvoiceNumber => {
    const { customer, issuer, outcome } = plan
    if (outcome.status !== 'finalized') {
      return { number: draftNumber(issuer.numberPrefix), sequentialId: null, entitySequentialId: null }
    }
    const sequentialId = next(ofCustomers, `${customer.id} ${issuer.id}`)
    if (!isPerEntity(plan)) {
      const number = customerNumber(issuer.numberPrefix, customer.sequentialId, sequentialId)
      return { number, sequentialId, entitySequentialId: null }
    }
    const entitySequentialId = next(ofEntities, issuer.id)
    const on = localDate(outcome.finalizedAt, issuer.zone)
    const number = entityNumber(issuer.numberPrefix, on, entitySequentialId)
    return { number, sequentialId, entitySequentialId }
  })
}

function isPerEntity({ issuer, customer }: InvoicePlan): boolean {
  return issuer.numbering === 'per_billing_entity' && !customer.isSelfBilled
}

function next(counters: Map<string, bigint>, key: string): bigint {
  const number = (counters.get(key) ?? 0n) + 1n
  counters.set(key, number)
  return number
}

/** The last number of each customer from each entity. */
async function lastOfCustomers(tx: Tx, plans: readonly InvoicePlan[]): Promise<Map<string, bigint>> {
  if (plans.length === 0) return new Map()
  const { rows } = await sql<{ customerId: string; billingEntityId: string; last: bigint }>`
    select i.customer_id, i.billing_entity_id, max(i.sequential_id) as last
    from invoices i
    where i.customer_id = any (${[...new Set(plans.map(({ customer }) => customer.id))]}::uuid[])
      and i.sequential_id is not null
    group by i.customer_id, i.billing_entity_id`.execute(tx)
  return new Map(rows.map((row) => [`${row.customerId} ${row.billingEntityId}`, row.last]))
}

/**
 * The last number of each entity that numbers all its invoices in one row: it follows the greatest given so far, and
 * all invoices that were numbered otherwise. Locks the entities.
 */
async function lastOfEntities(tx: Tx, plans: readonly InvoicePlan[]): Promise<Map<string, bigint>> {
  const ids = [...new Set(plans.filter(isPerEntity).map(({ issuer }) => issuer.id))]
  if (ids.length === 0) return new Map()
  await sql`select id from billing_entities where id = any (${ids}::uuid[]) order by id for no key update`.execute(
    tx,
  )
  const { rows } = await sql<{ billingEntityId: string; last: bigint }>`
    select i.billing_entity_id, greatest(max(i.entity_sequential_id), count(i.sequential_id)) as last
    from invoices i
    where i.billing_entity_id = any (${ids}::uuid[]) and not i.self_billed
    group by i.billing_entity_id`.execute(tx)
  return new Map(rows.map((row) => [row.billingEntityId, row.last]))
}

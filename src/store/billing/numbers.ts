import { sql } from 'kysely'
import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { localDate } from '../../core/calendar/zone.ts'
import { customerNumber, draftNumber, entityNumber } from '../../core/invoicing/numbering.ts'
import type { Tx } from '../database.ts'
import type { InvoiceNumber } from './bill-rows.ts'

/** What the number of an invoice depends on. */
export type NumberedInvoice = Pick<InvoicePlan, 'customer' | 'billingEntity' | 'outcome'>

/**
 * The numbers of invoices, in order; those that are not final have none. Counters are locked until the transaction
 * ends, after all other locks: customers' first, then billing entities', each by id (docs/decisions/0018).
 */
export async function takeNumbers(
  tx: Tx,
  plans: readonly NumberedInvoice[],
): Promise<readonly InvoiceNumber[]> {
  const final = plans.filter(({ outcome }) => outcome.status === 'finalized')
  const ofCustomers = await drawCustomerNumbers(tx, final)
  const ofEntities = await drawEntityNumbers(tx, final)
  return plans.map((plan): InvoiceNumber => {
    const { customer, billingEntity, outcome } = plan
    if (outcome.status !== 'finalized') {
      return { number: draftNumber(billingEntity.numberPrefix), sequentialId: null, entitySequentialId: null }
    }
    const sequentialId = next(ofCustomers, customerKey(plan))
    if (!isPerEntity(plan)) {
      const number = customerNumber(billingEntity.numberPrefix, customer.sequentialId, sequentialId)
      return { number, sequentialId, entitySequentialId: null }
    }
    const entitySequentialId = next(ofEntities, billingEntity.id)
    const on = localDate(outcome.finalizedAt, billingEntity.zone)
    const number = entityNumber(billingEntity.numberPrefix, on, entitySequentialId)
    return { number, sequentialId, entitySequentialId }
  })
}

/**
 * Makes a billing entity number the invoices of all its customers in one sequence. The sequence continues after the
 * entity's last number and after the count of its invoices numbered per customer; self-billed invoices do not count.
 * The caller has locked the settings, so nothing is numbered meanwhile.
 */
export async function startEntityNumbering(tx: Tx, billingEntityId: string): Promise<void> {
  await sql`
    insert into entity_invoice_counters as c (organization_id, billing_entity_id, last_number)
    select weir_organization_id(), ${billingEntityId}, count(*)
    from invoices
    where billing_entity_id = ${billingEntityId} and sequential_id is not null and not self_billed
    on conflict (organization_id, billing_entity_id) do update set
      last_number = greatest(c.last_number, excluded.last_number)`.execute(tx)
}

function isPerEntity({ billingEntity, customer }: NumberedInvoice): boolean {
  return billingEntity.numbering === 'per_billing_entity' && !customer.isSelfBilled
}

function customerKey({ customer, billingEntity }: NumberedInvoice): string {
  return `${customer.id} ${billingEntity.id}`
}

function next(numbers: Map<string, bigint>, key: string): bigint {
  const number = numbers.get(key)
  if (number === undefined) throw new Error(`no number was drawn for ${key}`)
  numbers.set(key, number + 1n)
  return number
}

/** The number of invoices per key. */
function countBy(
  plans: readonly NumberedInvoice[],
  keyOf: (plan: NumberedInvoice) => string,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const plan of plans) counts.set(keyOf(plan), (counts.get(keyOf(plan)) ?? 0) + 1)
  return counts
}

/** The first number for each customer's invoices from each entity. */
async function drawCustomerNumbers(tx: Tx, plans: readonly NumberedInvoice[]): Promise<Map<string, bigint>> {
  const counts = countBy(plans, customerKey)
  if (counts.size === 0) return new Map()
  const keys = [...counts.keys()].map((key) => key.split(' '))
  const { rows } = await sql<{ customerId: string; billingEntityId: string; last: bigint }>`
    insert into customer_invoice_counters as c (organization_id, customer_id, billing_entity_id, last_number)
    select weir_organization_id(), drawn.customer_id, drawn.billing_entity_id, drawn.count
    from unnest(${keys.map(([id]) => id)}::uuid[], ${keys.map(([, id]) => id)}::uuid[],
      ${[...counts.values()]}::bigint[]) as drawn (customer_id, billing_entity_id, count)
    order by drawn.customer_id, drawn.billing_entity_id
    on conflict (organization_id, customer_id, billing_entity_id) do update set
      last_number = c.last_number + excluded.last_number
    returning customer_id, billing_entity_id, last_number as last`.execute(tx)
  return new Map(
    rows.map(({ customerId, billingEntityId, last }) => {
      const key = `${customerId} ${billingEntityId}`
      return [key, last - BigInt(counts.get(key) ?? 0) + 1n]
    }),
  )
}

/** The first number for each entity that numbers all its invoices in one sequence. */
async function drawEntityNumbers(tx: Tx, plans: readonly NumberedInvoice[]): Promise<Map<string, bigint>> {
  const counts = countBy(plans.filter(isPerEntity), ({ billingEntity }) => billingEntity.id)
  if (counts.size === 0) return new Map()
  const { rows } = await sql<{ billingEntityId: string; last: bigint }>`
    insert into entity_invoice_counters as c (organization_id, billing_entity_id, last_number)
    select weir_organization_id(), drawn.billing_entity_id, drawn.count
    from unnest(${[...counts.keys()]}::uuid[], ${[...counts.values()]}::bigint[])
      as drawn (billing_entity_id, count)
    order by drawn.billing_entity_id
    on conflict (organization_id, billing_entity_id) do update set
      last_number = c.last_number + excluded.last_number
    returning billing_entity_id, last_number as last`.execute(tx)
  return new Map(
    rows.map(({ billingEntityId, last }) => [
      billingEntityId,
      last - BigInt(counts.get(billingEntityId) ?? 0) + 1n,
    ]),
  )
}

import { sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { BillRequest } from '../../core/billing/bill-request.ts'
import type { PaidFee, PaidFees } from '../../core/billing/snapshot.ts'
import type { Reads } from '../database.ts'
import { anyOf } from '../values.ts'
import { readSubscriptionFacts } from './subscription-facts.ts'

/**
 * Locks and reads usage fees that were paid before they were on any invoice, by customer id: those of the billed
 * subscriptions and their predecessors, if a plan in the chain has a charge that regroups paid fees.
 */
export async function readPaidFees(
  reads: Reads,
  requests: readonly BillRequest[],
): Promise<ReadonlyMap<string, PaidFees>> {
  const asking = requests.filter(({ skipCharges, draft }) => !skipCharges && draft === null)
  if (asking.length === 0) return new Map()
  const rows = await findPaidFees(reads, asking)
  if (rows.length === 0) return new Map()
  const [taxes, subscriptions] = await Promise.all([
    readFeeTaxes(
      reads,
      rows.map(({ id }) => id),
    ),
    readSubscriptionFacts(reads, [...new Set(rows.map(({ subscriptionId }) => subscriptionId))]),
  ])
  const byCustomer = new Map<string, PaidFee[]>()
  for (const { customerId, ...row } of rows) {
    const fee = { ...row, taxes: taxes.get(row.id) ?? [] }
    const own = byCustomer.get(customerId)
    if (own) own.push(fee)
    else byCustomer.set(customerId, [fee])
  }
  return new Map([...byCustomer].map(([customerId, fees]) => [customerId, { fees, subscriptions }]))
}

type PaidFeeRow = Omit<PaidFee, 'taxes'> & { readonly customerId: string }

async function findPaidFees(reads: Reads, requests: readonly BillRequest[]): Promise<readonly PaidFeeRow[]> {
  const billed = requests.flatMap(({ customerId, at, entries }) =>
    entries.map(({ subscriptionId }) => ({ customerId, at: new Date(at).toISOString(), subscriptionId })),
  )
  const { rows } = await sql<PaidFeeRow>`
    with billed as (
      select distinct b.customer_id, b.at, s.external_id
      from unnest(${billed.map((each) => each.customerId)}::uuid[], ${billed.map((each) => each.at)}::timestamptz[],
        ${billed.map((each) => each.subscriptionId)}::uuid[]) as b (customer_id, at, subscription_id)
      join subscriptions s on s.id = b.subscription_id
    ), regrouping as (
      select distinct b.customer_id
      from billed b
      join subscriptions s on s.customer_id = b.customer_id and s.external_id = b.external_id
      join charges c on c.organization_id = s.organization_id and c.plan_id = s.plan_id
      where s.started_at is not null and c.regroup_paid_fees = 'invoice' and c.deleted_at is null
    )
    select f.id, f.customer_id, f.subscription_id, f.currency, f.amount_cents, f.taxes_amount_cents, f.charges_to
    from regrouping r
    join fees f on f.customer_id = r.customer_id
    join subscriptions s on s.organization_id = f.organization_id and s.id = f.subscription_id
    join billed b on b.customer_id = f.customer_id and b.external_id = s.external_id
    where f.invoice_id is null and f.deleted_at is null and f.payment_status = 'succeeded' and f.succeeded_at <= b.at
    order by f.created_at, f.id
    for update of f`.execute(reads)
  return rows
}

async function readFeeTaxes(
  reads: Reads,
  feeIds: readonly string[],
): Promise<ReadonlyMap<string, PaidFee['taxes']>> {
  const rows = await reads
    .selectFrom('feeTaxes')
    .select(['feeId', 'taxId', 'taxCode', 'taxName', 'taxDescription', 'taxRate', 'amountCents'])
    .where('feeId', '=', anyOf(feeIds))
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const byFee = new Map<string, PaidFee['taxes'][number][]>()
  for (const row of rows) {
    const line = {
      tax: {
        id: row.taxId ?? '',
        code: row.taxCode,
        name: row.taxName,
        description: row.taxDescription,
        rate: Decimal.of(row.taxRate),
      },
      amountCents: row.amountCents,
    }
    const own = byFee.get(row.feeId)
    if (own) own.push(line)
    else byFee.set(row.feeId, [line])
  }
  return byFee
}

import { sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { SpendableWallet } from '../../core/wallets/spend.ts'
import type { Funding } from '../../core/wallets/transaction.ts'
import type { Reads } from '../database.ts'
import { anyOf, groupedBy } from '../values.ts'

type WalletFactsRow = {
  readonly id: string
  readonly customerId: string
  readonly code: string
  readonly currency: string
  readonly rateAmount: string
  readonly priority: number
  readonly createdAt: Instant
  readonly balanceCents: bigint
  readonly allowedFeeTypes: readonly string[]
  readonly metricIds: readonly string[]
  /** Each `[id, priority, kind, milliseconds of its creation, cents left]`, the cents as text. */
  readonly fundings: readonly (readonly [string, number, Funding['kind'], number, string])[]
}

/**
 * The active wallets of customers with something to spend, by customer id, in one statement. The caller has locked the
 * customers when it is going to spend from them.
 */
export async function readWalletFacts(
  reads: Reads,
  customerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly SpendableWallet[]>> {
  const { rows } = await sql<WalletFactsRow>`
    select w.id, w.customer_id, w.code, w.currency, w.rate_amount, w.priority, w.created_at, w.balance_cents,
      w.allowed_fee_types,
      array(
        select t.billable_metric_id::text from wallet_targets t
        where t.organization_id = w.organization_id and t.wallet_id = w.id
      ) as metric_ids,
      (
        select coalesce(json_agg(json_build_array(t.id, t.priority, t.transaction_status,
          round(extract(epoch from t.created_at) * 1000)::bigint, t.remaining_amount_cents::text)), '[]'::json)
        from wallet_transactions t
        where t.organization_id = w.organization_id and t.wallet_id = w.id and t.has_remaining
      ) as fundings
    from wallets w
    where w.customer_id = ${anyOf(customerIds)} and w.status = 'active' and w.balance_cents > 0
    order by w.priority, w.created_at, w.id`.execute(reads)
  return new Map([...groupedBy(rows, (row) => row.customerId)].map(([id, own]) => [id, own.map(factsOf)]))
}

function factsOf(row: WalletFactsRow): SpendableWallet {
  return {
    id: row.id,
    code: row.code,
    currency: row.currency,
    rate: Decimal.of(row.rateAmount),
    priority: row.priority,
    createdAt: row.createdAt,
    balanceCents: row.balanceCents,
    targets: { feeTypes: new Set(row.allowedFeeTypes), metricIds: new Set(row.metricIds) },
    fundings: row.fundings.map(
      ([id, priority, kind, createdAt, cents]): Funding => ({
        id,
        priority,
        kind,
        createdAt: createdAt as Instant,
        remainingCents: BigInt(cents),
      }),
    ),
  }
}

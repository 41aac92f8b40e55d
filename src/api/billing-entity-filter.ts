import { notFound } from '../core/refusal.ts'
import { billingEntityIds } from '../store/billing-entities.ts'
import type { Reads } from '../store/database.ts'

/** The ids for a list's `billing_entity_codes` filter; 404 `billing_entity_not_found` when one is unknown. */
export async function entityIdsOf(
  reads: Reads,
  codes: readonly string[] | undefined,
): Promise<string[] | undefined> {
  if (codes === undefined) return undefined
  const ids = await billingEntityIds(reads, codes)
  if (!codes.every((code) => ids.has(code))) throw notFound('billing_entity')
  return [...ids.values()]
}

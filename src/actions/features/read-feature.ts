import { notFound } from '../../core/refusal.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { type FeatureRow, findFeature, lockFeature } from '../../store/features.ts'

/** The feature with a code; 404 `feature_not_found`. */
export async function readFeature(reads: Reads, code: string): Promise<FeatureRow> {
  const feature = await findFeature(reads, code)
  if (!feature) throw notFound('feature')
  return feature
}

/** The same for update: locked until the transaction ends. */
export async function readFeatureToChange(tx: Tx, code: string): Promise<FeatureRow> {
  const feature = await lockFeature(tx, code)
  if (!feature) throw notFound('feature')
  return feature
}

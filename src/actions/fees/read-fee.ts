import { notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { type FeeView, findFee } from '../../store/fees.ts'
import { isId } from '../../store/ids.ts'

/** A fee by its id; 404 `fee_not_found`. */
export async function readFee(reads: Reads, id: string): Promise<FeeView> {
  const fee = isId(id) ? await findFee(reads, id) : undefined
  if (!fee) throw notFound('fee')
  return fee
}

import { notFound } from '../../core/refusal.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { type FeeView, findFee, lockCustomerOfFee } from '../../store/fees.ts'
import { isId } from '../../store/ids.ts'

/** A fee by its id; 404 `fee_not_found`. */
export async function readFee(reads: Reads, id: string): Promise<FeeView> {
  const fee = isId(id) ? await findFee(reads, id) : undefined
  if (!fee) throw notFound('fee')
  return fee
}

/** The same, to change it: nothing is billed to its customer until the transaction ends. */
export async function readFeeToChange(tx: Tx, id: string): Promise<FeeView> {
  if (isId(id)) await lockCustomerOfFee(tx, id)
  return readFee(tx, id)
}

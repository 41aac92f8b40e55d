import type { DueKind } from '../../core/due/kinds.ts'
import { lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { type DueOwner, ownerOfItem } from '../../store/due-owners.ts'
import { lockPlanById } from '../../store/plans.ts'

/**
 * Locks whose a due item is before the item itself is taken, as everybody else does who changes what a customer has
 * due (docs/decisions/0018): a runner that took the item first would wait for the customer while its holder waits for
 * the item. Gives the owner.
 */
export async function lockOwner(tx: Tx, kind: DueKind, subjectId: string): Promise<DueOwner> {
  const owner = await ownerOfItem(tx, kind, subjectId)
  if (owner === null) return null
  if ('planId' in owner) await lockPlanById(tx, owner.planId)
  else await lockCustomersById(tx, [owner.customerId])
  return owner
}

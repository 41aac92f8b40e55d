import { isSameValue } from '../../core/input/same-value.ts'
import type { Tx } from '../../store/database.ts'
import {
  cascadedFixedCharges,
  deleteFixedCharges,
  type PlanFixedCharge,
  updateFixedChargeCopies,
} from '../../store/fixed-charges.ts'
import { childPlansInUse } from '../../store/plans.ts'
import type { Caller } from '../context.ts'
import { recordUnits } from './record-units.ts'
import { writeFixedChargeCopy } from './write-fixed-charge.ts'

/** Adds a new fixed charge of a plan to its copies in use (docs/rules/plans.md#cascades). */
export async function cascadeNewFixedCharge(
  tx: Tx,
  caller: Caller,
  parent: PlanFixedCharge,
  appliesAtOnce: boolean,
): Promise<void> {
  const copies: PlanFixedCharge[] = []
  for (const plan of await childPlansInUse(tx, parent.planId)) {
    copies.push(await writeFixedChargeCopy(tx, caller, parent, plan.id, undefined))
  }
  await recordUnits(tx, caller, copies, appliesAtOnce)
}

/** Takes the copies of a removed fixed charge out of the copies of its plan that are in use. */
export async function cascadeFixedRemoval(tx: Tx, caller: Caller, parentId: string): Promise<void> {
  const copies = await cascadedFixedCharges(tx, parentId)
  await deleteFixedCharges(
    tx,
    copies.map((copy) => copy.id),
    caller.now,
  )
}

/**
 * Takes a change of a fixed charge to its copies in use with the same model: its code always, prices and units where
 * the copy still has all of the old ones; names and taxes never (docs/rules/plans.md#cascades).
 */
export async function cascadeFixedChange(
  tx: Tx,
  caller: Caller,
  { before, after }: { readonly before: PlanFixedCharge; readonly after: PlanFixedCharge },
  appliesAtOnce: boolean,
): Promise<void> {
  const copies = (await cascadedFixedCharges(tx, before.id)).filter(
    (copy) => copy.chargeModel === after.chargeModel,
  )
  const changed = copies.map((copy) => {
    const isFollowing =
      copy.chargeModel === before.chargeModel &&
      copy.units === before.units &&
      isSameValue(copy.properties, before.properties)
    const { properties, units } = isFollowing ? after : copy
    return { ...copy, code: after.code, properties, units }
  })
  await updateFixedChargeCopies(tx, changed, caller.now)
  const recounted = changed.filter((copy, n) => copy.units !== copies[n]?.units)
  await recordUnits(tx, caller, recounted, appliesAtOnce)
}

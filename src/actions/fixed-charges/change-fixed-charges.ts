import { readFixedChargeChange, readNewFixedCharge } from '../../core/fixed-charges/settings.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { type AddOnRow, holdAddOns } from '../../store/add-ons.ts'
import type { Tx } from '../../store/database.ts'
import { deleteFixedCharges, type PlanFixedCharge } from '../../store/fixed-charges.ts'
import { isId } from '../../store/ids.ts'
import { isPlanAttached } from '../../store/plans.ts'
import { afterChange, isCascade } from '../charges/change-charges.ts'
import type { Caller, Context } from '../context.ts'
import { changingPlan } from '../plans/changing-plan.ts'
import { cascadeFixedChange, cascadeFixedRemoval, cascadeNewFixedCharge } from './cascade-fixed-charge.ts'
import { readFixedCharge, writeFixedChargeChange, writeNewFixedCharge } from './write-fixed-charge.ts'

/** Which fixed charge of which plan. */
export type FixedChargeAt = { readonly planCode: string; readonly fixedChargeCode: string }

/** Adds one fixed charge to a plan. 404 for plan, add-on, tax; 422 for what is wrong in it. */
export async function createFixedCharge(
  context: Context,
  caller: Caller,
  planCode: string,
  input: Input,
): Promise<PlanFixedCharge> {
  return changingPlan(context, caller, planCode, isCascade(input), async (tx, plan) => {
    const addOn = await addOnIn(tx, input)
    const payload = accepted(readNewFixedCharge(input))
    const charge = await writeNewFixedCharge(tx, caller, plan, addOn, payload)
    if (isCascade(input)) await cascadeNewFixedCharge(tx, caller, charge, payload.appliesAtOnce)
    await afterChange(tx, caller, plan, [], isCascade(input))
    return charge
  })
}

/** Changes one fixed charge of a plan; errors as `createFixedCharge`, and 404 `fixed_charge_not_found`. */
export async function updateFixedCharge(
  context: Context,
  caller: Caller,
  at: FixedChargeAt,
  input: Input,
): Promise<PlanFixedCharge> {
  return changingPlan(context, caller, at.planCode, isCascade(input), async (tx, plan) => {
    const before = await readFixedCharge(tx, plan.id, at.fixedChargeCode)
    const isFrozen = await isPlanAttached(tx, plan.id)
    const payload = accepted(readFixedChargeChange(input, before, { isFrozen, isWhole: true }))
    const after = await writeFixedChargeChange(tx, caller, before, payload)
    if (isCascade(input)) await cascadeFixedChange(tx, caller, { before, after }, payload.appliesAtOnce)
    await afterChange(tx, caller, plan, [], isCascade(input))
    return after
  })
}

/** Takes a fixed charge off a plan; gives it as it was. */
export async function deleteFixedCharge(
  context: Context,
  caller: Caller,
  at: FixedChargeAt,
  input: Input,
): Promise<PlanFixedCharge> {
  return changingPlan(context, caller, at.planCode, isCascade(input), async (tx, plan) => {
    const charge = await readFixedCharge(tx, plan.id, at.fixedChargeCode)
    if (isCascade(input)) await cascadeFixedRemoval(tx, caller, charge.id)
    await deleteFixedCharges(tx, [charge.id], caller.now)
    await afterChange(tx, caller, plan, [], isCascade(input))
    return charge
  })
}

/** The add-on that a payload names by id or by code; 404 `add_on_not_found`. */
async function addOnIn(tx: Tx, input: Input): Promise<AddOnRow> {
  const id = typeof input.add_on_id === 'string' ? input.add_on_id.toLowerCase() : ''
  const code = typeof input.add_on_code === 'string' ? input.add_on_code : ''
  const [addOn] = await holdAddOns(tx, isId(id) ? { ids: [id] } : { codes: code === '' ? [] : [code] })
  if (!addOn) throw notFound('add_on')
  return addOn
}

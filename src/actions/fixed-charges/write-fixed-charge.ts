import type { FixedChargePayload } from '../../core/fixed-charges/settings.ts'
import { freeChargeCode } from '../../core/plans/charge-codes.ts'
import { notFound } from '../../core/refusal.ts'
import type { AddOnRow } from '../../store/add-ons.ts'
import type { Reads, Tx } from '../../store/database.ts'
import {
  fixedChargeCodesOf,
  fixedChargesOfPlans,
  insertFixedCharge,
  type PlanFixedCharge,
  updateFixedCharge,
} from '../../store/fixed-charges.ts'
import { newId } from '../../store/ids.ts'
import type { PlanRow } from '../../store/plans.ts'
import { replaceTaxes } from '../../store/taxes.ts'
import { taxIdsOf } from '../charges/write-charge.ts'
import type { Caller } from '../context.ts'
import { recordUnits } from './record-units.ts'

/** Writes a new fixed charge of a plan; without a code it gets its add-on's. 404 `tax_not_found`, 422 on its code. */
export async function writeNewFixedCharge(
  tx: Tx,
  caller: Caller,
  plan: Pick<PlanRow, 'id'>,
  addOn: AddOnRow,
  payload: FixedChargePayload,
): Promise<PlanFixedCharge> {
  const code = payload.settings.code ?? freeChargeCode(addOn.code, await fixedChargeCodesOf(tx, plan.id))
  const place = { planId: plan.id, parentId: null, addOnId: addOn.id }
  const charge = await insert(tx, caller, place, payload, code)
  await recordUnits(tx, caller, [charge], payload.appliesAtOnce)
  return charge
}

/** Writes a copy of a fixed charge into a copy of its plan: without taxes. Records nothing. */
export async function writeFixedChargeCopy(
  tx: Tx,
  caller: Caller,
  parent: PlanFixedCharge,
  planId: string,
  payload: FixedChargePayload | undefined,
): Promise<PlanFixedCharge> {
  const place = { planId, parentId: parent.id, addOnId: parent.addOnId }
  const copied = payload ?? { settings: parent, taxCodes: undefined, appliesAtOnce: false }
  return insert(tx, caller, place, copied, parent.code)
}

/** Writes a change of a fixed charge, and records new units for the subscriptions that have no own. Errors as a new one. */
export async function writeFixedChargeChange(
  tx: Tx,
  caller: Caller,
  stored: PlanFixedCharge,
  payload: FixedChargePayload,
): Promise<PlanFixedCharge> {
  const { settings, taxCodes } = payload
  await updateFixedCharge(tx, stored.id, { ...settings, code: settings.code ?? stored.code }, caller.now)
  if (taxCodes) {
    const taxIds = await taxIdsOf(tx, taxCodes)
    await replaceTaxes(tx, caller.organizationId, 'fixedCharge', stored.id, taxIds)
  }
  const charge = await rereadFixedCharge(tx, stored.planId, stored.id)
  if (charge.units !== stored.units) await recordUnits(tx, caller, [charge], payload.appliesAtOnce)
  return charge
}

/** The fixed charge of a plan that has the code, with its parts; 404 `fixed_charge_not_found`. */
export async function readFixedCharge(reads: Reads, planId: string, code: string): Promise<PlanFixedCharge> {
  const charge = (await fixedChargesOfPlans(reads, [planId])).find((each) => each.code === code)
  if (!charge) throw notFound('fixed_charge')
  return charge
}

/** A fixed charge of a plan by its id, with its parts as they are now. */
export async function rereadFixedCharge(reads: Reads, planId: string, id: string): Promise<PlanFixedCharge> {
  const charge = (await fixedChargesOfPlans(reads, [planId])).find((each) => each.id === id)
  if (!charge) throw notFound('fixed_charge')
  return charge
}

async function insert(
  tx: Tx,
  caller: Caller,
  place: { readonly planId: string; readonly parentId: string | null; readonly addOnId: string },
  payload: FixedChargePayload,
  code: string,
): Promise<PlanFixedCharge> {
  const { organizationId, now } = caller
  const taxIds = await taxIdsOf(tx, payload.taxCodes ?? [])
  const id = newId()
  await insertFixedCharge(tx, { organizationId, id, ...place }, { ...payload.settings, code }, now)
  if (taxIds.length > 0) await replaceTaxes(tx, organizationId, 'fixedCharge', id, taxIds)
  return rereadFixedCharge(tx, place.planId, id)
}

import { readFixedChargeChange, readNewFixedCharge } from '../../core/fixed-charges/settings.ts'
import type { Input } from '../../core/input/fields.ts'
import { addOnOf } from '../../core/plans/plan-after.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { type AddOnRow, holdAddOns } from '../../store/add-ons.ts'
import type { Tx } from '../../store/database.ts'
import { deleteFixedCharges, fixedChargesOfPlans, type PlanFixedCharge } from '../../store/fixed-charges.ts'
import { isId } from '../../store/ids.ts'
import type { PlanRow } from '../../store/plans.ts'
import type { Caller } from '../context.ts'
import {
  cascadeFixedChange,
  cascadeFixedRemoval,
  cascadeNewFixedCharge,
} from '../fixed-charges/cascade-fixed-charge.ts'
import { writeFixedChargeChange, writeNewFixedCharge } from '../fixed-charges/write-fixed-charge.ts'

type Options = { readonly isFrozen: boolean; readonly isCascaded: boolean }

/**
 * Makes the fixed charges of a plan the list of a payload (docs/rules/plans.md#changing-a-plan): entries with the id of
 * a fixed charge change it, the others are new, fixed charges that are not in the list go. 404 `add_ons_not_found`,
 * `tax_not_found`; 422 for what is wrong in an entry.
 */
export async function writePlanFixedCharges(
  tx: Tx,
  caller: Caller,
  plan: PlanRow,
  entries: readonly Input[],
  options: Options,
): Promise<void> {
  const stored = await fixedChargesOfPlans(tx, [plan.id])
  const byId = new Map(stored.map((charge) => [charge.id, charge]))
  const addOns = await addOnsOf(
    tx,
    entries.filter((entry) => !byId.has(textIn(entry, 'id'))),
  )
  const listed = new Set(entries.map((entry) => textIn(entry, 'id')))
  const gone = stored.filter((charge) => !listed.has(charge.id)).map((charge) => charge.id)
  if (options.isCascaded) for (const id of gone) await cascadeFixedRemoval(tx, caller, id)
  await deleteFixedCharges(tx, gone, caller.now)
  for (const entry of entries) {
    const charge = byId.get(textIn(entry, 'id'))
    if (charge) await changeOne(tx, caller, charge, entry, options)
    else await addOne(tx, caller, plan, entry, addOns, options)
  }
}

async function changeOne(
  tx: Tx,
  caller: Caller,
  before: PlanFixedCharge,
  entry: Input,
  { isFrozen, isCascaded }: Options,
): Promise<void> {
  const payload = accepted(readFixedChargeChange(entry, before, { isFrozen, isWhole: false }))
  const after = await writeFixedChargeChange(tx, caller, before, payload)
  if (isCascaded) await cascadeFixedChange(tx, caller, { before, after }, payload.appliesAtOnce)
}

async function addOne(
  tx: Tx,
  caller: Caller,
  plan: PlanRow,
  entry: Input,
  addOns: readonly AddOnRow[],
  { isCascaded }: Options,
): Promise<void> {
  const addOn = addOnOf(entry, addOns)
  if (!addOn) throw notFound('add_ons')
  const payload = accepted(readNewFixedCharge(entry))
  const charge = await writeNewFixedCharge(tx, caller, plan, addOn, payload)
  if (isCascaded) await cascadeNewFixedCharge(tx, caller, charge, payload.appliesAtOnce)
}

/** The add-ons that new entries name by id or by code, all of which must exist. */
async function addOnsOf(tx: Tx, entries: readonly Input[]): Promise<readonly AddOnRow[]> {
  const ids = entries.map((entry) => textIn(entry, 'add_on_id')).filter(isId)
  const codes = entries.map((entry) => codeIn(entry)).filter((code) => code !== '')
  const addOns = await holdAddOns(tx, { ids, codes })
  if (!entries.every((entry) => addOnOf(entry, addOns))) throw notFound('add_ons')
  return addOns
}

function textIn(entry: Input, key: string): string {
  const id = entry[key]
  return typeof id === 'string' ? id.toLowerCase() : ''
}

function codeIn(entry: Input): string {
  return typeof entry.add_on_code === 'string' ? entry.add_on_code.trim() : ''
}

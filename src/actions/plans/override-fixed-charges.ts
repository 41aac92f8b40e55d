import { type FixedChargePayload, readFixedChargeOverride } from '../../core/fixed-charges/settings.ts'
import type { Input } from '../../core/input/fields.ts'
import { readEntries } from '../../core/plans/plan-parts.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, notFound, refuseIfAny } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { deleteUnitsOverrides, unitsOverridesOf } from '../../store/fixed-charge-units.ts'
import { fixedChargesOfPlans, type PlanFixedCharge } from '../../store/fixed-charges.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'
import { recordOwnUnits } from '../fixed-charges/record-units.ts'
import { writeFixedChargeChange, writeFixedChargeCopy } from '../fixed-charges/write-fixed-charge.ts'

/**
 * Copies the fixed charges of a plan into a copy of it, with what `overrides` says of them. Units of its own that a
 * subscription has go into its copy, and units that change are recorded for it. 404 `fixed_charge_not_found`.
 */
export async function copyFixedCharges(
  tx: Tx,
  caller: Caller,
  plan: { readonly originalId: string; readonly copyId: string },
  overrides: Input,
  subscription: SubscriptionRow | undefined,
): Promise<void> {
  const own = subscription ? await unitsOverridesOf(tx, subscription.id) : new Map<string, string>()
  const originals = (await fixedChargesOfPlans(tx, [plan.originalId])).map((charge) => ({
    ...charge,
    units: own.get(charge.id) ?? charge.units,
  }))
  const payloads = payloadsOf(originals, overrides)
  for (const original of originals) {
    const payload = payloads.get(original.id)
    const copy = await writeFixedChargeCopy(tx, caller, original, plan.copyId, payload)
    if (!subscription || copy.units === original.units) continue
    await recordOwnUnits(tx, caller, subscription, copy, payload?.appliesAtOnce ?? false)
  }
  if (subscription) await deleteUnitsOverrides(tx, subscription.id)
}

/** Changes the fixed charges of a copy of a plan; those that `overrides` does not name stay. Errors as a copy. */
export async function changeFixedCopies(
  tx: Tx,
  caller: Caller,
  copyId: string,
  overrides: Input,
): Promise<void> {
  const charges = await fixedChargesOfPlans(tx, [copyId])
  const payloads = payloadsOf(charges, overrides)
  for (const charge of charges) {
    const payload = payloads.get(charge.id)
    if (payload) await writeFixedChargeChange(tx, caller, charge, payload)
  }
}

/** What the overrides say of each fixed charge, by its id; an entry may name it by the id of the original. */
function payloadsOf(
  charges: readonly PlanFixedCharge[],
  overrides: Input,
): ReadonlyMap<string, FixedChargePayload> {
  const problems = new Problems()
  const entries = readEntries(overrides, 'fixed_charges', problems) ?? []
  refuseIfAny(problems)
  return new Map(
    entries.map((entry) => {
      const id = typeof entry.id === 'string' ? entry.id.toLowerCase() : ''
      const charge = charges.find((each) => each.id === id || each.parentId === id)
      if (!charge) throw notFound('fixed_charge')
      return [charge.id, accepted(readFixedChargeOverride(entry, charge))]
    }),
  )
}

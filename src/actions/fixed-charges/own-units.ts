import { isUnitsOnly, readUnitsOverride, type UnitsOverride } from '../../core/fixed-charges/settings.ts'
import { type Input, isInput } from '../../core/input/fields.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { saveUnitsOverride, unitsOverridesOf } from '../../store/fixed-charge-units.ts'
import { type FixedChargeRow, fixedChargesOfPlans } from '../../store/fixed-charges.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'
import { recordOwnUnits } from './record-units.ts'

/** Units of a fixed charge that a subscription gets for itself. */
export type OwnUnits = UnitsOverride & {
  readonly charge: Pick<FixedChargeRow, 'id' | 'units' | 'payInAdvance'>
}

/**
 * The units that overrides of an original plan consist of, when they name nothing else and need no copy of the plan
 * (docs/rules/fixed-charges.md#units-of-one-subscription); undefined when they need one. 404 `fixed_charge_not_found`.
 */
export async function ownUnitsIn(
  reads: Reads,
  planId: string,
  overrides: Input,
): Promise<readonly OwnUnits[] | undefined> {
  const { fixed_charges: list, ...others } = overrides
  if (Object.keys(others).length > 0 || !Array.isArray(list) || list.length === 0) return undefined
  const entries = list.map((each: unknown) => (isInput(each) ? each : {}))
  if (!entries.every(isUnitsOnly)) return undefined
  const charges = await fixedChargesOfPlans(reads, [planId])
  return entries.map((entry) => {
    const id = typeof entry.id === 'string' ? entry.id.toLowerCase() : ''
    const charge = charges.find((each) => each.id === id)
    if (!charge) throw notFound('fixed_charge')
    return { charge, ...accepted(readUnitsOverride(entry)) }
  })
}

/** Gives a subscription that has yet to start units of its own, which its start records. */
export async function saveOwnUnits(
  tx: Tx,
  { organizationId, now }: Caller,
  subscription: Pick<SubscriptionRow, 'id'>,
  list: readonly OwnUnits[],
): Promise<void> {
  for (const { charge, units } of list) {
    const place = { organizationId, subscriptionId: subscription.id, fixedChargeId: charge.id }
    await saveUnitsOverride(tx, { ...place, units }, now)
  }
}

/** Gives a subscription units of its own, and records those that are others than it had. */
export async function changeOwnUnits(
  tx: Tx,
  caller: Caller,
  subscription: SubscriptionRow,
  list: readonly OwnUnits[],
): Promise<void> {
  if (list.length === 0) return
  const before = await unitsOverridesOf(tx, subscription.id)
  await saveOwnUnits(tx, caller, subscription, list)
  for (const { charge, units, appliesAtOnce } of list) {
    if (units === (before.get(charge.id) ?? charge.units)) continue
    await recordOwnUnits(tx, caller, subscription, { ...charge, units }, appliesAtOnce)
  }
}

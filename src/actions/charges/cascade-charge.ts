import { isSameValue } from '../../core/input/same-value.ts'
import { type FilterSettings, valuesKey } from '../../core/plans/charge-filters.ts'
import type { ChargeProperties } from '../../core/pricing/charge-model.ts'
import {
  cascadedCharges,
  deleteCharges,
  insertChargeCopies,
  insertFilters,
  updateChargeCopies,
} from '../../store/charges.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { chargesWithParts, childPlansInUse, type PlanCharge } from '../../store/plans.ts'
import { inParts } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import { newFilters, writeFilters } from './write-charge.ts'

/** Copies written per statement; between statements, other work gets the process and the database. */
const COPIES_AT_ONCE = 500

/** Adds a new charge of a plan to its copies in use (docs/rules/plans.md#cascades). */
export async function cascadeNewCharge(tx: Tx, caller: Caller, parent: PlanCharge): Promise<void> {
  const { organizationId, now } = caller
  const places = (await childPlansInUse(tx, parent.planId)).map((plan) => ({
    organizationId,
    id: newId(),
    planId: plan.id,
    parentId: parent.id,
    billableMetricId: parent.billableMetricId,
    pricingUnitId: parent.pricingUnitId,
  }))
  for (const some of inParts(places, COPIES_AT_ONCE)) {
    await insertChargeCopies(tx, some, parent, now)
    await insertFilters(
      tx,
      organizationId,
      some.flatMap(({ id }) => newFilters(id, parent.filters)),
      now,
    )
  }
}

/** Removes a deleted charge from the copies of its plan that are in use. */
export async function cascadeRemoval(tx: Tx, caller: Caller, parentId: string): Promise<void> {
  const children = await cascadedCharges(tx, parentId)
  await deleteCharges(
    tx,
    children.map((child) => child.id),
    caller.now,
  )
}

/**
 * Applies a change of a charge to its copies in use with the same model: properties, pricing unit rate and target
 * wallets only if they still equal the old ones (docs/rules/pricing-models.md#editing-charges), group keys and code
 * always, filters by their values; names, minimums and taxes never (docs/rules/plans.md#cascades).
 */
export async function cascadeChange(
  tx: Tx,
  caller: Caller,
  before: PlanCharge,
  after: PlanCharge,
): Promise<void> {
  const copies = await cascadedCharges(tx, before.id)
  const following = copies.filter((copy) => copy.chargeModel === after.chargeModel)
  for (const some of inParts(following, COPIES_AT_ONCE)) {
    await changeCopies(tx, caller, await chargesWithParts(tx, some), { before, after })
  }
}

async function changeCopies(
  tx: Tx,
  caller: Caller,
  copies: readonly PlanCharge[],
  { before, after }: { readonly before: PlanCharge; readonly after: PlanCharge },
): Promise<void> {
  const changed = copies.map((copy) => ({
    id: copy.id,
    code: after.code,
    properties: isSameValue(copy.properties, before.properties)
      ? after.properties
      : withGroupKeysOf(copy.properties, after.properties),
    ...followed(copy, before, after),
  }))
  await updateChargeCopies(tx, changed, caller.now)
  const filters = copies.map((charge) => ({
    charge,
    wanted: cascadedFilters(charge.filters, before.filters, after.filters),
  }))
  await writeFilters(tx, caller, filters)
}

function followed(child: PlanCharge, before: PlanCharge, after: PlanCharge) {
  const hasOldRate = child.conversionRate === before.conversionRate
  const hasOldWallets = child.acceptsTargetWallet === before.acceptsTargetWallet
  return {
    conversionRate: hasOldRate ? after.conversionRate : child.conversionRate,
    acceptsTargetWallet: hasOldWallets ? after.acceptsTargetWallet : child.acceptsTargetWallet,
  }
}

const GROUP_KEYS = ['pricing_group_keys', 'grouped_by', 'presentation_group_keys']

function withGroupKeysOf(properties: ChargeProperties, source: ChargeProperties): ChargeProperties {
  const own = Object.entries(properties).filter(([key]) => !GROUP_KEYS.includes(key))
  const followed = Object.entries(source).filter(([key]) => GROUP_KEYS.includes(key))
  return Object.fromEntries([...own, ...followed])
}

/** A copy's filters after its original's filters changed; what was overridden in the copy stays. */
function cascadedFilters(
  own: readonly FilterSettings[],
  before: readonly FilterSettings[],
  after: readonly FilterSettings[],
): FilterSettings[] {
  const old = new Map(before.map((filter) => [valuesKey(filter.values), filter]))
  const next = new Map(after.map((filter) => [valuesKey(filter.values), filter]))
  const kept = own.flatMap((filter) => {
    const key = valuesKey(filter.values)
    const was = old.get(key)
    const now = next.get(key)
    if (was && !now) return []
    return [was && now ? followingFilter(filter, was, now) : filter]
  })
  const present = new Set(own.map((filter) => valuesKey(filter.values)))
  const added = [...next].filter(([key]) => !old.has(key) && !present.has(key)).map(([, filter]) => filter)
  return [...kept, ...added]
}

function followingFilter(own: FilterSettings, was: FilterSettings, now: FilterSettings): FilterSettings {
  const hasOldName = own.invoiceDisplayName === was.invoiceDisplayName
  return {
    values: own.values,
    invoiceDisplayName: hasOldName ? now.invoiceDisplayName : own.invoiceDisplayName,
    properties: isSameValue(own.properties, was.properties) ? now.properties : own.properties,
  }
}

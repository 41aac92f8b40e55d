import type { Input } from '../../core/input/fields.ts'
import { valuesKey } from '../../core/plans/charge-filters.ts'
import { readChargeOverride } from '../../core/plans/charge-settings.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from '../../core/subscriptions/lifecycle.ts'
import { type ChargeFilterRow, filtersOfCharges } from '../../store/charges.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { holdOriginalPlan, type PlanCharge, readPlan } from '../../store/plans.ts'
import {
  findPricedSubscription,
  movePricedSubscription,
  type PricedSubscription,
} from '../../store/priced-subscriptions.ts'
import { readSubscription } from '../../store/subscriptions.ts'
import { Conflict, inTransaction } from '../../store/transaction.ts'
import { settleAdvanceUsage } from '../billing/settle-advance-usage.ts'
import type { Caller, Context } from '../context.ts'
import { overridePlan } from '../plans/override-plan.ts'
import { findAgain } from '../subscriptions/lock-subscription.ts'
import { carryAdvanceToCopy } from './carry-advance-usage.ts'
import {
  afterChange,
  type ChangedFilter,
  filterOf,
  filterWith,
  newFilterOf,
  readCharge,
  rereadCharge,
  without,
  writeFilterChange,
} from './change-charges.ts'
import { writeChargeChange, writeFilters } from './write-charge.ts'

/** Identifies a charge of a subscription; `status` is the requested one. */
export type OverridePlace = {
  readonly externalId: string
  readonly status: string | undefined
  readonly chargeCode: string
}

/** The subscription to price: active before pending unless a status is given; 404 if there is none. */
export async function readPricedSubscription(
  reads: Reads,
  at: Pick<OverridePlace, 'externalId' | 'status'>,
): Promise<PricedSubscription> {
  const subscription = await findPricedSubscription(reads, at.externalId, statusesOf(at.status))
  if (!subscription) throw notFound('subscription')
  return subscription
}

/** The same to change its prices: 405 while it waits for its payment. */
export async function findRepriced(
  reads: Reads,
  at: Pick<OverridePlace, 'externalId' | 'status'>,
): Promise<PricedSubscription | undefined> {
  const waiting = () => findPricedSubscription(reads, at.externalId, ['incomplete'])
  const found =
    at.status === 'incomplete'
      ? undefined
      : await findPricedSubscription(reads, at.externalId, statusesOf(at.status))
  if (!found && (await waiting())) throw notAllowed('subscription_incomplete')
  return found
}

/**
 * Overrides the price of one charge for one subscription (docs/rules/plans.md#prices-of-one-subscription); its plan
 * is copied first if it has no copy yet. 404 for an unknown subscription or charge, 422 for invalid fields, 403 for
 * another charge model.
 */
export async function overrideCharge(
  context: Context,
  caller: Caller,
  at: OverridePlace,
  input: Input,
): Promise<PlanCharge> {
  return onOwnCharge(context, caller, at, async (tx, charge) => {
    await writeChargeChange(tx, caller, charge, accepted(readChargeOverride(input, charge, charge.metric)))
  })
}

/** Adds a filter to a charge for one subscription; 422 `values: value_already_exists`. */
export async function overrideNewFilter(
  context: Context,
  caller: Caller,
  at: OverridePlace,
  input: Input,
): Promise<ChangedFilter> {
  let key = ''
  const charge = await onOwnCharge(context, caller, at, async (tx, own) => {
    const filter = newFilterOf(own, input)
    key = valuesKey(filter.values)
    await writeFilters(tx, caller, [{ charge: own, wanted: [...own.filters, filter] }])
  })
  return { charge, filter: filterWith(charge, key) }
}

/**
 * Updates a filter for one subscription, identified by its own id or that of the plan's filter. 404
 * `charge_filter_not_found`.
 */
export async function overrideFilter(
  context: Context,
  caller: Caller,
  at: OverridePlace & { readonly filterId: string },
  input: Input,
): Promise<ChangedFilter> {
  let key = ''
  const charge = await onOwnCharge(context, caller, at, async (tx, own) => {
    const filter = await ownFilter(tx, own, at.filterId)
    key = valuesKey(filter.values)
    await writeFilterChange(tx, caller, own, filter, input)
  })
  return { charge, filter: filterWith(charge, key) }
}

/** Removes a filter from a charge for one subscription and returns it. 404 `charge_filter_not_found`. */
export async function overrideWithoutFilter(
  context: Context,
  caller: Caller,
  at: OverridePlace & { readonly filterId: string },
): Promise<ChangedFilter> {
  let gone: ChargeFilterRow | undefined
  const charge = await onOwnCharge(context, caller, at, async (tx, own) => {
    gone = await ownFilter(tx, own, at.filterId)
    await writeFilters(tx, caller, [{ charge: own, wanted: without(own.filters, gone) }])
  })
  if (!gone) throw notFound('charge_filter')
  return { charge, filter: gone }
}

async function onOwnCharge(
  context: Context,
  caller: Caller,
  at: OverridePlace,
  change: (tx: Tx, charge: PlanCharge) => Promise<void>,
): Promise<PlanCharge> {
  return inTransaction(context.database, caller, async (tx) => {
    const find = () => findRepriced(tx, at)
    const meant = await find()
    if (!meant) throw notFound('subscription')
    // The plan before the customer, and both before its charges in advance are settled at their present prices.
    await holdOriginalPlan(tx, meant.planId)
    await lockCustomerById(tx, meant.customerId)
    await settleAdvanceUsage(context, tx, caller, { customerId: meant.customerId })
    const subscription = await findAgain(find, meant)
    if (!subscription) throw notFound('subscription')
    if (subscription.planId !== meant.planId) throw new Conflict('the subscription has another plan by now')
    const found = await readCharge(tx, subscription.planId, at.chargeCode)
    const own = await ownChargeOf(tx, caller, subscription, found)
    await change(tx, own)
    await afterChange(tx, caller, { id: own.planId }, [own.billableMetricId], false)
    return rereadCharge(tx, own.planId, own.id)
  })
}

/** The charge in the subscription's own copy of the plan, which is created if there is none. */
async function ownChargeOf(
  tx: Tx,
  caller: Caller,
  subscription: PricedSubscription,
  found: PlanCharge,
): Promise<PlanCharge> {
  const plan = await readPlan(tx, subscription.planId)
  if (plan.parentId !== null) return found
  const row = await readSubscription(tx, subscription.id)
  const childId = await overridePlan(tx, caller, { plan, overrides: {}, subscription: row })
  await movePricedSubscription(tx, subscription.id, childId, caller.now)
  await carryAdvanceToCopy(tx, caller, subscription, childId)
  return readCharge(tx, childId, found.code)
}

/** The filter by its own id, or by the id of the original charge's filter with the same values. */
async function ownFilter(tx: Tx, charge: PlanCharge, filterId: string): Promise<ChargeFilterRow> {
  const id = filterId.toLowerCase()
  if (charge.parentId === null || charge.filters.some((filter) => filter.id === id))
    return filterOf(charge, id)
  const originals = (await filtersOfCharges(tx, [charge.parentId])).get(charge.parentId) ?? []
  const original = originals.find((filter) => filter.id === id)
  const own =
    original && charge.filters.find((filter) => valuesKey(filter.values) === valuesKey(original.values))
  if (!own) throw notFound('charge_filter')
  return own
}

/** The statuses that a caller means: the one that it names, else those of subscriptions that have prices. */
export function statusesOf(status: string | undefined): readonly SubscriptionStatus[] {
  const named = SUBSCRIPTION_STATUSES.find((each) => each === status)
  return named ? [named] : ['active', 'pending']
}

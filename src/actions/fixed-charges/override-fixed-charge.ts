import { isUnitsOnly, readFixedChargeOverride, readUnitsOverride } from '../../core/fixed-charges/settings.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { unitsOverridesOf } from '../../store/fixed-charge-units.ts'
import { fixedChargesOfPlans, type PlanFixedCharge } from '../../store/fixed-charges.ts'
import { holdOriginalPlan, readPlan } from '../../store/plans.ts'
import { movePricedSubscription } from '../../store/priced-subscriptions.ts'
import { readSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import { Conflict, inTransaction } from '../../store/transaction.ts'
import { settleAdvanceUsage } from '../billing/settle-advance-usage.ts'
import { carryAdvanceToCopy } from '../charges/carry-advance-usage.ts'
import { afterChange } from '../charges/change-charges.ts'
import { findRepriced, type OverridePlace, readPricedSubscription } from '../charges/override-charge.ts'
import type { Caller, Context } from '../context.ts'
import { overridePlan } from '../plans/override-plan.ts'
import { findAgain } from '../subscriptions/lock-subscription.ts'
import { settleOverdue } from '../subscriptions/settle-overdue.ts'
import { changeOwnUnits } from './own-units.ts'
import { readFixedCharge, writeFixedChargeChange } from './write-fixed-charge.ts'

/** Which fixed charge of which subscription; `status` is the one that the caller asked for. */
export type FixedOverridePlace = Omit<OverridePlace, 'chargeCode'> & { readonly fixedChargeCode: string }

/** The fixed charges that a subscription pays, each with the units that it has. 404 `subscription_not_found`. */
export async function fixedChargesOfSubscription(
  reads: Reads,
  at: Omit<FixedOverridePlace, 'fixedChargeCode'>,
): Promise<readonly PlanFixedCharge[]> {
  const { id, planId } = await readPricedSubscription(reads, at)
  const [charges, own] = await Promise.all([
    fixedChargesOfPlans(reads, [planId]),
    unitsOverridesOf(reads, id),
  ])
  return charges.map((charge) => ({ ...charge, units: own.get(charge.id) ?? charge.units }))
}

/**
 * Changes a fixed charge for one subscription (docs/rules/fixed-charges.md#units-of-one-subscription): units alone are
 * kept beside its plan, anything else goes into a copy of the plan, which is made when there is none. Gives it with the
 * units that the subscription has. 404 for subscription and fixed charge, 422 for what is wrong, 403 for another model.
 */
export async function overrideFixedCharge(
  context: Context,
  caller: Caller,
  at: FixedOverridePlace,
  input: Input,
): Promise<PlanFixedCharge> {
  return inTransaction(context.database, caller, async (tx) => {
    const find = () => findRepriced(tx, at)
    const meant = await find()
    if (!meant) throw notFound('subscription')
    // The plan before the customer, and both before what is due at its present prices is settled.
    await holdOriginalPlan(tx, meant.planId)
    await lockCustomerById(tx, meant.customerId)
    await settleOverdue(context, tx, caller, meant.customerId)
    await settleAdvanceUsage(context, tx, caller, { customerId: meant.customerId })
    const found = await findAgain(find, meant)
    if (!found) throw notFound('subscription')
    if (found.planId !== meant.planId) throw new Conflict('the subscription has another plan by now')
    const row = await readSubscription(tx, found.id)
    const planId = await change(
      tx,
      caller,
      row,
      await readFixedCharge(tx, row.planId, at.fixedChargeCode),
      input,
    )
    await afterChange(tx, caller, { id: planId }, [], false)
    const charges = await fixedChargesOfSubscription(tx, at)
    const charge = charges.find(({ code }) => code === at.fixedChargeCode)
    if (!charge) throw notFound('fixed_charge')
    return charge
  })
}

/** Gives the plan that the subscription has then. */
async function change(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  charge: PlanFixedCharge,
  input: Input,
): Promise<string> {
  const plan = await readPlan(tx, row.planId)
  if (plan.parentId !== null) {
    await writeFixedChargeChange(tx, caller, charge, accepted(readFixedChargeOverride(input, charge)))
    return plan.id
  }
  if (isUnitsOnly(input)) {
    await changeOwnUnits(tx, caller, row, [{ charge, ...accepted(readUnitsOverride(input)) }])
    return plan.id
  }
  const overrides = { fixed_charges: [{ ...input, id: charge.id }] }
  const childId = await overridePlan(tx, caller, { plan, overrides, subscription: row })
  await movePricedSubscription(tx, row.id, childId, caller.now)
  await carryAdvanceToCopy(tx, caller, row, childId)
  return childId
}

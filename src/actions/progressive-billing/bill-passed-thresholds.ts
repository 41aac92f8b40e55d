import { chargeFeeDraft, isWorthStoring } from '../../core/invoicing/fee-draft.ts'
import { fittingFees, INVOICE_CENTS_MAX } from '../../core/invoicing/fitting-fees.ts'
import {
  type BilledSoFar,
  checkProgressiveBilling,
  type LifetimeFigures,
  lifetimeTotal,
} from '../../core/progressive-billing/progressive-check.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import { billWindows } from '../../core/subscriptions/windows.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { UsageThresholdRow } from '../../store/plan-parts.ts'
import { hasProgressiveInvoice, progressivelyBilled } from '../../store/progressive-invoices.ts'
import { toWireUsageThreshold } from '../../wire/plans.ts'
import { createInvoice } from '../billing/create-invoice.ts'
import { resolveFeeTaxes } from '../billing/resolve-fee-taxes.ts'
import type { Caller, Context } from '../context.ts'
import { announceSubscription } from '../subscriptions/announce-subscription.ts'
import type { OpenSubscription } from '../usage/open-subscription.ts'

/** The usage of an active subscription as of one instant. */
export type SubscriptionActivity = OpenSubscription & {
  /** All charges of the plan in the open window. */
  readonly rated: readonly RatedUsage[]
  readonly figures: LifetimeFigures
}

/**
 * Invoices the usage of the open period when it passes thresholds (metering-and-rating §6.2, §6.3): one invoice
 * whatever was passed, then one message for each threshold. The invoice bills what current usage shows of the charges
 * in arrears that are invoiceable, the whole of it; earlier progressive invoices of the period are credited on it. The
 * customer is locked by the caller.
 */
export async function billPassedThresholds(
  context: Context,
  tx: Tx,
  caller: Caller,
  activity: SubscriptionActivity,
  thresholds: readonly UsageThresholdRow[],
): Promise<void> {
  const { subscription, open, figures } = activity
  const { row } = subscription
  const billed = await progressivelyBilled(tx, row.id, open.window)
  const { passed, key } = checkProgressiveBilling(thresholds, figures, billed && withAhead(billed, activity))
  if (passed.length === 0) return
  const chain = JSON.stringify([row.customerId, row.externalId, row.subscriptionAt])
  const uniqueKey = `${chain}:${key}`
  if (await hasProgressiveInvoice(tx, uniqueKey)) return
  const bill = billOf(caller, activity)
  if (await isTooLarge(context, tx, caller, bill, lifetimeTotal(figures))) return
  await createInvoice(context, tx, caller, {
    ...bill,
    reached: {
      key: uniqueKey,
      lifetimeCents: lifetimeTotal(figures),
      thresholdIds: passed.map((threshold) => threshold.id),
    },
  })
  for (const threshold of passed) {
    await announceSubscription(tx, caller, 'subscription.usage_threshold_reached', row, {
      usage_threshold: toWireUsageThreshold(threshold),
    })
  }
}

/**
 * Usage that no progressive invoice bills is past, too, once there is one: otherwise it would pass the thresholds again
 * at each look.
 */
function withAhead(billed: BilledSoFar, { rated }: SubscriptionActivity): BilledSoFar {
  const ahead = rated.filter((usage) => !isBilled(usage))
  return { ...billed, feesCents: ahead.reduce((sum, { fee }) => sum + fee.amountCents, billed.feesCents) }
}

/** Charges in arrears that are invoiceable (§6.3). */
function isBilled({ charge }: RatedUsage): boolean {
  return charge.invoiceable && !charge.payInAdvance
}

/** Whether an amount fits on no invoice; it is not billed ahead then: the bill at the period's end names it. */
async function isTooLarge(
  context: Context,
  tx: Tx,
  { organizationId }: Caller,
  { snapshot, fees }: ReturnType<typeof billOf>,
  lifetimeCents: bigint,
): Promise<boolean> {
  const { excess } = fittingFees(await resolveFeeTaxes(tx, snapshot, fees))
  if (excess.length === 0 && lifetimeCents <= INVOICE_CENTS_MAX) return false
  const subscriptionId = fees[0]?.subscriptionId
  context.log.error({ organizationId, subscriptionId }, 'usage is too large to be billed by its thresholds')
  return true
}

function billOf(caller: Caller, { snapshot, subscription, open, rated }: SubscriptionActivity) {
  const { row, plan, billing, billingPlan } = subscription
  const moment = { plan: billingPlan, subscription: billing, at: caller.now, zone: snapshot.zone }
  return {
    snapshot,
    invoiceType: 'progressive_billing' as const,
    currency: plan.amountCurrency,
    billingEntityId: row.billingEntityId ?? snapshot.customer.billingEntityId,
    purchaseOrderNumber: row.purchaseOrderNumber,
    at: caller.now,
    links: [
      {
        subscription,
        reason: 'progressive_billing' as const,
        windows: {
          ...billWindows({ ...moment, current: true }),
          charges: open.window,
          chargesDurationDays: open.durationDays,
        },
      },
    ],
    fees: rated
      .filter(isBilled)
      .map((usage) =>
        chargeFeeDraft({
          id: newId(),
          subscriptionId: row.id,
          rated: usage,
          payInAdvance: false,
          period: open.window,
          chargesWindow: open.window,
        }),
      )
      .filter(isWorthStoring),
    hasGrace: false,
  }
}

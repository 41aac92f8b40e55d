import { chargeFeeDraft, isWorthStoring } from '../../core/invoicing/fee-draft.ts'
import {
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
  const { passed, key } = checkProgressiveBilling(thresholds, figures, billed)
  if (passed.length === 0) return
  const chain = JSON.stringify([row.customerId, row.externalId, row.subscriptionAt])
  const uniqueKey = `${chain}:${key}`
  if (await hasProgressiveInvoice(tx, uniqueKey)) return
  await createInvoice(context, tx, caller, {
    ...billOf(caller, activity),
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

function billOf(caller: Caller, { snapshot, subscription, open, rated }: SubscriptionActivity) {
  const { row, plan, billing, billingPlan } = subscription
  const moment = { plan: billingPlan, subscription: billing, at: caller.now, zone: snapshot.zone }
  const isBilled = ({ charge }: RatedUsage) => charge.invoiceable && !charge.payInAdvance
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

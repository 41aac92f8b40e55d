import { assembleInvoice, type InvoiceLines } from '../../core/billing/assemble-invoice.ts'
import type { InvoicePlan, ReachedThresholds } from '../../core/billing/bill-plan.ts'
import { availableCoupons } from '../../core/billing/reductions/coupons.ts'
import { availableWallets } from '../../core/billing/reductions/prepaid.ts'
import { chargeFeeDraft, type FeeDraft, isWorthStoring } from '../../core/invoicing/fee-draft.ts'
import { INVOICE_CENTS_MAX } from '../../core/invoicing/fitting-fees.ts'
import {
  type BilledSoFar,
  checkProgressiveBilling,
  type LifetimeFigures,
  lifetimeTotal,
} from '../../core/progressive-billing/progressive-check.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import { billWindows, type Window } from '../../core/subscriptions/windows.ts'
import { readCouponFacts } from '../../store/billing/coupon-facts.ts'
import { answerProgressive } from '../../store/billing/progressive-facts.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import { readWalletFacts } from '../../store/billing/wallet-facts.ts'
import type { Tx } from '../../store/database.ts'
import type { UsageThresholdRow } from '../../store/plan-parts.ts'
import { hasProgressiveInvoice, progressivelyBilled } from '../../store/progressive-invoices.ts'
import { toWireUsageThreshold } from '../../wire/plans.ts'
import { writePlans } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'
import { announceSubscription } from '../subscriptions/announce-subscription.ts'
import type { OpenSubscription } from '../usage/open-subscription.ts'

/** The usage of an active subscription at an instant. */
export type SubscriptionActivity = OpenSubscription & {
  /** All charges of the plan, rated in the open window. */
  readonly rated: readonly RatedUsage[]
  readonly figures: LifetimeFigures
}

/**
 * Invoices the usage of the open period when it passes thresholds
 * (docs/rules/progressive-billing.md#when-a-threshold-is-passed and
 * docs/rules/progressive-billing.md#the-progressive-invoice): one invoice for any number of thresholds, then one
 * webhook per threshold. The invoice bills all current usage of invoiceable charges in arrears and credits earlier
 * progressive invoices of the period. The caller has locked the customer.
 */
export async function billPassedThresholds(
  context: Context,
  tx: Tx,
  caller: Caller,
  activity: SubscriptionActivity,
  thresholds: readonly UsageThresholdRow[],
): Promise<void> {
  const { snapshot, subscription, open, figures } = activity
  const billed = await progressivelyBilled(tx, subscription.id, open.window)
  const { passed, key } = checkProgressiveBilling(thresholds, figures, billed && withAhead(billed, activity))
  if (passed.length === 0) return
  const { externalId, billing } = subscription
  const chain = JSON.stringify([snapshot.customer.id, externalId, billing.subscriptionAt])
  const uniqueKey = `${chain}:${key}`
  if (await hasProgressiveInvoice(tx, uniqueKey)) return
  const invoice = await buildInvoice(tx, caller, activity, {
    key: uniqueKey,
    lifetimeCents: lifetimeTotal(figures),
    thresholdIds: passed.map((threshold) => threshold.id),
  })
  if (isTooLarge(context, caller, activity, invoice)) return
  const documents = [{ kind: 'invoice', invoice } as const]
  await writePlans(context, tx, caller, [{ customerId: snapshot.customer.id, documents, nextBillings: [] }])
  for (const threshold of passed) {
    await announceSubscription(tx, caller, 'subscription.usage_threshold_reached', subscription, {
      usage_threshold: toWireUsageThreshold(threshold),
    })
  }
}

/**
 * Once there is a progressive invoice, usage that such invoices never bill counts as past too; otherwise it would
 * pass the thresholds again on every check.
 */
function withAhead(billed: BilledSoFar, { rated }: SubscriptionActivity): BilledSoFar {
  const ahead = rated.filter((usage) => !isBilled(usage))
  return { ...billed, feesCents: ahead.reduce((sum, { fee }) => sum + fee.amountCents, billed.feesCents) }
}

/** Charges in arrears that are invoiceable (docs/rules/progressive-billing.md#the-progressive-invoice). */
function isBilled({ charge }: RatedUsage): boolean {
  return charge.invoiceable && !charge.payInAdvance
}

/**
 * Whether an amount is too large for any invoice. It is then not billed progressively; the bill at the end of the
 * period reports it.
 */
function isTooLarge(
  context: Context,
  { organizationId }: Caller,
  { subscription, figures }: SubscriptionActivity,
  invoice: InvoicePlan,
): boolean {
  if (invoice.unbilled.length === 0 && lifetimeTotal(figures) <= INVOICE_CENTS_MAX) return false
  const subscriptionId = subscription.id
  context.log.error({ organizationId, subscriptionId }, 'usage is too large to be billed by its thresholds')
  return true
}

async function buildInvoice(
  tx: Tx,
  caller: Caller,
  activity: SubscriptionActivity,
  reached: ReachedThresholds,
): Promise<InvoicePlan> {
  const { snapshot, subscription, open } = activity
  const { customer } = snapshot
  const { id: subscriptionId, externalId, charges } = subscription
  const [taxes, [earlier], applied, wallets] = await Promise.all([
    readTaxesOfBills(tx, new Map([[customer.id, customer]]), [subscription]),
    answerProgressive(tx, [{ subscriptionId, externalId, window: open.window, exceptInvoiceId: null }]),
    readCouponFacts(tx, [customer.id]),
    readWalletFacts(tx, [customer.id]),
  ])
  const progressive = new Map(earlier ? [[subscriptionId, { invoice: earlier, charges }]] : [])
  return assembleInvoice(linesOf(caller, activity, reached), taxes, {
    progressive,
    coupons: availableCoupons(applied.get(customer.id) ?? [], subscription.plan.currency, [subscription]),
    wallets: availableWallets(wallets.get(customer.id) ?? [], subscription.plan.currency, [subscription]),
  })
}

function linesOf(
  { now }: Caller,
  { snapshot, subscription, open, rated }: SubscriptionActivity,
  reached: ReachedThresholds,
): InvoiceLines {
  const { customer } = snapshot
  const { plan, billing } = subscription
  const billingEntity = snapshot.billingEntities.get(subscription.billingEntityId ?? customer.billingEntityId)
  if (!billingEntity) throw new Error(`subscription ${subscription.id} has no billing entity`)
  const windows = billWindows({ plan, subscription: billing, at: now, zone: customer.zone, current: true })
  return {
    head: {
      customer,
      billingEntity,
      invoiceType: 'progressive_billing',
      currency: plan.currency,
      zone: customer.zone,
      purchaseOrderNumber: subscription.purchaseOrderNumber,
      billingAt: now,
      createdAt: now,
    },
    periods: [
      {
        subscriptionId: subscription.id,
        reason: 'progressive_billing',
        windows: { ...windows, charges: open.window, chargesDurationDays: open.durationDays },
      },
    ],
    fees: feesOf(subscription.id, rated, open.window),
    planIds: new Map([[subscription.id, plan.id]]),
    hasGrace: false,
    draft: null,
    reached,
  }
}

function feesOf(subscriptionId: string, rated: readonly RatedUsage[], window: Window): readonly FeeDraft[] {
  return rated
    .filter(isBilled)
    .map((usage, n) =>
      chargeFeeDraft({
        key: `${subscriptionId}/${usage.charge.id}/${n}`,
        subscriptionId,
        rated: usage,
        payInAdvance: false,
        period: window,
        chargesWindow: window,
      }),
    )
    .filter(isWorthStoring)
}

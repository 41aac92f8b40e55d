import { billCustomers } from '../billing/bill-customers.ts'
import { priceAdvanceUsage } from '../billing/price-advance-usage.ts'
import { priceDeferredEvent } from '../billing/price-deferred-event.ts'
import { expireCoupon } from '../coupons/expire-coupon.ts'
import { followDays, followIssuing } from '../customers/follow-settings.ts'
import { dunCustomer } from '../dunning/dun-customer.ts'
import { tellUnknownWallets } from '../events/tell-unknown-wallets.ts'
import { validateEvents } from '../events/validate-events.ts'
import { billChangedUnits } from '../fixed-charges/bill-units.ts'
import { markOverdue } from '../invoices/mark-overdue.ts'
import { finalizeDrafts, refreshDrafts } from '../invoices/remake-drafts.ts'
import { dueProbe } from '../payment-providers/probe-provider.ts'
import { attendPage } from '../payments/attend-page.ts'
import { attendPayment, chargeInvoices, chargeRequest } from '../payments/charge-due.ts'
import { followNewAmount } from '../plans/follow-new-amount.ts'
import { attendRefund } from '../refunds/advance-refund.ts'
import { alertTermination } from '../subscriptions/alert-termination.ts'
import { endDueSubscription } from '../subscriptions/end-due-subscription.ts'
import { endTrial } from '../subscriptions/end-trial.ts'
import { finishPlanDeletion } from '../subscriptions/finish-plan-deletion.ts'
import { resolveGate } from '../subscriptions/resolve-gate.ts'
import { startDueSubscription } from '../subscriptions/start-due-subscription.ts'
import { rearmAlerts, watchSubscription } from '../usage/watch-subscription.ts'
import { billPurchase } from '../wallet-transactions/bill-purchase.ts'
import { passOnWalletUsage, refreshWallets } from '../wallets/refresh-wallets.ts'
import { runTopUp } from '../wallets/run-top-up.ts'
import { expireWallet } from '../wallets/terminate-wallet.ts'
import { endExpiredRule, topUpByInterval } from '../wallets/top-up-by-rule.ts'
import type { DueActions } from './due-action.ts'

/** The action for each kind of due item. */
export const dueActions: DueActions = {
  advance_usage: priceAdvanceUsage,
  draft_refresh: refreshDrafts,
  invoice_finalization: finalizeDrafts,
  invoice_overdue: markOverdue,
  dunning: dunCustomer,
  subscription_activity: watchSubscription,
  plan_deletion: finishPlanDeletion,
  subscription_start: startDueSubscription,
  subscription_gate: resolveGate,
  subscription_end: endDueSubscription,
  subscription_billing: billCustomers,
  trial_end: endTrial,
  termination_alert: alertTermination,
  event_validation: validateEvents,
  target_wallets: tellUnknownWallets,
  deferred_event: priceDeferredEvent,
  customer_days: followDays,
  customer_drafts: followIssuing,
  plan_amount: followNewAmount,
  alert_rearming: rearmAlerts,
  coupon_expiry: expireCoupon,
  fixed_charge_units: billChangedUnits,
  wallet_rule_expiry: endExpiredRule,
  wallet_rule: topUpByInterval,
  wallet_usage: passOnWalletUsage,
  wallet_refresh: refreshWallets,
  wallet_top_up: runTopUp,
  wallet_purchase: billPurchase,
  wallet_expiry: expireWallet,
  invoice_charge: chargeInvoices,
  request_charge: chargeRequest,
  payment_attention: attendPayment,
  refund_attention: attendRefund,
  page_expiry: attendPage,
  provider_probe: dueProbe,
}

import { Decimal } from '../core/amounts/decimal.ts'
import { toWireCents } from '../core/amounts/json-text.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { BalancePoint } from '../core/wallets/balance-history.ts'
import { creditsOfCents } from '../core/wallets/credits.ts'
import type { NamedWallet, WalletView } from '../store/wallets.ts'
import { centsOrNull } from './coupons.ts'
import { toWireSelectedSection } from './invoice-custom-sections.ts'
import { isoMillis, isoMillisOrNull, isoSeconds, isoSecondsOrNull } from './times.ts'

/** A wallet with everything about it. */
export function toWireWallet(view: WalletView): object {
  return {
    ...toWireWalletWithRules(view),
    applies_to: { fee_types: view.allowedFeeTypes, billable_metric_codes: view.metricCodes },
    applied_invoice_custom_sections: view.sections.map(toWireSelectedSection),
  }
}

/** A wallet as webhooks about it show it. */
export function toWireWalletWithRules(view: WalletView): object {
  return { ...toWireWalletBase(view), recurring_transaction_rules: view.rules.map(toWireRule) }
}

/** A wallet as its transactions show it. */
export function toWireWalletBase(wallet: NamedWallet): object {
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  return {
    lago_id: wallet.id,
    lago_customer_id: wallet.customerId,
    external_customer_id: wallet.externalCustomerId,
    billing_entity_code: wallet.billingEntityCode,
    status: wallet.status,
    currency: wallet.currency,
    name: wallet.name,
    code: wallet.code,
    purchase_order_number: wallet.purchaseOrderNumber,
    rate_amount: unit.rate.toWire(),
    credits_balance: creditsText(wallet.creditsBalance),
    credits_ongoing_balance: creditsOfCents(wallet.ongoingBalanceCents, unit).toWire(),
    credits_ongoing_usage_balance: creditsOfCents(wallet.ongoingUsageBalanceCents, unit).toWire(),
    balance_cents: toWireCents(wallet.balanceCents),
    ongoing_balance_cents: toWireCents(wallet.ongoingBalanceCents),
    ongoing_usage_balance_cents: toWireCents(wallet.ongoingUsageBalanceCents),
    consumed_credits: creditsText(wallet.consumedCredits),
    created_at: isoSeconds(wallet.createdAt),
    expiration_at: isoSecondsOrNull(wallet.expirationAt),
    last_balance_sync_at: isoSecondsOrNull(wallet.lastBalanceSyncAt),
    last_consumed_credit_at: isoSecondsOrNull(wallet.lastConsumedCreditAt),
    terminated_at: isoMillisOrNull(wallet.terminatedAt),
    invoice_requires_successful_payment: wallet.invoiceRequiresSuccessfulPayment,
    paid_top_up_min_amount_cents: centsOrNull(wallet.paidTopUpMinAmountCents),
    paid_top_up_max_amount_cents: centsOrNull(wallet.paidTopUpMaxAmountCents),
    priority: wallet.priority,
    payment_method: toWirePaymentMethod(wallet),
    ...(wallet.metadata === null ? {} : { metadata: wallet.metadata }),
  }
}

/** How the invoices of a wallet, a rule or a transaction are paid. */
export function toWirePaymentMethod(of: {
  readonly paymentMethodId: string | null
  readonly paymentMethodType: string
}): object {
  return { payment_method_id: of.paymentMethodId, payment_method_type: of.paymentMethodType }
}

function toWireRule(rule: WalletView['rules'][number]): object {
  return {
    lago_id: rule.id,
    status: rule.status,
    trigger: rule.trigger,
    interval: rule.interval,
    threshold_credits: creditsText(rule.thresholdCredits),
    method: rule.method,
    paid_credits: creditsText(rule.paidCredits),
    granted_credits: creditsText(rule.grantedCredits),
    target_ongoing_balance:
      rule.targetOngoingBalance === null ? null : creditsText(rule.targetOngoingBalance),
    grants_target_top_up: rule.grantsTargetTopUp ?? false,
    started_at: isoSecondsOrNull(rule.startedAt),
    expiration_at: isoSecondsOrNull(rule.expirationAt),
    invoice_requires_successful_payment: rule.invoiceRequiresSuccessfulPayment,
    ignore_paid_top_up_limits: rule.ignorePaidTopUpLimits,
    transaction_metadata: rule.transactionMetadata,
    transaction_name: rule.transactionName,
    purchase_order_number: rule.purchaseOrderNumber,
    created_at: isoSeconds(rule.createdAt),
    payment_method: toWirePaymentMethod(rule),
    applied_invoice_custom_sections: rule.sections.map(toWireSelectedSection),
  }
}

function creditsText(credits: string): string {
  return Decimal.of(credits).toWire()
}

/** What a wallet held over time, in money and in credits; `spentCents` is what paid invoices lately. */
export function toWireBalanceHistory(
  wallet: NamedWallet,
  points: readonly BalancePoint[],
  spentCents: bigint,
  emptyAt: Instant | null,
): object {
  const unit = { currency: wallet.currency, rate: Decimal.of(wallet.rateAmount) }
  return {
    lago_wallet_id: wallet.id,
    currency: wallet.currency,
    points: points.map(({ at, balanceCents }) => ({
      at: isoMillis(at),
      balance_cents: toWireCents(balanceCents),
      credits_balance: creditsOfCents(balanceCents, unit).toWire(),
    })),
    spent_cents_in_30_days: toWireCents(spentCents),
    spent_credits_in_30_days: creditsOfCents(spentCents, unit).toWire(),
    empty_at: isoSecondsOrNull(emptyAt),
  }
}

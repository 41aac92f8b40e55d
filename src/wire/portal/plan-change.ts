import { Decimal } from '../../core/amounts/decimal.ts'
import { toWireCents } from '../../core/amounts/json-text.ts'
import type { CalendarDate } from '../../core/calendar/calendar-date.ts'
import type { PlanEntitlement } from '../../core/entitlements/resolve.ts'
import type { PlanWithParts } from '../../store/plans.ts'
import { namesOfFee } from '../fees.ts'
import type { ShownPreview } from '../invoice-preview.ts'
import { isoSecondsOrNull } from '../times.ts'
import { toWireOwnEntitlements, toWireOwnPrices } from './customer.ts'

/** A plan that a customer may change to, in the words of the catalogue. */
export function toWirePlanChoice(choice: {
  readonly plan: PlanWithParts
  readonly kind: 'upgrade' | 'downgrade'
  readonly takesEffectOn: CalendarDate | null
  readonly entitlements: readonly PlanEntitlement[]
  readonly addOnNames: ReadonlyMap<string, string>
}): object {
  const { plan, kind, takesEffectOn } = choice
  return {
    id: plan.id,
    name: plan.invoiceDisplayName || plan.name,
    description: plan.description,
    interval: plan.interval,
    amount_cents: toWireCents(plan.amountCents),
    currency: plan.amountCurrency,
    is_paid_in_advance: plan.payInAdvance,
    ...toWireOwnPrices(plan, choice),
    entitlements: toWireOwnEntitlements(choice.entitlements),
    kind,
    takes_effect_on: takesEffectOn,
  }
}

/** A change of plan that waits for the end of the period. */
export function toWireWaitingChange(waiting: {
  readonly planName: string
  readonly takesEffectOn: CalendarDate | null
  readonly isWithdrawable: boolean
}): object {
  return {
    plan_name: waiting.planName,
    takes_effect_on: waiting.takesEffectOn,
    can_be_withdrawn: waiting.isWithdrawable,
  }
}

/** A bill that is not made yet, for its customer. */
export function toWireOwnPreview({ invoice, fees, taxes }: ShownPreview): object {
  return {
    issuing_date: invoice.issuingDate,
    currency: invoice.currency,
    fees: fees.map((fee) => ({
      ...namesOfFee(fee),
      units: Decimal.of(fee.units).toWire(),
      amount_cents: toWireCents(fee.amountCents),
      from: isoSecondsOrNull(fee.fromAt),
      to: isoSecondsOrNull(fee.toAt),
    })),
    taxes: taxes.map((tax) => ({
      name: tax.taxName,
      rate: Decimal.of(tax.taxRate).toWire(),
      amount_cents: toWireCents(tax.amountCents),
    })),
    progressive_billing_credit_amount_cents: toWireCents(invoice.progressiveBillingCreditAmountCents),
    coupons_amount_cents: toWireCents(invoice.couponsAmountCents),
    credit_notes_amount_cents: toWireCents(invoice.creditNotesAmountCents),
    prepaid_credit_amount_cents: toWireCents(invoice.prepaidCreditAmountCents),
    total_amount_cents: toWireCents(invoice.totalAmountCents),
  }
}

import { Decimal } from '../../core/amounts/decimal.ts'
import { storedCents } from '../../core/amounts/json-text.ts'
import type { Input } from '../../core/input/fields.ts'
import { withNewest } from '../../core/metering/reference.ts'
import { type EventPlan, planEvent } from '../../core/rating/event-plan.ts'
import { type EventAnswer, rateEvent, stepOfEvent } from '../../core/rating/rate-event.ts'
import { usageAfter } from '../../core/rating/rate-subscription.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import { invalid } from '../../core/refusal.ts'
import { taxesOfFee } from '../../core/taxes/apply.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import type { Reads } from '../../store/database.ts'
import { type ShownFee, storedBreakdowns } from '../../wire/fees.ts'
import { eventContext } from '../billing/advance-fees.ts'
import type { Caller } from '../context.ts'
import { AdvanceStates } from '../usage/advance-states.ts'
import { answerEvents } from '../usage/answer-events.ts'
import { taxesOfCharges } from '../usage/usage-taxes.ts'
import { type EstimatedEvent, readEstimatedEvent } from './estimated-event.ts'

/**
 * What an event would cost now under each charge in advance on its code, on top of all stored usage; nothing is
 * written (docs/rules/usage.md#estimates). 404 and 422 as in `readEstimatedEvent`; 422 `code:
 * does_not_match_an_instant_charge` when no charge is paid in advance.
 */
export async function estimateFees(reads: Reads, caller: Caller, input: Input): Promise<ShownFee[]> {
  const estimated = await readEstimatedEvent(reads, caller, input)
  const { snapshot, subscription, open, event, charges } = estimated
  if (charges.length === 0) throw invalid({ code: ['does_not_match_an_instant_charge'] })
  const after = usageAfter(subscription, open.window)
  const plans = charges.flatMap((charge) => planEvent(charge, event, open.window.from, after) ?? [])
  const chargeIds = plans.map((plan) => plan.charge.id)
  const answers = await answersWith(reads, plans)
  const from = open.window.from
  const states = await AdvanceStates.read(reads, subscription.externalId, chargeIds, [from])
  const taxes = await taxesOfCharges(reads, snapshot, subscription.plan.id, chargeIds)
  return plans.flatMap((plan, index) => {
    const answer = answers[index]
    if (!answer) return []
    const context = eventContext(estimated, open)
    const step = stepOfEvent(plan, answer, states.of(plan, from), context)
    return [shownFee(estimated, rateEvent(plan, answer, step, context), taxes.get(plan.charge.id) ?? [])]
  })
}

/**
 * The stored usage, with and without the event; a unique count needs its events, because totals do not show what an
 * event changes.
 */
async function answersWith(reads: Reads, plans: readonly EventPlan[]): Promise<EventAnswer[]> {
  const asked = plans.map((plan): EventPlan => {
    const isUnique = plan.charge.metric.aggregation === 'unique_count_agg'
    const detail = isUnique ? 'events' : plan.withEvent.detail
    return { ...plan, withEvent: { ...plan.withEvent, detail }, before: null }
  })
  const stored = await answerEvents(
    reads,
    asked.map((plan) => ({ plan, later: [] })),
  )
  return asked.flatMap(({ event, withEvent }, index) => {
    const before = stored[index]?.withEvent
    return before ? [{ withEvent: withNewest(before, event, withEvent), before }] : []
  })
}

function shownFee(
  { snapshot, subscription, event, open }: EstimatedEvent,
  rated: RatedUsage,
  taxes: readonly Tax[],
): ShownFee {
  const { charge, filter, fee } = rated
  const { customer } = snapshot
  const { plan } = subscription
  const taxed = taxesOfFee({ ...fee, preciseReductionCents: Decimal.zero, taxes })
  return {
    ...NOTHING,
    subscriptionId: subscription.id,
    customerId: customer.id,
    chargeId: charge.id,
    chargeFilterId: filter?.id ?? null,
    currency: plan.currency,
    units: fee.units.toString(),
    totalAggregatedUnits: rated.totalAggregatedUnits.toString(),
    eventsCount: BigInt(rated.eventsCount),
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents.toString(),
    preciseUnitAmount: fee.unitAmount.toString(),
    taxesAmountCents: taxed.taxesAmountCents,
    taxesPreciseAmountCents: taxed.taxesPreciseAmountCents.toString(),
    taxesRate: taxed.taxesRate.toString(),
    invoiceable: charge.invoiceable,
    selfBilled: customer.isSelfBilled,
    amountDetails: fee.amountDetails,
    groupedBy: rated.groupedBy,
    presentationBreakdowns: storedBreakdowns(rated.presentation),
    pricingUnit: pricingUnitOf(rated),
    eventTransactionId: event.transactionId,
    fromAt: open.window.from,
    toAt: open.window.to,
    externalCustomerId: customer.externalId,
    externalSubscriptionId: subscription.externalId,
    chargeInvoiceDisplayName: charge.invoiceDisplayName,
    chargeProperties: charge.properties,
    metricId: charge.metric.id,
    metricCode: charge.metric.code,
    metricName: charge.metric.name,
    filterValues: filter?.values ?? null,
    filterInvoiceDisplayName: filter?.invoiceDisplayName ?? null,
    appliedTaxes: taxed.appliedTaxes.map(({ tax, amountCents, preciseAmountCents }) => ({
      id: null,
      feeId: null,
      taxId: tax.id,
      taxCode: tax.code,
      taxName: tax.name,
      taxDescription: tax.description,
      taxRate: tax.rate.toString(),
      amountCents,
      preciseAmountCents: preciseAmountCents.toString(),
      createdAt: null,
    })),
  }
}

/** Fields that an estimated fee lacks, or that are the same on every new fee. */
const NOTHING = {
  id: null,
  feeType: 'charge',
  invoiceId: null,
  trueUpParentFeeId: null,
  trueUpFeeId: null,
  originalFeeId: null,
  invoiceDisplayName: null,
  description: null,
  preciseProgressiveCreditAmountCents: '0',
  preciseCouponsAmountCents: '0',
  payInAdvance: true,
  paymentStatus: 'pending',
  succeededAt: null,
  failedAt: null,
  refundedAt: null,
  planCode: null,
  planName: null,
  planDescription: null,
  planInvoiceDisplayName: null,
  metricDescription: null,
  commitmentInvoiceDisplayName: null,
  fixedChargeId: null,
  fixedChargeInvoiceDisplayName: null,
  addOnId: null,
  addOnCode: null,
  addOnName: null,
  addOnDescription: null,
  addOnInvoiceDisplayName: null,
  walletTransactionId: null,
  createdAt: null,
} as const

function pricingUnitOf({ charge, fee }: RatedUsage): object | null {
  const { pricingUnit: unit } = charge
  const { pricingUnit: amounts } = fee
  if (unit === null || amounts === null) return null
  return {
    lago_pricing_unit_id: unit.id,
    pricing_unit_code: unit.code,
    short_name: unit.shortName,
    amount_cents: storedCents(amounts.amountCents),
    precise_amount_cents: amounts.preciseAmountCents.toWire(),
    unit_amount_cents: storedCents(amounts.unitAmountCents),
    precise_unit_amount: amounts.preciseUnitAmount.toWire(),
    conversion_rate: amounts.conversionRate.toWire(),
  }
}

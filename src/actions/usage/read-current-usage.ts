import { localDate } from '../../core/calendar/zone.ts'
import type { PropertyValues } from '../../core/metering/usage.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import type { RatedUsage } from '../../core/rating/rate-usage.ts'
import { usageLineOf } from '../../core/rating/usage-lines.ts'
import { notAllowed, notFound } from '../../core/refusal.ts'
import { readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import { findUsageSubject } from '../../store/usage-subjects.ts'
import type { ShownUsage } from '../../wire/usage.ts'
import type { Caller } from '../context.ts'
import { type OpenSubscription, openAt } from './open-subscription.ts'
import { rateSubscription } from './rate-subscription.ts'
import { type TaxesByCharge, taxesOfCharges, usageTaxesCents } from './usage-taxes.ts'

/** Which charges to return; the first given option wins (docs/rules/usage.md#current-usage). */
export type ChargeChoice =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'code'; readonly code: string }
  | { readonly by: 'metric'; readonly code: string }

/** The parameters of a current usage request (docs/rules/usage.md#current-usage). */
export type CurrentUsageAsked = {
  readonly externalCustomerId: string
  readonly externalSubscriptionId: string | undefined
  readonly applyTaxes: boolean
  readonly charges: ChargeChoice | null
  /** Only events with these values; empty for all. */
  readonly group: PropertyValues
  readonly skipGrouping: boolean
  /** Presentation keys to keep; undefined keeps all. */
  readonly presentation: readonly string[] | undefined
  readonly fullUsage: boolean
}

/**
 * The usage of the open period of an active subscription, priced as its invoice will be
 * (docs/rules/usage.md#current-usage). 404 `customer_not_found`, 405 `no_active_subscription`, 404
 * `charge_not_found`, 405 `full_usage_not_allowed`.
 */
export async function readCurrentUsage(
  reads: Reads,
  caller: Caller,
  asked: CurrentUsageAsked,
): Promise<ShownUsage> {
  const { snapshot, subscription, open } = await readOpenSubscription(reads, caller, asked)
  const charges = chosenCharges(subscription.charges, asked)
  const window = asked.fullUsage ? { ...open.window, from: subscription.billing.startedAt } : open.window
  const found = { snapshot, subscription, open }
  const [rated, taxes] = await Promise.all([
    rateSubscription(reads, {
      subscription,
      charges,
      window,
      durationDays: open.durationDays,
      zone: snapshot.customer.zone,
      purpose: 'current',
      narrowing: { group: asked.group, skipGrouping: asked.skipGrouping },
    }),
    taxesOf(reads, found, charges, asked.applyTaxes),
  ])
  return {
    ...totalsOf(found, rated, taxes),
    window,
    lines: rated.map((usage) => usageLineOf(usage, asked.presentation)),
  }
}

/** 404 `customer_not_found`; 405 `no_active_subscription`. */
export async function readOpenSubscription(
  reads: Reads,
  caller: Caller,
  asked: Pick<CurrentUsageAsked, 'externalCustomerId' | 'externalSubscriptionId'>,
): Promise<OpenSubscription> {
  const subject = await findUsageSubject(reads, asked.externalCustomerId, asked.externalSubscriptionId)
  if (!subject) throw notFound('customer')
  if (subject.subscriptionId === null) throw notAllowed('no_active_subscription')
  const snapshot = await readCustomerSnapshot(reads, subject.customerId, [subject.subscriptionId])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) throw notAllowed('no_active_subscription')
  return openAt(reads, snapshot, subscription, caller.now)
}

/** Taxes by charge id; none when not requested. */
export async function taxesOf(
  reads: Reads,
  { snapshot, subscription }: OpenSubscription,
  charges: readonly RatedCharge[],
  applyTaxes: boolean,
): Promise<TaxesByCharge> {
  if (!applyTaxes || charges.length === 0) return new Map()
  const chargeIds = charges.map(({ id }) => id)
  return taxesOfCharges(reads, snapshot, subscription.plan.id, chargeIds)
}

/** The header of a usage response: its window, issuing date and totals. */
export function totalsOf(
  { snapshot, subscription, open }: OpenSubscription,
  rated: readonly RatedUsage[],
  taxes: TaxesByCharge,
): Omit<ShownUsage, 'lines'> {
  return {
    window: open.window,
    issuingOn: localDate(open.window.to, snapshot.customer.zone),
    currency: subscription.plan.currency,
    amountCents: rated.reduce((sum, { fee }) => sum + fee.amountCents, 0n),
    taxesAmountCents: usageTaxesCents(rated, taxes),
    invoiceId: null,
  }
}

/** Sorted by the metric's name in lower case, unless the request selects charges. */
function chosenCharges(charges: readonly RatedCharge[], asked: CurrentUsageAsked): readonly RatedCharge[] {
  const isNarrowed = asked.charges !== null || Object.keys(asked.group).length > 0
  if (asked.fullUsage && !isNarrowed) throw notAllowed('full_usage_not_allowed')
  const { charges: choice } = asked
  const chosen =
    choice === null ? byMetricName(charges) : charges.filter((charge) => isChosen(charge, choice))
  if (choice !== null && chosen.length === 0) throw notFound('charge')
  if (asked.fullUsage && chosen.some((charge) => charge.prorated)) {
    throw notAllowed('full_usage_not_allowed')
  }
  return chosen
}

function isChosen(charge: RatedCharge, choice: ChargeChoice): boolean {
  if (choice.by === 'id') return charge.id === choice.id.toLowerCase()
  return choice.by === 'code' ? charge.code === choice.code : charge.metric.code === choice.code
}

/** Charges with the same metric name stay in order of creation. */
export function byMetricName(charges: readonly RatedCharge[]): readonly RatedCharge[] {
  const nameOf = (charge: RatedCharge): string => charge.metric.name.toLowerCase()
  return [...charges].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0))
}

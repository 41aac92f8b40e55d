import { exponentOf } from '../../core/amounts/currency.ts'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { Input } from '../../core/input/fields.ts'
import { filterForEvent } from '../../core/metering/filters.ts'
import { roundUnits } from '../../core/metering/measure.ts'
import { numericValue, textOf } from '../../core/metering/property-value.ts'
import type { RawEvent } from '../../core/metering/reference.ts'
import { isInstantModel, priceInstant } from '../../core/pricing/price-instant.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import { invalid } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import type { ShownInstantFee } from '../../wire/instant-fees.ts'
import type { Caller } from '../context.ts'
import { type EstimatedEvent, readEstimatedEvent } from './estimated-event.ts'

/**
 * What one event costs by itself under each standard and percentage charge in advance on its code: no history, no
 * free units, no taxes. 404 and 422 as in `readEstimatedEvent`; 422 `code: does_not_match_an_instant_charge`.
 */
export async function estimateInstantFees(
  reads: Reads,
  caller: Caller,
  input: Input,
): Promise<ShownInstantFee[]> {
  const fees = instantFeesOf(await readEstimatedEvent(reads, caller, input))
  if (fees.length === 0) throw invalid({ code: ['does_not_match_an_instant_charge'] })
  return fees
}

/** The same for many events, grouped by subscription; events that match no charge give no fee. */
export async function estimateInstantFeesOfBatch(
  reads: Reads,
  caller: Caller,
  inputs: readonly Input[],
): Promise<ShownInstantFee[]> {
  const bySubscription = new Map<string, ShownInstantFee[]>()
  for (const input of inputs) {
    const estimated = await readEstimatedEvent(reads, caller, input)
    const { id } = estimated.subscription
    bySubscription.set(id, [...(bySubscription.get(id) ?? []), ...instantFeesOf(estimated)])
  }
  return [...bySubscription.values()].flat()
}

function instantFeesOf({
  snapshot,
  subscription,
  event,
  metric,
  charges,
}: EstimatedEvent): ShownInstantFee[] {
  const currency = subscription.plan.currency
  return charges.flatMap((charge): ShownInstantFee[] => {
    if (!isInstantModel(charge.model)) return []
    const filter = filterForEvent(charge.filters, charge.metric.filters, event.properties)
    const properties = filter?.properties ?? charge.properties
    const conversionRate = charge.pricingUnit?.conversionRate ?? null
    const money = { exponent: exponentOf(currency), conversionRate }
    const price = priceInstant(charge.model, properties, unitsOf(charge, event), money)
    return [
      {
        charge,
        filter,
        price,
        currency,
        metricDescription: metric.description,
        transactionId: event.transactionId,
        customerId: snapshot.customer.id,
        externalCustomerId: snapshot.customer.externalId,
        subscriptionId: subscription.id,
        externalSubscriptionId: subscription.externalId,
      },
    ]
  })
}

/** The event's own value: 0 when it is missing or not a number, 1 when the metric uses no property. */
function unitsOf({ metric }: RatedCharge, event: RawEvent): Decimal {
  if (metric.fieldName === null) return roundUnits(Decimal.one, metric)
  const text = textOf(event.properties, metric.fieldName)
  return roundUnits(numericValue(text) ?? Decimal.zero, metric)
}

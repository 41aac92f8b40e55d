import { instant } from '../../src/core/calendar/instant.ts'
import type { RatedCharge, RatedMetric } from '../../src/core/rating/charge.ts'

/** A standard charge at 1 on the sum of `n`, unless told otherwise. */
export function ratedCharge(
  changes: Partial<Omit<RatedCharge, 'metric'>> & { readonly metric?: Partial<RatedMetric> } = {},
): RatedCharge {
  const { metric, ...rest } = changes
  return {
    id: 'charge',
    rootId: 'charge',
    code: 'charge',
    invoiceDisplayName: null,
    model: 'standard',
    properties: { amount: '1' },
    payInAdvance: false,
    prorated: false,
    invoiceable: true,
    regroupPaidFees: null,
    minAmountCents: 0n,
    acceptsTargetWallet: false,
    pricingUnit: null,
    createdAt: instant(0),
    metric: {
      id: 'metric',
      code: 'm',
      name: 'Metric',
      aggregation: 'sum_agg',
      fieldName: 'n',
      recurring: false,
      roundingFunction: null,
      roundingPrecision: null,
      filters: {},
      ...metric,
    },
    filters: [],
    ...rest,
  }
}

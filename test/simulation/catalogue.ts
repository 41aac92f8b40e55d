import type { Chance } from './chance.ts'

/** A JSON body of the API. */
export type Body = Readonly<Record<string, unknown>>

export type MetricDraft = {
  readonly code: string
  readonly aggregation: string
  readonly recurring: boolean
  readonly isFiltered: boolean
  readonly body: Body
}

/** A plan whose charges name their metrics by `billable_metric_code`, for their ids are not known yet. */
export type PlanDraft = { readonly code: string; readonly body: Body }

export type Catalogue = {
  readonly addOns: readonly (Body & { readonly code: string })[]
  readonly taxes: readonly (Body & { readonly code: string })[]
  readonly metrics: readonly MetricDraft[]
  readonly plans: readonly PlanDraft[]
}

export const REGIONS = ['eu', 'us', 'asia']
export const SIZES = ['small', 'large']

const AGGREGATIONS = [
  ...['count_agg', 'sum_agg', 'sum_agg', 'max_agg', 'unique_count_agg', 'unique_count_agg'],
  ...['latest_agg', 'weighted_sum_agg'],
]
const INTERVALS = ['monthly', 'monthly', 'monthly', 'weekly', 'quarterly', 'semiannual', 'yearly']
const MODELS = [
  ...['standard', 'standard', 'graduated', 'volume', 'package', 'percentage'],
  ...['graduated_percentage', 'dynamic'],
]
/** Metrics whose events can be charged one by one. */
const IN_ADVANCE = ['count_agg', 'sum_agg', 'unique_count_agg']

/** Taxes, metrics of all aggregations, and plans of all intervals and charge models; with thresholds when watched. */
export function drawCatalogue(r: Chance, currency: string, isWatched: boolean): Catalogue {
  const taxes = Array.from({ length: r.pick([0, 1, 2]) }, (_, k) => ({
    name: `Tax ${k}`,
    code: `tax${k}`,
    rate: r.pick(['20', '10', '5.5', '0', '12.345']),
    applied_to_organization: r.often(0.6),
  }))
  const metrics = Array.from({ length: r.int(2, 5) }, (_, k) => drawMetric(r, `metric${k}`))
  const taxCodes = taxes.map(({ code }) => code)
  const plans = Array.from({ length: r.int(2, 4) }, (_, k) =>
    drawPlan(r, `plan${k}`, { currency, metrics, taxCodes, isWatched }),
  )
  return { addOns: [], taxes, metrics, plans }
}

/** Add-ons, and fixed charges of half of the plans; drawn apart, so that the rest of a life stays as it is. */
export function withFixedCharges(r: Chance, catalogue: Catalogue, currency: string): Catalogue {
  const addOns = ['addon0', 'addon1'].map((code) => ({
    name: code,
    code,
    amount_cents: r.int(1, 9000),
    amount_currency: currency,
  }))
  const taxCodes = catalogue.taxes.map(({ code }) => code)
  const plans = catalogue.plans.map(({ code, body }) => {
    if (r.often(0.5)) return { code, body }
    const isLong = body.interval === 'yearly' || body.interval === 'semiannual'
    const fixed_charges = r
      .some(addOns, r.int(1, 2))
      .map((addOn) => ({ add_on_code: addOn.code, ...drawFixedCharge(r), ...someTaxes(r, taxCodes) }))
    const monthly = isLong ? { bill_fixed_charges_monthly: r.often(0.5) } : {}
    return { code, body: { ...body, ...monthly, fixed_charges } }
  })
  return { ...catalogue, addOns, plans }
}

function drawFixedCharge(r: Chance): Body {
  const model = r.pick(['standard', 'standard', 'graduated', 'volume'])
  const payInAdvance = model !== 'volume' && r.often(0.5)
  return {
    charge_model: model,
    units: r.pick([0, 1, 3, 12, '2.5']),
    pay_in_advance: payInAdvance,
    prorated: !(model === 'graduated' && payInAdvance) && r.often(0.5),
    properties: propertiesOf(r, model),
  }
}

export function someTaxes(r: Chance, taxCodes: readonly string[]): Body {
  return taxCodes.length > 0 && r.often(0.25) ? { tax_codes: [r.pick(taxCodes)] } : {}
}

function drawMetric(r: Chance, code: string): MetricDraft {
  const aggregation = r.pick(AGGREGATIONS)
  const canRecur = ['sum_agg', 'unique_count_agg', 'weighted_sum_agg'].includes(aggregation)
  const recurring = canRecur && r.often(0.45)
  const isFiltered = r.often(0.35)
  const isCount = aggregation === 'count_agg'
  const rounding = { rounding_function: r.pick(['round', 'ceil', 'floor']), rounding_precision: r.int(0, 2) }
  return {
    code,
    aggregation,
    recurring,
    isFiltered,
    body: {
      name: code,
      code,
      aggregation_type: aggregation,
      recurring,
      ...(isCount ? {} : { field_name: 'value' }),
      ...(aggregation === 'weighted_sum_agg' ? { weighted_interval: 'seconds' } : {}),
      ...(!isCount && r.often(0.2) ? rounding : {}),
      filters: isFiltered
        ? [
            { key: 'region', values: REGIONS },
            { key: 'size', values: SIZES },
          ]
        : [],
    },
  }
}

type PlanParts = {
  readonly currency: string
  readonly metrics: readonly MetricDraft[]
  readonly taxCodes: readonly string[]
  readonly isWatched: boolean
}

function drawPlan(r: Chance, code: string, parts: PlanParts): PlanDraft {
  const { currency, metrics, taxCodes, isWatched } = parts
  const interval = r.pick(INTERVALS)
  const isLong = interval === 'yearly' || interval === 'semiannual'
  const charges = r.some(metrics, r.int(1, metrics.length)).map((metric) => drawCharge(r, metric, taxCodes))
  return {
    code,
    body: {
      name: code,
      code,
      interval,
      amount_cents: r.pick([0, 100, 999, 2900, 4900, 10_000, 120_000]),
      amount_currency: currency,
      pay_in_advance: r.often(0.5),
      ...(r.often(0.25) ? { trial_period: r.pick([1, 3, 7, 14, 30, 45, 2.5]) } : {}),
      ...(isLong ? { bill_charges_monthly: r.often(0.5) } : {}),
      ...(r.often(0.25) ? { minimum_commitment: { amount_cents: r.int(1000, 30_000) } } : {}),
      ...someTaxes(r, taxCodes),
      ...(isWatched && r.often(0.7) ? { usage_thresholds: drawThresholds(r) } : {}),
      charges,
    },
  }
}

function drawThresholds(r: Chance): Body[] {
  const fixed = r
    .some([200, 500, 1200, 3000, 8000, 20_000], r.int(1, 3))
    .map((cents) => ({ amount_cents: cents }))
  return [...fixed, ...(r.often(0.5) ? [{ amount_cents: r.pick([1000, 2500, 9000]), recurring: true }] : [])]
}

function drawCharge(r: Chance, metric: MetricDraft, taxCodes: readonly string[]): Body {
  const { aggregation, recurring } = metric
  const model = modelFor(r, aggregation)
  const canAdvance = IN_ADVANCE.includes(aggregation) && model !== 'volume'
  const payInAdvance = canAdvance && r.often(0.55)
  const canProrate = recurring && aggregation !== 'weighted_sum_agg'
  const proratable = payInAdvance ? ['standard'] : ['standard', 'volume', 'graduated']
  const isInvoiceable = !payInAdvance || r.often(0.7)
  const groupKeys = r.often(0.2) ? { pricing_group_keys: ['team'] } : {}
  return {
    billable_metric_code: metric.code,
    charge_model: model,
    pay_in_advance: payInAdvance,
    prorated: canProrate && proratable.includes(model) && r.often(0.5),
    invoiceable: isInvoiceable,
    ...(isInvoiceable || r.often(0.5) ? {} : { regroup_paid_fees: 'invoice' }),
    ...(!payInAdvance && r.often(0.2) ? { min_amount_cents: r.int(100, 5000) } : {}),
    properties: { ...propertiesOf(r, model), ...groupKeys },
    ...(metric.isFiltered && r.often(0.7) ? { filters: filtersOf(r, model, groupKeys) } : {}),
    ...someTaxes(r, taxCodes),
  }
}

function modelFor(r: Chance, aggregation: string): string {
  const model = r.pick(MODELS)
  const isShare = model === 'percentage' || model === 'graduated_percentage'
  if (model === 'dynamic' && aggregation !== 'sum_agg') return 'standard'
  return isShare && aggregation === 'latest_agg' ? 'standard' : model
}

/** Filters that never tie: an event belongs to the one with more keys, or to the smaller set of values. */
function filtersOf(r: Chance, model: string, groupKeys: Body): Body[] {
  const filter = (values: Body) => ({ properties: { ...propertiesOf(r, model), ...groupKeys }, values })
  const filters = [
    filter({ region: ['eu'] }),
    filter({ region: ['us'], size: ['large'] }),
    filter({ region: ['__ALL_FILTER_VALUES__'] }),
    filter({ size: ['small'], region: ['asia', 'us'] }),
  ]
  return r.some(filters, r.int(1, 3))
}

function propertiesOf(r: Chance, model: string): Body {
  const money = () => r.decimal(r.pick([1, 10]), r.pick([0, 1, 2, 3, 5]))
  const flat = () => (r.often(0.3) ? money() : '0')
  switch (model) {
    case 'standard':
      return { amount: money() }
    case 'graduated':
      return { graduated_ranges: ranges(r, () => ({ per_unit_amount: money(), flat_amount: flat() })) }
    case 'volume':
      return { volume_ranges: ranges(r, () => ({ per_unit_amount: money(), flat_amount: flat() })) }
    case 'package':
      return { amount: money(), free_units: r.pick([0, 0, 5, 10]), package_size: r.pick([1, 5, 10, 100]) }
    case 'percentage':
      return percentageOf(r)
    case 'graduated_percentage':
      return {
        graduated_percentage_ranges: ranges(r, () => ({ rate: r.decimal(20, 1), flat_amount: flat() })),
      }
    default:
      return {}
  }
}

function percentageOf(r: Chance): Body {
  return {
    rate: r.decimal(20, 2),
    ...(r.often(0.4) ? { fixed_amount: r.decimal(2, 2) } : {}),
    ...(r.often(0.3) ? { free_units_per_events: r.int(1, 3) } : {}),
    ...(r.often(0.3) ? { free_units_per_total_aggregation: r.decimal(50, 0) } : {}),
    ...(r.often(0.25) ? { per_transaction_min_amount: '0.5', per_transaction_max_amount: '3' } : {}),
  }
}

function ranges(r: Chance, price: () => Body): Body[] {
  const ends = r.some([5, 10, 20, 50, 100], r.int(1, 3)).sort((a, b) => a - b)
  return [...ends, null].map((end, k) => ({
    from_value: k === 0 ? 0 : (ends[k - 1] ?? 0) + 1,
    to_value: end,
    ...price(),
  }))
}

import type { Decimal } from '../amounts/decimal.ts'
import { readCents } from '../input/cents.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { declaredValues, type MetricSettings } from '../metrics/metric.ts'
import { isAmount } from '../pricing/amounts-check.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import { checkChargeRules } from '../pricing/charge-rules.ts'
import { CHARGE_MODELS, type ChargeModelName } from '../pricing/models.ts'
import { type Outcome, Problems, refused, refusedFields } from '../problems.ts'
import { type FilterSettings, readFilters, readProperties } from './charge-filters.ts'

/** A charge as stored, apart from its plan (docs/rules/pricing-models.md). */
export type ChargeSettings = {
  /** Null until the plan assigns one. */
  readonly code: string | null
  readonly invoiceDisplayName: string | null
  readonly chargeModel: ChargeModelName
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly invoiceable: boolean
  readonly regroupPaidFees: 'invoice' | null
  readonly minAmountCents: bigint
  readonly acceptsTargetWallet: boolean
  readonly properties: ChargeProperties
  /** Currency per pricing unit; null when prices are in the currency. */
  readonly conversionRate: string | null
}

/** A charge payload, including the parts stored in other tables; undefined parts stay unchanged. */
export type ChargePayload = {
  readonly settings: ChargeSettings
  readonly filters: readonly FilterSettings[] | undefined
  readonly taxCodes: readonly string[] | undefined
  /** Code of a pricing unit; null removes it. */
  readonly pricingUnitCode: string | null | undefined
}

type Metric = Pick<MetricSettings, 'aggregationType' | 'isRecurring' | 'filters'>

const TEXT_MAX = 255
const REGROUPINGS = ['invoice'] as const
const AS_CHARGE = { isFilter: false }

/**
 * Reads a new charge on a metric (docs/rules/pricing-models.md#which-models-go-with-what). `needsCode` makes the code
 * mandatory, as in the endpoint for single charges. Refuses with a 422.
 */
export function readNewCharge(
  input: Input,
  metric: Metric,
  options: { readonly needsCode: boolean },
): Outcome<ChargePayload> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const chargeModel = fields.word('charge_model', CHARGE_MODELS)
  if (!chargeModel) {
    const isWrong = fields.has('charge_model') && chargeModel === undefined
    return refusedFields({ charge_model: [isWrong ? 'value_is_invalid' : 'value_is_mandatory'] })
  }
  const unit = readPricingUnit(fields)
  const settings: ChargeSettings = {
    code: (options.needsCode ? fields.mandatoryId('code', TEXT_MAX) : fields.id('code', TEXT_MAX)) || null,
    invoiceDisplayName: fields.text('invoice_display_name') ?? null,
    chargeModel,
    payInAdvance: fields.boolean('pay_in_advance') ?? false,
    prorated: fields.boolean('prorated') ?? false,
    invoiceable: fields.boolean('invoiceable') ?? true,
    regroupPaidFees: fields.word('regroup_paid_fees', REGROUPINGS) ?? null,
    minAmountCents: readCents(fields, 'min_amount_cents', 0n) ?? 0n,
    acceptsTargetWallet: fields.boolean('accepts_target_wallet') ?? false,
    properties: readProperties(input.properties, chargeModel, AS_CHARGE, problems),
    conversionRate: unit?.conversionRate ?? null,
  }
  return finished(input, settings, metric, fields, problems, unit)
}

/**
 * Reads an update of a charge; absent keys stay unchanged. Once the plan has subscriptions (`isFrozen`), model, code,
 * minimum and invoicing settings are ignored (docs/rules/pricing-models.md#editing-charges). Refuses with a 422.
 */
export function readChargeChange(
  input: Input,
  stored: ChargeSettings,
  metric: Metric,
  options: { readonly isFrozen: boolean },
): Outcome<ChargePayload> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const settings = options.isFrozen ? stored : { ...stored, ...readFrozen(fields) }
  return changed(input, stored, settings, metric, fields, problems)
}

/**
 * Reads a subscription's overrides of a charge of its plan (docs/rules/plans.md#prices-of-one-subscription): display
 * name, minimum, properties, filters, taxes, conversion rate. Refuses with a 422, or a 403 for another charge model.
 */
export function readChargeOverride(
  input: Input,
  stored: ChargeSettings,
  metric: Metric,
): Outcome<ChargePayload> {
  const model = input.charge_model
  if (model !== undefined && model !== null && model !== stored.chargeModel) {
    return refused({ kind: 'forbidden', code: 'cannot_override_charge_model' })
  }
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const minimum = readCents(fields, 'min_amount_cents', 0n)
  const settings = minimum === undefined ? stored : { ...stored, minAmountCents: minimum ?? 0n }
  return changed(input, stored, settings, metric, fields, problems)
}

/** The keys that can only change while the plan has no subscriptions. */
function readFrozen(fields: Fields): Partial<ChargeSettings> {
  const minimum = readCents(fields, 'min_amount_cents', 0n)
  const change = given({
    code: fields.presentId('code', TEXT_MAX),
    chargeModel: fields.word('charge_model', CHARGE_MODELS) ?? undefined,
    payInAdvance: fields.boolean('pay_in_advance') ?? undefined,
    prorated: fields.boolean('prorated') ?? undefined,
    invoiceable: fields.boolean('invoiceable') ?? undefined,
    regroupPaidFees: fields.word('regroup_paid_fees', REGROUPINGS),
    minAmountCents: minimum === null ? 0n : minimum,
  })
  return change
}

/** Applies the keys that every update may set to settings already read. */
function changed(
  input: Input,
  stored: ChargeSettings,
  settings: ChargeSettings,
  metric: Metric,
  fields: Fields,
  problems: Problems,
): Outcome<ChargePayload> {
  const name = fields.text('invoice_display_name')
  const unit = readPricingUnit(fields)
  // The properties of another model do not apply to the new one, which starts from its defaults.
  const isRead = fields.has('properties') || settings.chargeModel !== stored.chargeModel
  const next: ChargeSettings = {
    ...settings,
    invoiceDisplayName: name === undefined ? settings.invoiceDisplayName : name,
    acceptsTargetWallet: fields.boolean('accepts_target_wallet') ?? settings.acceptsTargetWallet,
    conversionRate:
      settings.conversionRate === null ? null : (unit?.conversionRate ?? settings.conversionRate),
    properties: isRead
      ? readProperties(input.properties, settings.chargeModel, AS_CHARGE, problems)
      : settings.properties,
  }
  return finished(input, next, metric, fields, problems, undefined)
}

function finished(
  input: Input,
  settings: ChargeSettings,
  metric: Metric,
  fields: Fields,
  problems: Problems,
  unit: { readonly code: string | null } | undefined,
): Outcome<ChargePayload> {
  for (const { field, code } of checkChargeRules(
    { ...settings, model: settings.chargeModel },
    aggregationOf(metric),
  )) {
    problems.add(field, code)
  }
  const scope = { model: settings.chargeModel, declared: declaredValues(metric.filters) }
  const filters = readFilters(input.filters, scope, problems)
  const taxCodes = fields.ids('tax_codes')
  return problems.outcome({ settings, filters, taxCodes, pricingUnitCode: unit?.code })
}

function aggregationOf(metric: Metric) {
  return { aggregation: metric.aggregationType, recurring: metric.isRecurring }
}

/** `applied_pricing_unit`: the unit's code and its conversion rate to the currency (above zero). */
function readPricingUnit(
  fields: Fields,
): { readonly code: string | null; readonly conversionRate: string | null } | undefined {
  const unit = fields.object('applied_pricing_unit')
  if (!unit) return undefined
  const rate = unit.decimal('conversion_rate')
  if (rate === null || !unit.has('conversion_rate')) unit.refuse('conversion_rate', 'value_is_mandatory')
  else if (rate && !isRate(rate)) unit.refuse('conversion_rate', 'value_is_out_of_range')
  return { code: unit.id('code', TEXT_MAX) ?? null, conversionRate: rate?.toString() ?? null }
}

/** Above zero, and no larger than a price can be. */
function isRate(rate: Decimal): boolean {
  return rate.isPositive() && isAmount(rate.toString())
}

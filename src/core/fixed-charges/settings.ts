import { Decimal } from '../amounts/decimal.ts'
import { Fields, type Input } from '../input/fields.ts'
import { readProperties } from '../plans/charge-filters.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import { chargeModels } from '../pricing/models.ts'
import { type Outcome, Problems, refused, refusedFields } from '../problems.ts'

export const FIXED_CHARGE_MODELS = ['standard', 'graduated', 'volume'] as const
export type FixedChargeModel = (typeof FIXED_CHARGE_MODELS)[number]

/** A fixed charge as it is stored, without its place in a plan (docs/rules/fixed-charges.md). */
export type FixedChargeSettings = {
  /** Null until the plan gives it one. */
  readonly code: string | null
  readonly invoiceDisplayName: string | null
  readonly chargeModel: FixedChargeModel
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly properties: ChargeProperties
  /** At most ten decimals. */
  readonly units: string
}

/** What a payload says of a fixed charge; undefined taxes stay. */
export type FixedChargePayload = {
  readonly settings: FixedChargeSettings
  readonly taxCodes: readonly string[] | undefined
  /** Whether new units count from now on; otherwise from the next period on. */
  readonly appliesAtOnce: boolean
}

/** The units of a subscription of its own. */
export type UnitsOverride = { readonly units: string; readonly appliesAtOnce: boolean }

const TEXT_MAX = 255
const UNITS_SCALE = 10
const UNITS_LIMIT = Decimal.of('1e20')

/** Reads a new fixed charge. Refuses with a 422. */
export function readNewFixedCharge(input: Input): Outcome<FixedChargePayload> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const chargeModel = fields.word('charge_model', FIXED_CHARGE_MODELS)
  if (!chargeModel) {
    const isWrong = fields.has('charge_model') && chargeModel === undefined
    return refusedFields({ charge_model: [isWrong ? 'value_is_invalid' : 'value_is_mandatory'] })
  }
  const settings: FixedChargeSettings = {
    code: fields.id('code', TEXT_MAX) || null,
    invoiceDisplayName: fields.text('invoice_display_name') ?? null,
    chargeModel,
    payInAdvance: fields.boolean('pay_in_advance') ?? false,
    prorated: fields.boolean('prorated') ?? false,
    properties: propertiesOf(input, chargeModel, problems),
    units: readUnits(fields) ?? '0',
  }
  checkCombination(settings, problems)
  return problems.outcome(payloadOf(fields, settings))
}

/**
 * Reads a change of a fixed charge. Whether it is paid in advance and whether it is prorated never change; its model
 * and its code stay once a subscription used the plan (`isFrozen`). With `isWhole` the units are mandatory and absent
 * properties become the model's defaults, as the endpoint of single fixed charges has it; otherwise absent keys stay.
 * Refuses with a 422.
 */
export function readFixedChargeChange(
  input: Input,
  stored: FixedChargeSettings,
  options: { readonly isFrozen: boolean; readonly isWhole: boolean },
): Outcome<FixedChargePayload> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const word = options.isFrozen ? undefined : fields.word('charge_model', FIXED_CHARGE_MODELS)
  const chargeModel = word ?? stored.chargeModel
  const isPriced = fields.has('properties') || options.isWhole || chargeModel !== stored.chargeModel
  const units = readUnits(fields)
  if (options.isWhole && fields.isBlank('units')) fields.refuse('units', 'value_is_mandatory')
  const settings: FixedChargeSettings = {
    ...stored,
    code: (options.isFrozen ? undefined : fields.presentId('code', TEXT_MAX)) ?? stored.code,
    invoiceDisplayName: nameOf(fields, stored),
    chargeModel,
    properties: isPriced ? propertiesOf(input, chargeModel, problems) : stored.properties,
    units: units ?? stored.units,
  }
  checkCombination(settings, problems)
  return problems.outcome(payloadOf(fields, settings))
}

/**
 * Reads what a subscription may say of a fixed charge of its plan: units, display name, properties and taxes. Refuses
 * with a 422, or with a 403 for another model.
 */
export function readFixedChargeOverride(
  input: Input,
  stored: FixedChargeSettings,
): Outcome<FixedChargePayload> {
  const model = input.charge_model
  if (model !== undefined && model !== null && model !== stored.chargeModel) {
    return refused({ kind: 'forbidden', code: 'cannot_override_charge_model' })
  }
  return readFixedChargeChange(input, stored, { isFrozen: true, isWhole: false })
}

/** Whether a payload names nothing but units, so that no copy of the plan is needed; `id` names the fixed charge. */
export function isUnitsOnly(input: Input): boolean {
  return Object.hasOwn(input, 'units') && Object.keys(input).every((key) => UNITS_KEYS.includes(key))
}

const UNITS_KEYS = ['id', 'units', 'apply_units_immediately']

/** Reads units that a subscription gets for itself. Refuses with a 422. */
export function readUnitsOverride(input: Input): Outcome<UnitsOverride> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const units = readUnits(fields)
  if (fields.isBlank('units')) fields.refuse('units', 'value_is_mandatory')
  return problems.outcome({ units: units ?? '0', appliesAtOnce: appliesAtOnce(fields) })
}

function payloadOf(fields: Fields, settings: FixedChargeSettings): FixedChargePayload {
  return { settings, taxCodes: fields.ids('tax_codes'), appliesAtOnce: appliesAtOnce(fields) }
}

function appliesAtOnce(fields: Fields): boolean {
  return fields.boolean('apply_units_immediately') ?? false
}

function nameOf(fields: Fields, stored: FixedChargeSettings): string | null {
  const name = fields.text('invoice_display_name')
  return name === undefined ? stored.invoiceDisplayName : name
}

function readUnits(fields: Fields): string | undefined {
  if (fields.isBlank('units')) return undefined
  const units = fields.decimal('units')
  if (!units) return undefined
  if (units.isNegative() || units.compare(UNITS_LIMIT) >= 0) {
    return fields.refuse('units', 'value_is_out_of_range')
  }
  return units.round(UNITS_SCALE).toString()
}

function propertiesOf(input: Input, model: FixedChargeModel, problems: Problems): ChargeProperties {
  const properties = readProperties(input.properties, model, { isFilter: true }, problems)
  const keys = chargeModels[model].keys
  return Object.fromEntries(Object.entries(properties).filter(([key]) => keys.includes(key)))
}

/** A volume is known at the end of the period only, and the days of a tier are not known in advance. */
function checkCombination(settings: FixedChargeSettings, problems: Problems): void {
  const { chargeModel, payInAdvance, prorated } = settings
  if (chargeModel === 'volume' && payInAdvance) problems.add('pay_in_advance', 'invalid_charge_model')
  if (chargeModel === 'graduated' && payInAdvance && prorated) {
    problems.add('prorated', 'invalid_charge_model')
  }
}

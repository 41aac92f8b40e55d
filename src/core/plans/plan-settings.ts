import { CURRENCIES } from '../amounts/currency.ts'
import { readCents } from '../input/cents.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import type { Problems } from '../problems.ts'

export const PLAN_INTERVALS = ['weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'] as const
export type PlanInterval = (typeof PLAN_INTERVALS)[number]

/** A plan's own settings (docs/rules/plans.md). */
export type PlanSettings = {
  readonly name: string
  readonly code: string
  readonly invoiceDisplayName: string | null
  readonly description: string | null
  readonly interval: PlanInterval
  readonly amountCents: bigint
  readonly amountCurrency: string
  readonly payInAdvance: boolean
  /** Days, possibly with a fraction. */
  readonly trialPeriod: string | null
  /** Null unless the plan is yearly or semiannual. */
  readonly billChargesMonthly: boolean | null
  readonly billFixedChargesMonthly: boolean | null
}

const TEXT_MAX = 255
/** A century: longer than any trial, and well within the range of the calendar. */
const TRIAL_DAYS_MAX = 36_525

const NOTHING: PlanSettings = {
  name: '',
  code: '',
  invoiceDisplayName: null,
  description: null,
  interval: 'monthly',
  amountCents: 0n,
  amountCurrency: '',
  payInAdvance: false,
  trialPeriod: null,
  billChargesMonthly: null,
  billFixedChargesMonthly: null,
}

/** Reads a new plan (docs/rules/plans.md). Errors are added to `problems`. */
export function readNewPlan(input: Input, problems: Problems): PlanSettings {
  const fields = new Fields(input, problems)
  if (!fields.has('amount_cents')) fields.refuse('amount_cents', 'value_is_mandatory')
  const always = readAlways(fields)
  const others = readWhileUnused(fields, { isNew: true })
  fields.mandatoryText('name', TEXT_MAX)
  return { ...NOTHING, ...always, ...others, ...readMonthly(fields, others.interval ?? 'monthly') }
}

/**
 * Reads an update of a plan; absent keys stay unchanged. Once any subscription has used the plan (`isAttached`),
 * code, interval, currency, trial and billing settings are ignored; before that, the two monthly flags are reset from
 * each payload (docs/rules/plans.md#changing-a-plan). Errors are added to `problems`.
 */
export function readPlanChange(
  input: Input,
  stored: PlanSettings,
  isAttached: boolean,
  problems: Problems,
): PlanSettings {
  const fields = new Fields(input, problems)
  const always = readAlways(fields)
  if (isAttached) return { ...stored, ...always }
  const others = readWhileUnused(fields, { isNew: false })
  const monthly = readMonthly(fields, fields.has('interval') ? (others.interval ?? null) : null)
  return { ...stored, ...always, ...others, ...monthly }
}

/** Reads a subscription's overrides of its plan (docs/rules/plans.md#prices-of-one-subscription). */
export function readPlanOverride(input: Input, stored: PlanSettings, problems: Problems): PlanSettings {
  const fields = new Fields(input, problems)
  const change = given({
    amountCurrency: fields.has('amount_currency') ? readCurrency(fields) : undefined,
    trialPeriod: readTrial(fields),
  })
  return { ...stored, ...readAlways(fields), ...change }
}

function readAlways(fields: Fields): Partial<PlanSettings> {
  const amount = readCents(fields, 'amount_cents', 0n)
  if (amount === null) fields.refuse('amount_cents', 'value_is_mandatory')
  return given({
    name: fields.presentText('name', TEXT_MAX),
    invoiceDisplayName: fields.text('invoice_display_name'),
    description: fields.text('description'),
    amountCents: amount ?? undefined,
  })
}

function readWhileUnused(fields: Fields, { isNew }: { readonly isNew: boolean }): Partial<PlanSettings> {
  const isRead = (key: string) => isNew || fields.has(key)
  return given({
    code: isRead('code') ? fields.mandatoryId('code', TEXT_MAX) : undefined,
    interval: isRead('interval') ? readInterval(fields) : undefined,
    amountCurrency: isRead('amount_currency') ? readCurrency(fields) : undefined,
    payInAdvance: fields.has('pay_in_advance') ? (fields.boolean('pay_in_advance') ?? false) : undefined,
    trialPeriod: readTrial(fields),
  })
}

function readInterval(fields: Fields): PlanInterval | undefined {
  return fields.word('interval', PLAN_INTERVALS) ?? fields.refuse('interval', 'value_is_invalid')
}

function readCurrency(fields: Fields): string | undefined {
  return fields.word('amount_currency', CURRENCIES) ?? fields.refuse('amount_currency', 'value_is_invalid')
}

function readTrial(fields: Fields): string | null | undefined {
  const days = fields.decimal('trial_period')
  if (days && (days.isNegative() || days.toNumber() > TRIAL_DAYS_MAX)) {
    return fields.refuse('trial_period', 'value_is_out_of_range')
  }
  return days === undefined || days === null ? days : days.toString()
}

function readMonthly(
  fields: Fields,
  interval: PlanInterval | null,
): Pick<PlanSettings, 'billChargesMonthly' | 'billFixedChargesMonthly'> {
  const charges = fields.boolean('bill_charges_monthly') ?? false
  const fixedCharges = fields.boolean('bill_fixed_charges_monthly') ?? false
  if (interval !== 'yearly' && interval !== 'semiannual') {
    return { billChargesMonthly: null, billFixedChargesMonthly: null }
  }
  return { billChargesMonthly: charges, billFixedChargesMonthly: fixedCharges }
}

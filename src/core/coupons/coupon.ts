import { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { readCents } from '../input/cents.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { readCurrency } from '../input/places.ts'
import { type Outcome, Problems } from '../problems.ts'

export const COUPON_TYPES = ['fixed_amount', 'percentage'] as const
export const COUPON_FREQUENCIES = ['once', 'recurring', 'forever'] as const
export const COUPON_EXPIRATIONS = ['no_expiration', 'time_limit'] as const
export const COUPON_STATUSES = ['active', 'terminated'] as const

/** What a coupon takes off and how often; an applied coupon has its own. */
export type CouponTerms = {
  /** Null for a percentage. */
  readonly amountCents: bigint | null
  readonly amountCurrency: string | null
  /** Percent, as decimal text; null for a fixed amount. */
  readonly percentageRate: string | null
  readonly frequency: (typeof COUPON_FREQUENCIES)[number]
  /** Invoices that a recurring coupon reduces; null for other frequencies. */
  readonly frequencyDuration: number | null
}

/** A coupon without its limits. */
export type CouponSettings = CouponTerms & {
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly couponType: (typeof COUPON_TYPES)[number]
  readonly expiration: (typeof COUPON_EXPIRATIONS)[number]
  readonly expirationAt: Instant | null
  readonly reusable: boolean
}

/** Codes of the plans or metrics that a coupon is limited to; only one of the lists may have entries. */
export type CouponLimits = {
  readonly planCodes: readonly string[]
  readonly billableMetricCodes: readonly string[]
}

/** A coupon as requested; `limits` is undefined when the request leaves them alone. */
export type CouponInput = { readonly settings: CouponSettings; readonly limits: CouponLimits | undefined }

const NAME_LENGTH_MAX = 255
/** The column has five digits before the decimal point and five after it. */
const RATE_MAX = Decimal.of(99_999)

/**
 * Reads a new coupon (docs/rules/coupons.md). 422 with every invalid field.
 */
export function readNewCoupon(input: Input, now: Instant): Outcome<CouponInput> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const settings = readSettings(fields, UNSET, now)
  return withLimits(fields, problems, settings)
}

/**
 * Reads an update: absent keys keep their values. Once a coupon was applied to a customer, only its name,
 * description and expiration change; other keys are ignored. Errors as for a new coupon.
 */
export function readCouponChange(
  input: Input,
  stored: CouponSettings,
  isApplied: boolean,
  now: Instant,
): Outcome<CouponInput> {
  const problems = new Problems()
  if (isApplied) {
    const fields = new Fields(input, problems)
    const settings = {
      ...stored,
      ...given({
        name: fields.presentText('name', NAME_LENGTH_MAX),
        description: fields.text('description'),
      }),
      ...readExpiration(fields, stored, now),
    }
    return problems.outcome({ settings, limits: undefined })
  }
  const fields = new Fields(input, problems)
  return withLimits(fields, problems, readSettings(fields, stored, now))
}

type Stored = Partial<CouponSettings>

const UNSET: Stored = {}

function readSettings(fields: Fields, stored: Stored, now: Instant): CouponSettings {
  const isNew = stored.code === undefined
  const name = isNew
    ? fields.mandatoryText('name', NAME_LENGTH_MAX)
    : fields.presentText('name', NAME_LENGTH_MAX)
  const code = isNew ? fields.mandatoryId('code', NAME_LENGTH_MAX) : fields.presentId('code', NAME_LENGTH_MAX)
  const couponType = wordOf(fields, 'coupon_type', COUPON_TYPES) ?? stored.couponType
  const terms = readTerms(fields, { ...stored, couponType })
  const description = fields.text('description')
  return {
    ...terms,
    ...readExpiration(fields, stored, now),
    code: code ?? stored.code ?? '',
    name: name ?? stored.name ?? '',
    description: description === undefined ? (stored.description ?? null) : description,
    couponType: couponType ?? mandatory(fields, 'coupon_type', 'fixed_amount'),
    reusable: fields.boolean('reusable') ?? stored.reusable ?? true,
  }
}

/**
 * Reads the terms of a coupon or of its application to a customer; absent and null keys keep the stored ones. 422
 * with every invalid field.
 */
export function readTerms(
  fields: Fields,
  stored: Partial<CouponTerms> & { readonly couponType?: CouponSettings['couponType'] | undefined },
): CouponTerms {
  const frequency =
    wordOf(fields, 'frequency', COUPON_FREQUENCIES) ??
    stored.frequency ??
    mandatory(fields, 'frequency', 'once')
  return {
    ...(stored.couponType === 'percentage' ? readRate(fields, stored) : readAmount(fields, stored)),
    frequency,
    frequencyDuration: frequency === 'recurring' ? readDuration(fields, stored) : null,
  }
}

function readAmount(fields: Fields, stored: Partial<CouponTerms>) {
  const amountCents = fields.isNull('amount_cents') ? undefined : readCents(fields, 'amount_cents', 1n)
  const isGiven = !fields.isBlank('amount_cents')
  const amountCurrency = fields.isBlank('amount_currency')
    ? undefined
    : readCurrency(fields, 'amount_currency')
  return {
    amountCents: amountCents ?? stored.amountCents ?? (isGiven ? 1n : mandatory(fields, 'amount_cents', 1n)),
    amountCurrency:
      amountCurrency ??
      stored.amountCurrency ??
      (fields.isBlank('amount_currency') ? mandatory(fields, 'amount_currency', '') : ''),
    percentageRate: null,
  }
}

function readRate(fields: Fields, stored: Partial<CouponTerms>) {
  const rate = fields.isBlank('percentage_rate') ? undefined : fields.decimal('percentage_rate')?.round(5)
  if (rate && (!rate.isPositive() || rate.compare(RATE_MAX) > 0)) {
    fields.refuse('percentage_rate', 'value_is_out_of_range')
  }
  const isMissing = fields.isBlank('percentage_rate') && (stored.percentageRate ?? null) === null
  if (isMissing) fields.refuse('percentage_rate', 'value_is_mandatory')
  return {
    amountCents: null,
    amountCurrency: null,
    percentageRate: rate?.toString() ?? stored.percentageRate ?? '1',
  }
}

function readDuration(fields: Fields, stored: Partial<CouponTerms>): number {
  const duration = fields.isNull('frequency_duration') ? undefined : fields.integer('frequency_duration', 1)
  if (duration !== undefined && duration !== null) return duration
  if (fields.isBlank('frequency_duration') && (stored.frequencyDuration ?? null) === null) {
    fields.refuse('frequency_duration', 'value_is_mandatory')
  }
  return stored.frequencyDuration ?? 1
}

/** The expiration must lie in the future when it is set. */
function readExpiration(fields: Fields, stored: Stored, now: Instant) {
  const expiration =
    wordOf(fields, 'expiration', COUPON_EXPIRATIONS) ??
    stored.expiration ??
    mandatory(fields, 'expiration', 'no_expiration')
  const at = fields.instant('expiration_at')
  if (expiration === 'no_expiration') return { expiration, expirationAt: null }
  const isUnreadable = at === undefined && fields.has('expiration_at')
  const expirationAt = at === undefined ? (stored.expirationAt ?? null) : at
  const isChanged = expirationAt !== (stored.expirationAt ?? null)
  if (!isUnreadable && (expirationAt === null || (isChanged && expirationAt <= now))) {
    fields.refuse('expiration_at', 'invalid_date')
  }
  return { expiration, expirationAt }
}

function wordOf<T extends string>(fields: Fields, key: string, list: readonly T[]): T | undefined {
  if (fields.isBlank(key)) return undefined
  const word = fields.word(key, list)
  // The value only stands in until the request is refused.
  return word === undefined ? list[0] : (word ?? undefined)
}

function mandatory<T>(fields: Fields, key: string, standIn: T): T {
  fields.refuse(key, 'value_is_mandatory')
  return standIn
}

function withLimits(fields: Fields, problems: Problems, settings: CouponSettings): Outcome<CouponInput> {
  const limits = readLimits(fields)
  return problems.outcome({ settings, limits })
}

function readLimits(fields: Fields): CouponLimits | undefined {
  if (fields.isNull('applies_to')) return { planCodes: [], billableMetricCodes: [] }
  const appliesTo = fields.object('applies_to')
  if (!appliesTo) return undefined
  return {
    planCodes: appliesTo.ids('plan_codes') ?? [],
    billableMetricCodes: appliesTo.ids('billable_metric_codes') ?? [],
  }
}

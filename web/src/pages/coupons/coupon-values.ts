import type { AppliedCoupon, Coupon } from '../../api/types.ts'
import { formatCents, formatRate, toMajor, toMinor } from '../../format/money.ts'

export type CouponValues = {
  name: string
  previousName: string
  code: string
  description: string
  coupon_type: string
  amount_cents: string
  amount_currency: string
  percentage_rate: string
  frequency: string
  frequency_duration: string
  reusable: boolean
  expiration_at: string
  limit: string
  plan_codes: readonly string[]
  billable_metric_codes: readonly string[]
}

/** The values of an empty form, in the organization's currency. */
export const newCoupon = (currency: string): CouponValues => ({
  name: '',
  previousName: '',
  code: '',
  description: '',
  coupon_type: 'percentage',
  amount_cents: '',
  amount_currency: currency,
  percentage_rate: '',
  frequency: 'once',
  frequency_duration: '3',
  reusable: false,
  expiration_at: '',
  limit: 'none',
  plan_codes: [],
  billable_metric_codes: [],
})

/** A stored coupon as the form shows it. */
export function valuesOfCoupon(coupon: Coupon, currency: string): CouponValues {
  const own = coupon.amount_currency ?? currency
  return {
    ...newCoupon(own),
    name: coupon.name,
    previousName: coupon.name,
    code: coupon.code,
    description: coupon.description ?? '',
    coupon_type: coupon.coupon_type,
    amount_cents: coupon.amount_cents === null ? '' : toMajor(coupon.amount_cents, own),
    percentage_rate: shortRate(coupon.percentage_rate),
    frequency: coupon.frequency,
    frequency_duration: String(coupon.frequency_duration ?? 3),
    reusable: coupon.reusable,
    expiration_at: coupon.expiration_at?.slice(0, 10) ?? '',
    limit: coupon.limited_plans ? 'plans' : coupon.limited_billable_metrics ? 'metrics' : 'none',
    plan_codes: coupon.plan_codes,
    billable_metric_codes: coupon.billable_metric_codes,
  }
}

/** A rate as people type it: `20.0` is `20`. */
export const shortRate = (rate: string | null | undefined): string => (rate ?? '').replace(/\.0+$/, '')

/** What a coupon takes off and how often: the keys of a coupon and of its application to a customer. */
export function termsBody(values: Pick<CouponValues, keyof CouponTermValues>) {
  const isFixed = values.coupon_type === 'fixed_amount'
  return {
    ...(isFixed
      ? {
          amount_cents: toMinor(values.amount_cents, values.amount_currency),
          amount_currency: values.amount_currency,
        }
      : { percentage_rate: values.percentage_rate.trim() }),
    frequency: values.frequency,
    ...(values.frequency === 'recurring' ? { frequency_duration: Number(values.frequency_duration) } : {}),
  }
}

export type CouponTermValues = {
  coupon_type: string
  amount_cents: string
  amount_currency: string
  percentage_rate: string
  frequency: string
  frequency_duration: string
}

/** The request body of what is typed. A coupon ends with the day that is named. */
export function couponBody(values: CouponValues) {
  return {
    name: values.name.trim(),
    code: values.code.trim(),
    description: values.description || null,
    coupon_type: values.coupon_type,
    ...termsBody(values),
    reusable: values.reusable,
    expiration: values.expiration_at === '' ? 'no_expiration' : 'time_limit',
    expiration_at: values.expiration_at === '' ? null : `${values.expiration_at}T23:59:59Z`,
    applies_to: {
      plan_codes: values.limit === 'plans' ? values.plan_codes : [],
      billable_metric_codes: values.limit === 'metrics' ? values.billable_metric_codes : [],
    },
  }
}

const isRate = (text: string): boolean => /^\d{1,3}(\.\d{1,5})?$/.test(text) && Number(text) <= 100

/** What is wrong with the terms, by field. */
export function checkTerms(values: CouponTermValues): Record<string, string | undefined> {
  const cents = toMinor(values.amount_cents, values.amount_currency)
  const isFixed = values.coupon_type === 'fixed_amount'
  const rate = values.percentage_rate.trim()
  const isRecurring = values.frequency === 'recurring'
  return {
    amount_cents: isFixed && (cents === null || cents <= 0) ? 'Enter an amount above zero.' : undefined,
    percentage_rate:
      !isFixed && (!isRate(rate) || Number(rate) === 0) ? 'Enter a rate above 0, up to 100.' : undefined,
    frequency_duration:
      isRecurring && !/^[1-9]\d{0,5}$/.test(values.frequency_duration)
        ? 'Enter a whole number above zero.'
        : undefined,
  }
}

/** What is wrong with a coupon, by field. */
export function checkCoupon(values: CouponValues): Record<string, string | undefined> {
  return {
    name: values.name.trim() === '' ? 'Give the coupon a name.' : undefined,
    code: values.code.trim() === '' ? 'Give the coupon a code.' : undefined,
    ...checkTerms(values),
    plan_codes:
      values.limit === 'plans' && values.plan_codes.length === 0 ? 'Choose at least one plan.' : undefined,
    billable_metric_codes:
      values.limit === 'metrics' && values.billable_metric_codes.length === 0
        ? 'Choose at least one metric.'
        : undefined,
  }
}

type Terms = Pick<
  Coupon | AppliedCoupon,
  'amount_cents' | 'amount_currency' | 'percentage_rate' | 'frequency' | 'frequency_duration'
>

/** What a coupon takes off: `€10.00` or `20%`. */
export const couponValue = (terms: Terms): string =>
  terms.amount_cents === null
    ? formatRate(terms.percentage_rate)
    : formatCents(terms.amount_cents, terms.amount_currency ?? 'EUR')

/** How often a coupon is used. */
export function couponFrequency({ frequency, frequency_duration: count }: Terms): string {
  if (frequency === 'once') return 'Once'
  if (frequency === 'forever') return 'On every invoice'
  return count === 1 ? 'On 1 invoice' : `On ${count ?? 0} invoices`
}

/** A coupon in one sentence. */
export function couponSentence(values: CouponValues): string {
  const isFixed = values.coupon_type === 'fixed_amount'
  const cents = toMinor(values.amount_cents, values.amount_currency)
  const rate = values.percentage_rate === '' ? '…%' : formatRate(values.percentage_rate)
  const value = isFixed ? formatCents(cents ?? 0, values.amount_currency) : rate
  const often: Readonly<Record<string, string>> = {
    once: isFixed ? 'until the amount is used up' : 'from the next invoice',
    recurring: `from each of the next ${values.frequency_duration || '…'} invoices`,
    forever: 'from every invoice',
  }
  const where: Readonly<Record<string, string>> = {
    none: '',
    plans: ', for the chosen plans only',
    metrics: ', for the chosen metrics only',
  }
  return `Takes ${value} off, before taxes, ${often[values.frequency]}${where[values.limit]}.`
}

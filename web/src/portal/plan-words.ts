import type { OwnPlan } from '../api/types.ts'
import { formatCents, formatPrice, formatRate, formatUnits } from '../format/money.ts'
import type { Say } from './language.ts'
import type { WordKey } from './words/en.ts'

const INTERVALS: Readonly<Record<string, WordKey>> = {
  weekly: 'weekly',
  monthly: 'monthly',
  quarterly: 'quarterly',
  semiannual: 'semiannual',
  yearly: 'yearly',
}

type Priced = {
  readonly amount_cents?: number | undefined
  readonly currency?: string | undefined
  readonly interval?: string | undefined
}

/** What a plan costs, as "29 € per month". */
export function priceOf(say: Say, { amount_cents, currency, interval }: Priced): string {
  return say(INTERVALS[interval ?? ''] ?? 'monthly', { amount: formatCents(amount_cents, currency ?? 'EUR') })
}

/** Where the tiers of a charge are among its prices. */
const RANGES = ['graduated_ranges', 'volume_ranges', 'graduated_percentage_ranges'] as const

/** A tier in words: "0 – 1,000: 0.01 €". */
function tierWords(tier: Readonly<Record<string, unknown>>, currency: string): string {
  const { from_value: from, to_value: to, per_unit_amount: perUnit, flat_amount: flat, rate } = tier
  const upTo = to === null || to === undefined ? '∞' : formatUnits(String(to))
  const prices = [
    ...(perUnit === undefined || perUnit === null ? [] : [formatPrice(String(perUnit), currency)]),
    ...(rate === undefined || rate === null ? [] : [formatRate(String(rate))]),
    ...(Number(flat ?? 0) === 0 ? [] : [formatPrice(String(flat), currency)]),
  ]
  return `${formatUnits(String(from ?? 0))} – ${upTo}: ${prices.join(' + ')}`
}

/** The price of a charge in words, with its tiers. */
export function chargeWords(
  say: Say,
  { prices }: Pick<OwnPlan['charges'][number], 'prices'>,
  currency: string,
): string {
  const ranges = RANGES.map((key) => prices[key]).find(Array.isArray) as Readonly<Record<string, unknown>>[]
  if (ranges) return ranges.map((tier) => tierWords(tier, currency)).join('; ')
  const text = (key: string) =>
    prices[key] === undefined || prices[key] === null ? null : String(prices[key])
  const [amount, rate, size, free] = [text('amount'), text('rate'), text('package_size'), text('free_units')]
  const words = [
    ...(amount === null
      ? []
      : [
          size === null
            ? formatPrice(amount, currency)
            : say('perPackage', { amount: formatPrice(amount, currency), size: formatUnits(size) }),
        ]),
    ...(rate === null ? [] : [say('percent', { rate: formatRate(rate) })]),
    ...(free === null || free === '0' ? [] : [say('freeUnits', { units: formatUnits(free) })]),
  ]
  return words.length === 0 ? say('byUsage') : words.join(' · ')
}

/** The price of a fixed charge in words: so many units, at what each costs. */
export function fixedWords(say: Say, charge: OwnPlan['fixed_charges'][number], currency: string): string {
  return `${formatUnits(charge.units)} × ${chargeWords(say, charge, currency)}`
}

/** Every price of a plan besides its own, each with its name. */
export function pricesOf(
  say: Say,
  plan: Pick<OwnPlan, 'charges' | 'fixed_charges' | 'minimum_amount_cents'>,
  currency: string,
): readonly (readonly [name: string, price: string])[] {
  const { minimum_amount_cents: minimum } = plan
  return [
    ...plan.fixed_charges.map((charge) => [charge.name, fixedWords(say, charge, currency)] as const),
    ...plan.charges.map((charge) => [charge.name, chargeWords(say, charge, currency)] as const),
    ...(minimum === null ? [] : [[say('minimum'), formatCents(minimum, currency)] as const]),
  ]
}

/** The values of a feature in words, and a mark for one that has none. */
export function entitlementWords({ values }: OwnPlan['entitlements'][number]): string {
  return values.map(({ name, value }) => (value === null ? name : `${name}: ${value}`)).join(' · ') || '✓'
}

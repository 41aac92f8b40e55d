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

/** The price of a charge in words; tiers are with its usage, where they can be compared with the units. */
export function chargeWords(say: Say, { prices }: OwnPlan['charges'][number], currency: string): string {
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

/** The values of a feature in words, and a mark for one that has none. */
export function entitlementWords({ values }: OwnPlan['entitlements'][number]): string {
  return values.map(({ name, value }) => (value === null ? name : `${name}: ${value}`)).join(' · ') || '✓'
}

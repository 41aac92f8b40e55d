import { DAY_MS, HOUR_MS, type Instant, instant } from '../calendar/instant.ts'

/** From which overdue balance on a campaign asks in a currency. */
export type DunningThreshold = { readonly currency: string; readonly amountCents: bigint }

/** What decides when a campaign asks. */
export type DunningCampaign = {
  readonly daysBetweenAttempts: number
  readonly maxAttempts: number
  readonly thresholds: readonly DunningThreshold[]
}

/** How often a customer was asked in each currency, and when for the last time in any. */
export type DunningState = {
  readonly lastAttemptAt: Instant | null
  readonly attempts: ReadonlyMap<string, number>
}

/**
 * What happens to a customer at an instant: nothing, a wait until the next attempt is allowed, or an attempt in some
 * currencies. `isFinished` when every currency that was ever asked for has had all its attempts.
 */
export type DunningStep =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wait'; readonly until: Instant }
  | {
      readonly kind: 'attempt'
      readonly currencies: readonly string[]
      readonly attempts: ReadonlyMap<string, number>
      readonly isFinished: boolean
    }

const NOTHING: DunningStep = { kind: 'nothing' }
/** Customers are looked at once an hour, at this minute. */
const LOOK_AT_MS = 45 * 60_000

/** The first instant at or after `at` at which customers are looked at: minute 45 of an hour. */
export function nextLookAt(at: Instant): Instant {
  return instant(Math.ceil((at - LOOK_AT_MS) / HOUR_MS) * HOUR_MS + LOOK_AT_MS)
}

/**
 * The step of a customer with the given overdue balances, in cents by currency: the totals of its overdue invoices
 * (docs/rules/payments.md#dunning).
 */
export function dunningStep(
  campaign: DunningCampaign,
  state: DunningState,
  balances: ReadonlyMap<string, bigint>,
  now: Instant,
): DunningStep {
  const currencies = matchedCurrencies(campaign, balances).filter(
    (currency) => (state.attempts.get(currency) ?? 0) < campaign.maxAttempts,
  )
  if (currencies.length === 0) return NOTHING
  if (state.lastAttemptAt !== null) {
    const allowedAfter = state.lastAttemptAt + campaign.daysBetweenAttempts * DAY_MS
    if (now <= allowedAfter) return { kind: 'wait', until: lookAfter(allowedAfter) }
  }
  const attempts = new Map(state.attempts)
  for (const currency of currencies) attempts.set(currency, (attempts.get(currency) ?? 0) + 1)
  const counts = [...attempts.values()].filter((count) => count > 0)
  return {
    kind: 'attempt',
    currencies,
    attempts,
    isFinished: counts.every((count) => count >= campaign.maxAttempts),
  }
}

/** The first look after an instant: one millisecond more, because the days must have passed, and not just be over. */
function lookAfter(allowedAfter: number): Instant {
  return nextLookAt(instant(allowedAfter + 1))
}

/** When a customer who was asked is asked again if enough is overdue; null when all attempts were made. */
export function nextAttemptAt(
  campaign: Pick<DunningCampaign, 'daysBetweenAttempts' | 'maxAttempts'>,
  state: DunningState,
): Instant | null {
  const isOver = [...state.attempts.values()].every((count) => count >= campaign.maxAttempts)
  if (state.lastAttemptAt === null || isOver) return null
  return lookAfter(state.lastAttemptAt + campaign.daysBetweenAttempts * DAY_MS)
}

/** The currencies in which overdue balances reach a campaign's thresholds, in the order of the thresholds. */
export function matchedCurrencies(
  { thresholds }: Pick<DunningCampaign, 'thresholds'>,
  balances: ReadonlyMap<string, bigint>,
): string[] {
  return thresholds
    .filter(({ currency, amountCents }) => {
      const balance = balances.get(currency)
      return balance !== undefined && balance >= amountCents
    })
    .map(({ currency }) => currency)
}

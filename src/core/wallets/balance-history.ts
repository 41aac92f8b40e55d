import { DAY_MS, type Instant, instant } from '../calendar/instant.ts'

/** A settled transaction: when it moved the wallet, and by how many cents; negative when they left it. */
export type BalanceMovement = { readonly at: Instant; readonly cents: bigint }

/** What a wallet held from an instant on. */
export type BalancePoint = { readonly at: Instant; readonly balanceCents: bigint }

/** How many days of spending the forecast looks back on. */
export const LOOK_BACK_DAYS = 30n

/** Nobody plans further ahead than a century. */
const FAR_MS = 36_525n * BigInt(DAY_MS)

/**
 * What a wallet held after each movement, oldest first. Takes its balance now and its movements, newest first; with
 * older ones missing, the points are still right, because they are reckoned back from now.
 */
export function balanceHistory(balanceCents: bigint, movements: readonly BalanceMovement[]): BalancePoint[] {
  let held = balanceCents
  const points = movements.map(({ at, cents }) => {
    const point = { at, balanceCents: held }
    held -= cents
    return point
  })
  return points.reverse()
}

/**
 * When a balance is used up if it goes on being spent as in the days looked back on
 * (docs/rules/wallets.md#the-forecast). Null when nothing was spent, nothing is left, or it
 * lasts longer than a century.
 */
export function emptyAt(balanceCents: bigint, spentCents: bigint, now: Instant): Instant | null {
  if (spentCents <= 0n || balanceCents <= 0n) return null
  const ms = (balanceCents * LOOK_BACK_DAYS * BigInt(DAY_MS)) / spentCents
  return ms > FAR_MS ? null : instant(now + Number(ms))
}

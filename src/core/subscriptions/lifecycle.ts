/** Status of a subscription (docs/rules/subscriptions.md#states). */
export type SubscriptionStatus = 'pending' | 'incomplete' | 'active' | 'terminated' | 'canceled'

export const SUBSCRIPTION_STATUSES: readonly SubscriptionStatus[] = [
  'pending',
  'incomplete',
  'active',
  'terminated',
  'canceled',
]

const MOVES: Readonly<Record<SubscriptionStatus, readonly SubscriptionStatus[]>> = {
  pending: ['incomplete', 'active', 'canceled'],
  incomplete: ['active', 'canceled'],
  active: ['terminated'],
  terminated: [],
  canceled: [],
}

/** True when a subscription may change from one status to another; the last two statuses are final. */
export function mayMove(from: SubscriptionStatus, to: SubscriptionStatus): boolean {
  return MOVES[from].includes(to)
}

/** The new status; throws when the transition is not allowed, which is a bug in the caller, not a bad request. */
export function moved(from: SubscriptionStatus, to: SubscriptionStatus): SubscriptionStatus {
  if (!mayMove(from, to)) throw new Error(`a ${from} subscription cannot become ${to}`)
  return to
}

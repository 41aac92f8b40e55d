import { groupOfId } from '../../core/metering/grouping.ts'
import { keptStates } from '../../core/rating/kept-states.ts'
import {
  planSubscriptionUsage,
  rateSubscriptionUsage,
  type UsageAsked,
} from '../../core/rating/rate-subscription.ts'
import type { RatedUsage, RatingContext } from '../../core/rating/rate-usage.ts'
import { readAdvanceStates } from '../../store/advance-states.ts'
import type { Reads } from '../../store/database.ts'
import { answerUsages } from '../../store/events/usage.ts'

/** Queries and rates the usage of charges in one window; nothing when the window is empty. */
export async function rateSubscription(reads: Reads, asked: UsageAsked): Promise<RatedUsage[]> {
  const planned = planSubscriptionUsage(asked)
  if (planned.buckets.length === 0) return []
  const [answers, advanceStates] = await Promise.all([
    answerUsages(reads, planned.queries),
    advanceStateOf(reads, asked),
  ])
  return rateSubscriptionUsage(planned, answers, advanceStates)
}

async function advanceStateOf(reads: Reads, asked: UsageAsked): Promise<RatingContext['advanceStateOf']> {
  const inAdvance = asked.charges.filter((charge) => charge.payInAdvance)
  if (asked.purpose !== 'current' || inAdvance.length === 0) return () => null
  const { externalId } = asked.subscription
  const chargeIds = inAdvance.map((charge) => charge.id)
  const rows = await readAdvanceStates(reads, { externalId, chargeIds, starts: asked.window })
  const kept = rows.map((row) => ({ ...row, groupedBy: groupOfId(row.groupId) }))
  return keptStates(kept, asked.narrowing?.group ?? {})
}

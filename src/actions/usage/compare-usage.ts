import { addMs, DAY_MS, instant } from '../../core/calendar/instant.ts'
import type { UsageGroup, UsageQuery } from '../../core/metering/usage.ts'
import { answerRawUsage } from '../../store/events/raw-usage.ts'
import { trackedSubscriptions } from '../../store/events/tracked-subscriptions.ts'
import { answerUsages } from '../../store/events/usage.ts'
import { listOrganizationClocks } from '../../store/organizations.ts'
import type { Context } from '../context.ts'

/** Usage whose running state differs from the log. */
export type UsageDifference = {
  readonly organizationId: string
  readonly externalSubscriptionId: string
  readonly code: string
  readonly kept: string
  readonly logged: string
}

/** More than a year, so that it covers any period. */
const SPAN_MS = 400 * DAY_MS

/**
 * Compares the running usage of the newest `subscriptionsMax` subscriptions and metrics of each organization with the
 * plain sum over the log (docs/decisions/0005-usage-state-in-days-and-hours.md), for `weir doctor`. Returns the
 * differences, ideally none.
 */
export async function compareUsage(
  context: Context,
  subscriptionsMax: number,
): Promise<{ readonly compared: number; readonly differences: readonly UsageDifference[] }> {
  const organizations = await listOrganizationClocks(context.database)
  const differences: UsageDifference[] = []
  let compared = 0
  for (const organization of organizations) {
    const now = organization.clockAt ?? context.systemNow()
    await context.database.read(organization.id, async (reads) => {
      for (const tracked of await trackedSubscriptions(reads, subscriptionsMax)) {
        const query: UsageQuery = {
          ...tracked,
          // Edges within an hour make the state combine buckets with logged events.
          period: { from: instant(now - SPAN_MS), to: addMs(now, 1) },
          recurring: false,
          match: { include: {}, exclude: [] },
          groupBy: [],
          detail: 'totals',
        }
        const [kept = []] = await answerUsages(reads, [query])
        const logged = await answerRawUsage(reads, query)
        compared += 1
        if (figuresOf(kept) === figuresOf(logged)) continue
        const { externalSubscriptionId, code } = tracked
        differences.push({
          organizationId: organization.id,
          externalSubscriptionId,
          code,
          kept: figuresOf(kept),
          logged: figuresOf(logged),
        })
      }
    })
  }
  return { compared, differences }
}

function figuresOf(groups: readonly UsageGroup[]): string {
  return groups.map((group) => `${group.eventsCount} events, ${group.total.toString()} units`).join('; ')
}

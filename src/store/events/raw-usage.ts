import type { UsageGroup, UsageQuery } from '../../core/metering/usage.ts'
import type { Reads } from '../database.ts'
import { answerFromLog } from './usage.ts'

/**
 * The plain sum over logged events, with which running state is compared on live data
 * (docs/decisions/0005-usage-state-in-days-and-hours.md).
 */
export async function answerRawUsage(reads: Reads, query: UsageQuery): Promise<readonly UsageGroup[]> {
  const [answer] = await answerFromLog(reads, [query])
  return answer ?? []
}

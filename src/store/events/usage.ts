import { Decimal } from '../../core/amounts/decimal.ts'
import { usageOf } from '../../core/metering/reference.ts'
import type { UsageGroup, UsageQuery } from '../../core/metering/usage.ts'
import type { Reads } from '../database.ts'

/** Answers of the event store to questions of the usage language, in the order of the questions. */
export async function answerUsages(
  reads: Reads,
  queries: readonly UsageQuery[],
): Promise<readonly (readonly UsageGroup[])[]> {
  const answers: (readonly UsageGroup[])[] = []
  for (const query of queries) {
    const rows = await reads
      .selectFrom('events')
      .selectAll()
      .where('externalSubscriptionId', '=', query.externalSubscriptionId)
      .where('code', '=', query.code)
      .where('deletedAt', 'is', null)
      .execute()
    const events = rows.map((row) => ({
      id: row.id,
      transactionId: row.transactionId,
      code: row.code,
      externalSubscriptionId: row.externalSubscriptionId,
      at: row.timestamp,
      properties: row.properties as Record<string, unknown>,
      preciseTotalAmountCents:
        row.preciseTotalAmountCents === null ? null : Decimal.of(row.preciseTotalAmountCents),
    }))
    answers.push(usageOf(events, query))
  }
  return answers
}

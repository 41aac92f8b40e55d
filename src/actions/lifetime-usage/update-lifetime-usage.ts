import { readCents } from '../../core/input/cents.ts'
import { Fields, type Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { refuseIfAny } from '../../core/refusal.ts'
import { scheduleActivity } from '../../store/activity-items.ts'
import { setHistoricalUsage } from '../../store/lifetime-usages.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { ShownLifetimeUsage } from '../../wire/lifetime-usages.ts'
import type { Caller, Context } from '../context.ts'
import { findLocked } from '../subscriptions/lock-subscription.ts'
import { findLifetime, readLifetimeUsage } from './read-lifetime-usage.ts'

const FIELD = 'external_historical_usage_amount_cents'

/**
 * Sets a subscription's usage from before Weir, in cents, and schedules a check of its thresholds and alerts
 * (docs/rules/usage.md#lifetime-usage). 404 as in `readLifetimeUsage`; 422 unless the amount is a whole number of at
 * least 0.
 */
export async function updateLifetimeUsage(
  context: Context,
  caller: Caller,
  externalId: string,
  input: Input,
): Promise<ShownLifetimeUsage> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    await findLocked(tx, async () => (await findLifetime(tx, externalId)).subscription)
    const { row } = await findLifetime(tx, externalId)
    const problems = new Problems()
    const fields = new Fields(input, problems)
    const amountCents = readCents(fields, FIELD, 0n)
    if (amountCents === null) fields.refuse(FIELD, 'value_is_mandatory')
    refuseIfAny(problems)
    if (typeof amountCents === 'bigint') {
      await setHistoricalUsage(tx, row.id, amountCents, now)
      await scheduleActivity(tx, organizationId, { externalSubscriptionId: externalId }, now)
    }
    return readLifetimeUsage(tx, caller, externalId)
  })
}

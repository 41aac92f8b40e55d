import { instant } from '../../src/core/calendar/instant.ts'
import { newId } from '../../src/store/ids.ts'
import { ts } from '../../src/store/values.ts'
import type { Answer, Client, Harness } from './harness.ts'

const SINCE = ts(instant(Date.parse('2024-01-01T00:00:00Z')))
let customersCount = 0
const nextNumber = () => {
  customersCount += 1
  return BigInt(customersCount)
}
const stamps = { createdAt: SINCE, updatedAt: SINCE }

/** A monthly plan straight in the database; an override copy when it has a parent. */
export async function insertPlan(
  { context }: Harness,
  { organizationId }: Client,
  code: string,
  parentId: string | null = null,
): Promise<string> {
  const id = newId()
  await context.database.system
    .insertInto('plans')
    .values({
      organizationId,
      id,
      parentId,
      code,
      name: `Plan ${code}`,
      interval: 'monthly',
      amountCents: 0n,
      amountCurrency: 'EUR',
      ...stamps,
    })
    .execute()
  return id
}

/** A subscription of a customer of its own, straight in the database. */
export async function insertSubscription(
  { context }: Harness,
  { organizationId }: Client,
  row: { readonly externalId: string; readonly planId: string; readonly status?: 'active' | 'pending' },
): Promise<string> {
  const { system } = context.database
  const ids = { customer: newId(), subscription: newId() }
  const status = row.status ?? 'active'
  await system
    .insertInto('customers')
    .values({
      organizationId,
      id: ids.customer,
      billingEntityId: organizationId,
      externalId: ids.customer,
      sequentialId: nextNumber(),
      slug: ids.customer,
      ...stamps,
    })
    .execute()
  await system
    .insertInto('subscriptions')
    .values({
      organizationId,
      id: ids.subscription,
      customerId: ids.customer,
      planId: row.planId,
      externalId: row.externalId,
      status,
      billingTime: 'calendar',
      subscriptionAt: SINCE,
      startedAt: status === 'active' ? SINCE : null,
      ...stamps,
    })
    .execute()
  return ids.subscription
}

/** Types and bodies of what the organization announced, in order. */
export async function announced(
  { context }: Harness,
  { organizationId }: Client,
): Promise<{ type: string; body: Answer['body'] }[]> {
  const rows = await context.database.system
    .selectFrom('webhooks')
    .select(['webhookType', 'payload'])
    .where('organizationId', '=', organizationId)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ type: row.webhookType, body: JSON.parse(row.payload) }))
}

import { afterAll, beforeAll, expect, it } from 'vitest'
import { instant } from '../../src/core/calendar/instant.ts'
import { newId } from '../../src/store/ids.ts'
import { ts } from '../../src/store/values.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

it('counts the bills that are due and not made yet, without those that are tried again later', async () => {
  const client = await harness.organization()
  await client.clock('2025-03-01T10:00:00Z')
  const other = await harness.organization()
  const add = async (kind: string, dueAt: string, retryAt: string | null = null) => {
    await harness.context.database.system
      .insertInto('dueItems')
      .values({
        organizationId: client.organizationId,
        id: newId(),
        kind,
        subjectId: newId(),
        dueAt: ts(instant(Date.parse(dueAt))),
        retryAt: retryAt === null ? null : ts(instant(Date.parse(retryAt))),
      })
      .execute()
  }
  const runOf = async (of: typeof client) => (await ok(of, 'GET', '/api/weir/v1/billing_run')).billing_run
  expect(await runOf(client)).toEqual({ bills_left_count: 0, since: null })
  await add('subscription_billing', '2025-03-01T00:00:00Z')
  await add('subscription_billing', '2025-03-01T00:00:00Z')
  await add('invoice_finalization', '2025-03-01T09:00:00Z')
  await add('subscription_billing', '2025-04-01T00:00:00Z')
  await add('invoice_charge', '2025-03-01T00:00:00Z')
  await add('subscription_billing', '2025-02-01T00:00:00Z', '2025-03-01T11:00:00Z')
  expect(await runOf(client)).toEqual({ bills_left_count: 3, since: '2025-03-01T00:00:00Z' })
  expect(await runOf(other)).toEqual({ bills_left_count: 0, since: null })
})

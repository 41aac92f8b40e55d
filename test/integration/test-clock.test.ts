import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DueAction, DueActions } from '../../src/actions/due/due-action.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { DUE_KINDS } from '../../src/core/due/kinds.ts'
import { cancelItem, scheduleItem } from '../../src/store/due-items.ts'
import { newId } from '../../src/store/ids.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ADMIN_KEY, type Harness, startHarness } from '../support/harness.ts'

describe('the sandbox clock and the admin API', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  it('moves forward, never backwards, and only in a sandbox', async () => {
    const sandbox = await harness.organization()
    await sandbox.clock('2024-02-01T00:10:00Z')
    const read = await sandbox.call('GET', '/test_clock')
    expect(read.body.test_clock).toEqual({ now: '2024-02-01T00:10:00.000Z', status: 'ready' })
    const back = await sandbox.call('PUT', '/test_clock', { test_clock: { now: '2024-01-01T00:00:00Z' } })
    expect(back.status).toBe(422)
    const real = await harness.organization({ sandbox: false })
    expect(
      (await real.call('PUT', '/test_clock', { test_clock: { now: '2024-02-01T00:00:00Z' } })).status,
    ).toBe(403)
  })

  it('is failed while something that was due is not done, and ready again once it is', async () => {
    const sandbox = await harness.organization()
    const { organizationId } = sandbox
    const { context } = harness
    await sandbox.clock('2024-01-01T00:00:00Z')
    const dueAt = instant(Date.parse('2024-01-02T00:00:00Z'))
    const [first, second] = [newId(), newId()]
    for (const subjectId of [first, second]) {
      await inTransaction(context.database, organizationId, (tx) =>
        scheduleItem(tx, organizationId, { kind: 'subscription_billing', subjectId, dueAt }),
      )
    }
    const now = '2024-02-01T00:00:00.000Z'
    const moved = await sandbox.call('PUT', '/test_clock', { test_clock: { now } })
    const read = async () => (await sandbox.call('GET', '/test_clock')).body.test_clock
    expect(moved.body.test_clock).toMatchObject({ now, status: 'failed' })
    expect(await read()).toEqual(moved.body.test_clock)
    await inTransaction(context.database, organizationId, (tx) =>
      cancelItem(tx, 'subscription_billing', first),
    )
    const { status, error } = await read()
    expect([status, error.includes(first), error.includes(second)]).toEqual(['failed', false, true])
    const doNothing: DueAction = async () => undefined
    const actions = Object.fromEntries(DUE_KINDS.map((kind) => [kind, doNothing])) as DueActions
    await runDue(context, actions, { organizationId, until: instant(Date.parse(now)), strict: true })
    expect(await read()).toEqual({ now, status: 'ready' })
  })

  it('makes organizations for the operator only', async () => {
    const refused = await harness.app.inject({
      method: 'POST',
      url: '/admin/organizations',
      payload: { name: 'x' },
    })
    expect(refused.statusCode).toBe(401)
    const made = await harness.app.inject({
      method: 'POST',
      url: '/admin/organizations',
      headers: { 'x-admin-api-key': ADMIN_KEY },
      payload: { name: 'Hooli', email: 'a@example.com', sandbox: true },
    })
    expect(made.statusCode).toBe(201)
    expect(made.json().organization.api_key).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.json().invite_url).toMatch(/invitation/)
  })

  it('answers 401 without a key and 404 for an unknown path', async () => {
    const none = await harness.app.inject({ method: 'GET', url: '/api/v1/test_clock' })
    expect([none.statusCode, none.json()]).toEqual([401, { status: 401, error: 'Unauthorized' }])
    const client = await harness.organization()
    const unknown = await client.call('GET', '/nothing_here')
    expect([unknown.status, unknown.body.code]).toEqual([404, 'resource_not_found'])
  })
})

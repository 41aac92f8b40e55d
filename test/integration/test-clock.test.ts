import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

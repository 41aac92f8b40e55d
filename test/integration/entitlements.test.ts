import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { announced, insertPlan, insertSubscription } from '../support/entitlement-fixtures.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

/** Values by privilege, by feature. */
function shown({ status, body }: Answer): unknown {
  expect(status).toBe(200)
  type Shown = { code: string; privileges: { code: string; value: unknown }[] }
  return Object.fromEntries(
    body.entitlements.map(({ code, privileges }: Shown) => [
      code,
      Object.fromEntries(privileges.map((privilege) => [privilege.code, privilege.value])),
    ]),
  )
}

const refusal = ({ status, body }: Answer) => [status, body.error_details ?? body.code]

describe('entitlements', () => {
  let harness: Harness
  let client: Client
  let planId: string
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())
  beforeEach(async () => {
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
    const privileges = [
      { code: 'max', value_type: 'integer' },
      { code: 'root', value_type: 'boolean' },
      { code: 'invitation', value_type: 'select', config: { select_options: ['email', 'slack'] } },
    ]
    await client.call('POST', '/features', { feature: { code: 'seats', name: 'Seats', privileges } })
    const gb = [{ code: 'gb', value_type: 'integer' }]
    await client.call('POST', '/features', { feature: { code: 'storage', privileges: gb } })
    await client.call('POST', '/features', { feature: { code: 'sso' } })
    planId = await insertPlan(harness, client, 'p')
  })

  const plan = (method: string, path = '', entitlements?: unknown) =>
    client.call(
      method,
      `/plans/p/entitlements${path}`,
      entitlements === undefined ? undefined : { entitlements },
    )
  const subscription = (method: string, path = '', entitlements?: unknown) =>
    client.call(
      method,
      `/subscriptions/s/entitlements${path}`,
      entitlements === undefined ? undefined : { entitlements },
    )

  describe('of a plan', () => {
    it('200: POST replaces all, an empty object keeps the privileges; PATCH merges', async () => {
      const first = await plan('POST', '', {
        seats: { max: '10', root: 'true' },
        storage: { gb: 5 },
        sso: {},
      })
      expect(shown(first)).toEqual({ seats: { max: 10, root: true }, storage: { gb: 5 }, sso: {} })
      expect(first.body.meta).toBeUndefined()
      expect(shown(await plan('PATCH', '', { seats: { max: null, invitation: 'email' } }))).toEqual({
        seats: { max: null, root: true, invitation: 'email' },
        storage: { gb: 5 },
        sso: {},
      })
      const replaced = await plan('POST', '', { seats: { invitation: 'slack' }, storage: {} })
      expect(shown(replaced)).toEqual({ seats: { invitation: 'slack' }, storage: { gb: 5 } })
      expect(shown(await plan('GET'))).toEqual(shown(replaced))
      expect(shown(await plan('POST', '', {}))).toEqual({})
    })

    it('200: one entitlement is shown, and loses a privilege or goes', async () => {
      await plan('POST', '', { seats: { max: 1, root: false } })
      const one = await plan('GET', '/seats')
      expect(one.body.entitlement).toEqual({
        code: 'seats',
        name: 'Seats',
        description: null,
        privileges: [
          { code: 'max', name: null, value_type: 'integer', config: {}, value: 1 },
          { code: 'root', name: null, value_type: 'boolean', config: {}, value: false },
        ],
      })
      const left = await plan('DELETE', '/seats/privileges/root')
      expect(left.body.entitlement.privileges).toEqual([one.body.entitlement.privileges[0]])
      expect(refusal(await plan('DELETE', '/seats/privileges/root'))).toEqual([404, 'privilege_not_found'])
      expect((await plan('DELETE', '/seats')).body.entitlement).toEqual(left.body.entitlement)
      for (const path of ['/seats', '/seats/privileges/max']) {
        expect(refusal(await plan('DELETE', path))).toEqual([404, 'entitlement_not_found'])
      }
    })

    it('400, 404 and 422; a refusal changes nothing', async () => {
      await plan('POST', '', { seats: { max: 1 } })
      expect((await client.call('POST', '/plans/p/entitlements', {})).status).toBe(400)
      expect((await plan('POST', '', [])).status).toBe(400)
      const unknown = await client.call('PATCH', '/plans/none/entitlements', { entitlements: {} })
      expect(refusal(unknown)).toEqual([404, 'plan_not_found'])
      expect(refusal(await plan('PATCH', '', { none: {} }))).toEqual([404, 'feature_not_found'])
      expect(refusal(await plan('PATCH', '', { seats: { none: 1 } }))).toEqual([404, 'privilege_not_found'])
      for (const value of ['invalid', '010', '1.5', 1.5, true, [1], {}]) {
        expect(refusal(await plan('PATCH', '', { sso: {}, seats: { max: value } }))).toEqual([
          422,
          { max_privilege_value: ['value_is_invalid'] },
        ])
      }
      expect(refusal(await plan('PATCH', '', { seats: { invitation: 'phone' } }))).toEqual([
        422,
        { invitation_privilege_value: ['value_not_in_select_options'] },
      ])
      const huge = '{"entitlements":{"seats":{"max":1e400},"storage":12345678901234567890}}'
      expect((await client.call('PATCH', '/plans/p/entitlements', huge)).status).toBeLessThan(500)
      expect(shown(await plan('GET'))).toEqual({ seats: { max: 1 } })
      expect((await client.call('PUT', '/plans/p/entitlements', { entitlements: {} })).status).toBe(404)
    })

    it('announces plan.updated, also when nothing changed', async () => {
      const endpoint = { webhook_endpoint: { webhook_url: 'https://hooks.example.com/a' } }
      await client.call('POST', '/webhook_endpoints', endpoint)
      const { body } = await plan('POST', '', { seats: { max: 1 } })
      await plan('PATCH', '', {})
      const messages = await announced(harness, client)
      expect(messages.map(({ type }) => type)).toEqual(['plan.updated', 'plan.updated'])
      expect(messages[0]?.body.plan.entitlements).toEqual(body.entitlements)
    })

    it('two changes at once are both kept', async () => {
      await Promise.all([
        plan('PATCH', '', { seats: { max: 1 } }),
        plan('PATCH', '', { seats: { root: true } }),
        plan('PATCH', '', { storage: { gb: 2 } }),
      ])
      expect(shown(await plan('GET'))).toEqual({ seats: { max: 1, root: true }, storage: { gb: 2 } })
    })
  })

  describe('of a subscription', () => {
    beforeEach(async () => {
      await plan('POST', '', { seats: { max: 10, root: false } })
      await insertSubscription(harness, client, { externalId: 's', planId })
    })

    it('200: an override shows besides the plan, and the plan value puts it back', async () => {
      const over = await subscription('PATCH', '', { seats: { max: 30 } })
      expect(over.body.entitlements[0]).toEqual({
        code: 'seats',
        name: 'Seats',
        description: null,
        privileges: [
          {
            code: 'max',
            name: null,
            value_type: 'integer',
            config: {},
            value: 30,
            plan_value: 10,
            override_value: 30,
          },
          {
            code: 'root',
            name: null,
            value_type: 'boolean',
            config: {},
            value: false,
            plan_value: false,
            override_value: null,
          },
        ],
        overrides: { max: 30 },
      })
      const back = await subscription('PATCH', '', { seats: { max: 10 } })
      expect(back.body.entitlements[0]).toMatchObject({ overrides: {} })
      expect(back.body.entitlements[0].privileges[0]).toMatchObject({ value: 10, override_value: null })
    })

    it('200: what the plan lacks is added, and a later change of the plan shows through', async () => {
      expect(shown(await subscription('PATCH', '', { storage: { gb: 7 }, sso: {} }))).toEqual({
        seats: { max: 10, root: false },
        storage: { gb: 7 },
        sso: {},
      })
      await plan('PATCH', '', { seats: { max: 99 }, storage: { gb: 1 } })
      const { body } = await subscription('GET')
      expect(shown({ status: 200, body, headers: {} })).toMatchObject({
        seats: { max: 99 },
        storage: { gb: 7 },
      })
      expect(body.entitlements[1].privileges[0]).toMatchObject({ plan_value: 1, override_value: 7 })
      expect(shown(await plan('GET'))).toEqual({ seats: { max: 99, root: false }, storage: { gb: 1 } })
    })

    it('200: removed features and privileges stay away, twice is no error, and named they come back', async () => {
      expect(shown(await subscription('DELETE', '/seats/privileges/root'))).toEqual({ seats: { max: 10 } })
      expect(shown(await subscription('DELETE', '/seats/privileges/root'))).toEqual({ seats: { max: 10 } })
      expect(shown(await subscription('PATCH', '', { seats: { root: true } }))).toEqual({
        seats: { max: 10, root: true },
      })
      for (const _time of [1, 2]) expect(shown(await subscription('DELETE', '/seats'))).toEqual({})
      expect(shown(await subscription('DELETE', '/storage'))).toEqual({})
      expect(shown(await subscription('PATCH', '', { seats: { max: 10 } }))).toEqual({
        seats: { max: 10, root: false },
      })
    })

    it('200: an override copy of the plan entitles as its parent does', async () => {
      const copy = await insertPlan(harness, client, 'p', planId)
      await insertSubscription(harness, client, { externalId: 'copied', planId: copy })
      const read = await client.call('GET', '/subscriptions/copied/entitlements')
      expect(shown(read)).toEqual({ seats: { max: 10, root: false } })
      expect(shown(await plan('GET'))).toEqual({ seats: { max: 10, root: false } })
    })

    it('200: the status chooses the record, each with its own overrides', async () => {
      await insertSubscription(harness, client, { externalId: 's', planId, status: 'pending' })
      await subscription('PATCH', '?subscription_status=pending', { seats: { max: 1 } })
      expect(shown(await subscription('GET', '?status=pending'))).toMatchObject({ seats: { max: 1 } })
      expect(shown(await subscription('GET'))).toMatchObject({ seats: { max: 10 } })
      expect((await subscription('GET', '?subscription_status=terminated')).status).toBe(404)
    })

    it('400, 404 and 422', async () => {
      const none = await client.call('DELETE', '/subscriptions/none/entitlements/seats')
      expect(refusal(none)).toEqual([404, 'subscription_not_found'])
      expect(refusal(await subscription('DELETE', '/none'))).toEqual([404, 'feature_not_found'])
      const privilege = await subscription('DELETE', '/seats/privileges/none')
      expect(refusal(privilege)).toEqual([404, 'privilege_not_found'])
      expect((await subscription('PATCH')).status).toBe(400)
      expect(refusal(await subscription('PATCH', '', { seats: { max: 'many' } }))).toEqual([
        422,
        { max_privilege_value: ['value_is_invalid'] },
      ])
      expect(shown(await subscription('PATCH', '', {}))).toEqual({ seats: { max: 10, root: false } })
    })

    it('announces subscription.updated with the effective entitlements', async () => {
      const endpoint = { webhook_endpoint: { webhook_url: 'https://hooks.example.com/a' } }
      await client.call('POST', '/webhook_endpoints', endpoint)
      const { body } = await subscription('PATCH', '', { seats: { max: 3 } })
      await subscription('DELETE', '/seats')
      const messages = await announced(harness, client)
      expect(messages.map(({ type }) => type)).toEqual(['subscription.updated', 'subscription.updated'])
      expect(messages[0]?.body.subscription).toMatchObject({
        external_id: 's',
        entitlements: body.entitlements,
      })
      expect(messages[1]?.body.subscription.entitlements).toEqual([])
    })
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeRole, type Visitor, visit } from '../support/browser-session.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { type LivedIn, liveIn } from '../support/lived-in.ts'

let harness: Harness
let ours: LivedIn
let theirs: LivedIn
let admin: Visitor
beforeAll(async () => {
  harness = await startHarness()
  ours = await liveIn(await harness.organization(), 'ours')
  theirs = await liveIn(await harness.organization(), 'theirs')
  admin = await visit(harness, ours.client, 'admin@example.com', ['admin'])
})
afterAll(() => harness?.close())

async function names(query: string, visitor = admin): Promise<[string, string, string][]> {
  const { status, body } = await visitor.call('GET', `/api/weir/v1/names?${query}`)
  expect(status).toBe(200)
  return body.names.map((each: { type: string; identifier: string; name: string }) => [
    each.type,
    each.identifier,
    each.name,
  ])
}

const ALL_OF = (mark: string) =>
  `subscriptions[]=${mark}-subscription&plans[]=${mark}-plan&billable_metrics[]=${mark}-metric&add_ons[]=${mark}-add-on&billing_entities[]=${mark}-entity&customers[]=${mark}`

describe('the names of external ids and codes', () => {
  it('200 are those of everything that a page asks for', async () => {
    for (const customer of [
      { external_id: 'ours', name: 'Ours & Sons', timezone: 'America/New_York' },
      { external_id: 'anna', name: '', firstname: 'Anna', lastname: 'Berg' },
      { external_id: 'nameless', name: null },
    ]) {
      expect((await ours.client.call('POST', '/customers', { customer })).status).toBe(200)
    }
    expect(await names(`${ALL_OF('ours')}&customers[]=anna&customers[]=nameless&customers[]=nobody`)).toEqual(
      [
        ['customer', 'anna', 'Anna Berg'],
        ['customer', 'nameless', 'nameless'],
        ['customer', 'ours', 'Ours & Sons'],
        ['subscription', 'ours-subscription', 'Subscription ours'],
        ['plan', 'ours-plan', 'Plan ours'],
        ['billable_metric', 'ours-metric', 'Tokens ours'],
        ['add_on', 'ours-add-on', 'Add-on ours'],
        ['billing_entity', 'ours-entity', 'Entity ours'],
      ],
    )
    expect(await names('')).toEqual([])
    const { body } = await admin.call('GET', '/api/weir/v1/names?customers[]=ours&customers[]=anna')
    const zones = body.names.map((each: { timezone: string }) => each.timezone)
    expect(zones).toEqual(['UTC', 'America/New_York'])
  })

  it('200 are those of the one that exists, and otherwise of the one that was deleted last', async () => {
    const customer = { external_id: 'phoenix', name: 'First life' }
    await ours.client.call('POST', '/customers', { customer })
    expect((await ours.client.call('DELETE', '/customers/phoenix')).status).toBe(200)
    expect(await names('customers[]=phoenix')).toEqual([['customer', 'phoenix', 'First life']])
    await ours.client.call('POST', '/customers', { customer: { ...customer, name: 'Second life' } })
    expect(await names('customers[]=phoenix')).toEqual([['customer', 'phoenix', 'Second life']])
  })

  it('200 are none of another organization', async () => {
    expect(await names(ALL_OF('theirs'))).toEqual([])
    expect(theirs.names.plans).toBe('theirs-plan')
  })

  it('200 are only what the member may see', async () => {
    await makeRole(harness, ours.client.organizationId, 'planner', ['plans:view'])
    const planner = await visit(harness, ours.client, 'planner@example.com', ['planner'])
    expect(await names(ALL_OF('ours'), planner)).toEqual([['plan', 'ours-plan', 'Plan ours']])
  })

  it('403 session_required for an API key', async () => {
    const answer = await ours.client.call('GET', '/api/weir/v1/names?plans[]=ours-plan')
    expect([answer.status, answer.body.code]).toEqual([403, 'session_required'])
  })
})

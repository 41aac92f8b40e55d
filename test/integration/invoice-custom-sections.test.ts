import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

const create = (client: Client, code: string, more: object = {}) =>
  ok(client, 'POST', '/invoice_custom_sections', {
    invoice_custom_section: { code, name: `Name ${code}`, details: `Text ${code}`, ...more },
  })

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
const codes = (sections: any[]) => sections.map((each) => each.code)

/** A sandbox with the sections a, b, c and d, a plan `p`, and a customer `c` of its default billing entity. */
async function shop(customer: object = {}): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  for (const code of ['a', 'b', 'c', 'd']) await create(client, code)
  const plan = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 100, amount_currency: 'EUR' }
  await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false } })
  await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR', ...customer } })
  return client
}

async function entitySelects(client: Client, ...invoice_custom_section_codes: string[]) {
  const { billing_entities } = await ok(client, 'GET', '/billing_entities')
  return ok(client, 'PUT', `/billing_entities/${billing_entities[0].code}`, {
    billing_entity: { invoice_custom_section_codes },
  })
}

const subscribe = (client: Client, external_id: string, invoice_custom_section?: object) =>
  ok(client, 'POST', '/subscriptions', {
    subscription: { external_customer_id: 'c', external_id, plan_code: 'p', invoice_custom_section },
  })

/** The codes of the sections on the newest invoice. */
async function billedWith(client: Client, at = '2024-02-01T00:01:00Z'): Promise<string[]> {
  await client.clock(at)
  const [{ lago_id }] = (await ok(client, 'GET', '/invoices')).invoices
  return codes((await ok(client, 'GET', `/invoices/${lago_id}`)).invoice.applied_invoice_custom_sections)
}

describe('/invoice_custom_sections', () => {
  it('200: creates, lists, shows, changes and deletes by code', async () => {
    const client = await harness.organization()
    const { invoice_custom_section: made } = await create(client, ' vat ', { display_name: 'VAT' })
    expect(made).toEqual({
      lago_id: expect.any(String),
      code: 'vat',
      name: 'Name  vat ',
      description: null,
      details: 'Text  vat ',
      display_name: 'VAT',
      organization_id: client.organizationId,
    })
    await create(client, 'bank')
    const list = await ok(client, 'GET', '/invoice_custom_sections?per_page=1')
    expect([codes(list.invoice_custom_sections), list.meta.total_count]).toEqual([['bank'], 2])
    const changed = await ok(client, 'PUT', '/invoice_custom_sections/vat', {
      invoice_custom_section: { details: null, code: 'tax' },
    })
    expect(changed.invoice_custom_section).toEqual({ ...made, code: 'tax', details: null })
    expect(await ok(client, 'GET', '/invoice_custom_sections/tax')).toEqual(changed)
    expect(await ok(client, 'DELETE', '/invoice_custom_sections/tax')).toEqual(changed)
    expect((await client.call('GET', '/invoice_custom_sections/tax')).body.code).toBe(
      'invoice_custom_section_not_found',
    )
    await create(client, 'tax')
  })

  it('422 and 404', async () => {
    const client = await harness.organization()
    await create(client, 'a')
    await create(client, 'b')
    const post = (section: object) =>
      client.call('POST', '/invoice_custom_sections', { invoice_custom_section: section })
    expect((await post({ details: 'x' })).body.error_details).toEqual({
      code: ['value_is_mandatory'],
      name: ['value_is_mandatory'],
    })
    expect((await post({ code: 'a', name: 'A' })).body.error_details).toEqual({
      code: ['value_already_exist'],
    })
    const taken = { invoice_custom_section: { code: 'b' } }
    const renamed = await client.call('PUT', '/invoice_custom_sections/a', taken)
    expect(renamed.body.error_details).toEqual({ code: ['value_already_exist'] })
    for (const method of ['PUT', 'DELETE']) {
      expect((await client.call(method, '/invoice_custom_sections/ghost', taken)).status).toBe(404)
    }
  })
})

describe('the sections of an invoice', () => {
  it('are those of the subscription, else of the customer, else of the billing entity', async () => {
    const client = await shop()
    await entitySelects(client, 'a', 'b')
    await subscribe(client, 's')
    expect(await billedWith(client)).toEqual(['a', 'b'])
    const { customer } = await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', invoice_custom_section_codes: ['c'] },
    })
    expect(codes(customer.applicable_invoice_custom_sections)).toEqual(['c'])
    expect(await billedWith(client, '2024-03-01T00:01:00Z')).toEqual(['c'])
    const { subscription } = await ok(client, 'PUT', '/subscriptions/s', {
      subscription: { invoice_custom_section: { invoice_custom_section_codes: ['d', 'a'] } },
    })
    expect(subscription.applied_invoice_custom_sections).toMatchObject([
      { created_at: '2024-03-01T00:01:00Z', invoice_custom_section: { code: 'a', details: 'Text a' } },
      { invoice_custom_section: { code: 'd' } },
    ])
    expect(await billedWith(client, '2024-04-01T00:01:00Z')).toEqual(['a', 'd'])
  })

  it('are none where they are skipped', async () => {
    const client = await shop({ skip_invoice_custom_sections: true })
    const entity = await entitySelects(client, 'a')
    expect(codes(entity.billing_entity.selected_invoice_custom_sections)).toEqual(['a'])
    await subscribe(client, 's')
    expect(await billedWith(client)).toEqual([])
    await ok(client, 'PUT', '/subscriptions/s', {
      subscription: { invoice_custom_section: { invoice_custom_section_codes: ['b'] } },
    })
    expect(await billedWith(client, '2024-03-01T00:01:00Z')).toEqual(['b'])
    const { customer } = await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', skip_invoice_custom_sections: false },
    })
    expect(codes(customer.applicable_invoice_custom_sections)).toEqual(['a'])
    await ok(client, 'PUT', '/subscriptions/s', {
      subscription: { invoice_custom_section: { skip_invoice_custom_sections: true } },
    })
    expect(await billedWith(client, '2024-04-01T00:01:00Z')).toEqual([])
  })

  it('are those of all its subscriptions, each once', async () => {
    const client = await shop({ invoice_custom_section_codes: ['a'] })
    await subscribe(client, 's')
    await subscribe(client, 't', { invoice_custom_section_codes: ['c', 'a'] })
    await subscribe(client, 'u', { skip_invoice_custom_sections: true })
    expect((await billedWith(client)).sort()).toEqual(['a', 'c'])
  })

  it('follow a draft until it is final, and then stay', async () => {
    const client = await shop({
      invoice_custom_section_codes: ['a'],
      billing_configuration: { invoice_grace_period: 3 },
    })
    await subscribe(client, 's')
    expect(await billedWith(client)).toEqual(['a'])
    const [{ lago_id }] = (await ok(client, 'GET', '/invoices')).invoices
    const shown = async () =>
      (await ok(client, 'GET', `/invoices/${lago_id}`)).invoice.applied_invoice_custom_sections
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', invoice_custom_section_codes: ['b'] },
    })
    expect(codes(await shown())).toEqual(['a'])
    const { invoice } = await ok(client, 'PUT', `/invoices/${lago_id}/finalize`)
    expect(codes(invoice.applied_invoice_custom_sections)).toEqual(['b'])
    await ok(client, 'PUT', '/invoice_custom_sections/b', { invoice_custom_section: { details: 'New' } })
    await ok(client, 'DELETE', '/invoice_custom_sections/b')
    expect(await shown()).toEqual(invoice.applied_invoice_custom_sections)
    expect(invoice.applied_invoice_custom_sections).toMatchObject([{ details: 'Text b', display_name: null }])
    expect(await billedWith(client, '2024-03-01T00:01:00Z')).toEqual([])
  })

  it('of a one-off invoice are those that it names, or the customer’s', async () => {
    const client = await shop({ invoice_custom_section_codes: ['a'] })
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'Job', code: 'job', amount_cents: 100, amount_currency: 'EUR' },
    })
    const sell = (invoice_custom_section?: object) =>
      client.call('POST', '/invoices', {
        invoice: { external_customer_id: 'c', fees: [{ add_on_code: 'job' }], invoice_custom_section },
      })
    const sections = async (choice?: object) =>
      codes((await sell(choice)).body.invoice.applied_invoice_custom_sections)
    expect(await sections()).toEqual(['a'])
    expect(await sections({ invoice_custom_section_codes: ['b', 'd'] })).toEqual(['b', 'd'])
    expect(await sections({ skip_invoice_custom_sections: true })).toEqual([])
    const unknown = await sell({ invoice_custom_section_codes: ['ghost'] })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'invoice_custom_section_not_found'])
    const both = await sell({ skip_invoice_custom_sections: true, invoice_custom_section_codes: ['b'] })
    expect(both.body.error_details).toEqual({
      invoice_custom_section: ['skip_sections_and_selected_ids_sent_together'],
    })
  })

  it('come with a plan change only when the request brings them', async () => {
    const client = await shop()
    await subscribe(client, 's', { invoice_custom_section_codes: ['a'] })
    for (const [code, amount_cents] of [
      ['q', 200],
      ['r', 300],
    ]) {
      const plan = { name: 'Q', code, interval: 'monthly', amount_cents, amount_currency: 'EUR' }
      await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false } })
    }
    const change = (plan_code: string, invoice_custom_section?: object) =>
      ok(client, 'POST', '/subscriptions', {
        subscription: { external_customer_id: 'c', external_id: 's', plan_code, invoice_custom_section },
      })
    const first = await change('q', { invoice_custom_section_codes: ['b'] })
    expect(first.subscription.applied_invoice_custom_sections).toMatchObject([
      { invoice_custom_section: { code: 'b' } },
    ])
    const second = await change('r')
    expect(second.subscription.applied_invoice_custom_sections).toEqual([])
  })

  it('404: unknown codes on a customer, a billing entity and a subscription', async () => {
    const client = await shop()
    const { billing_entities } = await ok(client, 'GET', '/billing_entities')
    const selection = { invoice_custom_section_codes: ['a', 'ghost'] }
    const answers = [
      await client.call('POST', '/customers', { customer: { external_id: 'c', ...selection } }),
      await client.call('PUT', `/billing_entities/${billing_entities[0].code}`, {
        billing_entity: selection,
      }),
      await client.call('POST', '/subscriptions', {
        subscription: {
          external_customer_id: 'c',
          external_id: 's',
          plan_code: 'p',
          invoice_custom_section: selection,
        },
      }),
    ]
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([404, 'invoice_custom_section_not_found'])
    }
    expect((await ok(client, 'GET', '/subscriptions')).meta.total_count).toBe(0)
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taxesOfOwners } from '../../src/store/taxes.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

describe('taxes', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function fresh(): Promise<void> {
    client = await harness.organization()
    await client.clock('2024-05-02T10:00:00Z')
  }

  it('200: creates, shows, changes, lists and deletes', async () => {
    await fresh()
    const made = await client.call('POST', '/taxes', {
      tax: {
        name: 'VAT',
        code: 'vat/20',
        rate: '20.5',
        description: 'French',
        applied_to_organization: true,
      },
    })
    expect(made.status).toBe(200)
    expect(made.body.tax).toMatchObject({
      name: 'VAT',
      code: 'vat/20',
      rate: 20.5,
      description: 'French',
      applied_to_organization: true,
      applied_to_billing_entities_codes: ['test_organization'],
      customers_count: 0,
      created_at: '2024-05-02T10:00:00Z',
    })
    const path = `/taxes/${encodeURIComponent('vat/20')}`
    const changed = await client.call('PUT', path, { tax: { rate: 10, applied_to_organization: false } })
    expect(changed.body.tax).toMatchObject({
      rate: 10,
      name: 'VAT',
      applied_to_organization: false,
      applied_to_billing_entities_codes: [],
    })
    await client.call('POST', '/taxes', { tax: { name: 'B', code: 'b', rate: 0 } })
    const list = await client.call('GET', '/taxes?per_page=1')
    expect(list.body.meta).toEqual({
      current_page: 1,
      next_page: 2,
      prev_page: null,
      total_pages: 2,
      total_count: 2,
    })
    await client.call('PUT', path, { tax: { applied_to_organization: true } })
    expect((await client.call('DELETE', path)).body.tax).toMatchObject({
      code: 'vat/20',
      applied_to_organization: false,
      applied_to_billing_entities_codes: [],
    })
    expect((await client.call('GET', path)).status).toBe(404)
    const again = await client.call('POST', '/taxes', { tax: { name: 'VAT', code: 'vat/20', rate: 1 } })
    expect(again.body.tax.lago_id).not.toBe(made.body.tax.lago_id)
  })

  it('422: has a category of e-invoices that fits what it becomes', async () => {
    await fresh()
    const fields = {
      einvoice_category: 'E',
      einvoice_exemption_code: 'VATEX-FR-FRANCHISE',
      einvoice_exemption_reason: 'TVA non applicable, art. 293 B du CGI',
    }
    const made = await client.call('POST', '/taxes', { tax: { name: 'F', code: 'f', rate: 0, ...fields } })
    expect([made.status, made.body.tax]).toEqual([200, expect.objectContaining(fields)])
    const changed = await client.call('PUT', '/taxes/f', { tax: { rate: 20 } })
    expect([changed.status, changed.body.error_details]).toEqual([
      422,
      { einvoice_category: ['value_is_invalid'] },
    ])
    const none = { einvoice_category: null, einvoice_exemption_code: null, einvoice_exemption_reason: null }
    const cleared = await client.call('PUT', '/taxes/f', { tax: { rate: 20, ...none } })
    expect([cleared.status, cleared.body.tax]).toEqual([200, expect.objectContaining({ ...none, rate: 20 })])
    const wrong = { name: 'G', code: 'g', rate: 20, einvoice_category: 'G' }
    const refused = await client.call('POST', '/taxes', { tax: wrong })
    expect([refused.status, refused.body.error_details]).toEqual([
      422,
      { einvoice_category: ['value_is_invalid'] },
    ])
  })

  it('404 for an unknown code, on every verb', async () => {
    await fresh()
    for (const [method, body] of [['GET'], ['DELETE'], ['PUT', { tax: { name: 'x' } }]] as const) {
      const answer = await client.call(method, '/taxes/none', body)
      expect(answer).toMatchObject({ status: 404, body: { code: 'tax_not_found' } })
    }
  })

  it('422 for what is missing, taken or no number', async () => {
    await fresh()
    const empty = await client.call('POST', '/taxes', { tax: { description: 'x' } })
    expect(empty.body.error_details).toEqual({
      code: ['value_is_mandatory'],
      name: ['value_is_mandatory'],
      rate: ['value_is_mandatory'],
    })
    await client.call('POST', '/taxes', { tax: { name: 'A', code: 'a', rate: 1 } })
    await client.call('POST', '/taxes', { tax: { name: 'B', code: 'b', rate: 1 } })
    const taken = { code: ['value_already_exist'] }
    const twice = await client.call('POST', '/taxes', { tax: { name: 'A', code: 'a', rate: 1 } })
    expect([twice.status, twice.body.error_details]).toEqual([422, taken])
    const renamed = await client.call('PUT', '/taxes/b', { tax: { code: 'a' } })
    expect([renamed.status, renamed.body.error_details]).toEqual([422, taken])
    for (const rate of ['', ' ', null]) {
      const answer = await client.call('POST', '/taxes', { tax: { name: 'C', code: 'c', rate } })
      expect(answer.body.error_details).toEqual({ rate: ['value_is_mandatory'] })
      const changed = await client.call('PUT', '/taxes/a', { tax: { rate } })
      expect(changed.body.error_details).toEqual({ rate: ['value_is_mandatory'] })
    }
    for (const rate of ['abc', {}, [], true, '1e', '-1', '1e400']) {
      const answer = await client.call('POST', '/taxes', { tax: { name: 'C', code: 'c', rate } })
      expect([rate, answer.status]).toEqual([rate, 422])
    }
    const exact = await client.call('POST', '/taxes', '{"tax":{"name":"C","code":"c","rate":1e400}}')
    expect(exact.status).toBe(422)
  })

  it('422 for one of two that are created at once with one code', async () => {
    await fresh()
    const answers = await Promise.all(
      [1, 2, 3, 4].map((rate) => client.call('POST', '/taxes', { tax: { name: 'A', code: 'a', rate } })),
    )
    expect(answers.map((a) => a.status).sort()).toEqual([200, 422, 422, 422])
  })

  it('gives the taxes of many owners at once, in the order of their creation', async () => {
    await fresh()
    const ids: string[] = []
    for (const code of ['t1', 't2']) {
      const tax = { name: code, code, rate: 5, applied_to_organization: true }
      ids.push((await client.call('POST', '/taxes', { tax })).body.tax.lago_id)
    }
    const entityId = client.organizationId
    const taxes = await harness.context.database.read(client.organizationId, (reads) =>
      taxesOfOwners(reads, { billingEntityIds: [entityId], planIds: [entityId], customerIds: [] }),
    )
    expect(
      taxes.billingEntities.get(entityId)?.map((tax) => [tax.id, tax.rate, tax.isAppliedToOrganization]),
    ).toEqual(ids.map((id) => [id, '5', true]))
    expect(taxes.plans.size).toBe(0)
    const stranger = await harness.organization()
    const seen = await harness.context.database.read(stranger.organizationId, (reads) =>
      taxesOfOwners(reads, { billingEntityIds: [entityId] }),
    )
    expect(seen.billingEntities.size).toBe(0)
  })
})

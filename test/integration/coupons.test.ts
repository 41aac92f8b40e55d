import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const TEN = {
  name: 'Ten',
  code: 'ten',
  coupon_type: 'fixed_amount',
  amount_cents: 1000,
  amount_currency: 'EUR',
  frequency: 'once',
  expiration: 'no_expiration',
}

describe('coupons', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())
  beforeEach(async () => {
    client = await harness.organization()
    await client.clock('2024-05-02T10:00:00Z')
  })

  const create = (coupon: object) => ok(client, 'POST', '/coupons', { coupon: { ...TEN, ...coupon } })
  const apply = (coupon: object) =>
    client.call('POST', '/applied_coupons', {
      applied_coupon: { external_customer_id: 'c', coupon_code: 'ten', ...coupon },
    })
  const appliedOf = async () => (await ok(client, 'GET', '/applied_coupons')).applied_coupons
  const invoices = async () => {
    const { invoices: list } = await ok(client, 'GET', '/invoices')
    return Promise.all(
      list.map(
        async ({ lago_id }: { lago_id: string }) => (await ok(client, 'GET', `/invoices/${lago_id}`)).invoice,
      ),
    )
  }
  const monthly = (more: object = {}, amountCents = 3000) =>
    subscribe(client, { metrics: [], charges: [], plan: { amount_cents: amountCents }, ...more })

  describe('in the catalogue', () => {
    it('show what was sent, with the rate as text', async () => {
      const { coupon } = await create({
        coupon_type: 'percentage',
        percentage_rate: '12.5',
        frequency: 'recurring',
        frequency_duration: 3,
        description: 'Spring',
      })
      expect(coupon).toMatchObject({
        coupon_type: 'percentage',
        percentage_rate: '12.5',
        amount_cents: null,
        amount_currency: null,
        frequency: 'recurring',
        frequency_duration: 3,
        reusable: true,
        limited_plans: false,
        plan_codes: [],
        description: 'Spring',
        terminated_at: null,
      })
      expect((await ok(client, 'GET', '/coupons')).coupons).toEqual([coupon])
      expect((await ok(client, 'GET', '/coupons/ten')).coupon).toEqual(coupon)
    })

    it.each([
      ['amount', { amount_cents: 0 }, { amount_cents: ['value_is_out_of_range'] }],
      ['no amount', { amount_cents: null }, { amount_cents: ['value_is_mandatory'] }],
      ['no currency', { amount_currency: '' }, { amount_currency: ['value_is_mandatory'] }],
      ['currency', { amount_currency: 'XXX' }, { amount_currency: ['value_is_invalid'] }],
      [
        'rate',
        { coupon_type: 'percentage', percentage_rate: 0 },
        { percentage_rate: ['value_is_out_of_range'] },
      ],
      ['no rate', { coupon_type: 'percentage' }, { percentage_rate: ['value_is_mandatory'] }],
      ['type', { coupon_type: 'gift' }, { coupon_type: ['value_is_invalid'] }],
      ['no duration', { frequency: 'recurring' }, { frequency_duration: ['value_is_mandatory'] }],
      [
        'duration',
        { frequency: 'recurring', frequency_duration: 0 },
        { frequency_duration: ['value_is_out_of_range'] },
      ],
      ['no expiration', { expiration: null }, { expiration: ['value_is_mandatory'] }],
      ['no date', { expiration: 'time_limit' }, { expiration_at: ['invalid_date'] }],
      [
        'a past date',
        { expiration: 'time_limit', expiration_at: '2024-05-02T10:00:00Z' },
        { expiration_at: ['invalid_date'] },
      ],
      ['no name', { name: ' ' }, { name: ['value_is_mandatory'] }],
    ])('422 for a wrong one: %s', async (_, wrong, details) => {
      const refused = await client.call('POST', '/coupons', { coupon: { ...TEN, ...wrong } })
      expect([refused.status, refused.body.error_details]).toEqual([422, details])
      expect((await ok(client, 'GET', '/coupons')).coupons).toEqual([])
    })

    it('404 and 405 for limits that do not exist, or of both kinds', async () => {
      await subscribe(client, { metrics: [{ code: 'm', aggregation_type: 'count_agg' }], charges: [] })
      const limited = (applies_to: object) =>
        client.call('POST', '/coupons', { coupon: { ...TEN, applies_to } })
      expect((await limited({ plan_codes: ['p', 'ghost'] })).body.code).toBe('plans_not_found')
      expect((await limited({ billable_metric_codes: ['ghost'] })).body.code).toBe(
        'billable_metrics_not_found',
      )
      const both = await limited({ plan_codes: ['p'], billable_metric_codes: ['m'] })
      expect([both.status, both.body.code]).toEqual([405, 'only_one_limitation_type_per_coupon_allowed'])
    })

    it('change as a whole until somebody has them, then only by name, description and expiration', async () => {
      await monthly()
      await create({})
      const first = await ok(client, 'PUT', '/coupons/ten', {
        coupon: { amount_cents: 500, applies_to: { plan_codes: ['p'] }, frequency: 'forever' },
      })
      expect(first.coupon).toMatchObject({ amount_cents: 500, plan_codes: ['p'], limited_plans: true })
      await apply({})
      const second = await ok(client, 'PUT', '/coupons/ten', {
        coupon: {
          name: 'New',
          code: 'other',
          amount_cents: 1,
          applies_to: { plan_codes: [] },
          expiration: 'time_limit',
          expiration_at: '2024-06-01T00:00:00Z',
        },
      })
      expect(second.coupon).toMatchObject({
        name: 'New',
        code: 'ten',
        amount_cents: 500,
        plan_codes: ['p'],
        expiration_at: '2024-06-01T00:00:00Z',
      })
    })

    it('end at their expiration for new customers, and keep discounting for those who have them', async () => {
      await monthly()
      await create({ expiration: 'time_limit', expiration_at: '2024-05-20T12:00:00Z', frequency: 'forever' })
      await apply({})
      await client.clock('2024-06-01T00:00:00Z')
      expect((await ok(client, 'GET', '/coupons/ten')).coupon.terminated_at).toBe('2024-05-20T12:00:00Z')
      expect((await apply({})).body.code).toBe('coupon_not_found')
      expect((await invoices())[0].coupons_amount_cents).toBe(1000)
    })

    it('end at once on request, like at their expiration, and stay ended', async () => {
      const end = (code: string) => client.call('POST', `/api/weir/v1/coupons/${code}/terminate`)
      await monthly()
      await create({ expiration: 'time_limit', expiration_at: '2024-07-20T12:00:00Z', frequency: 'forever' })
      await apply({})
      const { status, body } = await end('ten')
      expect([status, body.coupon.terminated_at]).toEqual([200, '2024-05-02T10:00:00Z'])
      expect((await apply({})).body.code).toBe('coupon_not_found')
      expect((await end('nobody')).body).toMatchObject({ status: 404, code: 'coupon_not_found' })
      await client.clock('2024-08-01T00:00:00Z')
      expect((await end('ten')).body.coupon.terminated_at).toBe('2024-05-02T10:00:00Z')
      expect((await invoices()).map((each) => each.coupons_amount_cents)).toEqual([1000, 1000, 1000])
    })

    it('are taken away from everybody when they are deleted, and still named by invoices', async () => {
      await monthly()
      await create({ frequency: 'forever' })
      await apply({})
      await client.clock('2024-06-01T00:00:00Z')
      await ok(client, 'DELETE', '/coupons/ten')
      const [applied] = await appliedOf()
      expect(applied).toMatchObject({ status: 'terminated', coupon_deleted_at: '2024-06-01T00:00:00Z' })
      await client.clock('2024-07-01T00:00:00Z')
      const [july, june] = await invoices()
      expect([june.coupons_amount_cents, july.coupons_amount_cents]).toEqual([1000, 0])
      expect(june.credits[0].item).toMatchObject({ type: 'coupon', code: 'ten', name: 'Ten' })
    })
  })

  describe('of a customer', () => {
    it('have the terms of the request, otherwise of the coupon', async () => {
      await monthly()
      await create({})
      const given = await apply({ amount_cents: 50, frequency: 'recurring', frequency_duration: 2 })
      expect(given.body.applied_coupon).toMatchObject({
        amount_cents: 50,
        amount_currency: 'EUR',
        amount_cents_remaining: null,
        frequency: 'recurring',
        frequency_duration_remaining: 2,
      })
      const wrong = await apply({ amount_cents: -1, frequency: 'recurring' })
      expect(wrong.body.error_details).toEqual({
        amount_cents: ['value_is_out_of_range'],
        frequency_duration: ['value_is_mandatory'],
      })
    })

    it('405 beside another one for a metric of its plan, in either order', async () => {
      const setUp = { metrics: [{ code: 'm', aggregation_type: 'count_agg' }] }
      await subscribe(client, { ...setUp, charges: [{ metric: 'm', properties: { amount: '1' } }] })
      await create({ code: 'plan', applies_to: { plan_codes: ['p'] } })
      await create({ code: 'metric', applies_to: { billable_metric_codes: ['m'] } })
      await create({ code: 'all' })
      const { body } = await apply({ coupon_code: 'plan' })
      expect((await apply({ coupon_code: 'metric' })).body.code).toBe('plan_overlapping')
      expect((await apply({ coupon_code: 'all' })).status).toBe(200)
      await ok(client, 'DELETE', `/customers/c/applied_coupons/${body.applied_coupon.lago_id}`)
      expect((await apply({ coupon_code: 'metric' })).status).toBe(200)
      expect((await apply({ coupon_code: 'plan' })).body.code).toBe('plan_overlapping')
    })

    it('are listed newest first, by customer, status and code', async () => {
      await monthly()
      await create({})
      await create({ code: 'twenty' })
      const { body } = await apply({})
      await apply({ coupon_code: 'twenty' })
      const { lago_id } = body.applied_coupon
      await ok(client, 'DELETE', `/customers/c/applied_coupons/${lago_id}`)
      const codesOf = async (path: string) =>
        (await ok(client, 'GET', path)).applied_coupons.map(
          (each: { coupon_code: string }) => each.coupon_code,
        )
      expect(await codesOf('/applied_coupons')).toEqual(['twenty', 'ten'])
      expect(await codesOf('/applied_coupons?status=terminated')).toEqual(['ten'])
      expect(await codesOf('/customers/c/applied_coupons?coupon_code[]=twenty')).toEqual(['twenty'])
      expect(await codesOf('/applied_coupons?external_customer_id=nobody')).toEqual([])
      expect((await client.call('GET', '/customers/nobody/applied_coupons')).body.code).toBe(
        'customer_not_found',
      )
      const path = '/customers/c/applied_coupons'
      expect((await client.call('DELETE', `${path}/nothing`)).body.code).toBe('applied_coupon_not_found')
    })

    it('end with the customer, after its last bill', async () => {
      await monthly()
      await create({ frequency: 'forever' })
      await apply({})
      await ok(client, 'DELETE', '/customers/c')
      expect((await invoices())[0].coupons_amount_cents).toBeGreaterThan(0)
      const rows = await harness.context.database.read(client.organizationId, (reads) =>
        reads.selectFrom('appliedCoupons').select(['status', 'endedBy']).execute(),
      )
      expect(rows).toEqual([{ status: 'terminated', endedBy: 'removal' }])
    })
  })

  describe('on invoices', () => {
    it('wait until a draft is final, and are not spent by its refreshes', async () => {
      await monthly({ customer: { billing_configuration: { invoice_grace_period: 3 } } })
      await create({})
      await apply({})
      await client.clock('2024-06-01T00:00:00Z')
      const [draft] = await invoices()
      expect(draft).toMatchObject({ status: 'draft', coupons_amount_cents: 0, credits: [] })
      await ok(client, 'PUT', `/invoices/${draft.lago_id}/refresh`)
      expect((await appliedOf())[0]).toMatchObject({ status: 'active', amount_cents_remaining: 1000 })
      const { invoice } = await ok(client, 'PUT', `/invoices/${draft.lago_id}/finalize`)
      expect(invoice).toMatchObject({ status: 'finalized', coupons_amount_cents: 1000 })
      expect((await appliedOf())[0]).toMatchObject({ status: 'terminated', amount_cents_remaining: 0 })
    })

    it('are used by one invoice of a customer in the same bill after the other', async () => {
      await monthly({ subscription: { consolidate_invoice: false } })
      await ok(client, 'POST', '/subscriptions', {
        subscription: {
          external_customer_id: 'c',
          external_id: 's2',
          plan_code: 'p',
          consolidate_invoice: false,
        },
      })
      await create({ amount_cents: 4000, code: 'once' })
      await create({ amount_cents: 10, code: 'twice' })
      await apply({ coupon_code: 'once' })
      await apply({ coupon_code: 'twice', frequency: 'recurring', frequency_duration: 1 })
      await client.clock('2024-06-01T00:00:00Z')
      const [a, b] = await invoices()
      // Thirty of the 31 days of May: 2903 cents each.
      expect([a, b].map((each) => each.coupons_amount_cents).sort()).toEqual([1107, 2903])
      expect((await appliedOf()).map((each: { status: string }) => each.status)).toEqual([
        'terminated',
        'terminated',
      ])
    })

    it('lower the invoices of charges in advance, one event after the other', async () => {
      await subscribe(client, {
        metrics: [{ code: 'calls', aggregation_type: 'count_agg' }],
        charges: [{ metric: 'calls', pay_in_advance: true, properties: { amount: '6' } }],
      })
      await create({})
      await apply({})
      await send(client, { code: 'calls', transaction_id: 'a' })
      await send(client, { code: 'calls', transaction_id: 'b' })
      await client.clock('2024-05-02T10:01:00Z')
      const totals = (await invoices()).map((each) => [each.coupons_amount_cents, each.total_amount_cents])
      expect(totals.sort()).toEqual([
        [400, 200],
        [600, 0],
      ])
    })

    it('lower a progressive invoice, whose credit then leaves the coupon out', async () => {
      await subscribe(client, {
        metrics: [{ code: 'calls', aggregation_type: 'count_agg' }],
        charges: [{ metric: 'calls', properties: { amount: '10' } }],
        plan: { usage_thresholds: [{ amount_cents: 1000 }] },
      })
      await create({ amount_cents: 300 })
      await apply({})
      await send(client, { code: 'calls', transaction_id: 'a' })
      await client.clock('2024-06-01T00:00:00Z')
      const list = await invoices()
      const progressive = list.find((each) => each.invoice_type === 'progressive_billing')
      expect(progressive).toMatchObject({
        fees_amount_cents: 1000,
        coupons_amount_cents: 300,
        total_amount_cents: 700,
      })
      const periodic = list.find((each) => each.invoice_type === 'subscription')
      expect(periodic).toMatchObject({
        progressive_billing_credit_amount_cents: 700,
        total_amount_cents: 300,
      })
    })

    it('come back when an invoice that used them is voided, unless the coupon has ended', async () => {
      await monthly()
      await create({ code: 'once' })
      await create({ code: 'twice', frequency: 'recurring', frequency_duration: 1 })
      await create({ code: 'over', expiration: 'time_limit', expiration_at: '2024-06-02T00:00:00Z' })
      for (const coupon_code of ['once', 'twice', 'over']) await apply({ coupon_code, amount_cents: 100 })
      await client.clock('2024-06-03T00:00:00Z')
      const [invoice] = await invoices()
      expect(invoice.coupons_amount_cents).toBe(300)
      await ok(client, 'POST', `/invoices/${invoice.lago_id}/void`, {})
      const shown = (await appliedOf()).map((each: Record<string, unknown>) => [
        each.coupon_code,
        each.status,
        each.amount_cents_remaining,
        each.frequency_duration_remaining,
      ])
      expect(shown).toEqual([
        ['over', 'terminated', 100, null],
        ['twice', 'active', null, 1],
        ['once', 'active', 100, null],
      ])
      await client.clock('2024-07-01T00:00:00Z')
      const [july] = await invoices()
      expect(july.coupons_amount_cents).toBe(200)
    })

    it('are in the preview of the next invoice, and not spent by it', async () => {
      await monthly()
      await create({})
      await apply({})
      const { invoice } = await ok(client, 'POST', '/invoices/preview', {
        customer: { external_id: 'c' },
        subscriptions: { external_ids: ['s'] },
      })
      expect(invoice).toMatchObject({ coupons_amount_cents: 1000 })
      expect(invoice.credits[0].item).toMatchObject({ type: 'coupon', code: 'ten' })
      expect((await appliedOf())[0]).toMatchObject({ status: 'active', amount_cents_remaining: 1000 })
    })

    it('limited to a plan apply to copies of it with overridden prices', async () => {
      await monthly({ subscription: { plan_overrides: { amount_cents: 6200 } } })
      await create({ applies_to: { plan_codes: ['p'] }, coupon_type: 'percentage', percentage_rate: '50' })
      await apply({})
      await client.clock('2024-06-01T00:00:00Z')
      expect((await invoices())[0]).toMatchObject({ fees_amount_cents: 6000, coupons_amount_cents: 3000 })
    })
  })
})

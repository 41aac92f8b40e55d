import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkVatNumber, ViesOutage } from '../../src/actions/customers/check-vat-number.ts'
import { startWorker } from '../../src/jobs/worker.ts'
import { findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { findViesCheck } from '../../src/store/vies-checks.ts'
import { ok, send, subscribe as subscribeTo } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { startVies, type ViesServer } from '../support/vies-server.ts'

const NUMBER = 'DE123456789'

/** A customer `c` whose number is checked, with a charge in advance and a usage threshold of 2,000. */
async function usageOf(client: Client): Promise<void> {
  await subscribeTo(client, {
    metrics: [
      { code: 'calls', aggregation_type: 'count_agg' },
      { code: 'tokens', aggregation_type: 'sum_agg', field_name: 'n' },
    ],
    charges: [
      { metric: 'calls', pay_in_advance: true, properties: { amount: '1' } },
      { metric: 'tokens', properties: { amount: '1' } },
    ],
    plan: { usage_thresholds: [{ amount_cents: 2000 }] },
    customer: { country: 'DE', tax_identification_number: NUMBER },
  })
}

describe('EU taxes', () => {
  let harness: Harness
  let vies: ViesServer
  let client: Client
  beforeAll(async () => {
    vies = await startVies()
    harness = await startHarness({ viesUrl: vies.url })
  })
  afterAll(async () => {
    await harness.close()
    await vies.close()
  })
  beforeEach(async () => {
    vies.mood = 'up'
    vies.asked.length = 0
    vies.registered.clear()
    vies.registered.add(NUMBER)
    client = await harness.organization()
    await client.clock('2024-05-02T10:00:00Z')
  })

  const entity = (fields: object, code = 'test_organization') =>
    client.call('PUT', `/billing_entities/${code}`, { billing_entity: fields })
  const manage = () => entity({ country: 'FR', eu_tax_management: true })
  const customer = async (fields: object) =>
    (await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR', ...fields } }))
      .customer
  const codesOf = (object: { taxes: { code: string }[] }) => object.taxes.map(({ code }) => code).sort()
  const shown = async () => codesOf((await ok(client, 'GET', '/customers/c')).customer)
  const invoices = async () => (await ok(client, 'GET', '/invoices')).invoices
  const pendingCheck = async (externalId = 'c') => {
    const { lago_id: customerId } = (await ok(client, 'GET', `/customers/${externalId}`)).customer
    const { organizationId } = client
    const check = await harness.context.database.read(organizationId, (reads) =>
      findViesCheck(reads, customerId),
    )
    return check && { organizationId, customerId, checkId: check.id }
  }
  const breaches = async () => {
    const errors = INVARIANTS.filter(({ weight }) => weight === 'error')
    const found = await Promise.all(errors.map((each) => findBreaches(harness.context.database, each, 5)))
    return found.flatMap((each) => each.breaches)
  }
  const waiting = async () => {
    const notice = INVARIANTS.find(({ code }) => code === 'waiting_for_vies')
    return notice && (await findBreaches(harness.context.database, notice, 5)).breaches
  }
  /** What the queue does with the pending check of a customer. */
  const check = async (externalId = 'c') => {
    const job = await pendingCheck(externalId)
    if (!job) throw new Error('no check is pending')
    await checkVatNumber(harness.context, job)
  }
  const plan = (fields: object = {}) =>
    ok(client, 'POST', '/plans', {
      plan: {
        name: 'P',
        code: 'p',
        interval: 'monthly',
        amount_cents: 10_000,
        amount_currency: 'EUR',
        pay_in_advance: true,
        ...fields,
      },
    })
  const subscribe = (fields: object = {}) =>
    ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'p', ...fields },
    })
  const listen = async (...types: string[]) => {
    const { webhook_endpoint } = await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:1/hook', event_types: types },
    })
    return async () => {
      const { webhooks } = await ok(client, 'GET', `/webhook_endpoints/${webhook_endpoint.lago_id}/webhooks`)
      const full = await Promise.all(
        webhooks.map(({ lago_id }: { lago_id: string }) => ok(client, 'GET', `/webhooks/${lago_id}`)),
      )
      return full.map(({ webhook }) => JSON.parse(webhook.payload)).reverse()
    }
  }

  it('are created when an entity in the EU manages them, once', async () => {
    const outside = await entity({ eu_tax_management: true })
    expect([outside.status, outside.body.error_details]).toEqual([
      422,
      { eu_tax_management: ['billing_entity_must_be_in_eu'] },
    ])
    await ok(client, 'POST', '/taxes', { tax: { name: 'Own', code: 'lago_eu_de_standard', rate: 7 } })
    expect((await manage()).status).toBe(200)
    const { taxes } = await ok(client, 'GET', '/taxes')
    expect(taxes).toHaveLength(47)
    const byCode = new Map(taxes.map((tax: { code: string }) => [tax.code, tax]))
    expect(byCode.get('lago_eu_fr_standard')).toMatchObject({
      name: 'FR Standard',
      rate: 20,
      description: 'Generated By Lago EU VAT management',
      applied_to_organization: false,
    })
    expect(byCode.get('lago_eu_de_standard')).toMatchObject({ name: 'Own', rate: 7 })
    await ok(client, 'DELETE', '/taxes/lago_eu_it_standard')
    expect(codesOf(await customer({ country: 'IT' }))).toEqual(['lago_eu_it_standard'])
    expect((await ok(client, 'GET', '/taxes')).meta.total_count).toBe(47)
  })

  it('the entity must stay in the EU while it manages them', async () => {
    await manage()
    const moved = await entity({ country: 'US' })
    expect(moved.body.error_details).toEqual({ eu_tax_management: ['billing_entity_must_be_in_eu'] })
    const organization = await client.call('PUT', '/organizations', { organization: { country: 'CH' } })
    expect(organization.body.error_details).toEqual({ eu_tax_management: ['org_must_be_in_eu'] })
  })

  it('follow the country and the post code, beside the taxes of the request', async () => {
    await manage()
    await ok(client, 'POST', '/taxes', { tax: { name: 'City', code: 'city', rate: 1 } })
    expect(codesOf(await customer({ country: 'DE', tax_codes: ['city'] }))).toEqual([
      'city',
      'lago_eu_de_standard',
    ])
    expect(codesOf(await customer({ name: 'nothing that matters' }))).toEqual(['city', 'lago_eu_de_standard'])
    expect(codesOf(await customer({ country: 'ES', zipcode: '38001' }))).toEqual([
      'lago_eu_es_exception_canary_islands',
    ])
    expect(codesOf(await customer({ tax_codes: ['city'] }))).toEqual(['city'])
    expect(codesOf(await customer({ name: 'again' }))).toEqual(['lago_eu_es_exception_canary_islands'])
    expect(vies.asked).toEqual([])
  })

  it('a customer that a subscription makes has the rate of the seller', async () => {
    await manage()
    await plan()
    await subscribe()
    expect(await shown()).toEqual(['lago_eu_fr_standard'])
    expect(await invoices()).toMatchObject([{ status: 'finalized', taxes_amount_cents: 1935 }])
  })

  it('VIES validates a number: reverse charge', async () => {
    await manage()
    const told = await listen('customer.vies_check')
    expect(codesOf(await customer({ country: 'DE', tax_identification_number: 'de 123.456.789' }))).toEqual(
      [],
    )
    await check()
    expect(vies.asked).toEqual([NUMBER])
    expect(await shown()).toEqual(['lago_eu_reverse_charge'])
    expect(await told()).toMatchObject([
      {
        webhook_type: 'customer.vies_check',
        object_type: 'customer',
        customer: {
          external_id: 'c',
          taxes: [{ code: 'lago_eu_reverse_charge' }],
          vies_check: { valid: true, valid_format: true, country_code: 'DE', vat_number: '123456789' },
        },
      },
    ])
    expect(await pendingCheck()).toBeUndefined()
    await customer({ name: 'the number is the same' })
    expect(await pendingCheck()).toBeUndefined()
  })

  it.each([
    ['not registered', 'DE999999999', ['DE999999999']],
    ['not well-formed', 'DE-1', []],
  ])('a number that is %s: the rate of the country', async (_, number, asked) => {
    await manage()
    const told = await listen('customer.vies_check')
    await customer({ country: 'DE', tax_identification_number: number })
    await check()
    expect(vies.asked).toEqual(asked)
    expect(await shown()).toEqual(['lago_eu_de_standard'])
    expect(await told()).toMatchObject([{ customer: { vies_check: { valid: false } } }])
  })

  it('an invoice waits for VIES and gets its taxes, its number and its webhook then', async () => {
    await manage()
    const told = await listen('invoice.created')
    await plan()
    await customer({ country: 'DE', tax_identification_number: NUMBER })
    await subscribe({ subscription_at: '2024-05-02T10:00:00Z' })
    const [waiting] = await invoices()
    expect(waiting).toMatchObject({
      status: 'pending',
      number: expect.stringMatching(/-DRAFT$/),
      fees_amount_cents: 9677,
      taxes_amount_cents: 0,
      total_amount_cents: 9677,
      payment_status: 'pending',
    })
    expect(await told()).toEqual([])
    for (const [method, path, code] of [
      ['PUT', 'finalize', 'cannot_finalize_with_pending_taxes'],
      ['POST', 'void', undefined],
    ] as const) {
      const refused = await client.call(method, `/invoices/${waiting.lago_id}/${path}`)
      expect(refused.status).toBeGreaterThanOrEqual(400)
      expect(refused.status).toBeLessThan(500)
      if (code) expect(refused.body).toMatchObject({ status: 403, code })
    }
    vies.registered.clear()
    await check()
    const { invoice } = await ok(client, 'GET', `/invoices/${waiting.lago_id}`)
    expect(invoice).toMatchObject({
      status: 'finalized',
      number: expect.stringMatching(/-001-001$/),
      issuing_date: '2024-05-02',
      taxes_amount_cents: 1839,
      sub_total_including_taxes_amount_cents: 11_516,
      total_amount_cents: 11_516,
      total_due_amount_cents: 11_516,
      applied_taxes: [{ tax_code: 'lago_eu_de_standard', amount_cents: 1839, fees_amount_cents: 9677 }],
      fees: [
        {
          taxes_amount_cents: 1839,
          taxes_rate: 19,
          applied_taxes: [{ tax_code: 'lago_eu_de_standard', amount_cents: 1839 }],
        },
      ],
    })
    expect(await told()).toMatchObject([{ invoice: { lago_id: waiting.lago_id, status: 'finalized' } }])
    await client.clock('2024-05-04T00:00:00Z')
    expect((await ok(client, 'GET', `/invoices/${waiting.lago_id}`)).invoice.payment_overdue).toBe(true)
    expect(await breaches()).toEqual([])
  })

  it('an invoice that waited is paid from wallets once its taxes are known', async () => {
    await manage()
    await plan()
    await customer({ country: 'DE', tax_identification_number: NUMBER })
    const { wallet } = await ok(client, 'POST', '/wallets', {
      wallet: { external_customer_id: 'c', rate_amount: '1', currency: 'EUR', granted_credits: '50' },
    })
    await client.clock('2024-05-02T10:01:00Z')
    const told = await listen('wallet_transaction.created')
    await subscribe({ subscription_at: '2024-05-02T10:01:00Z' })
    const balance = async () => (await ok(client, 'GET', `/wallets/${wallet.lago_id}`)).wallet.balance_cents
    const [waiting] = await invoices()
    expect(waiting).toMatchObject({ status: 'pending', prepaid_credit_amount_cents: 0 })
    expect(await balance()).toBe(5000)
    vies.registered.clear()
    await check()
    const { invoice } = await ok(client, 'GET', `/invoices/${waiting.lago_id}`)
    expect(invoice).toMatchObject({
      status: 'finalized',
      sub_total_including_taxes_amount_cents: 11_516,
      prepaid_credit_amount_cents: 5000,
      prepaid_granted_credit_amount_cents: 5000,
      total_amount_cents: 6516,
    })
    expect(await balance()).toBe(0)
    expect(await told()).toMatchObject([
      {
        wallet_transaction: {
          lago_invoice_id: invoice.lago_id,
          transaction_status: 'invoiced',
          amount: '50.0',
        },
      },
    ])
    expect(await breaches()).toEqual([])
  })

  it('unused days of a fee without taxes yet are credited when they arrive, and lower the bill of the upgrade', async () => {
    await manage()
    const told = await listen('credit_note.created')
    await plan()
    const bigger = { name: 'Q', code: 'q', interval: 'monthly', amount_cents: 20_000, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...bigger, pay_in_advance: true, charges: [] } })
    await customer({ country: 'DE', tax_identification_number: NUMBER })
    await subscribe({ subscription_at: '2024-05-02T10:00:00Z' })
    const refused = await client.call('DELETE', '/subscriptions/s')
    expect([refused.status, refused.body.code]).toEqual([405, 'cannot_terminate_with_pending_taxes'])
    await client.clock('2024-05-12T10:00:00Z')
    await subscribe({ plan_code: 'q' })
    expect(await told()).toEqual([])
    expect((await ok(client, 'GET', '/credit_notes')).credit_notes).toEqual([])
    vies.registered.clear()
    await check()
    // 20 of 31 days of 10,000 cents, with 19 %.
    const { credit_notes: notes } = await ok(client, 'GET', '/credit_notes')
    expect(notes).toMatchObject([
      { sub_total_excluding_taxes_amount_cents: 6452, taxes_amount_cents: 1226, total_amount_cents: 7678 },
    ])
    expect(await told()).toMatchObject([{ credit_note: { lago_id: notes[0].lago_id } }])
    const bills = await invoices()
    const upgraded = bills.find(
      ({ fees_amount_cents: cents }: { fees_amount_cents: number }) => cents === 12_903,
    )
    expect(upgraded).toMatchObject({
      status: 'finalized',
      sub_total_including_taxes_amount_cents: 15_355,
      credit_notes_amount_cents: 7678,
      total_amount_cents: 7677,
    })
    expect(notes[0].balance_amount_cents).toBe(0)
    expect(await breaches()).toEqual([])
  })

  it('drafts stay drafts with the taxes of now, and wait when they become final', async () => {
    await manage()
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', country: 'DE', billing_configuration: { invoice_grace_period: 3 } },
    })
    await plan()
    await subscribe()
    await customer({ tax_identification_number: NUMBER })
    expect(await invoices()).toMatchObject([{ status: 'draft', taxes_amount_cents: 1839 }])
    await client.clock('2024-05-06T00:00:00Z')
    expect(await invoices()).toMatchObject([
      { status: 'pending', taxes_amount_cents: 0, issuing_date: '2024-05-05' },
    ])
    await client.clock('2024-05-07T09:00:00Z')
    await check()
    expect(await invoices()).toMatchObject([
      {
        status: 'finalized',
        number: expect.stringMatching(/-001-001$/),
        issuing_date: '2024-05-07',
        payment_due_date: '2024-05-07',
        taxes_amount_cents: 0,
        total_amount_cents: 9677,
      },
    ])
    const { invoice } = await ok(client, 'GET', `/invoices/${(await invoices())[0].lago_id}`)
    expect(invoice.applied_taxes).toMatchObject([{ tax_code: 'lago_eu_reverse_charge', tax_rate: 0 }])
  })

  it('an outage leaves everything pending, is told once, and ends', async () => {
    await manage()
    const told = await listen('customer.vies_check')
    await plan()
    await customer({ country: 'DE', tax_identification_number: NUMBER, tax_codes: [] })
    await subscribe()
    for (const mood of ['MS_UNAVAILABLE', 'html'] as const) {
      vies.mood = mood
      await expect(check()).rejects.toThrow(ViesOutage)
    }
    expect(await told()).toMatchObject([
      { customer: { vies_check: { valid: false, error: 'MS_UNAVAILABLE' } } },
    ])
    expect(await shown()).toEqual([])
    await client.clock('2024-06-02T00:00:00Z')
    expect((await invoices()).map(({ status }: { status: string }) => status)).toEqual(['pending', 'pending'])
    expect(await waiting()).toMatchObject([
      { subject: 'customer c', detail: expect.stringContaining('2 invoices') },
    ])
    vies.mood = 'up'
    await check()
    const done = await invoices()
    expect(done.map((one: { number: string }) => one.number.slice(-7)).sort()).toEqual(['001-001', '001-002'])
    expect(done.every((one: { status: string }) => one.status === 'finalized')).toBe(true)
    expect(await told()).toHaveLength(2)
    expect(await breaches()).toEqual([])
  })

  it('a newer number replaces the check, and without one nobody is asked', async () => {
    await manage()
    await plan()
    await customer({ country: 'DE', tax_identification_number: 'DE999999999' })
    await subscribe()
    const first = await pendingCheck()
    await customer({ tax_identification_number: NUMBER })
    if (first) await checkVatNumber(harness.context, first)
    expect(vies.asked).toEqual([])
    expect(await invoices()).toMatchObject([{ status: 'pending' }])
    await customer({ tax_identification_number: null })
    expect(await shown()).toEqual(['lago_eu_de_standard'])
    expect(await pendingCheck()).toBeUndefined()
    expect(await invoices()).toMatchObject([{ status: 'finalized', taxes_amount_cents: 1839 }])
  })

  it('taxes sent while a number is checked stay beside the EU tax', async () => {
    await manage()
    await ok(client, 'POST', '/taxes', { tax: { name: 'City', code: 'city', rate: 1 } })
    await customer({ country: 'DE', tax_identification_number: NUMBER })
    expect(codesOf(await customer({ tax_codes: ['city'] }))).toEqual(['city'])
    await check()
    expect(await shown()).toEqual(['city', 'lago_eu_reverse_charge'])
  })

  it('a customer that moves to an entity without EU taxes loses them, and its invoices wait no longer', async () => {
    await manage()
    await plan()
    await ok(client, 'POST', '/billing_entities', {
      billing_entity: { name: 'US', code: 'us', country: 'US' },
    })
    await customer({ country: 'DE' })
    expect(codesOf(await customer({ billing_entity_code: 'us' }))).toEqual([])
    expect(codesOf(await customer({ billing_entity_code: 'test_organization' }))).toEqual([
      'lago_eu_de_standard',
    ])
    await customer({ tax_identification_number: NUMBER })
    await subscribe()
    expect(await invoices()).toMatchObject([{ status: 'pending' }])
    expect(codesOf(await customer({ billing_entity_code: 'us' }))).toEqual([])
    expect(await invoices()).toMatchObject([{ status: 'finalized', taxes_amount_cents: 0 }])
  })

  it('the queue asks, and an entity that stops managing EU taxes ends the wait', async () => {
    await manage()
    await plan()
    vies.mood = 'MS_UNAVAILABLE'
    const { context, databaseUrl } = harness
    const log = { ...context.log, warn: () => undefined, error: () => undefined }
    const worker = await startWorker({ context: { ...context, log }, databaseUrl, log })
    try {
      await customer({ country: 'DE', tax_identification_number: NUMBER })
      await subscribe()
      await expect.poll(() => vies.asked.length, { timeout: 15_000 }).toBeGreaterThan(0)
      expect(await invoices()).toMatchObject([{ status: 'pending' }])
      await entity({ eu_tax_management: false })
      const statuses = async () => (await invoices()).map(({ status }: { status: string }) => status)
      await expect.poll(statuses, { timeout: 15_000 }).toEqual(['finalized'])
      expect(await shown()).toEqual([])
    } finally {
      await worker.stop()
    }
  }, 60_000)

  it('a number that changes while the old one is checked is checked too', async () => {
    await manage()
    vies.mood = 'silent'
    const { context, databaseUrl } = harness
    const log = { ...context.log, warn: () => undefined, error: () => undefined }
    const worker = await startWorker({ context: { ...context, log }, databaseUrl, log })
    try {
      await customer({ country: 'DE', tax_identification_number: 'DE999999999' })
      await expect.poll(() => vies.asked, { timeout: 15_000 }).toContain('DE999999999')
      vies.mood = 'up'
      await customer({ tax_identification_number: NUMBER })
      await expect.poll(shown, { timeout: 12_000 }).toEqual(['lago_eu_reverse_charge'])
    } finally {
      await worker.stop()
    }
  }, 60_000)

  it('taxes of the plan are known, and only what the customer decides waits', async () => {
    await manage()
    await ok(client, 'POST', '/taxes', { tax: { name: 'Own', code: 'own', rate: 10 } })
    await plan({ tax_codes: ['own'] })
    await plan({ code: 'q', amount_cents: 20_000 })
    await customer({ country: 'DE', tax_identification_number: NUMBER })
    await subscribe()
    expect(await invoices()).toMatchObject([{ status: 'finalized', taxes_amount_cents: 968 }])
    await subscribe({ external_id: 'other', plan_code: 'q', subscription_at: '2024-05-01' })
    await client.clock('2024-06-01T00:00:00Z')
    const june = async () =>
      (await invoices()).find((one: { issuing_date: string }) => one.issuing_date > '2024-06')
    expect(await june()).toMatchObject({
      status: 'pending',
      fees_amount_cents: 30_000,
      taxes_amount_cents: 1000,
    })
    vies.registered.clear()
    await check()
    const { invoice } = await ok(client, 'GET', `/invoices/${(await june()).lago_id}`)
    expect(invoice).toMatchObject({
      status: 'finalized',
      taxes_amount_cents: 4800,
      total_amount_cents: 34_800,
    })
    const lines = invoice.applied_taxes.map((tax: Record<string, unknown>) => [
      tax.tax_code,
      tax.amount_cents,
    ])
    expect(lines.sort()).toEqual([
      ['lago_eu_de_standard', 3800],
      ['own', 1000],
    ])
    expect(await breaches()).toEqual([])
  })

  it('invoices of events and of thresholds wait too, and the bill of the period credits the latter', async () => {
    await manage()
    const told = await listen('fee.created', 'invoice.created')
    await usageOf(client)
    await send(client, { code: 'calls', transaction_id: 't1' })
    await send(client, { code: 'tokens', transaction_id: 't2', properties: { n: 30 } })
    await client.clock('2024-05-03T00:00:00Z')
    const early = await invoices()
    expect(early).toMatchObject([{ status: 'pending' }, { status: 'pending' }])
    expect(early.map((one: { fees_amount_cents: number }) => one.fees_amount_cents).sort()).toEqual([
      100, 3000,
    ])
    const { fees } = await ok(client, 'GET', '/fees?fee_type=charge')
    const types = async () => (await told()).map(({ webhook_type }) => webhook_type)
    expect(await types()).toEqual(['fee.created'])
    await client.clock('2024-06-01T00:00:00Z')
    expect(await invoices()).toHaveLength(3)
    vies.registered.clear()
    await check()
    expect(await types()).toEqual(['fee.created', ...Array(3).fill('invoice.created')])
    const facts = (await invoices()).map((one: Record<string, unknown>) => [
      one.invoice_type,
      one.status,
      one.fees_amount_cents,
      one.progressive_billing_credit_amount_cents,
      one.taxes_amount_cents,
      one.total_amount_cents,
    ])
    expect(facts.sort()).toEqual([
      ['progressive_billing', 'finalized', 3000, 0, 570, 3570],
      ['subscription', 'finalized', 100, 0, 19, 119],
      ['subscription', 'finalized', 3000, 3000, 0, 0],
    ])
    const after = (await ok(client, 'GET', '/fees?fee_type=charge')).fees
    const early2 = after.slice(0, fees.length).map(({ lago_id }: { lago_id: string }) => lago_id)
    expect(early2).toEqual(fees.map(({ lago_id }: { lago_id: string }) => lago_id))
    expect(await breaches()).toEqual([])
  })

  it('a deleted customer whose number is still checked keeps its last invoice', async () => {
    await manage()
    await plan({ pay_in_advance: false })
    await customer({ country: 'DE', tax_identification_number: NUMBER })
    await subscribe()
    const job = await pendingCheck()
    await ok(client, 'DELETE', '/customers/c')
    expect(await invoices()).toMatchObject([{ status: 'pending' }])
    if (job) await checkVatNumber(harness.context, job)
    expect(await invoices()).toMatchObject([{ status: 'finalized', taxes_amount_cents: 0 }])
  })
})

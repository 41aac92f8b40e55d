import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { samplePng } from '../support/document-gallery.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const dataUrl = (type: string, bytes: Uint8Array) =>
  `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}`
const PNG = dataUrl('png', samplePng(16, 16))
/** The head of a JPEG of so many points and colours. */
const jpeg = (width: number, height: number, colours = 3) => {
  const bytes = Buffer.alloc(24)
  bytes.set([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8])
  bytes.writeUInt16BE(height, 7)
  bytes.writeUInt16BE(width, 9)
  bytes[11] = colours
  return bytes
}

describe('billing entities', () => {
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

  const create = (fields: object) => client.call('POST', '/billing_entities', { billing_entity: fields })
  const change = (code: string, fields: object) =>
    client.call('PUT', `/billing_entities/${code}`, { billing_entity: fields })
  const customer = (fields: object = {}) =>
    ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR', ...fields } })
  const plan = (fields: object = {}) =>
    ok(client, 'POST', '/plans', {
      plan: {
        name: 'P',
        code: 'p',
        interval: 'monthly',
        amount_cents: 3100,
        amount_currency: 'EUR',
        pay_in_advance: true,
        ...fields,
      },
    })
  const subscribe = (externalId: string, fields: object = {}) =>
    ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: externalId, plan_code: 'p', ...fields },
    })
  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
  const invoices = async (): Promise<any[]> => (await ok(client, 'GET', '/invoices')).invoices

  const shared = {
    name: 'Acme SAS',
    default_currency: 'EUR',
    country: 'FR',
    address_line1: '1 rue A',
    address_line2: 'B',
    phone: '+33 1',
    city: 'Paris',
    state: 'IDF',
    zipcode: '75001',
    einvoicing: true,
    email: 'a@example.com,b@example.com',
    legal_name: 'Acme',
    legal_number: '123',
    timezone: 'Europe/Paris',
    net_payment_term: 15,
    email_settings: ['invoice.finalized', 'credit_note.created'],
    document_numbering: 'per_billing_entity',
    document_number_prefix: 'ACME',
    tax_identification_number: 'FR40303265045',
    finalize_zero_amount_invoice: false,
  }
  const configuration = {
    invoice_footer: 'Thank you',
    invoice_grace_period: 3,
    document_locale: 'fr',
    subscription_invoice_issuing_date_anchor: 'current_period_end',
    subscription_invoice_issuing_date_adjustment: 'keep_anchor',
  }

  it('200: every field is kept, on creation and on update', async () => {
    const sent = { ...shared, code: 'fr', logo: PNG, billing_configuration: configuration }
    const made = await create(sent)
    const expected = {
      ...shared,
      ...configuration,
      code: 'fr',
      logo_url: PNG,
      is_default: false,
      eu_tax_management: false,
      taxes: [],
      selected_invoice_custom_sections: [],
    }
    expect(made.body.billing_entity).toMatchObject(expected)
    expect((await client.call('GET', '/billing_entities/fr')).body.billing_entity).toEqual(
      made.body.billing_entity,
    )
    const bare = await create({ code: 'bare', name: 'Bare' })
    expect(bare.body.billing_entity).toMatchObject({
      default_currency: 'USD',
      timezone: 'UTC',
      document_numbering: 'per_customer',
      document_number_prefix: expect.stringMatching(/^BAR-[0-9A-F]{4}$/),
      document_locale: 'en',
      finalize_zero_amount_invoice: true,
      email_settings: [],
    })
    const changed = await change('bare', { ...sent, code: 'other' })
    expect(changed.body.billing_entity).toMatchObject({ ...expected, code: 'bare' })
    const emptied = await change('bare', {
      einvoicing: false,
      country: null,
      email: '',
      phone: null,
      logo: '',
      email_settings: [],
      document_numbering: 'per_organization',
      billing_configuration: { invoice_footer: null, invoice_grace_period: 0 },
    })
    expect(emptied.body.billing_entity).toMatchObject({
      country: null,
      email: null,
      phone: null,
      logo_url: null,
      email_settings: [],
      document_numbering: 'per_billing_entity',
      invoice_footer: null,
      invoice_grace_period: 0,
      city: 'Paris',
    })
    const patched = await client.call('PATCH', '/billing_entities/bare', { billing_entity: { city: 'Lyon' } })
    expect(patched.body.billing_entity).toMatchObject({ city: 'Lyon', name: 'Acme SAS' })
  })

  it.each<[string, object, object]>([
    ['code and name', { code: '' }, { code: ['value_is_mandatory'], name: ['value_is_mandatory'] }],
    ['a code that is taken', { code: 'test_organization', name: 'x' }, { code: ['value_already_exist'] }],
    ['a currency', { default_currency: 'XXX' }, { default_currency: ['value_is_invalid'] }],
    ['a country', { country: 'XX' }, { country: ['not_a_valid_country_code'] }],
    ['a time zone', { timezone: 'Mars/Phobos' }, { timezone: ['invalid_timezone'] }],
    ['an address', { email: 'a@b,nobody' }, { email: ['invalid_email_format'] }],
    [
      'kinds of mail',
      { email_settings: ['invoice.finalized', 'x'] },
      { email_settings: ['unsupported_value'] },
    ],
    ['mail settings of another type', { email_settings: 'x' }, { email_settings: ['unsupported_value'] }],
    ['a numbering', { document_numbering: 'random' }, { document_numbering: ['value_is_invalid'] }],
    [
      'a prefix too long',
      { document_number_prefix: 'ABCDEFGHIJK' },
      { document_number_prefix: ['value_is_too_long'] },
    ],
    [
      'a prefix too short',
      { document_number_prefix: '  ' },
      { document_number_prefix: ['value_is_too_short'] },
    ],
    ['a term below zero', { net_payment_term: -1 }, { net_payment_term: ['value_is_out_of_range'] }],
    ['a term that is no number', { net_payment_term: 'soon' }, { net_payment_term: ['value_is_invalid'] }],
    ['e-invoicing without a country', { einvoicing: true }, { einvoicing: ['country_must_be_present'] }],
    ['e-invoicing in Spain', { einvoicing: true, country: 'ES' }, { einvoicing: ['country_not_supported'] }],
    [
      'EU taxes without a country',
      { eu_tax_management: true },
      { eu_tax_management: ['billing_entity_must_be_in_eu'] },
    ],
    ['a logo of another type', { logo: 'data:text/html;base64,AAAA' }, { logo: ['invalid_content_type'] }],
    ['a JPEG that says PNG', { logo: dataUrl('png', jpeg(40, 40)) }, { logo: ['invalid_content_type'] }],
    ['a logo that is no picture', { logo: 'data:image/png;base64,AAAA' }, { logo: ['invalid_content_type'] }],
    ['a logo cut short', { logo: 'data:image/png;base64,iVBORw0KG' }, { logo: ['invalid_content_type'] }],
    [
      'a logo in the colours of print',
      { logo: dataUrl('jpeg', jpeg(40, 40, 4)) },
      { logo: ['invalid_content_type'] },
    ],
    ['a logo too wide', { logo: dataUrl('jpeg', jpeg(12_000, 10)) }, { logo: ['invalid_size'] }],
    ['a logo of too many points', { logo: dataUrl('jpg', jpeg(3000, 3000)) }, { logo: ['invalid_size'] }],
    [
      'a logo too large',
      { logo: `data:image/png;base64,${'A'.repeat(1_100_000)}` },
      { logo: ['invalid_size'] },
    ],
    [
      'a footer too long',
      { billing_configuration: { invoice_footer: 'x'.repeat(601) } },
      { invoice_footer: ['value_is_too_long'] },
    ],
    [
      'a grace period below zero',
      { billing_configuration: { invoice_grace_period: -1 } },
      { invoice_grace_period: ['value_is_out_of_range'] },
    ],
    [
      'a locale',
      { billing_configuration: { document_locale: 'tlh' } },
      { document_locale: ['not_a_valid_language_code'] },
    ],
    [
      'an anchor',
      { billing_configuration: { subscription_invoice_issuing_date_anchor: 'x' } },
      { subscription_invoice_issuing_date_anchor: ['value_is_invalid'] },
    ],
    [
      'an adjustment',
      { billing_configuration: { subscription_invoice_issuing_date_adjustment: 'x' } },
      { subscription_invoice_issuing_date_adjustment: ['value_is_invalid'] },
    ],
  ])('422: %s', async (_, fields, details) => {
    const isWhole = 'code' in fields
    const refused = await create(isWhole ? fields : { code: 'new', name: 'New', ...fields })
    expect([refused.status, refused.body.error_details]).toEqual([422, details])
    expect((await client.call('GET', '/billing_entities')).body.billing_entities).toHaveLength(1)
    if (isWhole) return
    const unchanged = (await client.call('GET', '/billing_entities/test_organization')).body
    const again = await change('test_organization', fields)
    expect([again.status, again.body.error_details]).toEqual([422, details])
    expect((await client.call('GET', '/billing_entities/test_organization')).body).toEqual(unchanged)
  })

  it('200: has the bank account that its customers pay into, until it is removed', async () => {
    const sent = { iban: 'de89 3704 0044 0532 0130 00', bic: 'cobadeff 370', holder: ' Acme ' }
    const stored = { iban: 'DE89370400440532013000', bic: 'COBADEFF370', holder: 'Acme' }
    const made = await create({ code: 'bank', name: 'Bank', bank_account: sent })
    expect(made.body.billing_entity.bank_account).toEqual(stored)
    const other = await change('bank', { city: 'Berlin' })
    expect(other.body.billing_entity.bank_account).toEqual(stored)
    const bare = await change('bank', { bank_account: { iban: stored.iban } })
    expect(bare.body.billing_entity.bank_account).toEqual({ iban: stored.iban, bic: null, holder: null })
    const gone = await change('bank', { bank_account: null })
    expect(gone.body.billing_entity.bank_account).toBeNull()
  })

  it.each<[object | string, object]>([
    [{ iban: 'DE89370400440532013001' }, { iban: ['value_is_invalid'] }],
    [{ iban: 'DE8937040044053201300' }, { iban: ['value_is_invalid'] }],
    [{ bic: 'COBADEFF' }, { iban: ['value_is_mandatory'] }],
    [
      { iban: '', holder: 'x'.repeat(256) },
      { iban: ['value_is_mandatory'], holder: ['value_is_too_long'] },
    ],
    [{ iban: 'DE89370400440532013000', bic: 'COBA' }, { bic: ['value_is_invalid'] }],
    [{ iban: ['DE89370400440532013000'] }, { iban: ['value_is_invalid'] }],
    ['DE89370400440532013000', { bank_account: ['value_is_invalid'] }],
  ])('422: a bank account as %j', async (account, details) => {
    const before = (await client.call('GET', '/billing_entities/test_organization')).body
    const refused = await change('test_organization', { city: 'Berlin', bank_account: account })
    expect([refused.status, refused.body.error_details]).toEqual([422, details])
    expect((await client.call('GET', '/billing_entities/test_organization')).body).toEqual(before)
  })

  it('404: an unknown entity, an unknown tax; nothing else changes', async () => {
    expect((await change('nope', { name: 'x' })).body.code).toBe('billing_entity_not_found')
    const refused = await change('test_organization', { name: 'Changed', tax_codes: ['nope'] })
    expect([refused.status, refused.body.code]).toEqual([404, 'tax_not_found'])
    const { billing_entity } = await ok(client, 'GET', '/billing_entities/test_organization')
    expect(billing_entity.name).toBe('Test Organization')
  })

  it('its taxes are replaced, and drafts of its customers follow', async () => {
    for (const [code, rate] of Object.entries({ low: 10, high: 20 })) {
      await ok(client, 'POST', '/taxes', { tax: { name: code, code, rate } })
    }
    const applied = await change('test_organization', {
      tax_codes: ['low', 'low'],
      billing_configuration: { invoice_grace_period: 5 },
    })
    expect(applied.body.billing_entity.taxes).toMatchObject([{ code: 'low', applied_to_organization: true }])
    await plan()
    await customer()
    await subscribe('s')
    expect(await invoices()).toMatchObject([
      { status: 'draft', fees_amount_cents: 3000, taxes_amount_cents: 300 },
    ])
    await change('test_organization', { tax_codes: ['high'] })
    await client.clock('2024-05-02T10:10:00Z')
    expect(await invoices()).toMatchObject([{ status: 'draft', taxes_amount_cents: 600 }])
    expect((await ok(client, 'GET', '/taxes/low')).tax.applied_to_billing_entities_codes).toEqual([])
    expect((await change('test_organization', { tax_codes: [] })).body.billing_entity.taxes).toEqual([])
  })

  it('a customer that moves is numbered, dated and taxed by its new entity', async () => {
    await ok(client, 'POST', '/taxes', { tax: { name: 'T', code: 't', rate: 10 } })
    await create({ code: 'two', name: 'Two', document_number_prefix: 'two', net_payment_term: 30 })
    await change('two', { tax_codes: ['t'] })
    await change('test_organization', { document_number_prefix: 'one' })
    await plan()
    await customer()
    await subscribe('a')
    await customer({ billing_entity_code: 'two' })
    await subscribe('b')
    await subscribe('d')
    await customer({ billing_entity_code: 'test_organization' })
    await subscribe('e')
    const found = await invoices()
    const facts = found.map((one) => [
      one.number,
      one.sequential_id,
      one.billing_entity_code,
      one.payment_due_date,
      one.taxes_amount_cents,
    ])
    expect(facts.sort()).toEqual([
      ['ONE-001-001', 1, 'test_organization', '2024-05-02', 0],
      ['ONE-001-002', 2, 'test_organization', '2024-05-02', 0],
      ['TWO-001-001', 1, 'two', '2024-06-01', 300],
      ['TWO-001-002', 2, 'two', '2024-06-01', 300],
    ])
    expect((await client.call('GET', '/invoices?billing_entity_codes[]=two')).body.meta.total_count).toBe(2)
    expect((await client.call('GET', '/customers?billing_entity_codes[]=two')).body.meta.total_count).toBe(0)
    const unknown = await client.call('GET', '/invoices?billing_entity_codes[]=nope')
    expect([unknown.status, unknown.body.code]).toEqual([404, 'billing_entity_not_found'])
  })

  it("a subscription's own entity issues its invoices, with the taxes of the customer's", async () => {
    await ok(client, 'POST', '/taxes', { tax: { name: 'X', code: 'x', rate: 10 } })
    await ok(client, 'POST', '/taxes', { tax: { name: 'Y', code: 'y', rate: 20 } })
    const two = await create({ code: 'two', name: 'Two', document_number_prefix: 'TWO' })
    await change('two', { tax_codes: ['y'] })
    await change('test_organization', { tax_codes: ['x'] })
    await plan()
    await customer()
    await subscribe('a', { billing_entity_code: 'two' })
    expect(await invoices()).toMatchObject([
      { billing_entity_code: 'two', number: 'TWO-001-001', taxes_amount_cents: 300 },
    ])
    await subscribe('b')
    const update = (fields: object) => client.call('PUT', '/subscriptions/b', { subscription: fields })
    expect((await update({ billing_entity_id: two.body.billing_entity.lago_id })).status).toBe(200)
    expect((await update({ billing_entity_code: 'nope' })).body.code).toBe('billing_entity_not_found')
    expect((await update({ billing_entity_id: 'no uuid' })).body.code).toBe('billing_entity_not_found')
    await client.clock('2024-06-01T01:00:00Z')
    const june = (await invoices()).filter((one) => one.issuing_date === '2024-06-01')
    expect(june).toMatchObject([
      { billing_entity_code: 'two', number: 'TWO-001-002', fees_amount_cents: 6200 },
    ])
    await update({ billing_entity_code: null })
    await client.clock('2024-07-01T01:00:00Z')
    const july = (await invoices()).filter((one) => one.issuing_date === '2024-07-01')
    expect(july.map((one) => one.billing_entity_code).sort()).toEqual(['test_organization', 'two'])
  })

  it('an archived entity is unknown to requests, and goes on billing its customers', async () => {
    await create({ code: 'old', name: 'Old', document_number_prefix: 'OLD' })
    await plan()
    await customer({ billing_entity_code: 'old' })
    await subscribe('s')
    const { database } = harness.context
    await sql`update billing_entities set archived_at = now() where code = 'old'
      and organization_id = ${client.organizationId}`.execute(database.system)
    const { billing_entities } = await ok(client, 'GET', '/billing_entities')
    expect(billing_entities.map(({ code }: { code: string }) => code)).toEqual(['test_organization'])
    for (const answer of [
      await client.call('GET', '/billing_entities/old'),
      await change('old', { name: 'x' }),
      await client.call('POST', '/customers', {
        customer: { external_id: 'new', billing_entity_code: 'old' },
      }),
      await client.call('PUT', '/subscriptions/s', { subscription: { billing_entity_code: 'old' } }),
      await client.call('GET', '/customers?billing_entity_codes[]=old'),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'billing_entity_not_found'])
    }
    expect((await create({ code: 'old', name: 'New' })).body.error_details).toEqual({
      code: ['value_already_exist'],
    })
    await client.clock('2024-06-01T01:00:00Z')
    expect((await invoices()).map(({ number }) => number).sort()).toEqual(['OLD-001-001', 'OLD-001-002'])
    expect((await ok(client, 'GET', '/customers/c')).customer.billing_entity_code).toBe('old')
  })

  it('numbers per entity continue over months and go back to the numbers of each customer', async () => {
    await change('test_organization', { document_number_prefix: 'P' })
    await plan()
    await customer()
    await ok(client, 'POST', '/customers', { customer: { external_id: 'd', currency: 'EUR' } })
    await subscribe('a')
    await subscribe('b', { external_customer_id: 'd' })
    await change('test_organization', { document_numbering: 'per_billing_entity' })
    await client.clock('2024-06-01T01:00:00Z')
    await client.clock('2024-07-01T01:00:00Z')
    await change('test_organization', { document_numbering: 'per_customer' })
    await client.clock('2024-08-01T01:00:00Z')
    expect((await invoices()).map(({ number }) => number).sort()).toEqual([
      'P-001-001',
      'P-001-004',
      'P-002-001',
      'P-002-004',
      'P-202406-003',
      'P-202406-004',
      'P-202407-005',
      'P-202407-006',
    ])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { samplePng } from '../support/document-gallery.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

describe('the organization and its billing entities', () => {
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
  const put = (organization: object) => client.call('PUT', '/organizations', { organization })
  const create = (billing_entity: object) => client.call('POST', '/billing_entities', { billing_entity })

  it('200: an organization is renamed, and its billing entity keeps its own name; 422 without a name', async () => {
    await fresh()
    const rename = (name: string) =>
      client.call('PUT', '/api/weir/v1/organization', { organization: { name } })
    const { status, body } = await rename('Acme Holding')
    expect([status, body.organization.name]).toEqual([200, 'Acme Holding'])
    expect((await client.call('GET', '/organizations')).body.organization.name).toBe('Acme Holding')
    const entity = (await client.call('GET', '/billing_entities/test_organization')).body.billing_entity
    expect(entity.name).not.toBe('Acme Holding')
    const refused = await rename('')
    expect([refused.status, refused.body.error_details]).toEqual([422, { name: ['value_is_mandatory'] }])
  })

  it('200: settings of the organization are those of its default billing entity', async () => {
    await fresh()
    const { status, body } = await put({
      country: 'pl',
      timezone: 'Europe/Paris',
      document_number_prefix: 'org-2',
      document_numbering: 'per_organization',
      net_payment_term: 10,
      slug: ' My-Slug ',
      billing_configuration: { invoice_footer: 'foot', invoice_grace_period: 3, document_locale: 'fr' },
    })
    expect(status).toBe(200)
    expect(body.organization).toMatchObject({
      country: 'PL',
      document_number_prefix: 'ORG-2',
      document_numbering: 'per_organization',
      slug: 'my-slug',
      taxes: [],
      billing_configuration: { invoice_footer: 'foot', invoice_grace_period: 3, document_locale: 'fr' },
    })
    const entity = (await client.call('GET', '/billing_entities/test_organization')).body.billing_entity
    expect(entity).toMatchObject({
      lago_id: client.organizationId,
      is_default: true,
      country: 'PL',
      timezone: 'Europe/Paris',
      document_numbering: 'per_billing_entity',
      document_number_prefix: 'ORG-2',
      net_payment_term: 10,
      invoice_footer: 'foot',
      invoice_grace_period: 3,
      document_locale: 'fr',
    })
    const read = await client.call('GET', '/organizations')
    expect(read.body.organization).toMatchObject({ country: 'PL', webhook_url: '', webhook_urls: [] })
    expect(read.body.organization).not.toHaveProperty('taxes')
    await client.call('POST', '/customers', { customer: { external_id: 'c' } })
    const customer = (await client.call('GET', '/customers/c')).body.customer
    expect([customer.slug, customer.applicable_timezone]).toEqual(['ORG-2-001', 'Europe/Paris'])
  })

  it('422 for a slug that is taken, is no path, or is one of Weir’s own', async () => {
    await fresh()
    const other = await harness.organization()
    const taken = (await other.call('GET', '/organizations')).body.organization.slug
    for (const [slug, code] of [
      [taken, 'value_already_exist'],
      ['a/b', 'value_is_invalid'],
      ['login', 'value_is_invalid'],
      [' ', 'value_is_mandatory'],
      ['x'.repeat(101), 'value_is_too_long'],
    ]) {
      const { status, body } = await put({ slug, city: 'Lyon' })
      expect([slug, status, body.error_details]).toEqual([slug, 422, { slug: [code] }])
    }
    const { organization } = (await client.call('GET', '/organizations')).body
    expect(organization.city).toBeNull()
    expect((await put({ slug: organization.slug })).status).toBe(200)
  })

  it('200: a webhook URL makes the first endpoint, then edits it', async () => {
    await fresh()
    expect((await put({ webhook_url: 'https://example.com/a' })).body.organization.webhook_urls).toEqual([
      'https://example.com/a',
    ])
    expect((await put({ webhook_url: 'https://example.com/b' })).body.organization.webhook_urls).toEqual([
      'https://example.com/b',
    ])
    expect((await put({ webhook_url: 'no address' })).status).toBe(422)
  })

  it('422 for wrong settings, none of which is kept', async () => {
    await fresh()
    const { status, body } = await put({
      legal_name: 'L',
      country: 'ZZ',
      default_currency: 'XXX',
      net_payment_term: -1,
      timezone: 'Mars/One',
      document_numbering: 'per_planet',
      document_number_prefix: 'ELEVEN-CHAR',
      email_settings: ['invoice.voided'],
      billing_configuration: { invoice_footer: 'x'.repeat(601), document_locale: 'xx' },
    })
    expect([status, body.error_details]).toEqual([
      422,
      {
        country: ['not_a_valid_country_code'],
        default_currency: ['value_is_invalid'],
        net_payment_term: ['value_is_out_of_range'],
        timezone: ['invalid_timezone'],
        document_numbering: ['value_is_invalid'],
        document_number_prefix: ['value_is_too_long'],
        email_settings: ['unsupported_value'],
        invoice_footer: ['value_is_too_long'],
        document_locale: ['not_a_valid_language_code'],
      },
    ])
    expect((await client.call('GET', '/organizations')).body.organization.legal_name).toBeNull()
  })

  it('200: a second billing entity, its taxes and its customers', async () => {
    await fresh()
    await client.call('POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
    const made = await create({ code: 'two', name: 'Zürich AG', timezone: 'Europe/Zurich' })
    expect(made.body.billing_entity).toMatchObject({ is_default: false, taxes: [] })
    expect(made.body.billing_entity.document_number_prefix).toMatch(/^ZÜR-[0-9A-F]{4}$/)
    const logo = `data:image/png;base64,${Buffer.from(samplePng(1, 1)).toString('base64')}`
    const changed = await client.call('PUT', '/billing_entities/two', {
      billing_entity: { name: 'Two', code: 'ignored', tax_codes: ['vat'], logo },
    })
    expect(changed.body.billing_entity).toMatchObject({ code: 'two', name: 'Two', logo_url: logo })
    expect(changed.body.billing_entity.taxes.map((tax: { code: string }) => tax.code)).toEqual(['vat'])
    const tax = (await client.call('GET', '/taxes/vat')).body.tax
    expect([tax.applied_to_organization, tax.applied_to_billing_entities_codes]).toEqual([false, ['two']])
    const customer = { external_id: 'c', billing_entity_code: 'two' }
    const answer = await client.call('POST', '/customers', { customer })
    expect(answer.body.customer).toMatchObject({
      billing_entity_code: 'two',
      applicable_timezone: 'Europe/Zurich',
    })
    const found = await client.call('GET', '/customers?billing_entity_codes[]=two')
    expect(found.body.meta.total_count).toBe(1)
    const blank = await client.call('PATCH', '/billing_entities/two', { billing_entity: { logo: '' } })
    expect(blank.body.billing_entity.logo_url).toBeNull()
    expect((await client.call('GET', '/billing_entities')).body.billing_entities).toHaveLength(2)
  })

  it('422 for a taken code and for features that a country does not have', async () => {
    await fresh()
    const errorsOf = async (entity: object) => (await create(entity)).body.error_details
    expect(await errorsOf({ code: 'test_organization', name: 'x' })).toEqual({
      code: ['value_already_exist'],
    })
    expect(await errorsOf({ currency: 'EUR' })).toEqual({
      code: ['value_is_mandatory'],
      name: ['value_is_mandatory'],
    })
    expect(await errorsOf({ code: 'a', name: 'x', einvoicing: true })).toEqual({
      einvoicing: ['country_must_be_present'],
    })
    expect(await errorsOf({ code: 'a', name: 'x', einvoicing: true, country: 'ES' })).toEqual({
      einvoicing: ['country_not_supported'],
    })
    expect(await errorsOf({ code: 'a', name: 'x', eu_tax_management: true, country: 'US' })).toEqual({
      eu_tax_management: ['billing_entity_must_be_in_eu'],
    })
    expect(await errorsOf({ code: 'a', name: 'x', logo: 'data:text/html;base64,AAAA' })).toEqual({
      logo: ['invalid_content_type'],
    })
    expect((await client.call('GET', '/billing_entities')).body.billing_entities).toHaveLength(1)
  })

  it('404 for an unknown code', async () => {
    await fresh()
    for (const [method, body] of [['GET'], ['PUT', { billing_entity: { name: 'x' } }]] as const) {
      const answer = await client.call(method, '/billing_entities/none', body)
      expect([answer.status, answer.body.code]).toEqual([404, 'billing_entity_not_found'])
    }
  })
})

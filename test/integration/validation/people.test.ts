import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

/** What customers, taxes, subscriptions and organizations refuse: `[request, error_details]`. */
type Refused = readonly [name: string, fields: object, details: object]

describe('wrong values of customers, taxes, subscriptions and organizations', () => {
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

  const everything = async () => {
    const paths = [
      '/customers',
      '/taxes',
      '/subscriptions?status[]=active&status[]=pending',
      '/billing_entities',
    ]
    const answers = await Promise.all([...paths, '/organizations'].map((path) => client.call('GET', path)))
    return answers.map(({ body }) => body)
  }
  /** Refused with these details, and nothing has changed. */
  const refuses = async (method: string, path: string, body: object, details: object) => {
    const before = await everything()
    const answer = await client.call(method, path, body)
    expect([answer.status, answer.body.error_details]).toEqual([422, details])
    expect(await everything()).toEqual(before)
  }

  it.each<Refused>([
    ['no id', { external_id: ' ' }, { external_id: ['value_is_mandatory'] }],
    ['an id that is no text', { external_id: { a: 1 } }, { external_id: ['value_is_invalid'] }],
    ['a country that ended', { country: 'SU' }, { country: ['not_a_valid_country_code'] }],
    ['a currency in lower case', { currency: 'eur' }, { currency: ['value_is_invalid'] }],
    ['an offset instead of a zone', { timezone: '+02:00' }, { timezone: ['invalid_timezone'] }],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, { name: ['value_is_too_long'] }],
    [
      'a VAT number that is no text',
      { tax_identification_number: ['DE1'] },
      { tax_identification_number: ['value_is_invalid'] },
    ],
    ['a post code that is no text', { zipcode: { code: 1 } }, { zipcode: ['value_is_invalid'] }],
    ['one of three addresses', { email: 'a@b.co, c@d.co, e@' }, { email: ['invalid_email_format'] }],
    ['a kind of customer', { customer_type: 'robot' }, { customer_type: ['value_is_invalid'] }],
    ['a kind of account', { account_type: 'robot' }, { account_type: ['value_is_invalid'] }],
    [
      'a rule for zero',
      { finalize_zero_amount_invoice: 'maybe' },
      { finalize_zero_amount_invoice: ['invalid_value'] },
    ],
    [
      'half a day of grace',
      { billing_configuration: { invoice_grace_period: 0.5 } },
      { invoice_grace_period: ['value_is_invalid'] },
    ],
    ['tax codes that are no list', { tax_codes: 'vat' }, { tax_codes: ['value_is_invalid'] }],
    [
      'six entries of metadata',
      { metadata: Array.from({ length: 6 }, (_, i) => ({ key: `k${i}`, value: 'v' })) },
      { metadata: ['invalid_count'] },
    ],
    [
      'a country of shipping',
      { shipping_address: { country: 'XX' } },
      { country: ['not_a_valid_country_code'] },
    ],
  ])('a customer: %s', async (_, fields, details) => {
    await client.call('POST', '/customers', { customer: { external_id: 'known', name: 'Known' } })
    await refuses('POST', '/customers', { customer: { external_id: 'new', ...fields } }, details)
    if ('external_id' in fields) return
    await refuses('POST', '/customers', { customer: { external_id: 'known', ...fields } }, details)
  })

  it.each<Refused>([
    [
      'nothing',
      { code: null, name: null, rate: null },
      { code: ['value_is_mandatory'], name: ['value_is_mandatory'], rate: ['value_is_mandatory'] },
    ],
    ['a code that is taken', { code: 'known' }, { code: ['value_already_exist'] }],
    ['a rate below zero', { rate: '-0.01' }, { rate: ['value_is_out_of_range'] }],
    ['a rate beyond all rates', { rate: 1_000_001 }, { rate: ['value_is_out_of_range'] }],
    ['a rate in words', { rate: 'twenty' }, { rate: ['not_a_number'] }],
    ['a rate that is no number', { rate: [20] }, { rate: ['not_a_number'] }],
    ['infinity', { rate: 'Infinity' }, { rate: ['not_a_number'] }],
    [
      'a flag in words',
      { applied_to_organization: 'perhaps' },
      { applied_to_organization: ['value_is_invalid'] },
    ],
    ['a code of 256 characters', { code: 'x'.repeat(256) }, { code: ['value_is_too_long'] }],
  ])('a tax: %s', async (_, fields, details) => {
    await client.call('POST', '/taxes', { tax: { name: 'Known', code: 'known', rate: 1 } })
    await client.call('POST', '/taxes', { tax: { name: 'Other', code: 'other', rate: 2 } })
    await refuses('POST', '/taxes', { tax: { name: 'New', code: 'new', rate: 1, ...fields } }, details)
    await refuses('PUT', '/taxes/other', { tax: fields }, details)
  })

  it.each<Refused>([
    ['no customer', { external_customer_id: '' }, { external_customer_id: ['value_is_mandatory'] }],
    ['no id', { external_id: null }, { external_id: ['value_is_mandatory'] }],
    ['a rhythm', { billing_time: 'lunar' }, { billing_time: ['value_is_invalid'] }],
    ['a day that does not exist', { subscription_at: '2024-02-30' }, { subscription_at: ['invalid_date'] }],
    ['an end that is today', { ending_at: '2024-05-02T23:00:00Z' }, { ending_at: ['invalid_date'] }],
    [
      'an end before the start',
      { subscription_at: '2024-07-01', ending_at: '2024-06-01' },
      { ending_at: ['invalid_date'] },
    ],
    [
      'a payment method that nobody has',
      { payment_method: { payment_method_id: 'pm_1' } },
      { payment_method: ['invalid_payment_method'] },
    ],
    [
      'a payment method of another kind',
      { payment_method: { payment_method_type: 'barter' } },
      { payment_method: ['invalid_payment_method'] },
    ],
    [
      'thresholds without an amount',
      { usage_thresholds: [{}] },
      { usage_thresholds: ['missing_amount_cents'] },
    ],
    [
      'two equal thresholds',
      { usage_thresholds: [{ amount_cents: 1 }, { amount_cents: 1 }] },
      { usage_thresholds: ['duplicated_values'] },
    ],
    [
      'thresholds in two places',
      { usage_thresholds: [], plan_overrides: { usage_thresholds: [] } },
      { plan_overrides: ['incompatible_params'], usage_thresholds: ['incompatible_params'] },
    ],
    [
      'rules that are no list',
      { activation_rules: { type: 'payment' } },
      { activation_rules: ['invalid_format'] },
    ],
    ['an unknown rule', { activation_rules: [{ type: 'moon' }] }, { activation_rules: ['invalid_type'] }],
    [
      'a rule twice',
      { activation_rules: [{ type: 'payment' }, { type: 'payment' }] },
      { activation_rules: ['duplicated_type'] },
    ],
    [
      'a negative timeout',
      { activation_rules: [{ type: 'payment', timeout_hours: -1 }] },
      { timeout_hours: ['value_must_be_positive_or_zero'] },
    ],
    [
      'a timeout of half an hour',
      { activation_rules: [{ type: 'payment', timeout_hours: 0.5 }] },
      { timeout_hours: ['value_must_be_positive_or_zero'] },
    ],
    [
      'a timeout of ages',
      { activation_rules: [{ type: 'payment', timeout_hours: 1e12 }] },
      { timeout_hours: ['value_is_out_of_range'] },
    ],
    [
      'a rule without a provider',
      { activation_rules: [{ type: 'payment' }] },
      { customer: ['no_linked_payment_provider'] },
    ],
  ])('a subscription: %s', async (_, fields, details) => {
    const plan = {
      name: 'P',
      code: 'p',
      interval: 'monthly',
      amount_cents: 1,
      amount_currency: 'EUR',
      pay_in_advance: true,
    }
    await client.call('POST', '/plans', { plan })
    const request = { external_customer_id: 'c', external_id: 's', plan_code: 'p' }
    await refuses('POST', '/subscriptions', { subscription: { ...request, ...fields } }, details)
  })

  it.each<Refused>([
    [
      'a numbering of entities',
      { document_numbering: 'per_billing_entity' },
      { document_numbering: ['value_is_invalid'] },
    ],
    ['a blank slug', { slug: ' ' }, { slug: ['value_is_mandatory'] }],
    ['a term of half a day', { net_payment_term: 1.5 }, { net_payment_term: ['value_is_invalid'] }],
    ['a webhook to a file', { webhook_url: 'file:///etc/passwd' }, { webhook_url: ['url_is_invalid'] }],
    ['an unknown mail', { email_settings: ['everything'] }, { email_settings: ['unsupported_value'] }],
    [
      'a footer of 601 characters',
      { billing_configuration: { invoice_footer: 'x'.repeat(601) } },
      { invoice_footer: ['value_is_too_long'] },
    ],
  ])('an organization: %s', async (_, fields, details) => {
    await refuses('PUT', '/organizations', { organization: { name: 'x', city: 'Paris', ...fields } }, details)
  })
})

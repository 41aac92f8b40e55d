import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

// Values that break naive servers, in events, metrics, plans and estimates: rejected with a code, or kept to the last
// digit.

const DIGITS = '1234567890123456789012345678901234567890'
const FRACTION = '0.1234567890123456789012345678901234567891'
/** As much as the properties of one event hold. */
const MANY_COUNT = 32_000
const MANY = `[${'0,'.repeat(MANY_COUNT - 1)}0]`
/** Nearly as much as a body of anything but events holds. */
const HUGE = `[${'0,'.repeat(400_000)}0]`
const HUGE_TEXTS = JSON.stringify(Array.from({ length: 120_000 }, (_, n) => n.toString(36)))
const MEGABYTE = 1024 * 1024
const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const IN_ADVANCE = { pay_in_advance: true, invoiceable: false }
const ESTIMATES = ['/events/estimate_fees', '/events/estimate_instant_fees']

let harness: Harness
let client: Client
let metricId: string

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await client.clock('2024-03-05T00:00:00Z')
  await subscribe(client, {
    metrics: [
      { code: 'sum', ...SUM },
      { code: 'fraction', ...SUM },
      { code: 'unique', aggregation_type: 'unique_count_agg', field_name: 'n' },
      { code: 'advance', ...SUM },
    ],
    charges: [
      { metric: 'sum', code: 'sum', properties: { amount: `0.${'0'.repeat(29)}1` } },
      { metric: 'fraction', code: 'fraction', properties: { amount: '100' } },
      { metric: 'unique', code: 'unique', properties: { amount: '1' } },
      { metric: 'advance', code: 'advance', properties: { amount: '1' }, ...IN_ADVANCE },
    ],
  })
  metricId = (await ok(client, 'GET', '/billable_metrics/sum')).billable_metric.lago_id
})
afterAll(() => harness.close())

let sent = 0
/** Sends raw JSON and returns the response as text, because a parsed number may lose digits. */
async function raw(path: string, payload: string): Promise<{ status: number; text: string }> {
  const answer = await harness.app.inject({
    method: 'POST',
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' },
    payload,
  })
  return { status: answer.statusCode, text: answer.body }
}
async function read(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${client.apiKey}` }
  return (await harness.app.inject({ url: `/api/v1${path}`, headers })).body
}
/** The error details of a 422. */
function refusal({ status, text }: { status: number; text: string }): unknown {
  expect(status, text.slice(0, 300)).toBe(422)
  return JSON.parse(text).error_details
}
const eventText = (id: string, code: string, fields: string) =>
  `{"transaction_id":"${id}","code":"${code}","external_subscription_id":"s",${fields}}`
const postEvent = (id: string, code: string, fields: string) =>
  raw('/events', `{"event":${eventText(id, code, fields)}}`)
function planText(fields: string): string {
  sent += 1
  const name = `"name":"P","code":"plan${sent}","interval":"monthly","amount_currency":"EUR"`
  return `{"plan":{${name},"pay_in_advance":false,${fields}}}`
}
const chargeText = (model: string, properties: string, fields = '') =>
  `"amount_cents":0,"charges":[{"billable_metric_id":"${metricId}","charge_model":"${model}",${fields}
    "properties":${properties}}]`
function metricText(fields: string): string {
  sent += 1
  return `{"billable_metric":{"name":"M","code":"metric${sent}","aggregation_type":"count_agg",${fields}}}`
}
async function usage(code: string) {
  const path = `/customers/c/current_usage?external_subscription_id=s&charge_code=${code}`
  return (await ok(client, 'GET', path)).customer_usage.charges_usage[0]
}

describe('a list of very many elements', () => {
  it('200: is stored whole, counts as one value, and is no number', async () => {
    const properties = `"properties":{"n":${MANY}}`
    expect((await postEvent('million', 'unique', properties)).status).toBe(200)
    expect((await postEvent('million sum', 'sum', properties)).status).toBe(200)
    const batch = `{"events":[${eventText('million batch', 'unique', properties)}]}`
    expect((await raw('/events/batch', batch)).status).toBe(200)
    for (const id of ['million', 'million sum', 'million batch']) {
      const { n } = JSON.parse(await read(`/events/${encodeURIComponent(id)}`)).event.properties
      expect([n.length, n.every((each: number) => each === 0)]).toEqual([MANY_COUNT, true])
    }
    expect(await usage('unique')).toMatchObject({ units: '1.0', amount_cents: 100 })
    expect(await usage('sum')).toMatchObject({ units: '0.0', events_count: 0 })
  })

  it('422: value_is_not_valid_number in estimates, too_many_events as a batch', async () => {
    const event = eventText('x', 'advance', `"properties":{"n":${MANY}}`)
    expect(refusal(await raw('/events/estimate_fees', `{"event":${event}}`))).toEqual({
      properties: ['value_is_not_valid_number'],
    })
    for (const path of ['/events/batch', '/events/batch_estimate_instant_fees']) {
      expect(refusal(await raw(path, `{"events":${HUGE}}`))).toEqual({ events: ['too_many_events'] })
    }
  })

  it('422: in metrics and plans', async () => {
    const metric = async (fields: string) => refusal(await raw('/billable_metrics', metricText(fields)))
    const plan = async (fields: string) => refusal(await raw('/plans', planText(fields)))
    const filters = `"filters":[{"key":"a","values":${HUGE_TEXTS}}]`
    expect(await metric(filters)).toEqual({ values: ['value_is_too_long'] })
    expect(await metric(`"filters":${HUGE}`)).toEqual({ filters: ['value_is_too_long'] })
    const keys = `{"amount":"1","pricing_group_keys":${HUGE_TEXTS}}`
    expect(await plan(chargeText('standard', keys))).toEqual({ properties: ['too_many_keys'] })
    expect(await plan(chargeText('standard', `{"amount":${HUGE}}`))).toEqual({
      properties: ['invalid_amount'],
    })
    const ranges = `{"graduated_ranges":${HUGE}}`
    expect(await plan(chargeText('graduated', ranges))).toEqual({
      properties: ['invalid_graduated_ranges', 'invalid_amount'],
    })
    expect(await plan(`"amount_cents":0,"tax_codes":${HUGE_TEXTS}`)).toEqual({
      tax_codes: ['value_is_too_long'],
    })
  })
})

describe('a number of 40 digits', () => {
  it.each([
    ['a JSON number', DIGITS, `"n": ${DIGITS}`],
    ['a text', `"${DIGITS}"`, `"n": "${DIGITS}"`],
  ])('200: as a property, %s, keeps its digits in the event and in usage', async (_, value, shown) => {
    const before = BigInt((await usage('sum')).units.replace('.0', ''))
    sent += 1
    const answer = await postEvent(`digits${sent}`, 'sum', `"properties":{"n":${value}}`)
    expect([answer.status, answer.text.replace('"n":', '"n": ').includes(shown)]).toEqual([200, true])
    expect(await read(`/events/digits${sent}`)).toContain(shown)
    const units = before + BigInt(DIGITS)
    const { units: told, amount_cents: cents } = await usage('sum')
    expect(told).toBe(`${units}.0`)
    expect(BigInt(cents)).toBe((units + 5n * 10n ** 27n) / 10n ** 28n)
  })

  it('200: so does a fraction', async () => {
    await postEvent('fraction', 'fraction', `"properties":{"n":${FRACTION}}`)
    expect(await read('/events/fraction')).toContain(FRACTION)
    expect(await usage('fraction')).toMatchObject({ units: FRACTION, amount_cents: 1235 })
  })

  it('422: precise_total_amount_cents beyond 64 bits, and 33 digits that fit are kept', async () => {
    for (const value of [DIGITS, `"${DIGITS}"`]) {
      const answer = await postEvent('never', 'sum', `"precise_total_amount_cents":${value}`)
      expect(refusal(answer)).toEqual({ precise_total_amount_cents: ['invalid_format'] })
    }
    const fits = `${'1'.repeat(18)}.${'2'.repeat(15)}`
    for (const [id, value] of [
      ['fits', fits],
      ['fits as text', `"${fits}"`],
    ] as const) {
      await postEvent(id, 'nothing', `"precise_total_amount_cents":${value}`)
      expect(await read(`/events/${encodeURIComponent(id)}`)).toContain(
        `"precise_total_amount_cents":"${fits}"`,
      )
    }
  })

  it('422: amount_cents, min_amount_cents and thresholds; numbers as prices', async () => {
    const plan = async (fields: string) => refusal(await raw('/plans', planText(fields)))
    const outOfRange = ['value_is_out_of_range']
    expect(await plan(`"amount_cents":${DIGITS}`)).toEqual({ amount_cents: outOfRange })
    expect(await plan(`"amount_cents":${FRACTION}`)).toEqual({ amount_cents: ['value_is_invalid'] })
    const minimum = chargeText('standard', '{"amount":"1"}', `"min_amount_cents":${DIGITS},`)
    expect(await plan(minimum)).toEqual({ min_amount_cents: outOfRange })
    expect(await plan(`"amount_cents":0,"usage_thresholds":[{"amount_cents":${DIGITS}}]`)).toEqual({
      usage_thresholds: outOfRange,
    })
    expect(await plan(chargeText('standard', `{"amount":${DIGITS}}`))).toEqual({
      properties: ['invalid_amount'],
    })
    const sizes = `{"amount":"1","package_size":${DIGITS},"free_units":${DIGITS}}`
    expect(await plan(chargeText('package', sizes))).toEqual({
      properties: ['invalid_free_units', 'invalid_package_size'],
    })
    const precision = metricText(`"rounding_function":"round","rounding_precision":${DIGITS}`)
    expect(refusal(await raw('/billable_metrics', precision))).toEqual({ rounding_precision: outOfRange })
  })

  it('200: a fraction as a price keeps its digits, and more than 15 before the point are refused', async () => {
    const priced = (price: string) => raw('/plans', planText(chargeText('standard', `{"amount":"${price}"}`)))
    expect((await priced(FRACTION)).text).toContain(`"amount":"${FRACTION}"`)
    expect(refusal(await priced(DIGITS))).toEqual({ properties: ['invalid_amount'] })
  })

  it('200: in expressions', async () => {
    const event = `{"code":"sum","timestamp":1,"properties":{"n":${DIGITS}}}`
    const body = `{"expression":"event.properties.n * 3","event":${event}}`
    const answer = await raw('/billable_metrics/evaluate_expression', body)
    expect(answer.text).toContain(`${BigInt(DIGITS) * 3n}`)
  })

  it('200: amounts of any size are exact in estimates and usage', async () => {
    const event = eventText('x', 'advance', `"properties":{"n":${DIGITS}}`)
    for (const path of ESTIMATES) {
      const { text } = await raw(path, `{"event":${event}}`)
      expect(text).toMatch(new RegExp(`"amount_cents":(${DIGITS}00|"${DIGITS}00.0"),`))
    }
    await postEvent('dear', 'fraction', `"properties":{"n":${DIGITS}}`)
    const text = await read('/customers/c/current_usage?external_subscription_id=s')
    expect(text).toMatch(/"amount_cents":123456789012345678901234567890123456789\d{5}[,}]/)
    await postEvent('taken back', 'fraction', `"properties":{"n":-${DIGITS}}`)
    expect(await usage('fraction')).toMatchObject({ units: FRACTION, amount_cents: 1235 })
  })
})

describe('texts that no database holds', () => {
  const BROKEN = ['\\ud800', '\\udc00x', 'a\\u0000b']
  const places: [string, string, (text: string) => string][] = [
    ['an id', '/events', (text) => `{"event":{"transaction_id":"${text}","code":"sum"}}`],
    ['a value', '/events', (text) => `{"event":${eventText('x', 'sum', `"properties":{"n":"${text}"}`)}}`],
    ['a key', '/events', (text) => `{"event":${eventText('x', 'sum', `"properties":{"${text}":1}`)}}`],
    ['a batch', '/events/batch', (text) => `{"events":[{"transaction_id":"x","code":"${text}"}]}`],
    ['a metric', '/billable_metrics', (text) => metricText(`"field_name":"${text}"`)],
    ['a filter', '/billable_metrics', (text) => metricText(`"filters":[{"key":"k","values":["${text}"]}]`)],
    ['a plan', '/plans', (text) => planText(`"amount_cents":0,"description":"${text}"`)],
    [
      'a charge',
      '/plans',
      (text) => planText(chargeText('standard', `{"amount":"1","pricing_group_keys":["${text}"]}`)),
    ],
    ...ESTIMATES.map((path): [string, string, (text: string) => string] => [
      'an estimate',
      path,
      (text) => `{"event":${eventText('x', 'advance', `"properties":{"n":1,"${text}":1}`)}}`,
    ]),
  ]
  it.each(places)('400: half a surrogate pair or NUL in %s (%s)', async (_place, path, body) => {
    for (const text of BROKEN) {
      const answer = await raw(path, body(text))
      expect([text, answer.status]).toEqual([text, 400])
      expect(JSON.parse(answer.text).error).toBe(
        'BadRequest: a text contains a NUL character or half of a surrogate pair',
      )
    }
    expect((await client.call('GET', '/events/x')).status).toBe(404)
  })

  it('200: a whole pair is a character', async () => {
    const answer = await postEvent('pair', 'sum', '"properties":{"\\ud83d\\ude00":"\\ud83d\\ude00"}')
    expect([answer.status, JSON.parse(answer.text).event.properties]).toEqual([200, { '😀': '😀' }])
  })
})

describe('timestamps', () => {
  it.each([
    ['253402300799.999', '9999-12-31T23:59:59.999Z'],
    ['-62135596800', '0001-01-01T00:00:00.000Z'],
    ['-1', '1969-12-31T23:59:59.000Z'],
    ['-0.001', '1969-12-31T23:59:59.999Z'],
    ['"1709539200.123"', '2024-03-04T08:00:00.123Z'],
  ])('200: %s is %s', async (timestamp, expected) => {
    sent += 1
    const answer = await postEvent(`time${sent}`, 'sum', `"timestamp":${timestamp}`)
    expect([answer.status, JSON.parse(answer.text).event.timestamp]).toEqual([200, expected])
    expect(JSON.parse(await read(`/events/time${sent}`)).event.timestamp).toBe(expected)
  })

  it.each([
    '253402300800',
    '-62135596801',
    '-62167219200',
    '12345678901234567890',
    '-12345678901234567890',
    '"12345678901234567890"',
    '1e300',
  ])('422: %s is invalid_format in events, batches and estimates', async (timestamp) => {
    const fields = `"timestamp":${timestamp},"properties":{"n":1}`
    const expected = { timestamp: ['invalid_format'] }
    expect(refusal(await postEvent('when', 'advance', fields))).toEqual(expected)
    const batch = `{"events":[${eventText('when', 'advance', fields)}]}`
    expect(refusal(await raw('/events/batch', batch))).toEqual({ '0': expected })
    for (const path of ESTIMATES) {
      const event = eventText('when', 'advance', fields)
      expect(refusal(await raw(path, `{"event":${event}}`))).toEqual(expected)
    }
  })
})

describe('a body that is too large', () => {
  const filler = 'x'.repeat(MEGABYTE)
  const most = 'x'.repeat(10 * MEGABYTE)
  const bodies: [string, string][] = [
    ['/events', `{"event":{"transaction_id":"big","code":"sum","properties":{"t":"${most}"}}}`],
    ['/events/batch', `{"events":[{"transaction_id":"big","code":"sum","properties":{"t":"${most}"}}]}`],
    ['/billable_metrics', `{"billable_metric":{"name":"${filler}"}}`],
    ['/plans', `{"plan":{"name":"${filler}"}}`],
    ...ESTIMATES.map((path): [string, string] => [path, `{"event":{"code":"${filler}"}}`]),
  ]
  it.each(bodies)('413 body_too_large: %s', async (path, body) => {
    const answer = await raw(path, body)
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([413, 'body_too_large'])
  })

  it('just below it: properties and a name are value_is_too_long', async () => {
    const text = randomBytes(500_000).toString('hex')
    const tooLong = { properties: ['value_is_too_long'] }
    const properties = `"properties":{"t":"${text}"}`
    expect(refusal(await postEvent('large', 'sum', properties))).toEqual(tooLong)
    const batch = `{"events":[${eventText('large', 'sum', properties)}]}`
    expect(refusal(await raw('/events/batch', batch))).toEqual({ '0': tooLong })
    const metric = `{"billable_metric":{"name":"${text}","code":"large","aggregation_type":"count_agg"}}`
    expect(refusal(await raw('/billable_metrics', metric))).toEqual({ name: ['value_is_too_long'] })
    const plan = `{"plan":{"name":"${text}","code":"large","interval":"monthly","amount_cents":0,"amount_currency":"EUR"}}`
    expect(refusal(await raw('/plans', plan))).toEqual({ name: ['value_is_too_long'] })
  })
})

describe('usage that is too much for a statement or an index', () => {
  const GROUPS = 2000
  const tiers = [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '10' }]

  it('is billed: long group values, thousands of groups, units of float noise', async () => {
    client = await harness.organization()
    await client.clock('2024-03-05T00:00:00Z')
    const grouped = { properties: { amount: '1', pricing_group_keys: ['user'] } }
    const flat = { charge_model: 'graduated', properties: { graduated_ranges: tiers } }
    await subscribe(client, {
      metrics: ['late', 'now', 'noise'].map((code) => ({ code, ...SUM })),
      charges: [
        { metric: 'late', code: 'late', ...grouped },
        { metric: 'now', code: 'now', ...grouped, ...IN_ADVANCE },
        { metric: 'noise', code: 'noise', ...flat },
        { metric: 'noise', code: 'noise now', ...flat, ...IN_ADVANCE },
      ],
    })
    const user = randomBytes(10_000).toString('base64')
    const long = (code: string, transaction_id: string, n: number) =>
      send(client, { code, transaction_id, properties: { n, user } })
    await long('late', 'l', 3)
    await long('now', 'n1', 5)
    await long('now', 'n2', -2)
    await long('now', 'n3', 4)
    await send(client, { code: 'noise', transaction_id: 'noise', properties: { n: 0.1 + 0.2 - 0.3 } })
    for (let from = 0; from < GROUPS; from += 100) {
      const events = Array.from({ length: 100 }, (_, k) => ({
        transaction_id: `g${from + k}`,
        code: 'late',
        external_subscription_id: 's',
        properties: { n: 1, user: `u${from + k}` },
      }))
      await ok(client, 'POST', '/events/batch', { events })
    }
    await client.clock('2024-03-05T01:00:00Z')
    // 5, then back to 3, then up to 7: what rose above 5 is 2.
    const amounts: number[] = []
    for (const id of ['n1', 'n2', 'n3']) {
      const { fees } = await ok(client, 'GET', `/fees?event_transaction_id=${id}`)
      amounts.push(...fees.map((fee: { amount_cents: number }) => fee.amount_cents))
    }
    expect(amounts).toEqual([500, 0, 200])
    expect(await usage('now')).toMatchObject({ units: '7.0', amount_cents: 700 })
    await client.clock('2024-04-01T02:00:00Z')
    const [invoice] = (await ok(client, 'GET', '/invoices?external_customer_id=c')).invoices
    expect(invoice.total_amount_cents).toBe(300 + GROUPS * 100 + 1000)
    const { meta } = await ok(client, 'GET', '/fees?billable_metric_code=late')
    expect(meta.total_count).toBe(GROUPS + 1)
  })
})

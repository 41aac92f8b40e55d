import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let client: Client
let customer: string
let count = 0

beforeAll(async () => {
  harness = await startHarness({ poolMax: 20 })
  client = await harness.organization()
  await client.clock('2025-01-01T00:00:00Z')
})
afterAll(() => harness?.close())
beforeEach(async () => {
  count += 1
  customer = `customer-${count}`
  await client.call('POST', '/customers', {
    customer: { external_id: customer, name: customer, currency: 'EUR' },
  })
})

let now = Date.parse('2025-01-01T00:00:00Z')
/** Lets a minute pass, with everything that falls due in it. */
async function later(): Promise<void> {
  now += 60_000
  await client.clock(new Date(now).toISOString())
}

const post = (fields: object = {}) =>
  client.call('POST', '/wallets', {
    wallet: { external_customer_id: customer, rate_amount: '1', name: 'Prepaid', currency: 'EUR', ...fields },
  })

async function make(fields: object = {}): Promise<string> {
  const { status, body } = await post(fields)
  expect([status, body]).toEqual([200, expect.anything()])
  await later()
  return body.wallet.lago_id
}

const move = (wallet: string, fields: object) =>
  client.call('POST', '/wallet_transactions', { wallet_transaction: { wallet_id: wallet, ...fields } })

async function shown(id: string) {
  return (await client.call('GET', `/wallets/${id}`)).body.wallet
}

const invalid = (error_details: object) => ({
  status: 422,
  body: { status: 422, error: 'Unprocessable Entity', code: 'validation_errors', error_details },
})

describe('a wallet', () => {
  it('pays a bill that is made right after it', async () => {
    const plan = {
      name: 'Advance',
      code: customer,
      interval: 'monthly',
      amount_cents: 999,
      pay_in_advance: true,
    }
    await client.call('POST', '/plans', { plan: { ...plan, amount_currency: 'EUR' } })
    await post({ granted_credits: '10' })
    const subscription = { external_customer_id: customer, external_id: customer, plan_code: customer }
    await client.call('POST', '/subscriptions', { subscription })
    const { body } = await client.call('GET', `/invoices?external_customer_id=${customer}`)
    expect(body.invoices).toMatchObject([
      { prepaid_credit_amount_cents: 999, total_amount_cents: 0, payment_status: 'succeeded' },
    ])
  })

  it('is empty at first and filled right afterwards', async () => {
    const { body } = await post({ granted_credits: '10', metadata: { a: 'b' } })
    expect(body.wallet).toMatchObject({ credits_balance: '0.0', code: 'prepaid', metadata: { a: 'b' } })
    await later()
    expect(await shown(body.wallet.lago_id)).toMatchObject({
      credits_balance: '10.0',
      balance_cents: 1000,
      ongoing_balance_cents: 1000,
      credits_ongoing_balance: '10.0',
    })
  })

  it('is refused with everything that is wrong', async () => {
    const bad = {
      paid_credits: 10,
      granted_credits: 'abc',
      expiration_at: '2024-01-01T00:00:00Z',
      applies_to: { fee_types: ['nonsense'] },
      payment_method: { payment_method_type: 'cheque' },
      transaction_metadata: 'x',
    }
    expect(await post({ ...bad, external_customer_id: 'nobody' })).toMatchObject(
      invalid({
        customer: ['customer_not_found'],
        paid_credits: ['invalid_paid_credits', 'invalid_amount'],
        granted_credits: ['invalid_granted_credits', 'invalid_amount'],
        expiration_at: ['invalid_date'],
        applies_to: ['invalid_limitations'],
        payment_method: ['invalid_payment_method'],
        metadata: ['invalid_type'],
      }),
    )
    const wrong = {
      rate_amount: '0',
      currency: 'XXX',
      priority: 51,
      paid_top_up_min_amount_cents: 500,
      paid_top_up_max_amount_cents: 100,
    }
    expect(await post(wrong)).toMatchObject(
      invalid({
        rate_amount: ['value_is_out_of_range'],
        currency: ['value_is_invalid'],
        priority: ['value_is_invalid'],
        paid_top_up_max_amount_cents: ['must_be_greater_than_or_equal_min'],
      }),
    )
  })

  it.each([
    [{ applies_to: { billable_metric_codes: ['unknown'] } }, { applies_to: ['invalid_limitations'] }],
    [{ granted_credits: '1', rate_amount: '0.001' }, { granted_credits: ['amount_rounds_to_zero'] }],
    [{ paid_credits: '1', paid_top_up_min_amount_cents: 500 }, { paid_credits: ['amount_below_minimum'] }],
    [{ paid_credits: '9', paid_top_up_max_amount_cents: 500 }, { paid_credits: ['amount_above_maximum'] }],
    [{ paid_credits: '1e20' }, { paid_credits: ['value_is_out_of_range'] }],
    [{ transaction_name: 'x'.repeat(256) }, { transaction_name: ['too_long'] }],
    [{ transaction_name: 5 }, { transaction_name: ['invalid_value'] }],
    [{ transaction_priority: 0 }, { transaction_priority: ['value_is_invalid'] }],
  ])('with %j is refused', async (fields, details) => {
    expect(await post(fields)).toMatchObject(invalid(details))
  })

  it('is one of six at most, and codes are unique among the active ones', async () => {
    const own = { code: 'own' }
    expect((await post(own)).body.wallet.code).toBe('own')
    const again = await client.call('POST', `/customers/${customer}/wallets`, {
      wallet: { rate_amount: '1', currency: 'EUR', code: 'own' },
    })
    expect(again).toMatchObject(invalid({ code: ['value_already_exist'] }))
    for (let n = 0; n < 5; n += 1) expect((await post({ code: `w${n}` })).status).toBe(200)
    expect(await post()).toMatchObject(invalid({ customer: ['wallet_limit_reached'] }))
    await client.call('DELETE', `/customers/${customer}/wallets/own`)
    const { body } = await post(own)
    expect(body.wallet.code).toBe('own')
    const found = await client.call('GET', `/customers/${customer}/wallets/own`)
    expect(found.body.wallet.lago_id).toBe(body.wallet.lago_id)
  })

  it('of a customer without a currency gives it its own, and needs one', async () => {
    await client.call('POST', '/customers', { customer: { external_id: `${customer}-new`, name: 'New' } })
    const without = await post({ external_customer_id: `${customer}-new`, currency: undefined })
    expect(without).toMatchObject(invalid({ currency: ['value_is_invalid'] }))
    expect((await post({ external_customer_id: `${customer}-new`, currency: 'USD' })).status).toBe(200)
    const { body } = await client.call('GET', `/customers/${customer}-new`)
    expect(body.customer.currency).toBe('USD')
  })

  it('is changed, keeps its rate and currency, and loses its metrics when they are not named', async () => {
    await client.call('POST', '/billable_metrics', {
      billable_metric: { name: 'm', code: `m-${count}`, aggregation_type: 'count_agg' },
    })
    const id = await make({
      applies_to: { fee_types: ['subscription'], billable_metric_codes: [`m-${count}`] },
    })
    const changed = await client.call('PUT', `/wallets/${id}`, {
      wallet: {
        name: 'Other',
        rate_amount: '7',
        currency: 'USD',
        priority: 3,
        expiration_at: '2030-01-01T00:00:00Z',
      },
    })
    expect(changed.body.wallet).toMatchObject({
      name: 'Other',
      rate_amount: '1.0',
      currency: 'EUR',
      priority: 3,
      expiration_at: '2030-01-01T00:00:00Z',
      applies_to: { fee_types: ['subscription'], billable_metric_codes: [] },
    })
    const refused = await client.call('PUT', `/wallets/${id}`, { wallet: { priority: 'x' } })
    expect(refused).toMatchObject(invalid({ priority: ['value_is_invalid'] }))
  })

  it('ends once, and then nothing enters it', async () => {
    const id = await make({ granted_credits: '10' })
    const ended = await client.call('DELETE', `/wallets/${id}`)
    expect(ended.body.wallet).toMatchObject({ status: 'terminated', credits_balance: '10.0' })
    expect(ended.body.wallet.terminated_at).toMatch(/\.000Z$/)
    await later()
    expect((await client.call('DELETE', `/wallets/${id}`)).body).toEqual(ended.body)
    expect(await move(id, { granted_credits: '1' })).toMatchObject(
      invalid({ wallet_id: ['wallet_is_terminated'] }),
    )
    expect(await client.call('PUT', `/wallets/${id}`, { wallet: { name: 'x' } })).toMatchObject(
      invalid({ wallet_id: ['wallet_is_terminated'] }),
    )
  })

  it('ends with its customer', async () => {
    const id = await make()
    await client.call('DELETE', `/customers/${customer}`)
    expect((await shown(id)).status).toBe('terminated')
  })

  it('is listed by customer, currency and billing entity', async () => {
    await make({ code: 'a' })
    await make({ code: 'b', currency: 'USD' })
    const codes = async (query: string) =>
      (await client.call('GET', `/wallets?external_customer_id=${customer}&${query}`)).body.wallets?.map(
        (each: { code: string }) => each.code,
      )
    expect(await codes('')).toEqual(['b', 'a'])
    expect(await codes('currency=USD')).toEqual(['b'])
    expect((await client.call('GET', '/wallets?external_customer_id=nobody')).body.code).toBe(
      'customer_not_found',
    )
    expect((await client.call('GET', `/customers/${customer}/wallets`)).body.meta.total_count).toBe(2)
  })

  it('has metadata that is replaced, merged and removed', async () => {
    const id = await make()
    const call = (method: string, path: string, metadata?: object) =>
      client.call(method, `/wallets/${id}/metadata${path}`, metadata && { metadata })
    expect((await call('DELETE', '/a')).body.code).toBe('metadata_not_found')
    expect((await call('POST', '', { a: '1' })).body).toEqual({ metadata: { a: '1' } })
    expect((await call('PATCH', '', { b: '2' })).body).toEqual({ metadata: { a: '1', b: '2' } })
    const byCode = await client.call('DELETE', `/customers/${customer}/wallets/prepaid/metadata/a`)
    expect(byCode.body).toEqual({ metadata: { b: '2' } })
    expect((await call('DELETE', '')).body).toEqual({ metadata: null })
  })
})

describe('credits of a wallet', () => {
  it('are sold by an invoice and enter it when that is paid', async () => {
    const id = await make({ rate_amount: '0.5' })
    const { body } = await move(id, {
      paid_credits: '20',
      name: 'Top-up',
      metadata: [{ key: 'k', value: 'v' }],
    })
    const [purchase] = body.wallet_transactions
    expect(purchase).toMatchObject({
      status: 'pending',
      amount: '10.0',
      credit_amount: '20.0',
      lago_invoice_id: null,
    })
    const unbilled = await client.call('POST', `/wallet_transactions/${purchase.lago_id}/payment_url`)
    expect(unbilled).toMatchObject(invalid({ base: ['wallet_transaction_has_no_attached_invoice'] }))
    await later()
    const { invoices } = (await client.call('GET', `/invoices?external_customer_id=${customer}`)).body
    expect(invoices).toMatchObject([
      { invoice_type: 'credit', total_amount_cents: 1000, taxes_amount_cents: 0, status: 'finalized' },
    ])
    const invoice = (await client.call('GET', `/invoices/${invoices[0].lago_id}`)).body.invoice
    expect(invoice.fees).toMatchObject([
      {
        item: { type: 'credit', lago_item_id: purchase.lago_id, item_type: 'WalletTransaction' },
        units: '20.0',
        precise_unit_amount: '0.5',
        amount_cents: 1000,
      },
    ])
    expect((await shown(id)).balance_cents).toBe(0)
    const pay = (status: string) =>
      client.call('PUT', `/invoices/${invoice.lago_id}`, { invoice: { payment_status: status } })
    await pay('failed')
    const transaction = async () =>
      (await client.call('GET', `/wallet_transactions/${purchase.lago_id}`)).body.wallet_transaction
    expect(await transaction()).toMatchObject({ status: 'failed', failed_at: expect.anything() })
    await pay('succeeded')
    expect(await transaction()).toMatchObject({
      status: 'settled',
      remaining_amount_cents: 1000,
      remaining_credit_amount: '20.0',
      lago_invoice_id: invoice.lago_id,
    })
    await pay('failed')
    await pay('succeeded')
    expect(await shown(id)).toMatchObject({ balance_cents: 1000, credits_balance: '20.0' })
    const settled = await client.call('POST', `/wallet_transactions/${purchase.lago_id}/payment_url`)
    expect(settled).toMatchObject(invalid({ base: ['wallet_transaction_already_settled'] }))
  })

  it('that wait for their payment have an open invoice, which nobody sees', async () => {
    const id = await make()
    const { body } = await move(id, { paid_credits: '15', invoice_requires_successful_payment: true })
    await later()
    const list = await client.call('GET', `/invoices?external_customer_id=${customer}`)
    expect(list.body.invoices).toEqual([])
    const purchase = `/wallet_transactions/${body.wallet_transactions[0].lago_id}`
    const { lago_invoice_id } = (await client.call('GET', purchase)).body.wallet_transaction
    const { rows } = await sql<{ status: string; number: string }>`
      select status, number from invoices where id = ${lago_invoice_id}`.execute(
      harness.context.database.system,
    )
    expect(rows).toEqual([{ status: 'open', number: expect.stringMatching(/-DRAFT$/) }])
    expect((await shown(id)).balance_cents).toBe(0)
    const payment = { invoice_id: lago_invoice_id, amount_cents: 1500, reference: 'bank' }
    expect((await client.call('POST', '/payments', { payment })).status).toBe(200)
    expect((await client.call('GET', `/invoices/${lago_invoice_id}`)).body.invoice).toMatchObject({
      status: 'finalized',
      payment_status: 'succeeded',
      number: expect.stringMatching(/-001$/),
      payment_due_date: new Date(now).toISOString().slice(0, 10),
    })
    expect((await client.call('GET', purchase)).body.wallet_transaction.status).toBe('settled')
    expect((await shown(id)).balance_cents).toBe(1500)
  })

  it('never enter it when a credit note offsets their invoice', async () => {
    const id = await make()
    const { body } = await move(id, { paid_credits: '15' })
    const purchase = `/wallet_transactions/${body.wallet_transactions[0].lago_id}`
    await later()
    const list = await client.call('GET', `/invoices?external_customer_id=${customer}`)
    const invoice_id = list.body.invoices[0].lago_id
    const [fee] = (await client.call('GET', `/invoices/${invoice_id}`)).body.invoice.fees
    const note = (cents: number, amounts: object) =>
      client.call('POST', '/credit_notes', {
        credit_note: {
          invoice_id,
          reason: 'other',
          ...amounts,
          items: [{ fee_id: fee.lago_id, amount_cents: cents }],
        },
      })
    const estimate = await client.call('POST', '/credit_notes/estimate', {
      credit_note: { invoice_id, items: [{ fee_id: fee.lago_id, amount_cents: 15 }] },
    })
    expect([estimate.status, estimate.body.code]).toEqual([405, 'invalid_type_or_status'])
    const refund = await note(15, { refund_amount_cents: 15 })
    expect([refund.status, refund.body.code]).toEqual([405, 'invalid_type_or_status'])
    expect(await note(15, { offset_amount_cents: 15 })).toMatchObject(
      invalid({ offset_amount_cents: ['not_equal_to_total_amount'] }),
    )
    expect((await note(1500, { offset_amount_cents: 1500 })).status).toBe(200)
    await client.call('PUT', `/invoices/${invoice_id}`, { invoice: { payment_status: 'succeeded' } })
    expect((await client.call('GET', purchase)).body.wallet_transaction.status).toBe('failed')
    expect((await shown(id)).balance_cents).toBe(0)
  })

  it('are voided across all of it, with fractions of a cent', async () => {
    const id = await make({ granted_credits: '100' })
    const { body } = await move(id, { voided_credits: '14.28444999' })
    expect(body.wallet_transactions).toMatchObject([
      { amount: '14.28', credit_amount: '14.28444', transaction_status: 'voided', status: 'settled' },
    ])
    expect(await shown(id)).toMatchObject({
      balance_cents: 8572,
      credits_balance: '85.71556',
      consumed_credits: '14.28444',
    })
  })

  it('are sold, granted and voided by one request, and found again', async () => {
    const id = await make({ granted_credits: '10' })
    const { body } = await move(id, {
      paid_credits: '5',
      granted_credits: '3',
      voided_credits: '4',
      priority: 7,
      metadata: [{ key: 'k', value: 'v' }],
    })
    const kinds = body.wallet_transactions.map(
      (each: { transaction_status: string }) => each.transaction_status,
    )
    expect(kinds).toEqual(['purchased', 'granted', 'voided'])
    const found = async (query: string) =>
      (await client.call('GET', `/wallets/${id}/wallet_transactions?${query}`)).body.meta.total_count
    expect(await found('')).toBe(4)
    expect(await found('status=pending')).toBe(1)
    expect(await found('status=nonsense')).toBe(4)
    expect(await found('transaction_type=outbound')).toBe(1)
    expect(await found('metadata[k]=v')).toBe(3)
    expect(await found('metadata[k]=w')).toBe(0)
    expect(await found('metadata[k]=')).toBe(4)
    const [, granted, voided] = body.wallet_transactions
    const fundings = await client.call('GET', `/wallet_transactions/${voided.lago_id}/fundings`)
    expect(fundings.body.wallet_transaction_fundings).toMatchObject([
      { amount_cents: 100, credit_amount: '1.0' },
      { amount_cents: 300, credit_amount: '3.0', wallet_transaction: { lago_id: granted.lago_id } },
    ])
    expect(await client.call('GET', `/wallet_transactions/${voided.lago_id}/consumptions`)).toMatchObject(
      invalid({ transaction_type: ['invalid_transaction_type'] }),
    )
  })

  it('of one transaction are voided as a whole, or in part', async () => {
    const id = await make()
    const grant = async () => (await move(id, { granted_credits: '10' })).body.wallet_transactions[0].lago_id
    const first = await grant()
    const second = await grant()
    expect(await move(id, { voided_transaction_id: first, voided_credits: '11' })).toMatchObject(
      invalid({ amount_cents: ['exceeds_remaining_transaction_amount'] }),
    )
    await move(id, { voided_transaction_id: second, voided_credits: '4' })
    const { body } = await move(id, { voided_transaction_id: second })
    expect(body.wallet_transactions).toMatchObject([{ amount: '6.0', credit_amount: '6.0' }])
    expect(await move(id, { voided_transaction_id: second })).toMatchObject(
      invalid({ voided_transaction_id: ['no_remaining_amount'] }),
    )
    expect(await move(id, { voided_transaction_id: id })).toMatchObject(
      invalid({ voided_transaction_id: ['wallet_transaction_not_found'] }),
    )
    expect((await shown(id)).balance_cents).toBe(1000)
  })

  it('are refused with everything that is wrong, and then nothing has moved', async () => {
    const id = await make({ granted_credits: '30', paid_top_up_min_amount_cents: 500 })
    expect(await move(id, { granted_credits: 10, paid_credits: '-1', priority: 0, name: 1 })).toMatchObject(
      invalid({
        granted_credits: ['invalid_granted_credits', 'invalid_amount'],
        paid_credits: ['invalid_paid_credits', 'invalid_amount'],
        priority: ['value_is_invalid'],
        name: ['invalid_value'],
      }),
    )
    expect(await move(id, { granted_credits: '5', voided_credits: '50' })).toMatchObject(
      invalid({ voided_credits: ['insufficient_credits'] }),
    )
    expect(await move(id, { voided_credits: '0.001' })).toMatchObject(
      invalid({ voided_credits: ['amount_rounds_to_zero'] }),
    )
    expect(await move(id, { paid_credits: '1' })).toMatchObject(
      invalid({ paid_credits: ['amount_below_minimum'] }),
    )
    const ignoring = await move(id, { paid_credits: '1', ignore_paid_top_up_limits: true })
    expect(ignoring.status).toBe(200)
    expect((await move(id, { paid_credits: '0' })).body).toEqual({ wallet_transactions: [] })
    expect(await move('nonsense', { paid_credits: '9' })).toMatchObject(
      invalid({ wallet_id: ['wallet_not_found'] }),
    )
    expect(await move(id, { granted_credits: '1e20' })).toMatchObject(
      invalid({ granted_credits: ['value_is_out_of_range'] }),
    )
    expect((await shown(id)).balance_cents).toBe(3000)
  })

  it('always sum, whatever happens to them at once', async () => {
    const id = await make({ granted_credits: '50' })
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        n % 4 === 0 ? move(id, { granted_credits: '0.5' }) : move(id, { voided_credits: '1' }),
      ),
    )
    const voided = answers.filter(({ status }, n) => n % 4 !== 0 && status === 200).length
    for (const { status, body } of answers) {
      if (status !== 200) {
        expect([status, Object.keys(body.error_details)[0]]).toEqual([
          422,
          expect.stringMatching(/voided|amount/),
        ])
      }
    }
    const { balance_cents } = await shown(id)
    expect(balance_cents).toBe(5000 + 25 * 50 - voided * 100)
    const { rows } = await sql<{ left: bigint; consumed: bigint; out: bigint }>`
      select (select sum(remaining_amount_cents)::bigint from wallet_transactions where wallet_id = ${id}) as left,
        (select sum(c.amount_cents)::bigint from wallet_transaction_consumptions c
          join wallet_transactions t on t.id = c.outbound_wallet_transaction_id where t.wallet_id = ${id}) as consumed,
        (select sum(amount_cents)::bigint from wallet_transactions
          where wallet_id = ${id} and transaction_type = 'outbound') as out`.execute(
      harness.context.database.system,
    )
    expect(rows).toEqual([
      { left: BigInt(balance_cents), consumed: BigInt(voided * 100), out: BigInt(voided * 100) },
    ])
  })
})

describe('the history of a wallet', () => {
  const historyOf = async (id: string) =>
    (await client.call('GET', `/api/weir/v1/wallets/${id}/balance_history`)).body.balance_history

  it('shows what it held after each settled transaction, and no end before anything is spent', async () => {
    const id = await make({ granted_credits: '10', paid_credits: '7', rate_amount: '0.5' })
    await move(id, { granted_credits: '6' })
    await later()
    await move(id, { voided_credits: '4' })
    const history = await historyOf(id)
    expect(history.points.map((point: { balance_cents: number }) => point.balance_cents)).toEqual([
      500, 800, 600,
    ])
    expect(history).toMatchObject({
      currency: 'EUR',
      spent_cents_in_30_days: 0,
      spent_credits_in_30_days: '0.0',
      empty_at: null,
    })
    expect(history.points.at(-1)).toMatchObject({ credits_balance: '12.0' })
  })

  it('ends with the balance, and tells when it is used up at the pace of its invoices', async () => {
    await client.call('POST', '/plans', {
      plan: {
        name: 'Advance',
        code: `${customer}-plan`,
        interval: 'monthly',
        amount_cents: 1000,
        amount_currency: 'EUR',
        pay_in_advance: true,
      },
    })
    const id = await make({ granted_credits: '30' })
    await client.call('POST', '/subscriptions', {
      subscription: {
        external_customer_id: customer,
        plan_code: `${customer}-plan`,
        external_id: customer,
        billing_time: 'anniversary',
      },
    })
    await later()
    const history = await historyOf(id)
    expect(history.points.map((point: { balance_cents: number }) => point.balance_cents)).toEqual([
      3000, 2000,
    ])
    expect(history.spent_cents_in_30_days).toBe(1000)
    expect(Date.parse(history.empty_at) - now).toBe(60 * 86_400_000)
  })

  it('of an unknown wallet answers 404', async () => {
    const path = '/api/weir/v1/wallets/01900000-0000-7000-8000-000000000000/balance_history'
    expect((await client.call('GET', path)).body).toMatchObject({ status: 404, code: 'wallet_not_found' })
    expect((await client.call('GET', '/api/weir/v1/wallets/x/balance_history')).status).toBe(404)
  })
})

describe('a wallet that many use', () => {
  it('holds what came in less what went out, also when it ends in the middle of it', async () => {
    const id = await make({ granted_credits: '50', expiration_at: '2030-01-01T00:00:00Z' })
    const request = (n: number) => {
      if (n === 150) return client.call('DELETE', `/wallets/${id}`)
      if (n % 10 === 0) return move(id, { paid_credits: '1' })
      if (n % 4 === 0) return move(id, { granted_credits: '0.25', voided_credits: '0.75' })
      return move(id, { voided_credits: '0.5' })
    }
    const answers = await Promise.all(Array.from({ length: 200 }, (_, n) => request(n)))
    const refusals = answers.filter(({ status }) => status !== 200)
    expect(refusals.every(({ status }) => status === 422)).toBe(true)
    const moved = answers.flatMap(({ body }) => body.wallet_transactions ?? [])
    const cents = moved
      .filter((each: { status: string }) => each.status === 'settled')
      .map(({ amount, transaction_type }: { amount: string; transaction_type: string }) =>
        Math.round(Number(amount) * (transaction_type === 'inbound' ? 100 : -100)),
      )
    const { balance_cents, status } = await shown(id)
    expect(status).toBe('terminated')
    expect(balance_cents).toBe(cents.reduce((sum: number, each: number) => sum + each, 5000))
    const { rows } = await sql`
      select from wallets w where w.id = ${id} and w.balance_cents <> (
        select coalesce(sum(t.remaining_amount_cents), 0) from wallet_transactions t where t.wallet_id = w.id
      )`.execute(harness.context.database.system)
    expect(rows).toEqual([])
  })
})

describe('the schema', () => {
  const run = (statement: ReturnType<typeof sql>) => statement.execute(harness.context.database.system)
  const outbound = (id: string, cents: number) => sql`
    insert into wallet_transactions (organization_id, id, wallet_id, transaction_type, transaction_status, status,
      amount_cents, credit_amount, settled_at, created_at, updated_at)
    values (${client.organizationId}, gen_random_uuid(), ${id}, 'outbound', 'voided', 'settled', ${cents}, 1, now(),
      now(), now())`

  it('refuses a balance below zero, and one that nothing paid', async () => {
    const id = await make({ granted_credits: '10' })
    await expect(run(outbound(id, 1001))).rejects.toThrow('wallet_has_its_floor')
    await expect(run(outbound(id, 500))).rejects.toThrow('of 500 cents takes 0 cents')
    await expect(run(sql`update wallets set balance_cents = 5 where id = ${id}`)).rejects.toThrow(
      'changes with its rows of wallet_transactions only',
    )
    await expect(
      run(sql`update wallet_transactions set remaining_amount_cents = 5 where wallet_id = ${id}`),
    ).rejects.toThrow('changes with its consumptions only')
    await expect(
      run(sql`update wallet_transactions set amount_cents = 5 where wallet_id = ${id}`),
    ).rejects.toThrow('cannot change')
    expect((await shown(id)).balance_cents).toBe(1000)
  })

  it('refuses to take back a settled transaction', async () => {
    const id = await make({ granted_credits: '10' })
    await expect(
      run(sql`update wallet_transactions set status = 'failed', settled_at = null where wallet_id = ${id}`),
    ).rejects.toThrow('cannot go from settled to failed')
  })
})

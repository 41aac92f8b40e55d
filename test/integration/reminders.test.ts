import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mailer } from '../../src/actions/context.ts'
import { sinkSender } from '../../src/gateways/mail/sink.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue, pay } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  deliver,
  expectSound,
  newSeller,
  payingCustomer,
  runJobs,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

// Mails that ask for overdue invoices, from sellers whose customers pay through a provider.

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let client: Client
let folder: string

beforeAll(async () => {
  ;({ stripe, harness, close } = await startWithStripe())
  folder = await mkdtemp(path.join(tmpdir(), 'weir-reminders-'))
  const sink = sinkSender(folder)
  Object.assign(harness.context, { mail: { send: sink, sink } satisfies Mailer })
  Object.assign(harness.context.settings.mail, { isConfigured: true })
})
afterAll(async () => {
  await close?.()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  client = await newSeller(harness, stripe)
  await connectStripe(client)
  const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
  await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
    billing_entity: { name: 'Acme', email: 'billing@acme.example', email_settings: [] },
  })
})

/** Overdue invoices of the customer `acme`, who cannot be charged yet. */
async function overdue(...cents: number[]): Promise<string[]> {
  await ok(client, 'POST', '/customers', {
    customer: { external_id: 'acme', email: 'a@example.com', net_payment_term: 2 },
  })
  const ids: string[] = []
  for (const each of cents) ids.push(await issue(client, 'acme', each))
  await client.clock('2025-01-05T10:00:00Z')
  // What has failed once is not charged by itself when a method comes.
  for (const id of ids) await ok(client, 'PUT', `/invoices/${id}`, { invoice: { payment_status: 'failed' } })
  return ids
}

/** Asks for invoices, charges what can be charged, and sends the mail; the id of the request. */
async function remind(ids: readonly string[]): Promise<string> {
  const { payment_request: request } = await ok(client, 'POST', '/payment_requests', {
    payment_request: { external_customer_id: 'acme', lago_invoice_ids: ids },
  })
  await charge(harness, client)
  await runJobs(harness, '^send_mail$')
  return request.lago_id
}

/** The text of the mail of a request. */
async function textOf(requestId: string, to = 'acme@example.com'): Promise<string> {
  const { mails } = await ok(client, 'GET', `/api/weir/v1/mails?subject_id=${requestId}`)
  expect(mails).toMatchObject([{ kind: 'payment_request', status: 'sent', to: [to] }])
  const { text = '' } = await simpleParser(await readFile(path.join(folder, `${mails[0].lago_id}.eml`)))
  return text
}

const pageIn = (text: string) => {
  const url = /Pay now: (\S+)/.exec(text)?.[1]
  return [...stripe.state.sessions.values()].find((session) => session.url === url)
}
const statusesOf = async (ids: readonly string[]) => {
  const statuses: string[] = []
  for (const id of ids) statuses.push((await ok(client, 'GET', `/invoices/${id}`)).invoice.payment_status)
  return statuses
}

describe('the reminder of a customer whose charge failed', () => {
  it('leads to a page on which everything is paid at once', async () => {
    const ids = await overdue(1000, 2000)
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const request = await remind(ids)
    const text = await textOf(request)
    expect(text).toContain('€30.00')
    const page = pageIn(text)
    stripe.state.pay(page?.id ?? '')
    await deliver(harness, stripe)
    await runJobs(harness)
    expect(await statusesOf(ids)).toEqual(['succeeded', 'succeeded'])
    const { payment_request: paid } = await ok(client, 'GET', `/payment_requests/${request}`)
    expect(paid.payment_status).toBe('succeeded')
    const { payments } = await ok(client, 'GET', '/payments?external_customer_id=acme')
    expect(
      payments
        .filter(({ payment_status: status }: { payment_status: string }) => status === 'succeeded')
        .map(({ amount_cents: cents }: { amount_cents: number }) => cents),
    ).toEqual([3000])
    await expectSound(harness)
  })

  it('has a page that is closed once one of the invoices is paid in another way', async () => {
    const ids = await overdue(1000, 2000)
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const page = pageIn(await textOf(await remind(ids)))
    expect(page?.status).toBe('open')
    await pay(client, ids[0], 1000)
    await runJobs(harness)
    expect(stripe.state.sessions.get(page?.id ?? '')?.status).toBe('expired')
    await expectSound(harness)
  })
})

describe('the reminder of a customer without a stored method', () => {
  it('goes out although nothing was charged, with the page', async () => {
    const ids = await overdue(1500)
    await ok(client, 'POST', '/customers', {
      customer: {
        external_id: 'acme',
        email: 'acme@example.com',
        billing_configuration: {
          ...{ payment_provider: 'stripe', payment_provider_code: 'eu', sync_with_provider: true },
        },
      },
    })
    await runJobs(harness)
    expect(pageIn(await textOf(await remind(ids)))?.status).toBe('open')
  })
})

describe('a reminder', () => {
  it('tells how to pay by bank transfer what is due and since when', async () => {
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: { bank_account: { iban: 'DE89370400440532013000', bic: 'COBADEFFXXX' } },
    })
    const ids = await overdue(1000, 2000)
    const numbers: string[] = []
    for (const id of ids) numbers.push((await ok(client, 'GET', `/invoices/${id}`)).invoice.number)
    const text = await textOf(await remind(ids), 'a@example.com')
    expect(text).toContain(`${numbers[1]}: €20.00 · Due Jan 3, 2025`)
    expect(text).toContain(
      `Bank transfer:\nAcme\nIBAN DE89 3704 0044 0532 0130 00\nBIC COBADEFFXXX\nReference: ${numbers.join(', ')}\n`,
    )
  })

  it('goes out without a page where the provider does not answer', async () => {
    const ids = await overdue(1000)
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const { payment_request: request } = await ok(client, 'POST', '/payment_requests', {
      payment_request: { external_customer_id: 'acme', lago_invoice_ids: ids },
    })
    await charge(harness, client)
    stripe.chaos = { error500_before: 1000 }
    const { log } = harness.context
    const warned: unknown[] = []
    Object.assign(harness.context, { log: { ...log, warn: (fields: unknown) => warned.push(fields) } })
    try {
      await runJobs(harness, '^send_mail$')
    } finally {
      Object.assign(harness.context, { log })
      stripe.chaos = {}
    }
    const text = await textOf(request.lago_id)
    expect([text.includes('€10.00'), text.includes('Pay now'), warned.length > 0]).toEqual([
      true,
      false,
      true,
    ])
  })
})

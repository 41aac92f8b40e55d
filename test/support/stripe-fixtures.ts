import pg from 'pg'
import { expect } from 'vitest'
import type { DueFailure } from '../../src/actions/due/due-action.ts'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import type { Instant } from '../../src/core/calendar/instant.ts'
import { tasks } from '../../src/jobs/tasks.ts'
import { findBreaches } from '../../src/store/invariants.ts'
import { PAYMENT_INVARIANTS } from '../../src/store/payment-invariants.ts'
import type { SentMessage } from '../fakes/chaotic-server.ts'
import { type FakeStripe, startStripe } from '../fakes/stripe.ts'
import { ok } from './billing-fixtures.ts'
import { type Client, type Harness, startHarness } from './harness.ts'
import type { LivedIn } from './lived-in.ts'
import { sell } from './payment-fixtures.ts'

export const SECRET_KEY = 'sk_test_weir00a1b'
const WEIR = '/api/weir/v1'

/** A server beside a fake Stripe, for a file of tests. */
export async function startWithStripe(settings: Parameters<typeof startHarness>[0] = {}) {
  const stripe = await startStripe()
  const harness = await startHarness({ providerHosts: { stripe: stripe.url }, ...settings })
  const close = async () => {
    await harness.close()
    await stripe.close()
  }
  return { stripe, harness, close }
}

/** A new organization that sells something, at a Stripe in which nothing is left of the tests before. */
export async function newSeller(harness: Harness, stripe: FakeStripe): Promise<Client> {
  stripe.chaos = {}
  stripe.state.endpoints.length = 0
  stripe.takeMessages()
  const client = await harness.organization()
  await sell(client)
  return client
}

/** A connection `eu` to the fake Stripe; the connection. */
export async function connectStripe(client: Client, others: object = {}) {
  const payment_provider = {
    type: 'stripe',
    code: 'eu',
    name: 'Stripe EU',
    secret_key: SECRET_KEY,
    ...others,
  }
  const answer = await ok(client, 'POST', `${WEIR}/payment_providers`, { payment_provider })
  return answer.payment_provider
}

/** The jobs that talk with providers. */
const PROVIDER_TASKS =
  '^(advance|cancel_pay|describe|close_pay|sync_prov|detach|handle_prov|probe|register_prov|sweep|look_at|look_for)'

/** Does what is queued, and what that queues, as the worker would; a job that throws ends it. How many were done. */
export async function runJobs(harness: Harness, tasksLike = PROVIDER_TASKS): Promise<number> {
  const owner = new pg.Client(harness.databaseUrl)
  await owner.connect()
  let done = 0
  try {
    for (;;) {
      const { rows } = await owner.query(
        `with taken as (
          delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
          where t.id = j.task_id and t.identifier ~ $1
          returning j.id, t.identifier, j.payload
        ) select * from taken order by id`,
        [tasksLike],
      )
      if (rows.length === 0) return done
      for (const { identifier, payload } of rows) {
        done += 1
        const run = { attempt: 1, signal: new AbortController().signal }
        await tasks[identifier]?.(harness.context, payload, run)
      }
    }
  } finally {
    await owner.end()
  }
}

/** Does what is due for an organization at the present of its clock; fails with the first item that fails. */
export async function runWhatIsDue(harness: Harness, client: Client): Promise<void> {
  const { test_clock: clock } = await ok(client, 'GET', '/test_clock')
  const until = Date.parse(clock.now) as Instant
  const onFailure = ({ error }: DueFailure) => {
    throw error
  }
  const { organizationId } = client
  await runDue(harness.context, dueActions, { organizationId, until, strict: true, onFailure })
}

/** Charges what is due, as far as it gets without messages and without time. */
export async function charge(harness: Harness, client: Client): Promise<void> {
  await runWhatIsDue(harness, client)
  await runJobs(harness)
}

/** A fake that sends messages. */
type Sender = {
  readonly takeMessages: () => SentMessage[]
  readonly sign: (message: SentMessage, atMs: number) => SentMessage
}

/** Delivers the messages that a fake has sent, as they are or as `change` makes them; the statuses of the answers. */
export async function deliver(
  harness: Harness,
  fake: Sender,
  change: (messages: SentMessage[]) => SentMessage[] = (all) => all,
): Promise<number[]> {
  const statuses: number[] = []
  for (const message of change(fake.takeMessages())) {
    const { url, body, headers } = fake.sign(message, Date.now())
    const { pathname, search } = new URL(url)
    const answer = await harness.app.inject({
      method: 'POST',
      url: `${pathname}${search}`,
      headers,
      payload: body,
    })
    statuses.push(answer.statusCode)
  }
  return statuses
}

/** A customer who is made at a provider; the id there. */
export async function linkedTo(
  billing: { readonly payment_provider: string; readonly [field: string]: unknown },
  harness: Harness,
  client: Client,
  externalId: string,
  others: object = {},
): Promise<string> {
  await ok(client, 'POST', '/customers', {
    customer: {
      external_id: externalId,
      name: externalId,
      email: `${externalId}@example.com`,
      net_payment_term: 2,
      billing_configuration: { ...billing, sync_with_provider: true },
      ...others,
    },
  })
  await runJobs(harness)
  const { customer } = await ok(client, 'GET', `/customers/${externalId}`)
  return customer.billing_configuration.provider_customer_id
}

/** A customer at the fake Stripe with a method of a kind, as messages tell it; the id there. */
export async function payingCustomer(
  harness: Harness,
  stripe: FakeStripe,
  client: Client,
  externalId: string,
  kind: Parameters<FakeStripe['state']['addMethod']>[1] = 'ok',
  others: object = {},
): Promise<string> {
  const billing = { payment_provider: 'stripe', payment_provider_code: 'eu' }
  const id = await linkedTo(billing, harness, client, externalId, others)
  stripe.state.addMethod(id, kind)
  await deliver(harness, stripe)
  await runJobs(harness)
  return id
}

/** Fails when anything that must hold of payments does not, but for what somebody is meant to look at. */
export async function expectSound({ context }: Harness, ...apart: readonly string[]): Promise<void> {
  for (const invariant of PAYMENT_INVARIANTS.filter(({ code }) => !apart.includes(code))) {
    const { breaches } = await findBreaches(context.database, invariant, 10)
    expect([invariant.code, breaches]).toEqual([invariant.code, []])
  }
}

/**
 * Gives an organization a connection, a message, and a refund of a payment through it; their names in paths. Its customers
 * are left as they are.
 */
export async function payThere(
  harness: Harness,
  stripe: FakeStripe,
  { client, mark }: LivedIn,
): Promise<Record<string, string>> {
  const connection = await connectStripe(client)
  await payingCustomer(harness, stripe, client, `${mark}-payer`)
  const { invoice } = await ok(client, 'POST', '/invoices', {
    invoice: {
      external_customer_id: `${mark}-payer`,
      currency: 'EUR',
      fees: [{ add_on_code: `${mark}-add-on`, unit_amount_cents: 1000 }],
    },
  })
  await charge(harness, client)
  await ok(client, 'POST', '/credit_notes', {
    credit_note: {
      invoice_id: invoice.lago_id,
      refund_amount_cents: 100,
      credit_amount_cents: 0,
      items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: 100 }],
    },
  })
  await runJobs(harness)
  const path = '/api/weir/v1'
  const { provider_messages: messages } = await ok(client, 'GET', `${path}/provider_messages`)
  const { refunds } = await ok(client, 'GET', `${path}/refunds`)
  return {
    payment_providers: connection.lago_id,
    provider_messages: messages[0].lago_id,
    refunds: refunds[0].lago_id,
  }
}

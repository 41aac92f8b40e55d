import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rotateSecrets } from '../../src/actions/payment-providers/rotate-secrets.ts'
import { missingKeyId } from '../../src/actions/payment-providers/secrets.ts'
import { buildApp } from '../../src/api/app.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { issue } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  deliver,
  newSeller,
  payingCustomer,
  runJobs,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

const NEW_KEY = Buffer.alloc(32, 8).toString('base64')
const PATH = '/api/weir/v1/payment_providers'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let client: Client
beforeAll(async () => {
  ;({ stripe, harness, close } = await startWithStripe())
  client = await newSeller(harness, stripe)
})
afterAll(async () => {
  await close?.()
})

/** The same installation with other keys, the present one first. */
const withKeys = (encryptionKeys: readonly string[]) => {
  const { context } = harness
  return { ...context, settings: { ...context.settings, encryptionKeys } }
}

describe('a rotation of secrets', () => {
  it('encrypts all of them anew, those of deleted connections too, and forgets the old key', async () => {
    const [oldKey = ''] = harness.context.settings.encryptionKeys
    await connectStripe(client)
    const gone = await connectStripe(client, { code: 'gone' })
    await payingCustomer(harness, stripe, client, 'acme')
    await ok(client, 'DELETE', `${PATH}/${gone.lago_id}`)
    const onlyNew = withKeys([NEW_KEY])
    const oldId = await missingKeyId(onlyNew)
    expect(oldId).toMatch(/^[0-9a-f]{8}$/)
    await expect(rotateSecrets(onlyNew)).rejects.toThrow(`needs the encryption key ${oldId}`)

    const both = withKeys([NEW_KEY, oldKey])
    const done = await rotateSecrets(both)
    expect(done).toMatchObject({ secrets: 4, connections: 2, forgotten: [oldId] })
    expect(await rotateSecrets(both)).toMatchObject({ secrets: 0, connections: 0, forgotten: [] })
    expect(await missingKeyId(onlyNew)).toBeNull()
    const { rows } = await sql<{ kept: string }>`
      select s.value as kept from payment_providers p, jsonb_each_text(p.secrets) s`.execute(
      harness.context.database.system,
    )
    expect(rows).toHaveLength(4)
    for (const { kept } of rows) expect(kept.split('.').slice(0, 2)).toEqual(['v1', done.keyId])
  })

  it('leaves everything usable with the new key alone: charges, and the signatures of messages', async () => {
    const context = withKeys([NEW_KEY])
    const app = buildApp(context)
    await app.ready()
    const there = { ...harness, context, app }
    stripe.takeMessages()
    const id = await issue(client, 'acme', 1000)
    await charge(there, client)
    const { invoice } = await ok(client, 'GET', `/invoices/${id}`)
    expect(invoice).toMatchObject({ payment_status: 'succeeded', total_paid_amount_cents: 1000 })
    expect(new Set(await deliver(there, stripe))).toEqual(new Set([200]))
    await runJobs(there)
    await app.close()
  })
})

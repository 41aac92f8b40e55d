import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context, DocumentSettings } from '../../../src/actions/context.ts'
import type { RenderAnswer } from '../../../src/boot/document-threads.ts'
import { type Instant, instant } from '../../../src/core/calendar/instant.ts'
import { documentContent } from '../../../src/core/documents/document-content.ts'
import type { FrozenDocument } from '../../../src/core/documents/frozen.ts'
import { listen, receivedBy } from '../../support/announcements.ts'
import { ok } from '../../support/billing-fixtures.ts'
import { samplePng } from '../../support/document-gallery.ts'
import { sampleInvoice } from '../../support/document-samples.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'
import { documentsOf, openFile, render, sell, shop } from '../../support/stored-documents.ts'

// What only a server shows of the cases of docs/rules/document-cases.md.

let harness: Harness

beforeAll(async () => {
  harness = await startHarness({ downloadWaitMs: 30_000 })
})

afterAll(async () => {
  await harness?.close()
})

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Runs something at a time of the system's clock. */
async function at<T>(now: Instant, run: () => Promise<T>): Promise<T> {
  const context = harness.context as { systemNow: Context['systemNow'] }
  const { systemNow } = context
  context.systemNow = () => now
  try {
    return await run()
  } finally {
    context.systemNow = systemNow
  }
}

describe('the job of a document', () => {
  it('document case 20: stores the same file again after it died, and announces it once', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'weir-files-'))
    const settings = harness.context.settings as { documents: DocumentSettings }
    const standard = settings.documents
    settings.documents = { ...standard, folder }
    const owner = new pg.Client({ connectionString: harness.databaseUrl })
    await owner.connect()
    const files = async () => (await readdir(folder, { recursive: true })).filter((name) => name.length > 64)
    try {
      const client = await shop(harness)
      const endpoint = await listen(client)
      const { lago_id: id } = await sell(client)
      await owner.query(`create function fail_webhook() returns trigger language plpgsql as
        $$ begin raise exception 'not now'; end $$;
        create trigger fail_webhook before insert on webhooks for each row
        when (new.webhook_type = 'invoice.generated') execute function fail_webhook()`)
      await render(harness, client, id)
      const before = await files()
      expect(before).toHaveLength(1)
      expect(await documentsOf(harness, id)).toMatchObject([{ status: 'pending', sha256: null }])
      await owner.query('drop function fail_webhook cascade')
      await render(harness, client, id)
      expect(await files()).toEqual(before)
      const [stored] = await documentsOf(harness, id)
      expect([stored?.status, before[0]?.includes(stored?.sha256 ?? '-')]).toEqual(['ready', true])
      expect(await receivedBy(client, endpoint, 'invoice.generated')).toHaveLength(1)
    } finally {
      await owner.query('drop function if exists fail_webhook cascade')
      await owner.end()
      settings.documents = standard
      await rm(folder, { recursive: true })
    }
  })
})

/** A file as a thread of its own renders it. */
async function renderedByThread(frozen: FrozenDocument): Promise<Uint8Array> {
  const root = path.join(import.meta.dirname, '../../..')
  const thread = new Worker(path.join(root, 'dist/server/document-thread.js'))
  try {
    const answer = await new Promise<RenderAnswer>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.postMessage({ frozen, subject: 'id 1', logo: samplePng(40, 20) })
    })
    if (!answer.ok) throw new Error(answer.message)
    return answer.rendered.bytes
  } finally {
    await thread.terminate()
  }
}

describe('two threads', () => {
  it('document case 21: render the same model to the same bytes, and another date to others', async () => {
    const [first, second, other] = await Promise.all([
      renderedByThread(sampleInvoice()),
      renderedByThread(sampleInvoice()),
      renderedByThread(sampleInvoice({ issuedOn: '2026-02-02' })),
    ])
    expect(sha256(second)).toBe(sha256(first))
    expect(sha256(other)).not.toBe(sha256(first))
  })
})

describe('a link', () => {
  it('document case 22: is the same within an hour, and 410 after 25 hours', async () => {
    const client = await shop(harness)
    const { lago_id: id } = await sell(client)
    await render(harness, client, id)
    const day = Math.floor(harness.context.systemNow() / 86_400_000) * 86_400_000
    const time = (hours: number, minutes: number) => instant(day + (hours * 60 + minutes) * 60_000)
    const read = async (): Promise<string> => (await ok(client, 'GET', `/invoices/${id}`)).invoice.file_url
    const first = await at(time(10, 5), read)
    expect(await at(time(10, 55), read)).toBe(first)
    expect(await at(time(11, 5), read)).not.toBe(first)
    expect((await at(time(34, 0), () => openFile(harness, first))).statusCode).toBe(200)
    const late = await at(time(35, 5), () => openFile(harness, first))
    expect([late.statusCode, JSON.parse(late.body).code]).toEqual([410, 'file_link_expired'])
    const changed = first.replace(/.(?=\/[^/]+$)/, (last) => (last === 'A' ? 'B' : 'A'))
    expect((await at(time(10, 6), () => openFile(harness, changed))).statusCode).toBe(404)
  })
})

describe('a download', () => {
  it('document case 23: waits for the file that is being made, and makes one document', async () => {
    const client = await shop(harness)
    const { lago_id: id } = await sell(client)
    const asked = client.call('POST', `/invoices/${id}/download`)
    await render(harness, client, id)
    const { status, body } = await asked
    expect([status, body.invoice.lago_id, typeof body.invoice.file_url]).toEqual([200, id, 'string'])
    expect(await documentsOf(harness, id)).toHaveLength(1)
  })
})

/** A plan of 50.00 paid in advance, and a coupon that takes all of it. */
async function paidByCoupon(client: Client): Promise<void> {
  await ok(client, 'POST', '/plans', {
    plan: {
      ...{ name: 'Pro', code: 'pro', interval: 'monthly', amount_cents: 5000 },
      ...{ amount_currency: 'EUR', pay_in_advance: true },
    },
  })
  await ok(client, 'POST', '/coupons', {
    coupon: {
      ...{ name: 'Launch', code: 'launch', coupon_type: 'fixed_amount', amount_cents: 5000 },
      ...{ amount_currency: 'EUR', frequency: 'once', expiration: 'no_expiration' },
    },
  })
  await ok(client, 'POST', '/applied_coupons', {
    applied_coupon: { external_customer_id: 'c', coupon_code: 'launch' },
  })
  await ok(client, 'POST', '/subscriptions', {
    subscription: {
      external_customer_id: 'c',
      external_id: 's',
      plan_code: 'pro',
      billing_time: 'anniversary',
    },
  })
}

describe('an invoice of fees that a coupon took off', () => {
  it('document case 25: has nothing to pay, and a mail', async () => {
    const client = await shop(harness)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', email: 'ap@lyon.example' } })
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: { email: 'billing@acme.example', email_settings: ['invoice.finalized'] },
    })
    await paidByCoupon(client)
    const { invoices } = await ok(client, 'GET', '/invoices')
    const [invoice] = invoices
    expect([invoice.fees_amount_cents, invoice.total_amount_cents]).toEqual([5000, 0])
    await render(harness, client, invoice.lago_id)
    const [stored] = await documentsOf(harness, invoice.lago_id)
    const { amount, amountNotes } = documentContent(stored?.model)
    expect([amount, amountNotes]).toEqual(['€0.00', ['Nothing to pay']])
    const { mails } = await ok(client, 'GET', '/api/weir/v1/mails')
    expect(mails).toMatchObject([{ kind: 'invoice', lago_subject_id: invoice.lago_id }])
  })
})

describe('a logo', () => {
  it('document case 40: is refused when it is too large, of another type or too wide', async () => {
    const client = await shop(harness)
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    const put = async (bytes: Uint8Array, type: string) => {
      const logo = `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}`
      const entity = { billing_entity: { logo } }
      const { status, body } = await client.call('PUT', `/billing_entities/${entities[0].code}`, entity)
      return [status, body.error_details?.logo]
    }
    const large = Buffer.concat([samplePng(100, 100), Buffer.alloc(1_000_000)])
    expect(await put(large, 'png')).toEqual([422, ['invalid_size']])
    const jpeg = Buffer.from('ffd8ffc0001108000a000a03000000', 'hex')
    expect(await put(jpeg, 'png')).toEqual([422, ['invalid_content_type']])
    expect(await put(samplePng(12_000, 10), 'png')).toEqual([422, ['invalid_size']])
    expect((await put(Buffer.alloc(3_000_000), 'png'))[0]).toBe(413)
    expect(await put(samplePng(100, 100), 'png')).toEqual([200, undefined])
  })
})

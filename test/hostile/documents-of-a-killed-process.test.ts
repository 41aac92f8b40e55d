import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { WeirProcess } from '../support/weir-process.ts'

const SOLD = 4
const KILLS = 1
const LIMIT_MS = 120_000

let database: FreshDatabase
let mails: MailServer
let folder: string
let weir: WeirProcess
beforeAll(async () => {
  database = await freshDatabase()
  mails = await startMailServer()
  folder = await mkdtemp(path.join(tmpdir(), 'weir-killed-'))
})
afterAll(async () => {
  if (weir?.isRunning) await weir.kill()
  await mails?.close()
  await database?.drop()
  await rm(folder, { recursive: true, force: true })
})

const start = () =>
  WeirProcess.start({
    DATABASE_URL: database.url,
    WEIR_DOCUMENT_STORE: `folder:${folder}`,
    LAGO_SMTP_ADDRESS: '127.0.0.1',
    LAGO_SMTP_PORT: String(mails.port),
    LAGO_FROM_EMAIL: 'weir@weir.example',
    WEIR_SMTP_TLS: 'never',
    WEIR_SMTP_RATE: '1000',
  })

async function ok(method: string, url: string, body?: object) {
  const { status, body: answer } = await weir.call(method, url, body)
  if (status !== 200) throw new Error(`${method} ${url}: ${JSON.stringify(answer)}`)
  return answer
}

/** Every invoice, credit note and receipt, by the name of its kind. */
async function everything() {
  const [{ invoices }, { credit_notes: notes }, { payment_receipts: receipts }] = await Promise.all([
    ok('GET', '/invoices?per_page=100'),
    ok('GET', '/credit_notes?per_page=100'),
    ok('GET', '/payment_receipts?per_page=100'),
  ])
  return { invoices, notes, receipts }
}

type Filed = { readonly lago_id: string; readonly file_url: string | null }

describe('a process is killed while it makes documents and sends mails', () => {
  it('leaves every document whole, announced once and sent under one Message-ID', async () => {
    weir = await start()
    const { billing_entities: entities } = await ok('GET', '/billing_entities')
    await ok('PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: {
        email: 'billing@acme.example',
        email_settings: ['invoice.finalized', 'credit_note.created', 'payment_receipt.created'],
      },
    })
    const { webhook_endpoint: endpoint } = await ok('POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/' },
    })
    await ok('POST', '/add_ons', {
      add_on: { name: 'Setup', code: 'setup', amount_cents: 10_000, amount_currency: 'EUR' },
    })
    await ok('POST', '/customers', {
      customer: { external_id: 'c', currency: 'EUR', email: 'ap@lyon.example' },
    })
    for (let k = 0; k < SOLD; k += 1) {
      const { invoice } = await ok('POST', '/invoices', {
        invoice: { external_customer_id: 'c', fees: [{ add_on_code: 'setup', units: 1 }] },
      })
      await ok('POST', '/credit_notes', {
        credit_note: {
          invoice_id: invoice.lago_id,
          reason: 'other',
          offset_amount_cents: 1000,
          items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: 1000 }],
        },
      })
      const payment = {
        invoice_id: invoice.lago_id,
        amount_cents: 9000,
        reference: `w${k}`,
        paid_at: '2024-05-02',
      }
      await ok('POST', '/payments', { payment })
      if (k % (SOLD / KILLS) !== 0) continue
      await sleep(150 * k)
      await weir.kill()
      weir = await start()
    }
    const until = performance.now() + LIMIT_MS
    let all: Filed[] = []
    let sent: readonly { status: string; lago_subject_id: string; lago_id: string }[] = []
    do {
      await sleep(500)
      const { invoices, notes, receipts } = await everything()
      all = [...invoices, ...notes, ...receipts]
      sent = (await ok('GET', '/api/weir/v1/mails?per_page=100')).mails
    } while (
      (all.some(({ file_url: url }) => url === null) ||
        sent.length < 3 * SOLD ||
        sent.some(({ status }) => status !== 'sent')) &&
      performance.now() < until
    )
    expect(all.filter(({ file_url: url }) => url === null)).toEqual([])
    expect(all).toHaveLength(3 * SOLD)
    for (const { file_url: url } of all) {
      const file = await fetch(String(url).replace(/^https?:\/\/[^/]+/, weir.url))
      const bytes = Buffer.from(await file.arrayBuffer())
      expect([file.status, file.headers.get('etag')]).toEqual([
        200,
        `"${createHash('sha256').update(bytes).digest('hex')}"`,
      ])
      expect(bytes.subarray(-6).toString()).toContain('%%EOF')
    }
    // One webhook and one mail of each, whatever was begun again.
    const { webhooks } = await ok('GET', `/webhook_endpoints/${endpoint.lago_id}/webhooks?per_page=1000`)
    const made = webhooks.filter(({ webhook_type: type }: { webhook_type: string }) =>
      type.endsWith('.generated'),
    )
    expect(made).toHaveLength(3 * SOLD)
    expect(sent.map(({ status }) => status)).toEqual(Array.from({ length: 3 * SOLD }, () => 'sent'))
    expect(new Set(sent.map((mail) => mail.lago_subject_id)).size).toBe(3 * SOLD)
    const ids = new Set(mails.arrived.map(({ mail }) => mail.messageId))
    expect(ids).toEqual(new Set(sent.map(({ lago_id: id }) => `<${id}@localhost>`)))
    expect(mails.arrived.length).toBeLessThanOrEqual(3 * SOLD + KILLS * 10)
  }, 300_000)
})

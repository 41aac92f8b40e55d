import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '../../src/actions/context.ts'
import { renderDocuments } from '../../src/actions/documents/render-documents.ts'
import type { FrozenInvoice } from '../../src/core/documents/frozen.ts'
import type { RenderDocument } from '../../src/core/documents/rendering.ts'
import { renderDocument } from '../../src/documents/render-document.ts'
import { RENDER_ATTEMPTS } from '../../src/store/documents.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

/** A sandbox on 2 May 2024 with a customer `c` in Lyon and an add-on `setup` of 100.00 EUR. */
async function shop(): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-05-02T10:00:00Z')
  await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Setup', code: 'setup', amount_cents: 10_000, amount_currency: 'EUR' },
  })
  await ok(client, 'POST', '/customers', {
    customer: { external_id: 'c', name: 'Lyon Data', currency: 'EUR', city: 'Lyon', country: 'FR' },
  })
  return client
}

async function sell(client: Client): Promise<string> {
  const { invoice } = await ok(client, 'POST', '/invoices', {
    invoice: { external_customer_id: 'c', fees: [{ add_on_code: 'setup', units: 2 }] },
  })
  return invoice.lago_id
}

type Stored = {
  readonly id: string
  readonly version: number
  readonly status: string
  readonly model: FrozenInvoice
  readonly sha256: string | null
  readonly problems: readonly string[]
}

async function documentsOf(invoiceId: string): Promise<Stored[]> {
  const rows = await harness.context.database.system
    .selectFrom('documents')
    .selectAll()
    .where('invoiceId', '=', invoiceId)
    .orderBy('version')
    .execute()
  return rows.map(({ id, version, status, model, contentSha256, problems }) => {
    const sha256 = contentSha256?.toString('hex') ?? null
    return { id, version, status, model: model as FrozenInvoice, sha256, problems }
  })
}

/** What the job does, with a renderer in this thread. */
async function render(
  client: Client,
  invoiceId: string,
  { attempt = 1, renderer = renderDocument as RenderDocument } = {},
): Promise<void> {
  const context: Context = { ...harness.context, renderDocument: renderer }
  const documentIds = (await documentsOf(invoiceId)).map(({ id }) => id)
  await renderDocuments(context, { organizationId: client.organizationId, documentIds, attempt })
}

const pathOf = (url: string) => url.replace('http://localhost:3000', '')

const open = (url: string, headers: Record<string, string> = {}) =>
  harness.app.inject({ method: 'GET', url: pathOf(url), headers })

const download = (client: Client, id: string) => client.call('POST', `/invoices/${id}/download`)

describe('a final invoice', () => {
  it('200: has its PDF a moment later, behind a link, and announces it once', async () => {
    const client = await shop()
    const endpoint = await listen(client)
    const id = await sell(client)
    const made = await ok(client, 'GET', `/invoices/${id}`)
    expect(made.invoice.file_url).toBeNull()
    await render(client, id)
    const answer = await download(client, id)
    expect(answer.status).toBe(200)
    const { invoice } = answer.body
    expect(invoice).toMatchObject({ lago_id: id, status: 'finalized', xml_url: null })
    for (const collection of ['fees', 'customer', 'credits', 'metadata', 'applied_taxes', 'subscriptions'])
      expect(invoice).not.toHaveProperty(collection)
    const file = await open(invoice.file_url)
    expect(file.statusCode).toBe(200)
    expect(file.rawPayload.subarray(0, 8).toString()).toBe('%PDF-1.7')
    expect(file.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-disposition': expect.stringContaining(`${invoice.number}.pdf`),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': "sandbox; default-src 'none'",
    })
    const [stored] = await documentsOf(id)
    expect(createHash('sha256').update(file.rawPayload).digest('hex')).toBe(stored?.sha256)
    const told = await receivedBy(client, endpoint, 'invoice.generated')
    expect(told).toHaveLength(1)
    expect(JSON.stringify(told)).toContain('/files/v1.')
  })

  it('200: serves parts of a file, and 304 for one that is known', async () => {
    const client = await shop()
    const id = await sell(client)
    await render(client, id)
    const url: string = (await download(client, id)).body.invoice.file_url
    const whole = await open(url)
    const part = await open(url, { range: 'bytes=5-8' })
    expect([part.statusCode, part.body]).toEqual([206, whole.body.slice(5, 9)])
    expect((await open(url, { range: 'bytes=99999999-' })).statusCode).toBe(416)
    const known = await open(url, { 'if-none-match': String(whole.headers.etag) })
    expect([known.statusCode, known.body]).toEqual([304, ''])
    const head = await harness.app.inject({ method: 'HEAD', url: pathOf(url) })
    expect([head.statusCode, head.headers['content-length']]).toEqual([200, String(whole.rawPayload.length)])
  })

  it('says what was so when it became final, whatever moves later', async () => {
    const client = await shop()
    const id = await sell(client)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', city: 'Nice', name: 'Moved' } })
    await ok(client, 'PUT', '/add_ons/setup', { add_on: { name: 'Renamed' } })
    const [{ model } = { model: null }] = await documentsOf(id)
    expect(model).toMatchObject({
      kind: 'invoice',
      issuedOn: '2024-05-02',
      currency: 'EUR',
      buyer: { name: 'Lyon Data', address: { city: 'Lyon', country: 'FR' } },
      fees: [{ type: 'add_on', name: 'Setup', units: '2', unitPrice: '100', amountCents: '20000' }],
      cents: { fees: '20000', total: '20000', paid: '0' },
    })
  })

  it('has a second version when it is voided, which nothing announces', async () => {
    const client = await shop()
    const endpoint = await listen(client)
    const id = await sell(client)
    await render(client, id)
    const before = await documentsOf(id)
    await ok(client, 'POST', `/invoices/${id}/void`, {})
    await render(client, id)
    const after = await documentsOf(id)
    expect(after.map(({ version, status }) => [version, status])).toEqual([
      [1, 'ready'],
      [2, 'ready'],
    ])
    expect(after[0]).toEqual(before[0])
    expect(after[1]?.model).toMatchObject({ voidedAt: Date.parse('2024-05-02T10:00:00Z') })
    const { status, body } = await download(client, id)
    expect([status, body.invoice.status]).toEqual([200, 'voided'])
    const served = await open(body.invoice.file_url)
    expect(createHash('sha256').update(served.rawPayload).digest('hex')).toBe(after[1]?.sha256)
    const told = await receivedBy(client, endpoint, 'invoice.generated')
    expect(told).toHaveLength(1)
  })

  it('is rendered once, however many jobs do so at once', async () => {
    const client = await shop()
    const endpoint = await listen(client)
    const id = await sell(client)
    await Promise.all([render(client, id), render(client, id), render(client, id)])
    expect((await documentsOf(id)).map(({ status }) => status)).toEqual(['ready'])
    const told = await receivedBy(client, endpoint, 'invoice.generated')
    expect(told).toHaveLength(1)
  })

  it('has no file and no webhook when rendering fails, and is given up after the last attempt', async () => {
    const client = await shop()
    const endpoint = await listen(client)
    const id = await sell(client)
    const renderer: RenderDocument = async () => {
      throw new Error('no')
    }
    await expect(render(client, id, { renderer })).rejects.toThrow('no')
    expect((await documentsOf(id)).map(({ status }) => status)).toEqual(['pending'])
    await render(client, id, { renderer, attempt: RENDER_ATTEMPTS })
    expect(await documentsOf(id)).toMatchObject([{ status: 'failed', problems: ['document_failed'] }])
    const told = await receivedBy(client, endpoint, 'invoice.generated')
    expect(told).toEqual([])
  })

  it('200: is answered empty while its file is not there', async () => {
    const client = await shop()
    const id = await sell(client)
    const { status, body } = await client.call('POST', `/invoices/${id}/download_pdf`)
    expect([status, body ?? '']).toEqual([200, ''])
  })
})

describe('a link to a file', () => {
  it('404: with one character changed, for another document, or made up', async () => {
    const client = await shop()
    const id = await sell(client)
    await render(client, id)
    const url: string = (await download(client, id)).body.invoice.file_url
    const token = /files\/([^/]+)\//.exec(url)?.[1] ?? ''
    for (let at = 0; at < token.length; at += 7) {
      const other = token[at] === 'A' ? 'B' : 'A'
      const changed = url.replace(token, token.slice(0, at) + other + token.slice(at + 1))
      const { statusCode, body } = await open(changed)
      expect([changed, statusCode, JSON.parse(body).code]).toEqual([changed, 404, 'file_not_found'])
    }
    expect((await open('/files/v1.x.y/a.pdf')).statusCode).toBe(404)
  })

  it('410: when its time is over', async () => {
    const client = await shop()
    const id = await sell(client)
    await render(client, id)
    const url: string = (await download(client, id)).body.invoice.file_url
    const again: string = (await download(client, id)).body.invoice.file_url
    expect(again).toBe(url)
    const context = harness.context as { systemNow: Context['systemNow'] }
    const { systemNow } = context
    try {
      context.systemNow = () => (systemNow() + 26 * 3_600_000) as ReturnType<Context['systemNow']>
      const { statusCode, body } = await open(url)
      expect([statusCode, JSON.parse(body)]).toEqual([
        410,
        { status: 410, error: 'Gone', code: 'file_link_expired' },
      ])
    } finally {
      context.systemNow = systemNow
    }
  })
})

describe('a download', () => {
  it('404: of a draft, of another organization and of nothing', async () => {
    const client = await shop()
    const other = await shop()
    const id = await sell(client)
    for (const [asked, by] of [
      [id, other],
      ['00000000-0000-7000-8000-000000000000', client],
      ['x', client],
    ] as const) {
      const { status, body } = await download(by, asked)
      expect([asked, status, body.code]).toEqual([asked, 404, 'invoice_not_found'])
    }
  })

  it('200: is empty, and nothing is made, where PDFs are switched off', async () => {
    const client = await shop()
    const settings = harness.context.settings as { makesDocuments: boolean }
    settings.makesDocuments = false
    try {
      const id = await sell(client)
      const { status, body } = await download(client, id)
      expect([status, body ?? '']).toEqual([200, ''])
      expect(await documentsOf(id)).toEqual([])
      settings.makesDocuments = true
      await download(client, id)
      expect(await documentsOf(id)).toHaveLength(1)
    } finally {
      settings.makesDocuments = true
    }
  })
})

import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context, DocumentSettings } from '../../src/actions/context.ts'
import { dropOldDocuments } from '../../src/actions/documents/drop-old-documents.ts'
import { RENDER_ATTEMPTS } from '../../src/actions/documents/render-documents.ts'
import type { RenderDocument } from '../../src/core/documents/rendering.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { ADMIN_KEY, type Client, type Harness, startHarness } from '../support/harness.ts'
import {
  render as renderOf,
  sell as sellOf,
  shop as shopOf,
  documentsOf as storedOf,
} from '../support/stored-documents.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

const shop = () => shopOf(harness)
const sell = async (client: Client): Promise<string> => (await sellOf(client)).lago_id
const documentsOf = (invoiceId: string) => storedOf(harness, invoiceId)
const render = (client: Client, invoiceId: string, options = {}) =>
  renderOf(harness, client, invoiceId, options)

/** When the job of an attempt is to run, in milliseconds since the epoch. */
async function nextAttempt(invoiceId: string, attempt: number): Promise<number> {
  const [document] = await documentsOf(invoiceId)
  const { runAt } = await harness.context.database.system
    .selectFrom('graphileWorker.jobs')
    .select('runAt')
    .where('key', '=', `documents:${document?.id}:${attempt}`)
    .executeTakeFirstOrThrow()
  return Number(runAt)
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
    expect(file.headers['content-disposition']).toMatch(/^inline;/)
    const saved = await open(`${invoice.file_url}?download=true`)
    expect(saved.headers['content-disposition']).toMatch(/^attachment;/)
    expect(saved.rawPayload.equals(file.rawPayload)).toBe(true)
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

  it('document case 19: has a second version when it is voided, which nothing announces', async () => {
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
    const delays: number[] = []
    for (let attempt = 1; attempt < RENDER_ATTEMPTS; attempt += 1) {
      const asked = harness.context.systemNow()
      await render(client, id, { renderer, attempt })
      expect((await documentsOf(id)).map(({ status }) => status)).toEqual(['pending'])
      delays.push(Math.round(((await nextAttempt(id, attempt + 1)) - asked) / 1000))
    }
    expect(delays).toEqual([10, 30, 90, 270, 810])
    await render(client, id, { renderer, attempt: RENDER_ATTEMPTS })
    const [failed] = await documentsOf(id)
    expect(failed).toMatchObject({ status: 'failed', problems: ['document_failed'] })
    const { invoice } = await ok(client, 'GET', `/invoices/${id}`)
    expect(invoice.error_details).toEqual([
      { lago_id: failed?.id, error_code: 'document_failed', details: { kind: 'invoice_pdf', version: 1 } },
    ])
    expect(await receivedBy(client, endpoint, 'invoice.generated')).toEqual([])
    // Whoever asks for the file has it tried again.
    await download(client, id)
    await render(client, id)
    expect((await documentsOf(id)).map(({ status }) => status)).toEqual(['failed', 'ready'])
    expect(await receivedBy(client, endpoint, 'invoice.generated')).toHaveLength(1)
    expect((await ok(client, 'GET', `/invoices/${id}`)).invoice.error_details).toEqual([])
  })

  it('document case 23: 200 and empty while its file is not there', async () => {
    const client = await shop()
    const id = await sell(client)
    const { status, body } = await client.call('POST', `/invoices/${id}/download_pdf`)
    expect([status, body ?? '']).toEqual([200, ''])
  })
})

describe('a link to a file', () => {
  it('document case 22: 404 with one character changed, for another document, or made up', async () => {
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

  it('404: after all links of the organization were revoked, until it is asked for again', async () => {
    const client = await shop()
    const other = await shop()
    const urls: string[] = []
    for (const each of [client, other]) {
      const id = await sell(each)
      await render(each, id)
      urls.push((await download(each, id)).body.invoice.file_url)
    }
    const { file_links: links } = await ok(client, 'DELETE', '/api/weir/v1/file_links')
    expect(Date.parse(links.revoked_at)).toBeGreaterThan(Date.now() - 60_000)
    const [own = '', others = ''] = urls
    const revoked = await open(own)
    expect([revoked.statusCode, JSON.parse(revoked.body).code]).toEqual([404, 'file_not_found'])
    expect((await open(others)).statusCode).toBe(200)
    const { invoices } = await ok(client, 'GET', '/invoices')
    const { invoice } = (await download(client, invoices[0].lago_id)).body
    expect(invoice.file_url).not.toBe(own)
    expect((await open(invoice.file_url)).statusCode).toBe(200)
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

describe('a document that is made again by the operator', () => {
  const regenerate = (id: string, body: object = {}, key: string = ADMIN_KEY) =>
    harness.app.inject({
      method: 'POST',
      url: `/admin/invoices/${id}/regenerate`,
      headers: { 'x-admin-api-key': key },
      payload: body,
    })

  it('document case 18: 200, is another version of the same model, and is announced', async () => {
    const client = await shop()
    const endpoint = await listen(client)
    const id = await sell(client)
    await render(client, id)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', city: 'Nice' } })
    const answer = await regenerate(id)
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
    await render(client, id)
    const [first, second] = await documentsOf(id)
    expect([second?.version, second?.status, second?.model]).toEqual([2, 'ready', first?.model])
    expect(await receivedBy(client, endpoint, 'invoice.generated')).toHaveLength(2)
  })

  it('document case 18: 200, reads the parties anew where that is asked for', async () => {
    const client = await shop()
    const id = await sell(client)
    await render(client, id)
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', city: 'Nice', billing_configuration: { document_locale: 'fr' } },
    })
    await ok(client, 'PUT', '/add_ons/setup', { add_on: { name: 'Renamed' } })
    expect((await regenerate(id, { refresh_parties: true })).statusCode).toBe(200)
    const [first, second] = await documentsOf(id)
    expect(first?.model.buyer.address.city).toBe('Lyon')
    expect(second?.model).toMatchObject({
      locale: 'fr',
      buyer: { address: { city: 'Nice' } },
      fees: [{ name: 'Setup' }],
    })
    await render(client, id)
    expect((await documentsOf(id)).map(({ status }) => status)).toEqual(['ready', 'ready'])
  })

  it('401 and 404: is for the operator, and of invoices that are final', async () => {
    const client = await shop()
    const id = await sell(client)
    expect((await regenerate(id, {}, 'wrong')).statusCode).toBe(401)
    for (const unknown of ['x', '00000000-0000-7000-8000-000000000000']) {
      const { statusCode, body } = await regenerate(unknown)
      expect([statusCode, JSON.parse(body).code]).toEqual([404, 'invoice_not_found'])
    }
    expect(await documentsOf(id)).toHaveLength(1)
  })
})

describe('files in a folder', () => {
  it('are served and deleted like those in the database, which holds none of them', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'weir-files-'))
    const settings = harness.context.settings as { documents: DocumentSettings }
    const standard = settings.documents
    settings.documents = { ...standard, folder }
    try {
      const client = await shop()
      const id = await sell(client)
      await render(client, id)
      const [stored] = await documentsOf(id)
      const url: string = (await download(client, id)).body.invoice.file_url
      const file = await open(url)
      expect(createHash('sha256').update(file.rawPayload).digest('hex')).toBe(stored?.sha256)
      const { system } = harness.context.database
      const inDatabase = () =>
        system
          .selectFrom('documentBlobs')
          .select('sha256')
          .where('organizationId', '=', client.organizationId)
      expect(await inDatabase().execute()).toEqual([])
      const inFolder = async () =>
        (await readdir(folder, { recursive: true })).filter((name) => name.includes(String(stored?.sha256)))
      expect(await inFolder()).toHaveLength(1)
      await sql`update documents set created_at = now() - interval '11 years' where id = ${stored?.id}`.execute(
        system,
      )
      await dropOldDocuments(harness.context)
      expect([await documentsOf(id), await inFolder()]).toEqual([[], []])
      expect((await open(url)).statusCode).toBe(404)
    } finally {
      settings.documents = standard
      await rm(folder, { recursive: true })
    }
  })
})

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mailer } from '../../src/actions/context.ts'
import { sendMail } from '../../src/actions/mails/send-mail.ts'
import { sinkSender } from '../../src/gateways/mail/sink.ts'
import { smtpSender } from '../../src/gateways/mail/smtp.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { type MailServer, startMailServer } from '../support/mail-server.ts'
import { render } from '../support/stored-documents.ts'

let harness: Harness
let server: MailServer
let folder: string
let close: () => void

beforeAll(async () => {
  harness = await startHarness()
  folder = await mkdtemp(path.join(tmpdir(), 'weir-mails-'))
})

beforeEach(async () => {
  server = await startMailServer()
  const smtp = smtpSender({
    host: '127.0.0.1',
    port: server.port,
    domain: null,
    username: null,
    password: null,
    tls: 'never',
    connections: 2,
    perSecond: 100,
  })
  close = smtp.close
  Object.assign(harness.context, { mail: { send: smtp.send, sink: sinkSender(folder) } satisfies Mailer })
  Object.assign(harness.context.settings.mail, { isConfigured: true })
})

afterEach(async () => {
  close()
  await server.close()
})

afterAll(async () => {
  await harness?.close()
  await rm(folder, { recursive: true, force: true })
})

const ALL = ['invoice.finalized', 'credit_note.created', 'payment_receipt.created']

/** An organization whose entity sends mails, with a customer `c` and an add-on `setup` of 100.00 EUR. */
async function shop({ sandbox = false, entity = {}, customer = {} } = {}): Promise<Client> {
  const client = await harness.organization({ sandbox })
  if (sandbox) await client.clock('2024-05-02T10:00:00Z')
  const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
  await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
    billing_entity: {
      name: 'Acme',
      legal_name: 'Acme SAS',
      email: 'billing@acme.example',
      email_settings: ALL,
      city: 'Paris',
      country: 'FR',
      ...entity,
    },
  })
  await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Setup', code: 'setup', amount_cents: 10_000, amount_currency: 'EUR' },
  })
  await ok(client, 'POST', '/customers', {
    customer: {
      external_id: 'c',
      name: 'Lyon <b>Data</b>',
      email: 'ap@lyon.example',
      currency: 'EUR',
      ...customer,
    },
  })
  return client
}

async function sell(client: Client, units = 1, fee: object = {}) {
  const { invoice } = await ok(client, 'POST', '/invoices', {
    invoice: { external_customer_id: 'c', fees: [{ add_on_code: 'setup', units, ...fee }] },
  })
  return invoice
}

type Mail = {
  readonly lago_id: string
  readonly kind: string
  readonly status: string
  readonly problem: string | null
  readonly attempts: number
  readonly lago_subject_id: string
  readonly to: readonly string[]
  readonly [key: string]: unknown
}

const mailsOf = async (client: Client, query = ''): Promise<Mail[]> =>
  (await ok(client, 'GET', `/api/weir/v1/mails${query}`)).mails

/** What the jobs of an organization's mails do now, each once. */
async function deliver(client: Client, waits = 0): Promise<void> {
  for (const { lago_id: mailId, attempts } of (await mailsOf(client)).reverse()) {
    const job = { organizationId: client.organizationId, mailId, attempt: attempts + 1, waits }
    await sendMail(harness.context, job)
  }
}

const resend = (client: Client, kind: string, id: string, body: object = {}) =>
  client.call('POST', `/${kind}/${id}/resend_email`, body)

/** When the job of an attempt is to run, in seconds from now. */
async function dueIn(key: string): Promise<number> {
  const { runAt } = await harness.context.database.system
    .selectFrom('graphileWorker.jobs')
    .select('runAt')
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
  return Math.round((Number(runAt) - harness.context.systemNow()) / 1000)
}

describe('the mail of an invoice', () => {
  it('goes out once its file is there, with the file, and says what it is', async () => {
    const client = await shop()
    const invoice = await sell(client)
    expect(await mailsOf(client)).toEqual([])
    await render(harness, client, invoice.lago_id)
    await deliver(client)
    await deliver(client)
    expect(server.arrived).toHaveLength(1)
    const [{ mail, recipients } = { mail: null, recipients: [] }] = server.arrived
    expect(recipients).toEqual(['ap@lyon.example'])
    expect(mail?.subject).toBe(`Invoice ${invoice.number} from Acme SAS`)
    expect(mail?.from?.value).toEqual([{ name: 'Acme', address: 'weir@weir.example' }])
    expect(mail?.replyTo?.value).toEqual([{ name: 'Acme', address: 'billing@acme.example' }])
    const [attached] = mail?.attachments ?? []
    expect([attached?.filename, attached?.content.subarray(0, 5).toString()]).toEqual([
      `invoice-${invoice.number}.pdf`,
      '%PDF-',
    ])
    const lines = (mail?.text ?? '').split('\n')
    expect(lines.slice(0, 6)).toEqual([
      'Hello Lyon <b>Data</b>,',
      '',
      expect.stringMatching(/^Here is your invoice, issued on /),
      '',
      '€100.00',
      expect.stringMatching(/^Due /),
    ])
    expect(mail?.text).toContain(`Invoice number: ${invoice.number}`)
    expect(mail?.text).toContain('It is attached to this message.')
    expect(mail?.text).toContain('Acme SAS\nParis\nFrance')
    const [, url = ''] = /Open the document: (\S+)/.exec(mail?.text ?? '') ?? []
    const file = await harness.app.inject(url.replace('http://localhost:3000', ''))
    expect([file.statusCode, file.rawPayload.equals(attached?.content ?? Buffer.alloc(0))]).toEqual([
      200,
      true,
    ])
    expect(mail?.html).toContain('Hello Lyon &lt;b&gt;Data&lt;/b&gt;,')
    expect(mail?.html).not.toMatch(/<script|src="http|<b>Data/)
    const [sent] = await mailsOf(client)
    expect(sent).toMatchObject({
      status: 'sent',
      attempts: 1,
      smtp_code: 250,
      kind: 'invoice',
      resent: false,
    })
    expect(mail?.messageId).toBe(`<${sent?.lago_id}@localhost>`)
  })

  it('is logged as an activity of the invoice', async () => {
    const client = await shop()
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    await deliver(client)
    const { activity_logs: logs } = await ok(client, 'GET', '/activity_logs?activity_types[]=email.sent')
    expect(logs).toMatchObject([
      { resource_type: 'Invoice', resource_id: invoice.lago_id, activity_source: 'system' },
    ])
  })

  it.each([
    ['the billing entity sends none', { entity: { email_settings: [] } }],
    ['the billing entity has no address', { entity: { email: null } }],
    ['the customer has no address', { customer: { email: null } }],
  ])('is not written when %s', async (_why, options) => {
    const client = await shop(options)
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    expect(await mailsOf(client)).toEqual([])
  })

  it('document case 25: is not sent by itself without fees, but when somebody asks for it', async () => {
    const client = await shop()
    const invoice = await sell(client, 1, { unit_amount_cents: 0 })
    await render(harness, client, invoice.lago_id)
    expect(await mailsOf(client)).toEqual([])
    expect((await resend(client, 'invoices', invoice.lago_id)).status).toBe(200)
    await deliver(client)
    expect(server.arrived.map(({ recipients }) => recipients)).toEqual([['ap@lyon.example']])
    expect(server.arrived[0]?.mail.text).toContain('Nothing to pay')
  })

  it('goes out at once and without a file where PDFs are switched off', async () => {
    const client = await shop()
    const settings = harness.context.settings as { makesDocuments: boolean }
    settings.makesDocuments = false
    try {
      const invoice = await sell(client)
      await deliver(client)
      const [{ mail } = { mail: null }] = server.arrived
      expect(mail?.subject).toBe(`Invoice ${invoice.number} from Acme SAS`)
      expect(mail?.attachments).toEqual([])
      expect(mail?.text).not.toMatch(/Open the document|attached/)
    } finally {
      settings.makesDocuments = true
    }
  })

  it('is skipped, and says why, where no mail server is configured', async () => {
    const client = await shop()
    Object.assign(harness.context.settings.mail, { isConfigured: false })
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    expect(await mailsOf(client)).toMatchObject([
      { status: 'skipped', problem: 'smtp_not_configured', attempts: 0 },
    ])
    await deliver(client)
    expect(server.arrived).toEqual([])
  })

  it('of a sandbox is written into a folder and leaves for nowhere', async () => {
    const client = await shop({
      sandbox: true,
      customer: { billing_configuration: { document_locale: 'de' } },
    })
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    await deliver(client)
    expect(server.arrived).toEqual([])
    const [mail] = await mailsOf(client)
    expect(mail?.status).toBe('sent')
    const written = await simpleParser(await readFile(path.join(folder, `${mail?.lago_id}.eml`)))
    expect([written.subject, written.headers.get('content-language')]).toEqual([
      `Rechnung ${invoice.number} von Acme SAS`,
      'de',
    ])
    expect(written.text).toContain('anbei Ihre Rechnung vom 02.05.2024.')
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('goes to all addresses of a customer in one mail', async () => {
    const client = await shop({ customer: { email: 'a@x.io,b@x.io' } })
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    await deliver(client)
    expect(server.arrived.map(({ recipients }) => recipients)).toEqual([['a@x.io', 'b@x.io']])
  })

  it("comes from the entity's own address where the organization may use it", async () => {
    const client = await shop()
    await harness.context.database.system
      .updateTable('organizations')
      .set({ premiumIntegrations: ['from_email'] })
      .where('id', '=', client.organizationId)
      .execute()
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    await deliver(client)
    expect(server.arrived[0]?.mail.from?.value).toEqual([{ name: 'Acme', address: 'billing@acme.example' }])
  })

  it('is written once, however many render the document at once, and not for a voided or repeated one', async () => {
    const client = await shop()
    const invoice = await sell(client)
    const once = () => render(harness, client, invoice.lago_id)
    await Promise.all([once(), once(), once()])
    await ok(client, 'POST', `/invoices/${invoice.lago_id}/void`, {})
    await once()
    expect(await mailsOf(client)).toHaveLength(1)
  })
})

describe('mails of credit notes, receipts and requests', () => {
  it('document case 37: have their documents with them; a receipt also the invoice, and waits for it', async () => {
    const client = await shop()
    const invoice = await sell(client)
    await ok(client, 'POST', '/payments', {
      payment: {
        invoice_id: invoice.lago_id,
        amount_cents: 10_000,
        reference: 'wire',
        paid_at: '2024-05-02',
      },
    })
    const { payment_receipts: receipts } = await ok(client, 'GET', '/payment_receipts')
    await render(harness, client, receipts[0].lago_id)
    const [mail] = await mailsOf(client)
    expect(mail).toMatchObject({ kind: 'receipt', lago_subject_id: receipts[0].lago_id })
    await deliver(client)
    expect(server.arrived).toEqual([])
    expect(await dueIn(`mail:${mail?.lago_id}:1:1`)).toBe(30)
    await render(harness, client, invoice.lago_id)
    await deliver(client, 1)
    const arrived = server.arrived.find(({ mail: each }) => each.subject?.startsWith('Receipt'))
    expect(arrived?.mail.attachments.map(({ filename }) => filename)).toEqual([
      `receipt-${receipts[0].number}.pdf`,
      `invoice-${invoice.number}.pdf`,
    ])
    expect(arrived?.mail.text).toContain(`${invoice.number}: €100.00`)
  })

  it('go out with what is there after the last wait', async () => {
    const client = await shop()
    const invoice = await sell(client)
    await ok(client, 'POST', '/payments', {
      payment: {
        invoice_id: invoice.lago_id,
        amount_cents: 10_000,
        reference: 'wire',
        paid_at: '2024-05-02',
      },
    })
    const { payment_receipts: receipts } = await ok(client, 'GET', '/payment_receipts')
    await render(harness, client, receipts[0].lago_id)
    await deliver(client, 5)
    expect(server.arrived[0]?.mail.attachments.map(({ filename }) => filename)).toEqual([
      `receipt-${receipts[0].number}.pdf`,
    ])
  })

  it('tell of a credit note and of its invoice', async () => {
    const client = await shop()
    const invoice = await sell(client)
    const { credit_note: note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: invoice.lago_id,
        reason: 'other',
        credit_amount_cents: 3000,
        items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: 3000 }],
      },
    })
    await render(harness, client, note.lago_id)
    await deliver(client)
    const [{ mail } = { mail: null }] = server.arrived
    expect(mail?.subject).toBe(`Credit note ${note.number} from Acme SAS`)
    expect(mail?.text).toContain(`Here is a credit note for invoice ${invoice.number}.`)
    expect(mail?.attachments.map(({ filename }) => filename)).toEqual([`credit_note-${note.number}.pdf`])
  })

  it('remind of overdue invoices without any file', async () => {
    const client = await shop({ sandbox: true, entity: { net_payment_term: 0, email_settings: [] } })
    const [first, second] = [await sell(client, 1), await sell(client, 2)]
    await client.clock('2024-05-09T10:00:00Z')
    await ok(client, 'POST', '/payment_requests', {
      payment_request: {
        external_customer_id: 'c',
        email: 'boss@lyon.example',
        lago_invoice_ids: [first.lago_id, second.lago_id],
      },
    })
    await deliver(client)
    const [mail] = await mailsOf(client, '?kind=payment_request')
    expect(mail).toMatchObject({ status: 'sent', to: ['boss@lyon.example'] })
    const { text = '', attachments } = await simpleParser(
      await readFile(path.join(folder, `${mail?.lago_id}.eml`)),
    )
    expect(attachments).toEqual([])
    expect(text).toContain('€300.00')
    const due = String.raw` · Due \w{3} \d+, \d{4}\n`
    expect(text).toMatch(new RegExp(`${first.number}: €100\\.00${due}${second.number}: €200\\.00${due}`))
    expect(text).toContain('If you have paid in the meantime, nothing is left to do.')
  })
})

describe('a mail that fails', () => {
  const attempts = async (client: Client, count: number) => {
    const delays: number[] = []
    for (let attempt = 1; attempt <= count; attempt += 1) {
      await deliver(client)
      const [mail] = await mailsOf(client)
      if (mail?.status === 'retrying') delays.push(await dueIn(`mail:${mail.lago_id}:${attempt + 1}:0`))
    }
    return delays
  }

  it('document case 39: for now is sent again after 1, 5, 30 minutes, 2, 6 and 12 hours with one Message-ID', async () => {
    const client = await shop()
    server.refusals.set('*', '421 busy')
    await render(harness, client, (await sell(client)).lago_id)
    const delays = await attempts(client, 6)
    expect(delays.map((seconds) => Math.round(seconds / 60))).toEqual([1, 5, 30, 120, 360, 720])
    expect(await mailsOf(client)).toMatchObject([{ status: 'retrying', attempts: 6, smtp_code: 421 }])
    server.refusals.clear()
    await deliver(client)
    const [mail] = await mailsOf(client)
    expect(mail).toMatchObject({ status: 'sent', attempts: 7 })
    expect(server.arrived[0]?.mail.messageId).toBe(`<${mail?.lago_id}@localhost>`)
  })

  it('for now seven times is given up', async () => {
    const client = await shop()
    server.refusals.set('*', '450 later')
    await render(harness, client, (await sell(client)).lago_id)
    await attempts(client, 8)
    expect(await mailsOf(client)).toMatchObject([{ status: 'failed', attempts: 7, smtp_code: 450 }])
    const { activity_logs: logs } = await ok(client, 'GET', '/activity_logs?activity_types[]=email.failed')
    expect(logs).toHaveLength(1)
  })

  it('document case 39: for good is given up at once', async () => {
    const client = await shop()
    server.refusals.set('*', '550 nobody')
    await render(harness, client, (await sell(client)).lago_id)
    await attempts(client, 2)
    expect(await mailsOf(client)).toMatchObject([{ status: 'failed', attempts: 1, smtp_code: 550 }])
  })

  it('for some recipients is sent to the others, and names them', async () => {
    const client = await shop({ customer: { email: 'a@x.io,b@x.io' } })
    server.refusals.set('b@x.io', '550 nobody')
    await render(harness, client, (await sell(client)).lago_id)
    await deliver(client)
    expect(await mailsOf(client)).toMatchObject([{ status: 'sent', rejected: ['b@x.io'] }])
  })

  it('is not sent twice by two jobs at once, as far as is written down', async () => {
    const client = await shop()
    await render(harness, client, (await sell(client)).lago_id)
    await Promise.all([deliver(client), deliver(client)])
    expect(await mailsOf(client)).toMatchObject([{ status: 'sent', attempts: 1 }])
  })
})

describe('sending again', () => {
  it('200: goes to those who are named, and is a mail of its own', async () => {
    const client = await shop()
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    const answer = await resend(client, 'invoices', invoice.lago_id, {
      to: ['x@y.io'],
      cc: ['c@y.io'],
      bcc: ['b@y.io'],
    })
    expect([answer.status, answer.body ?? '']).toEqual([200, ''])
    await deliver(client)
    expect(server.arrived.map(({ recipients }) => recipients)).toEqual([
      ['ap@lyon.example'],
      ['x@y.io', 'c@y.io', 'b@y.io'],
    ])
  })

  it('document case 38: 200, goes to all addresses of the customer in one mail where none is named', async () => {
    const client = await shop({ customer: { email: 'a@x.io,b@x.io' } })
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    expect((await resend(client, 'invoices', invoice.lago_id)).status).toBe(200)
    await deliver(client)
    expect(server.arrived.map(({ recipients }) => recipients)).toEqual([
      ['a@x.io', 'b@x.io'],
      ['a@x.io', 'b@x.io'],
    ])
  })

  it('200: is for credit notes and receipts as well', async () => {
    const client = await shop()
    const invoice = await sell(client)
    const { credit_note: note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: invoice.lago_id,
        reason: 'other',
        credit_amount_cents: 3000,
        items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: 3000 }],
      },
    })
    await ok(client, 'POST', '/payments', {
      payment: { invoice_id: invoice.lago_id, amount_cents: 7000, reference: 'wire', paid_at: '2024-05-02' },
    })
    const { payment_receipts: receipts } = await ok(client, 'GET', '/payment_receipts')
    expect((await resend(client, 'credit_notes', note.lago_id)).status).toBe(200)
    expect((await resend(client, 'payment_receipts', receipts[0].lago_id)).status).toBe(200)
    expect((await mailsOf(client)).map(({ kind }) => kind).sort()).toEqual(['credit_note', 'receipt'])
  })

  it('404: of what is not there, and of others', async () => {
    const client = await shop()
    const other = await shop()
    const invoice = await sell(client)
    const nothing = '00000000-0000-7000-8000-000000000000'
    for (const [by, kind, id, code] of [
      [client, 'invoices', nothing, 'invoice_not_found'],
      [client, 'invoices', 'x', 'invoice_not_found'],
      [other, 'invoices', invoice.lago_id, 'invoice_not_found'],
      [client, 'credit_notes', nothing, 'credit_note_not_found'],
      [client, 'payment_receipts', nothing, 'invoice_not_found'],
    ] as const) {
      const { status, body } = await resend(by, kind, id)
      expect([kind, id, status, body.code]).toEqual([kind, id, 404, code])
    }
  })

  it('405: of an invoice that is not final, and where the entity sends none of the kind', async () => {
    const client = await shop({ entity: { email_settings: ['credit_note.created'] } })
    const invoice = await sell(client)
    const first = await resend(client, 'invoices', invoice.lago_id)
    expect([first.status, first.body.code]).toEqual([405, 'email_settings_disabled'])
    await ok(client, 'POST', `/invoices/${invoice.lago_id}/void`, {})
    const second = await resend(client, 'invoices', invoice.lago_id)
    expect([second.status, second.body.code]).toEqual([405, 'invoice_not_finalized'])
  })

  it('document case 38: 422 that names everything that is wrong at once', async () => {
    const client = await shop({ entity: { email: null }, customer: { email: null } })
    const { lago_id: id } = await sell(client)
    const wrong = await resend(client, 'invoices', id, {
      to: ['a@', 'b', 'c@d.io'],
      cc: ['x y@z.io'],
      bcc: [7],
    })
    expect([wrong.status, wrong.body.error_details]).toEqual([
      422,
      {
        billing_entity: ['must have email configured'],
        to: ['invalid email format: a@, b'],
        cc: ['invalid email format: x y@z.io'],
        bcc: ['invalid email format: 7'],
      },
    ])
    const nobody = await resend(client, 'invoices', id)
    expect(nobody.body.error_details).toEqual({
      billing_entity: ['must have email configured'],
      to: ['must have at least one recipient'],
    })
    const many = Array.from({ length: 51 }, (_, k) => `a${k}@x.io`)
    expect((await resend(client, 'invoices', id, { to: many })).body.error_details.to).toEqual([
      'invalid_count',
    ])
    expect(await mailsOf(client)).toEqual([])
  })

  it('429: after twenty within an hour', async () => {
    const client = await shop()
    const { lago_id: id } = await sell(client)
    for (let k = 0; k < 20; k += 1) expect((await resend(client, 'invoices', id)).status).toBe(200)
    const answer = await resend(client, 'invoices', id)
    expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([
      429,
      'too_many_requests',
      '3600',
    ])
  })
})

describe('the list of mails', () => {
  it('200: is filtered by kind, status and subject, and shows only own ones', async () => {
    const client = await shop()
    const other = await shop()
    const invoice = await sell(client)
    await render(harness, client, invoice.lago_id)
    const count = async (by: Client, query: string) => (await mailsOf(by, query)).length
    expect(await count(client, '?kind=invoice')).toBe(1)
    expect(await count(client, '?kind=receipt')).toBe(0)
    expect(await count(client, '?status=queued')).toBe(1)
    expect(await count(client, '?status=sent')).toBe(0)
    expect(await count(client, `?subject_id=${invoice.lago_id}`)).toBe(1)
    expect(await count(other, '')).toBe(0)
  })
})

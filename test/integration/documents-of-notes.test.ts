import { createHash } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RENDER_ATTEMPTS } from '../../src/actions/documents/render-documents.ts'
import { documentContent } from '../../src/core/documents/document-content.ts'
import type { FrozenDocument } from '../../src/core/documents/frozen.ts'
import type { RenderDocument } from '../../src/core/documents/rendering.ts'
import { listen, receivedBy } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { documentsOf, openFile, render, sell, shop } from '../support/stored-documents.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

/** A paid invoice of 100.00 with 20 % VAT, of which 30.00 are credited and 24.00 refunded. */
async function noted(client: Client) {
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
  })
  const invoice = await sell(client, 1)
  await pay(client, invoice.lago_id, 12_000)
  const { credit_note: note } = await ok(client, 'POST', '/credit_notes', {
    credit_note: {
      invoice_id: invoice.lago_id,
      reason: 'other',
      description: 'Two days without service',
      credit_amount_cents: 3000,
      refund_amount_cents: 2400,
      items: [{ fee_id: invoice.fees[0].lago_id, amount_cents: 4500 }],
    },
  })
  return { invoice, note }
}

async function pay(client: Client, invoiceId: string, amountCents: number, paidAt = '2024-05-02') {
  const { payment } = await ok(client, 'POST', '/payments', {
    payment: { invoice_id: invoiceId, amount_cents: amountCents, reference: 'wire', paid_at: paidAt },
  })
  const { payment_receipts: list } = await ok(client, 'GET', `/payment_receipts?invoice_id=${invoiceId}`)
  return list.find((each: { payment: { lago_id: string } }) => each.payment.lago_id === payment.lago_id)
}

async function receiptOfRequest(client: Client, requestId: string) {
  await ok(client, 'PUT', `/api/weir/v1/payment_requests/${requestId}`, {
    payment_request: { payment_status: 'succeeded', reference: 'wire' },
  })
  const { payment_receipts: list } = await ok(client, 'GET', '/payment_receipts')
  return list[0]
}

describe('a credit note', () => {
  it('200: has its PDF, which is announced once and says what was given back', async () => {
    const client = await shop(harness)
    const endpoint = await listen(client)
    const { invoice, note } = await noted(client)
    expect(note).toMatchObject({ file_url: null, xml_url: null })
    await render(harness, client, note.lago_id)
    const { status, body } = await client.call('POST', `/credit_notes/${note.lago_id}/download`)
    expect([status, body.credit_note.lago_id]).toEqual([200, note.lago_id])
    const file = await openFile(harness, body.credit_note.file_url)
    expect([file.statusCode, file.rawPayload.subarray(0, 8).toString()]).toEqual([200, '%PDF-1.7'])
    const [stored] = await documentsOf(harness, note.lago_id)
    expect([stored?.fileName, stored?.sha256]).toEqual([`${note.number}.pdf`, sha256(file.rawPayload)])
    const told = await receivedBy(client, endpoint, 'credit_note.generated')
    expect(told.map(({ credit_note: each }) => [each.lago_id, typeof each.file_url])).toEqual([
      [note.lago_id, 'string'],
    ])
    const content = documentContent(stored?.model)
    expect(content).toMatchObject({
      title: 'Credit note',
      amount: '€54.00',
      amountNotes: ['Issued on May 2, 2024', 'Two days without service'],
    })
    expect(content.fields.map(({ label, value }) => `${label}: ${value}`)).toEqual([
      `Credit note number: ${invoice.number}-CN001`,
      `Invoice number: ${invoice.number}`,
      'Issue date: May 2, 2024',
    ])
    const texts = content.blocks.flatMap((block) =>
      block.kind === 'table'
        ? block.rows.map(({ cells }) => cells)
        : block.kind === 'totals'
          ? block.rows.map(({ label, amount }) => [label, amount])
          : [],
    )
    expect(texts).toEqual([
      ['Setup', '20%', '€45.00'],
      ['Subtotal excl. tax', '€45.00'],
      ['VAT 20% on €45.00', '€9.00'],
      ['Added to balance', '€30.00'],
      ['Refunded', '€24.00'],
      ['Total', '€54.00'],
    ])
  })

  it('keeps one document when it is voided', async () => {
    const client = await shop(harness)
    const { note } = await noted(client)
    await render(harness, client, note.lago_id)
    const before = await documentsOf(harness, note.lago_id)
    await ok(client, 'PUT', `/credit_notes/${note.lago_id}/void`)
    expect(await documentsOf(harness, note.lago_id)).toEqual(before)
    const { credit_note: shown } = await ok(client, 'GET', `/credit_notes/${note.lago_id}`)
    expect([shown.credit_status, typeof shown.file_url]).toEqual(['voided', 'string'])
  })

  it('says what was so when it became final, whatever moves later', async () => {
    const client = await shop(harness)
    const { note } = await noted(client)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', city: 'Nice' } })
    await ok(client, 'PUT', '/add_ons/setup', { add_on: { name: 'Renamed' } })
    const [stored] = await documentsOf(harness, note.lago_id)
    expect(stored?.model).toMatchObject({
      kind: 'credit_note',
      buyer: { address: { city: 'Lyon' } },
      items: [{ amountCents: '4500', fee: { name: 'Setup', type: 'add_on' } }],
      cents: { credited: '3000', refunded: '2400', offset: '0', taxes: '900', total: '5400' },
    })
  })

  it('document case 20: is whole and announced, or not there at all, when the database fails in between', async () => {
    const client = await shop(harness)
    const endpoint = await listen(client)
    const { note } = await noted(client)
    const owner = new pg.Client({ connectionString: harness.databaseUrl })
    await owner.connect()
    try {
      await owner.query(`create function fail_webhook() returns trigger language plpgsql as
        $$ begin raise exception 'not now'; end $$;
        create trigger fail_webhook before insert on webhooks for each row
        when (new.webhook_type = 'credit_note.generated') execute function fail_webhook()`)
      await render(harness, client, note.lago_id)
      expect(await documentsOf(harness, note.lago_id)).toMatchObject([{ status: 'pending', sha256: null }])
      const { rows } = await owner.query('select from document_blobs where organization_id = $1', [
        client.organizationId,
      ])
      expect(rows).toEqual([])
    } finally {
      await owner.query('drop function if exists fail_webhook cascade')
      await owner.end()
    }
    await render(harness, client, note.lago_id)
    expect(await documentsOf(harness, note.lago_id)).toMatchObject([{ status: 'ready' }])
    expect(await receivedBy(client, endpoint, 'credit_note.generated')).toHaveLength(1)
  })

  it('of a draft has no document, and gets it when its invoice becomes final', async () => {
    const client = await shop(harness)
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', billing_configuration: { invoice_grace_period: 3 } },
    })
    await ok(client, 'POST', '/plans', {
      plan: {
        name: 'Pro',
        code: 'pro',
        interval: 'monthly',
        amount_cents: 3100,
        amount_currency: 'EUR',
        pay_in_advance: true,
      },
    })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', plan_code: 'pro', external_id: 's' },
    })
    await client.clock('2024-05-03T10:00:00Z')
    await ok(client, 'DELETE', '/subscriptions/s?on_termination_credit_note=credit')
    const count = async () => {
      const rows = await harness.context.database.system
        .selectFrom('creditNotes as n')
        .leftJoin('documents as d', 'd.creditNoteId', 'n.id')
        .select(['n.status', 'd.kind'])
        .where('n.organizationId', '=', client.organizationId)
        .execute()
      return rows.map(({ status, kind }) => [status, kind])
    }
    expect(await count()).toEqual([['draft', null]])
    await client.clock('2024-05-08T10:00:00Z')
    expect(await count()).toEqual([['finalized', 'credit_note_pdf']])
  })

  it('404: cannot be downloaded as a draft, by others, or when there is none', async () => {
    const client = await shop(harness)
    const other = await shop(harness)
    const { note } = await noted(client)
    for (const [id, by] of [
      [note.lago_id, other],
      ['00000000-0000-7000-8000-000000000000', client],
      ['x', client],
    ] as const) {
      const { status, body } = await by.call('POST', `/credit_notes/${id}/download_pdf`)
      expect([id, status, body.code]).toEqual([id, 404, 'credit_note_not_found'])
    }
  })

  it('has no file and no webhook when rendering fails', async () => {
    const client = await shop(harness)
    const endpoint = await listen(client)
    const { note } = await noted(client)
    const renderer: RenderDocument = async () => {
      throw new Error('no')
    }
    await render(harness, client, note.lago_id, { renderer, attempt: RENDER_ATTEMPTS })
    expect(await documentsOf(harness, note.lago_id)).toMatchObject([{ status: 'failed' }])
    expect(await receivedBy(client, endpoint, 'credit_note.generated')).toEqual([])
    const { status, body } = await client.call('POST', `/credit_notes/${note.lago_id}/download`)
    expect([status, body ?? '']).toEqual([200, ''])
  })
})

describe('a receipt', () => {
  it('200: has its PDF, which is announced once and says what was paid and what is still due', async () => {
    const client = await shop(harness)
    const endpoint = await listen(client)
    const invoice = await sell(client, 1)
    const receipt = await pay(client, invoice.lago_id, 4000)
    expect(receipt).toMatchObject({ file_url: null, xml_url: null })
    await render(harness, client, receipt.lago_id)
    const { payment_receipt: shown } = await ok(client, 'GET', `/payment_receipts/${receipt.lago_id}`)
    const file = await openFile(harness, shown.file_url)
    expect([file.statusCode, file.rawPayload.subarray(0, 8).toString()]).toEqual([200, '%PDF-1.7'])
    const [stored] = await documentsOf(harness, receipt.lago_id)
    expect([stored?.fileName, stored?.sha256]).toEqual([`${receipt.number}.pdf`, sha256(file.rawPayload)])
    const told = await receivedBy(client, endpoint, 'payment_receipt.generated')
    expect(told.map(({ payment_receipt: each }) => [each.lago_id, typeof each.file_url])).toEqual([
      [receipt.lago_id, 'string'],
    ])
    const content = documentContent(stored?.model)
    expect(content).toMatchObject({
      title: 'Receipt',
      amount: '€40.00',
      amountNotes: ['Paid on May 2, 2024; €60.00 still due'],
    })
    const totals = content.blocks.flatMap((block) => (block.kind === 'totals' ? block.rows : []))
    expect(totals.slice(-3).map(({ label, amount }) => [label, amount])).toEqual([
      ['Total', '€100.00'],
      ['Paid', '-€40.00'],
      ['Amount due', '€60.00'],
    ])
  })

  it("document case 35: dates the payment in the customer's time zone", async () => {
    const client = await shop(harness)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', timezone: 'Europe/Paris' } })
    const invoice = await sell(client, 1)
    const receipt = await pay(client, invoice.lago_id, 10_000, '2024-01-31T23:30:00Z')
    const [stored] = await documentsOf(harness, receipt.lago_id)
    const { fields, amountNotes } = documentContent(stored?.model)
    expect(fields.slice(-2)).toEqual([
      { label: 'Payment method', value: expect.stringMatching(/^Manual payment \(.+\)$/) },
      { label: 'Payment date', value: 'Feb 1, 2024' },
    ])
    expect(amountNotes).toEqual(['Paid on Feb 1, 2024'])
    expect(stored?.model.issuedOn).toBe('2024-02-01')
  })

  it('shows the invoice as its document does, though its add-on was renamed', async () => {
    const client = await shop(harness)
    const invoice = await sell(client, 1)
    await ok(client, 'PUT', '/add_ons/setup', { add_on: { name: 'Renamed' } })
    const receipt = await pay(client, invoice.lago_id, 10_000)
    const [stored] = await documentsOf(harness, receipt.lago_id)
    const [own] = await documentsOf(harness, invoice.lago_id)
    expect(stored?.model.paid.invoice).toEqual(own?.model)
  })

  it('of a payment request lists its invoices', async () => {
    const client = await shop(harness)
    await ok(client, 'POST', '/customers', { customer: { external_id: 'c', net_payment_term: 0 } })
    const [first, second] = [await sell(client, 1), await sell(client, 2)]
    await client.clock('2024-05-09T10:00:00Z')
    const { payment_request: request } = await ok(client, 'POST', '/payment_requests', {
      payment_request: { external_customer_id: 'c', lago_invoice_ids: [first.lago_id, second.lago_id] },
    })
    const receipt = await receiptOfRequest(client, request.lago_id)
    const [stored] = await documentsOf(harness, receipt.lago_id)
    const { blocks, amount, amountNotes } = documentContent(stored?.model)
    expect([amount, amountNotes]).toEqual(['€300.00', ['Paid on May 9, 2024']])
    const cells = blocks.flatMap((block) =>
      block.kind === 'table' ? block.rows.map((row) => row.cells) : [],
    )
    expect(cells).toEqual([
      [first.number, '€100.00'],
      [second.number, '€200.00'],
    ])
    await render(harness, client, receipt.lago_id)
    expect(await documentsOf(harness, receipt.lago_id)).toMatchObject([{ status: 'ready' }])
  })

  it('shows the lines of an invoice that has no document', async () => {
    const client = await shop(harness)
    const settings = harness.context.settings as { makesDocuments: boolean }
    settings.makesDocuments = false
    const invoice = await sell(client, 1).finally(() => {
      settings.makesDocuments = true
    })
    const receipt = await pay(client, invoice.lago_id, 10_000)
    const [stored] = await documentsOf(harness, receipt.lago_id)
    expect(stored?.model.paid.invoice).toMatchObject({ number: invoice.number, fees: [{ name: 'Setup' }] })
  })

  it('is rendered once, however many jobs do so at once', async () => {
    const client = await shop(harness)
    const endpoint = await listen(client)
    const receipt = await pay(client, (await sell(client, 1)).lago_id, 10_000)
    const once = () => render(harness, client, receipt.lago_id)
    await Promise.all([once(), once(), once()])
    expect((await documentsOf(harness, receipt.lago_id)).map(({ status }) => status)).toEqual(['ready'])
    expect(await receivedBy(client, endpoint, 'payment_receipt.generated')).toHaveLength(1)
  })
})

describe('an invoice of prepaid credits', () => {
  it('names the wallet, unless the purchase has a name of its own', async () => {
    const client = await shop(harness)
    const { wallet } = await ok(client, 'POST', '/wallets', {
      wallet: { external_customer_id: 'c', name: 'Travel', rate_amount: '2', currency: 'EUR' },
    })
    for (const name of [undefined, 'Summer']) {
      await ok(client, 'POST', '/wallet_transactions', {
        wallet_transaction: { wallet_id: wallet.lago_id, paid_credits: '50', name },
      })
      await client.clock(name === undefined ? '2024-05-03T00:00:00Z' : '2024-05-04T00:00:00Z')
    }
    const rows = await harness.context.database.system
      .selectFrom('documents')
      .select('model')
      .where('organizationId', '=', client.organizationId)
      .orderBy('id')
      .execute()
    const lines = rows.map(({ model }) => {
      const { title, blocks } = documentContent(model as FrozenDocument)
      return [title, ...blocks.flatMap((block) => (block.kind === 'table' ? block.rows[0]?.cells : []))]
    })
    expect(lines).toEqual([
      ['Prepayment invoice', 'Prepaid credits – Travel', '50', '€2.00', '€100.00'],
      ['Prepayment invoice', 'Summer', '50', '€2.00', '€100.00'],
    ])
  })
})

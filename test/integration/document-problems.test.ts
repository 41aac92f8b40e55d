import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { ADMIN_KEY, type Client, type Harness, startHarness } from '../support/harness.ts'
import { documentsOf, render, sell, shop } from '../support/stored-documents.ts'

const CHARACTERS = 'ไ ท 😀'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

afterEach(() => {
  vi.restoreAllMocks()
})

const nameBuyer = (client: Client, name: string) =>
  ok(client, 'POST', '/customers', { customer: { external_id: 'c', name } })

const detailsOf = async (client: Client, id: string) =>
  (await ok(client, 'GET', `/invoices/${id}`)).invoice.error_details

/** A final invoice with its document, to a buyer with characters that no font has. */
async function unprinted() {
  const client = await shop(harness)
  await nameBuyer(client, 'Lyon ไท 😀')
  const invoice = await sell(client)
  await render(harness, client, invoice.lago_id)
  return { client, id: invoice.lago_id as string, feeId: invoice.fees[0].lago_id as string }
}

describe('characters that no font has', () => {
  it('are named in the log, once for each document', async () => {
    const warned = vi.spyOn(harness.context.log, 'warn')
    const { client, id } = await unprinted()
    await render(harness, client, id)
    const [stored] = await documentsOf(harness, id)
    const fields = {
      organizationId: client.organizationId,
      id: stored?.id,
      fileName: stored?.fileName,
      problems: ['missing_glyph U+0E44', 'missing_glyph U+0E17', 'missing_glyph U+1F600'],
    }
    expect(stored?.status).toBe('ready')
    expect(warned.mock.calls).toEqual([[fields, 'a document does not show everything']])
  })

  it('are named by the invoice until a version of its document has them all', async () => {
    const { client, id } = await unprinted()
    const [stored] = await documentsOf(harness, id)
    const details = { kind: 'invoice_pdf', version: 1, characters: CHARACTERS }
    expect(await detailsOf(client, id)).toEqual([
      { lago_id: stored?.id, error_code: 'characters_not_printed', details },
    ])
    await nameBuyer(client, 'Lyon Data')
    const { statusCode } = await harness.app.inject({
      method: 'POST',
      url: `/admin/invoices/${id}/regenerate`,
      headers: { 'x-admin-api-key': ADMIN_KEY },
      payload: { refresh_parties: true },
    })
    expect(statusCode).toBe(200)
    await render(harness, client, id)
    expect((await documentsOf(harness, id)).map(({ status }) => status)).toEqual(['ready', 'ready'])
    expect(await detailsOf(client, id)).toEqual([])
  })

  it('are named by the credit note', async () => {
    const { client, id, feeId } = await unprinted()
    const { credit_note } = await ok(client, 'POST', '/credit_notes', {
      credit_note: {
        invoice_id: id,
        credit_amount_cents: 100,
        items: [{ fee_id: feeId, amount_cents: 100 }],
      },
    })
    await render(harness, client, credit_note.lago_id)
    const shown = await ok(client, 'GET', `/credit_notes/${credit_note.lago_id}`)
    expect(shown.credit_note.error_details).toMatchObject([
      {
        error_code: 'characters_not_printed',
        details: { kind: 'credit_note_pdf', characters: CHARACTERS },
      },
    ])
  })
})

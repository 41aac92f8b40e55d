import type { Context } from '../../src/actions/context.ts'
import { renderDocuments } from '../../src/actions/documents/render-documents.ts'
import type { RenderDocument } from '../../src/core/documents/rendering.ts'
import { renderDocument } from '../../src/documents/render-document.ts'
import { ok } from './billing-fixtures.ts'
import type { Client, Harness } from './harness.ts'

/** A document as it is stored. */
export type StoredDocument = {
  readonly id: string
  readonly version: number
  readonly status: string
  readonly fileName: string
  // biome-ignore lint/suspicious/noExplicitAny: models are read freely in tests
  readonly model: any
  readonly sha256: string | null
  readonly problems: readonly string[]
}

/** The documents of an invoice, credit note or receipt, oldest first. */
export async function documentsOf({ context }: Harness, subjectId: string): Promise<StoredDocument[]> {
  const rows = await context.database.system
    .selectFrom('documents')
    .selectAll()
    .where('subjectId', '=', subjectId)
    .orderBy('version')
    .execute()
  return rows.map(({ id, version, status, fileName, model, contentSha256, problems }) => {
    return { id, version, status, fileName, model, sha256: contentSha256?.toString('hex') ?? null, problems }
  })
}

/** Does what the job does, with a renderer in this thread. */
export async function render(
  harness: Harness,
  client: Client,
  subjectId: string,
  { attempt = 1, renderer = renderDocument as RenderDocument } = {},
): Promise<void> {
  const context: Context = { ...harness.context, renderDocument: renderer }
  const documentIds = (await documentsOf(harness, subjectId)).map(({ id }) => id)
  await renderDocuments(context, { organizationId: client.organizationId, documentIds, attempt })
}

/** Opens the link to a file. */
export function openFile({ app }: Harness, url: string, headers: Record<string, string> = {}) {
  return app.inject({ method: 'GET', url: url.replace('http://localhost:3000', ''), headers })
}

/** A sandbox on 2 May 2024 with a customer `c` in Lyon and an add-on `setup` of 100.00 EUR. */
export async function shop(harness: Harness): Promise<Client> {
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

/** An invoice of `units` of the add-on of a shop. */
export async function sell(client: Client, units = 2) {
  const { invoice } = await ok(client, 'POST', '/invoices', {
    invoice: { external_customer_id: 'c', fees: [{ add_on_code: 'setup', units }] },
  })
  return invoice
}

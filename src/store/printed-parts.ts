import { sql } from 'kysely'
import type { FrozenBuyer, FrozenInvoice, FrozenSeller } from '../core/documents/frozen.ts'
import type { Reads } from './database.ts'
import { invoiceModels } from './invoice-models.ts'
import { BUYER, SELLER } from './model-parts.ts'
import { anyOf } from './values.ts'

/** The parties of a document that is not stored; the buyer is null for a customer who does not exist. */
export type PrintedParties = {
  readonly seller: FrozenSeller
  readonly buyer: FrozenBuyer | null
  /** The language of the customer, else of the billing entity. */
  readonly locale: string
  readonly logo: Buffer | null
}

/** The parties as a document made now would show them. */
export async function readPrintedParties(
  reads: Reads,
  billingEntityId: string,
  customerId: string | null,
): Promise<PrintedParties> {
  const { rows } = await sql<PrintedParties>`
    select ${SELLER} as seller, case when c.id is null then null else ${BUYER} end as buyer,
      coalesce(c.document_locale, b.document_locale) as locale, b.logo
    from billing_entities b
    left join customers c on c.organization_id = b.organization_id and c.id = ${customerId}
    where b.id = ${billingEntityId}`.execute(reads)
  const [parties] = rows
  if (!parties) throw new Error(`billing entity ${billingEntityId} is gone`)
  return parties
}

/** What the document of a draft would say now, and the bytes of its logo; undefined for other invoices. */
export async function readDraftModel(
  reads: Reads,
  invoiceId: string,
): Promise<{ readonly model: FrozenInvoice; readonly logo: Buffer | null } | undefined> {
  const { rows } = await sql<{ model: FrozenInvoice; logo: Buffer | null }>`
    select m.model, b.logo from (${invoiceModels([invoiceId])}) m
    join invoices i on i.id = m.subject_id and i.status = 'draft'
    join billing_entities b on b.id = m.billing_entity_id`.execute(reads)
  return rows[0]
}

/** How fixed charges are priced, by their ids. */
export async function readFixedModels(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, { readonly chargeModel: string; readonly prorated: boolean }>> {
  if (ids.length === 0) return new Map()
  const rows = await reads
    .selectFrom('fixedCharges')
    .select(['id', 'chargeModel', 'prorated'])
    .where('id', '=', anyOf(ids))
    .execute()
  return new Map(rows.map(({ id, ...priced }) => [id, priced]))
}

import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { anyOf, ts } from './values.ts'

/** Whether another invoice replaces a voided one. */
export async function isRegenerated(reads: Reads, voidedInvoiceId: string): Promise<boolean> {
  const { regenerated } = await regenerationsOf(reads, [voidedInvoiceId])
  return regenerated.has(voidedInvoiceId)
}

/** The voided invoices that invoices replace, and the invoices that replace them, by id. */
export async function regenerationsOf(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<{
  readonly voided: ReadonlyMap<string, string>
  readonly regenerated: ReadonlyMap<string, string>
}> {
  const ids = anyOf(invoiceIds)
  const rows = await reads
    .selectFrom('invoiceRegenerations')
    .select(['invoiceId', 'voidedInvoiceId'])
    .where((eb) => eb.or([eb('invoiceId', '=', ids), eb('voidedInvoiceId', '=', ids)]))
    .execute()
  return {
    voided: new Map(rows.map((row) => [row.invoiceId, row.voidedInvoiceId])),
    regenerated: new Map(rows.map((row) => [row.voidedInvoiceId, row.invoiceId])),
  }
}

/** Notes that an invoice replaces a voided one. */
export async function insertRegeneration(
  tx: Tx,
  organizationId: string,
  link: { readonly invoiceId: string; readonly voidedInvoiceId: string; readonly createdAt: Instant },
): Promise<void> {
  const { createdAt, ...ids } = link
  await tx
    .insertInto('invoiceRegenerations')
    .values({ organizationId, ...ids, createdAt: ts(createdAt) })
    .execute()
}

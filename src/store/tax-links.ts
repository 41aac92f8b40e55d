import type { Selectable } from 'kysely'
import type { Reads, Tx } from './database.ts'
import type { Taxes } from './rows.ts'

export type TaxRow = Selectable<Taxes>

/** What may carry taxes of its own. */
export type TaxOwner = 'plan' | 'charge' | 'commitment'

/** The taxes of many objects of one kind, by the object's id, each list by code; in one query. */
export async function taxesOf(
  reads: Reads,
  owner: TaxOwner,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly TaxRow[]>> {
  const taxes = new Map<string, TaxRow[]>()
  if (ids.length === 0) return taxes
  for (const { ownerId, ...tax } of await linked(reads, owner, ids)) {
    const list = taxes.get(ownerId)
    if (list) list.push(tax)
    else taxes.set(ownerId, [tax])
  }
  return taxes
}

async function linked(
  reads: Reads,
  owner: TaxOwner,
  ids: readonly string[],
): Promise<(TaxRow & { ownerId: string })[]> {
  const taxes = reads.selectFrom('taxes as t').selectAll('t').where('t.deletedAt', 'is', null).orderBy('t.code')
  switch (owner) {
    case 'plan':
      return taxes
        .innerJoin('planTaxes as l', 'l.taxId', 't.id')
        .select('l.planId as ownerId')
        .where('l.planId', 'in', ids)
        .execute()
    case 'charge':
      return taxes
        .innerJoin('chargeTaxes as l', 'l.taxId', 't.id')
        .select('l.chargeId as ownerId')
        .where('l.chargeId', 'in', ids)
        .execute()
    case 'commitment':
      return taxes
        .innerJoin('minimumCommitmentTaxes as l', 'l.taxId', 't.id')
        .select('l.minimumCommitmentId as ownerId')
        .where('l.minimumCommitmentId', 'in', ids)
        .execute()
  }
}

/** The ids of the taxes with those codes, or undefined when one of the codes is unknown. */
export async function taxIdsOf(reads: Reads, codes: readonly string[]): Promise<string[] | undefined> {
  if (codes.length === 0) return []
  const rows = await reads
    .selectFrom('taxes')
    .select(['id', 'code'])
    .where('code', 'in', codes)
    .where('deletedAt', 'is', null)
    .execute()
  return rows.length === new Set(codes).size ? rows.map((row) => row.id) : undefined
}

/** Makes the taxes of an object exactly those. */
export async function replaceTaxes(
  tx: Tx,
  organizationId: string,
  owner: TaxOwner,
  id: string,
  taxIds: readonly string[],
): Promise<void> {
  switch (owner) {
    case 'plan':
      await tx.deleteFrom('planTaxes').where('planId', '=', id).execute()
      if (taxIds.length > 0) {
        const rows = taxIds.map((taxId) => ({ organizationId, planId: id, taxId }))
        await tx.insertInto('planTaxes').values(rows).execute()
      }
      return
    case 'charge':
      await tx.deleteFrom('chargeTaxes').where('chargeId', '=', id).execute()
      if (taxIds.length > 0) {
        const rows = taxIds.map((taxId) => ({ organizationId, chargeId: id, taxId }))
        await tx.insertInto('chargeTaxes').values(rows).execute()
      }
      return
    case 'commitment':
      await tx.deleteFrom('minimumCommitmentTaxes').where('minimumCommitmentId', '=', id).execute()
      if (taxIds.length > 0) {
        const rows = taxIds.map((taxId) => ({ organizationId, minimumCommitmentId: id, taxId }))
        await tx.insertInto('minimumCommitmentTaxes').values(rows).execute()
      }
  }
}

import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { AddOns } from './rows.ts'
import { type TaxRow, taxesOfOwners } from './taxes.ts'
import { anyOf } from './values.ts'

export type AddOnRow = Selectable<AddOns>

/** An add-on with its own taxes. */
export type AddOnWithTaxes = AddOnRow & { readonly taxes: readonly TaxRow[] }

export async function findAddOn(reads: Reads, code: string): Promise<AddOnRow | undefined> {
  return reads
    .selectFrom('addOns')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** As `findAddOn`, and keeps other transactions from changing the add-on until this one ends. */
export async function lockAddOn(tx: Tx, code: string): Promise<AddOnRow | undefined> {
  return tx
    .selectFrom('addOns')
    .selectAll()
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

type Named = { readonly ids?: readonly string[]; readonly codes?: readonly string[] }

/**
 * The add-ons with these ids or codes that are not deleted, kept from being deleted until the transaction ends; unknown
 * ones are not among them.
 */
export async function holdAddOns(tx: Tx, by: Named): Promise<AddOnRow[]> {
  return (await namedAddOns(tx, by)?.forShare().execute()) ?? []
}

/** The same without keeping them from anything. */
export async function findAddOns(reads: Reads, by: Named): Promise<AddOnRow[]> {
  return (await namedAddOns(reads, by)?.execute()) ?? []
}

/** Undefined when nothing is named. */
function namedAddOns(reads: Reads, { ids = [], codes = [] }: Named) {
  if (ids.length === 0 && codes.length === 0) return undefined
  return reads
    .selectFrom('addOns')
    .selectAll()
    .where((eb) =>
      eb.or([eb('id', '=', anyOf(ids)), ...(codes.length > 0 ? [eb('code', 'in', [...codes])] : [])]),
    )
    .where('deletedAt', 'is', null)
    .orderBy('id')
}

/** The add-ons with these codes that are not deleted; unknown ones are not among them. */
export async function addOnsByCodes(reads: Reads, codes: readonly string[]): Promise<AddOnRow[]> {
  if (codes.length === 0) return []
  const query = reads
    .selectFrom('addOns')
    .selectAll()
    .where('code', 'in', [...codes])
  return query.where('deletedAt', 'is', null).orderBy('id').execute()
}

/** Add-ons with these ids, deleted ones too, by id: what fees and fixed charges refer to. */
export async function addOnsByIds(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, AddOnRow>> {
  if (ids.length === 0) return new Map()
  const rows = await reads.selectFrom('addOns').selectAll().where('id', '=', anyOf(ids)).execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** One page of the add-ons, newest first, and how many there are in all. */
export async function listAddOns(reads: Reads, slice: Slice): Promise<Listed<AddOnRow>> {
  const all = reads.selectFrom('addOns').selectAll().where('deletedAt', 'is', null)
  return pageOf(all.orderBy('createdAt', 'desc').orderBy('id'), slice)
}

/** Add-ons with their taxes, in the order given, in one query. */
export async function withTaxes(reads: Reads, addOns: readonly AddOnRow[]): Promise<AddOnWithTaxes[]> {
  const taxes = await taxesOfOwners(reads, { addOnIds: addOns.map((addOn) => addOn.id) })
  return addOns.map((addOn) => ({ ...addOn, taxes: taxes.addOns.get(addOn.id) ?? [] }))
}

/** 422 `code: value_already_exist` when another add-on has the code. */
export async function insertAddOn(tx: Tx, row: Insertable<AddOns>): Promise<AddOnRow> {
  const insert = tx.insertInto('addOns').values(row).returningAll()
  return refusingDuplicates(insert.executeTakeFirstOrThrow(), 'add_ons_code', 'code')
}

/** 422 as `insertAddOn`. */
export async function updateAddOn(tx: Tx, id: string, set: Updateable<AddOns>): Promise<AddOnRow> {
  const update = tx.updateTable('addOns').set(set).where('id', '=', id).returningAll()
  return refusingDuplicates(update.executeTakeFirstOrThrow(), 'add_ons_code', 'code')
}

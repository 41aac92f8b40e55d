import { type Insertable, type Selectable, type SelectQueryBuilder, sql, type Updateable } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Tax } from '../core/taxes/tax.ts'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { DB, Taxes } from './rows.ts'
import { anyOf } from './values.ts'

/** A tax; `isAppliedToOrganization` says whether the default billing entity has it. */
export type TaxRow = Selectable<Taxes> & { readonly isAppliedToOrganization: boolean }

/** The default billing entity has the id of its organization. */
const APPLIED_TO_ORGANIZATION = sql<boolean>`exists (
  select from billing_entity_taxes d
  where d.organization_id = t.organization_id and d.tax_id = t.id and d.billing_entity_id = t.organization_id
)`

function selectTaxes(reads: Reads): SelectQueryBuilder<DB & { t: Taxes }, 't', TaxRow> {
  return reads
    .selectFrom('taxes as t')
    .selectAll('t')
    .select(APPLIED_TO_ORGANIZATION.as('isAppliedToOrganization'))
    .where('t.deletedAt', 'is', null) as SelectQueryBuilder<DB & { t: Taxes }, 't', TaxRow>
}

/** The tax in the form that the core uses. */
export function taxOf(row: TaxRow): Tax {
  const { id, code, name, description } = row
  return { id, code, name, description, rate: Decimal.of(row.rate) }
}

export async function findTax(reads: Reads, code: string): Promise<TaxRow | undefined> {
  return selectTaxes(reads).where('t.code', '=', code).executeTakeFirst()
}

/** The same, locked until the transaction ends. */
export async function lockTax(tx: Tx, code: string): Promise<TaxRow | undefined> {
  await tx
    .selectFrom('taxes')
    .select('id')
    .where('code', '=', code)
    .where('deletedAt', 'is', null)
    .forNoKeyUpdate()
    .execute()
  return findTax(tx, code)
}

/** The taxes with these codes, in order of creation; unknown codes are omitted. */
export async function findTaxes(reads: Reads, codes: readonly string[]): Promise<TaxRow[]> {
  if (codes.length === 0) return []
  return selectTaxes(reads)
    .where('t.code', 'in', [...codes])
    .orderBy('t.createdAt')
    .orderBy('t.id')
    .execute()
}

/** The taxes with these ids that are not deleted, in order of creation. */
export async function findTaxesById(reads: Reads, ids: readonly string[]): Promise<TaxRow[]> {
  return selectTaxes(reads).where('t.id', '=', anyOf(ids)).orderBy('t.createdAt').orderBy('t.id').execute()
}

export async function listTaxes(reads: Reads, slice: Slice): Promise<Listed<TaxRow>> {
  return pageOf(selectTaxes(reads).orderBy('t.createdAt', 'desc').orderBy('t.id'), slice)
}

/** 422 `code: value_already_exist` when another tax has the code. */
export async function insertTax(tx: Tx, row: Insertable<Taxes>): Promise<void> {
  await refusingDuplicates(tx.insertInto('taxes').values(row).execute(), 'taxes_code', 'code')
}

/** Creates the taxes whose codes are free, and leaves the others as they are. */
export async function insertMissingTaxes(tx: Tx, rows: readonly Insertable<Taxes>[]): Promise<void> {
  await tx
    .insertInto('taxes')
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** 422 like `insertTax`. */
export async function updateTax(tx: Tx, id: string, set: Updateable<Taxes>): Promise<void> {
  await refusingDuplicates(
    tx.updateTable('taxes').set(set).where('id', '=', id).execute(),
    'taxes_code',
    'code',
  )
}

/** Codes of the billing entities with each tax, by tax id. */
export async function entityCodesOfTaxes(
  reads: Reads,
  taxIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const codes = new Map<string, string[]>()
  if (taxIds.length === 0) return codes
  const rows = await reads
    .selectFrom('billingEntityTaxes as l')
    .innerJoin('billingEntities as b', 'b.id', 'l.billingEntityId')
    .select(['l.taxId', 'b.code'])
    .where('l.taxId', 'in', [...taxIds])
    .orderBy('b.createdAt')
    .orderBy('b.id')
    .execute()
  for (const row of rows) codes.set(row.taxId, [...(codes.get(row.taxId) ?? []), row.code])
  return codes
}

/** What can have taxes: the link table and its owner column. */
const OWNERS = {
  charge: ['charge_taxes', 'charge_id'],
  plan: ['plan_taxes', 'plan_id'],
  customer: ['customer_taxes', 'customer_id'],
  billingEntity: ['billing_entity_taxes', 'billing_entity_id'],
  minimumCommitment: ['minimum_commitment_taxes', 'minimum_commitment_id'],
  addOn: ['add_on_taxes', 'add_on_id'],
  fixedCharge: ['fixed_charge_taxes', 'fixed_charge_id'],
} as const

export type TaxOwner = keyof typeof OWNERS

/** Taxes by owner id; owners without taxes are absent. */
export type TaxesById = ReadonlyMap<string, readonly TaxRow[]>

export type TaxesOfOwners = {
  readonly charges: TaxesById
  readonly plans: TaxesById
  readonly customers: TaxesById
  readonly billingEntities: TaxesById
  readonly minimumCommitments: TaxesById
  readonly addOns: TaxesById
  readonly fixedCharges: TaxesById
}

/**
 * The taxes of many owners in one query, each list in order of creation. The core's `resolveTaxes` chooses among the
 * lists; `taxOf` converts rows to core values.
 */
export async function taxesOfOwners(
  reads: Reads,
  ids: {
    readonly chargeIds?: readonly string[]
    readonly planIds?: readonly string[]
    readonly customerIds?: readonly string[]
    readonly billingEntityIds?: readonly string[]
    readonly minimumCommitmentIds?: readonly string[]
    readonly addOnIds?: readonly string[]
    readonly fixedChargeIds?: readonly string[]
  },
): Promise<TaxesOfOwners> {
  const asked: [TaxOwner, readonly string[]][] = [
    ['charge', ids.chargeIds ?? []],
    ['plan', ids.planIds ?? []],
    ['customer', ids.customerIds ?? []],
    ['billingEntity', ids.billingEntityIds ?? []],
    ['minimumCommitment', ids.minimumCommitmentIds ?? []],
    ['addOn', ids.addOnIds ?? []],
    ['fixedCharge', ids.fixedChargeIds ?? []],
  ]
  const maps = new Map<TaxOwner, Map<string, TaxRow[]>>(asked.map(([owner]) => [owner, new Map()]))
  const parts = asked
    .filter(([, list]) => list.length > 0)
    .map(([owner, list]) => {
      const [table, column] = OWNERS[owner]
      return sql`select ${owner}::text as owner, ${sql.ref(column)} as owner_id, tax_id
        from ${sql.table(table)} where ${sql.ref(column)} = ${anyOf(list)}`
    })
  if (parts.length > 0) {
    const { rows } = await sql<TaxRow & { owner: TaxOwner; ownerId: string }>`
      select l.owner, l.owner_id, t.*, ${APPLIED_TO_ORGANIZATION} as is_applied_to_organization
      from (${sql.join(parts, sql` union all `)}) l join taxes t on t.id = l.tax_id
      where t.deleted_at is null
      order by t.created_at, t.id`.execute(reads)
    for (const { owner, ownerId, ...tax } of rows) {
      const map = maps.get(owner)
      map?.set(ownerId, [...(map.get(ownerId) ?? []), tax])
    }
  }
  const mapOf = (owner: TaxOwner): TaxesById => maps.get(owner) ?? new Map()
  return {
    charges: mapOf('charge'),
    plans: mapOf('plan'),
    customers: mapOf('customer'),
    billingEntities: mapOf('billingEntity'),
    minimumCommitments: mapOf('minimumCommitment'),
    addOns: mapOf('addOn'),
    fixedCharges: mapOf('fixedCharge'),
  }
}

/** Replaces the taxes of an owner. */
export async function replaceTaxes(
  tx: Tx,
  organizationId: string,
  owner: TaxOwner,
  ownerId: string,
  taxIds: readonly string[],
): Promise<void> {
  const [table, column] = OWNERS[owner]
  // What is deleted and what is added are different rows.
  await sql`
    with gone as (
      delete from ${sql.table(table)}
      where ${sql.ref(column)} = ${ownerId}::uuid and tax_id <> all (${[...taxIds]}::uuid[])
    )
    insert into ${sql.table(table)} (organization_id, ${sql.ref(column)}, tax_id)
    select ${organizationId}::uuid, ${ownerId}::uuid, unnest(${[...taxIds]}::uuid[])
    on conflict do nothing`.execute(tx)
}

/** Adds taxes to an owner. */
export async function addTaxes(
  tx: Tx,
  organizationId: string,
  owner: TaxOwner,
  ownerId: string,
  taxIds: readonly string[],
): Promise<void> {
  const [table, column] = OWNERS[owner]
  await sql`insert into ${sql.table(table)} (organization_id, ${sql.ref(column)}, tax_id)
    select ${organizationId}::uuid, ${ownerId}::uuid, unnest(${[...taxIds]}::uuid[])
    on conflict do nothing`.execute(tx)
}

/** Adds a tax to a billing entity or removes it; both are idempotent. */
export async function setBillingEntityTax(
  tx: Tx,
  of: { readonly organizationId: string; readonly billingEntityId: string; readonly taxId: string },
  isApplied: boolean,
): Promise<void> {
  if (isApplied) return addTaxes(tx, of.organizationId, 'billingEntity', of.billingEntityId, [of.taxId])
  await tx
    .deleteFrom('billingEntityTaxes')
    .where('billingEntityId', '=', of.billingEntityId)
    .where('taxId', '=', of.taxId)
    .execute()
}

/** Removes a tax from everything that has it, and from drafts (docs/rules/taxes.md). */
export async function unlinkTax(tx: Tx, taxId: string): Promise<void> {
  for (const [table] of Object.values(OWNERS)) {
    await sql`delete from ${sql.table(table)} where tax_id = ${taxId}`.execute(tx)
  }
  await sql`delete from invoice_taxes it using invoices i
    where it.tax_id = ${taxId} and i.id = it.invoice_id and i.status = 'draft'`.execute(tx)
  await sql`delete from fee_taxes ft using fees f, invoices i
    where ft.tax_id = ${taxId} and f.id = ft.fee_id and i.id = f.invoice_id and i.status = 'draft'`.execute(
    tx,
  )
}

/**
 * Flags the drafts affected by a tax for a rebuild: those of customers with the tax, of customers without own taxes
 * whose billing entity has it, and those that already carry it. Returns the invoices' ids (docs/rules/taxes.md).
 */
export async function flagDraftsOfTax(tx: Tx, taxId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    with meant as materialized (
      select i.id from invoices i
      join customers c on c.id = i.customer_id
      where i.status = 'draft' and (
        exists (select from customer_taxes ct where ct.customer_id = c.id and ct.tax_id = ${taxId})
        or (
          exists (select from billing_entity_taxes bt
            where bt.billing_entity_id = c.billing_entity_id and bt.tax_id = ${taxId})
          and not exists (select from customer_taxes ct where ct.customer_id = c.id)
        )
        or exists (select from invoice_taxes it where it.invoice_id = i.id and it.tax_id = ${taxId})
      )
      order by i.id
      for no key update of i
    )
    update invoices i set ready_to_be_refreshed = true from meant where i.id = meant.id
    returning i.id`.execute(tx)
  return rows.map((row) => row.id)
}

/** Flags the drafts of one customer for a rebuild, after its taxes or settings changed. */
export async function flagDraftsOfCustomer(tx: Tx, customerId: string): Promise<void> {
  await tx
    .updateTable('invoices')
    .set({ readyToBeRefreshed: true })
    .where('customerId', '=', customerId)
    .where('status', '=', 'draft')
    .execute()
}

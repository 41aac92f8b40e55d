import { type Selectable, sql } from 'kysely'
import { insertionOfActivities, type NewActivity } from './activity-logs.ts'
import type { CustomerMetadataRow, CustomerRow } from './customers.ts'
import { Last, type Tx } from './database.ts'
import { newId } from './ids.ts'
import { rowsAsSource } from './insert-rows.ts'
import type { SelectedCustomSections } from './rows.ts'

/** A new customer without its number and slug, with everything that belongs to it. */
export type NewCustomer = {
  readonly row: Omit<CustomerRow, 'sequentialId' | 'slug'>
  readonly metadata: readonly CustomerMetadataRow[]
  readonly taxIds: readonly string[]
  readonly sectionIds: readonly string[]
}

/**
 * Inserts customers of one organization with its next numbers, in the given order, and everything that belongs to them,
 * in one statement, which also logs the activities. The counter is locked until the transaction ends, so that there are
 * no gaps: let this be the last one. Violates the index `customers_external_id` when another transaction has created
 * one of them meanwhile.
 */
export async function insertCustomers(
  tx: Tx,
  organizationId: string,
  customers: readonly NewCustomer[],
  activities: readonly NewActivity[],
): Promise<Last<CustomerRow[]>> {
  const { columns, source } = await rowsAsSource(
    tx,
    'customers',
    customers.map(({ row }) => row),
  )
  const parts = await insertsOfParts(tx, organizationId, customers)
  const logged =
    activities.length === 0 ? sql`` : sql`, logged as (${insertionOfActivities(organizationId, activities)})`
  const insert = sql<CustomerRow>`
    with counted as (
      insert into customer_counters as c (organization_id, last_number)
      values (${organizationId}::uuid, ${customers.length}::int)
      on conflict (organization_id) do update set last_number = c.last_number + excluded.last_number
      returning last_number
    ), added as (
      insert into customers (${columns}, sequential_id, slug)
      select ${columns}, number, prefix || '-' || lpad(number::text, greatest(3, length(number::text)), '0')
      from (
        select g.*, c.last_number - ${customers.length}::int + g.place as number, o.document_number_prefix as prefix
        from ${source} with ordinality as g (${columns}, place)
        cross join counted c
        cross join organizations o
        where o.id = ${organizationId}::uuid
      ) numbered
      order by number
      returning *
    )${parts}${logged}
    select * from added order by sequential_id`
  return new Last(insert.execute(tx).then(({ rows }) => rows))
}

/** Further parts of the statement, for those tables of which there are rows. */
async function insertsOfParts(tx: Tx, organizationId: string, customers: readonly NewCustomer[]) {
  const taxes = customers.flatMap(({ row, taxIds }) =>
    taxIds.map((taxId) => ({ organizationId, customerId: row.id, taxId })),
  )
  const selections = customers.flatMap(selectionsOf)
  const parts = [
    await insertOf(
      tx,
      'customerMetadata',
      customers.flatMap(({ metadata }) => metadata),
    ),
    await insertOf(tx, 'customerTaxes', taxes),
    await insertOf(tx, 'selectedCustomSections', selections),
  ]
  return sql.join(parts, sql``)
}

async function insertOf<Table extends 'customerMetadata' | 'customerTaxes' | 'selectedCustomSections'>(
  tx: Tx,
  table: Table,
  rows: Parameters<typeof rowsAsSource<Table>>[2],
) {
  if (rows.length === 0) return sql``
  const { columns, source } = await rowsAsSource(tx, table, rows)
  return sql`, ${sql.ref(`${table}_added`)} as (
    insert into ${sql.table(table)} (${columns}) select * from ${source})`
}

function selectionsOf({ row, sectionIds }: NewCustomer): Partial<Selectable<SelectedCustomSections>>[] {
  return sectionIds.map((sectionId) => ({
    organizationId: row.organizationId,
    id: newId(),
    sectionId,
    customerId: row.id,
    createdAt: row.createdAt,
  }))
}

import { type SelectQueryBuilder, sql } from 'kysely'
import type { CustomerFilters } from '../core/customers/filters.ts'
import { type CustomerRow, findCustomersById } from './customers.ts'
import type { Reads } from './database.ts'
import { customersNamed } from './list-search.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { DB } from './rows.ts'
import { inOrder } from './values.ts'

/** One page of the customers that match all filters, newest first. */
export async function listCustomers(
  reads: Reads,
  filters: CustomerFilters,
  slice: Slice,
): Promise<Listed<CustomerRow>> {
  let filtered = filteredCustomers(reads, filters)
  // An external id is looked for alone.
  if (filters.searchTerm !== undefined && filters.externalId === undefined) {
    filtered = filtered.where((await customersNamed(reads, filters.searchTerm)).has(sql.ref('c.id')))
  }
  // Ids only: an index has them in this order, and the customers before the page are not read.
  const ordered = filtered.select('c.id').orderBy('c.createdAt', 'desc').orderBy('c.id')
  const { rows, total } = await pageOf(ordered, slice, reads)
  const ids = rows.map(({ id }) => id)
  return { rows: inOrder(ids, await findCustomersById(reads, ids)), total }
}

type Filtered = SelectQueryBuilder<DB & { c: DB['customers'] }, 'c', object>

/** Everything but the search. */
function filteredCustomers(reads: Reads, filters: CustomerFilters): Filtered {
  let query = reads.selectFrom('customers as c').where('c.deletedAt', 'is', null) as unknown as Filtered
  const lists = [
    ['c.accountType', filters.accountTypes],
    ['c.currency', filters.currencies],
    ['c.country', filters.countries],
    ['c.state', filters.states],
    ['c.zipcode', filters.zipcodes],
    ['c.billingEntityId', filters.billingEntityIds],
  ] as const
  for (const [column, values] of lists) {
    if (values) query = query.where(column, '=', sql<string>`any(${[...values]})`)
  }
  if (filters.customerType !== undefined) query = query.where('c.customerType', '=', filters.customerType)
  if (filters.hasCustomerType !== undefined) {
    query = query.where('c.customerType', filters.hasCustomerType ? 'is not' : 'is', null)
  }
  if (filters.hasTaxNumber !== undefined) {
    query = query.where(
      filters.hasTaxNumber
        ? sql<boolean>`c.tax_identification_number <> ''`
        : sql<boolean>`(c.tax_identification_number is null or c.tax_identification_number = '')`,
    )
  }
  for (const [key, value] of filters.metadata) {
    const entry = sql`select from customer_metadata m where m.customer_id = c.id and m.key = ${key}`
    query = query.where(
      value === ''
        ? sql<boolean>`not exists (${entry})`
        : sql<boolean>`exists (${entry} and m.value = ${value})`,
    )
  }
  if (filters.externalId !== undefined) return query.where('c.externalId', '=', filters.externalId)
  return query
}

import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { deleteCustomer } from '../../actions/customers/delete-customer.ts'
import { upsertCustomer } from '../../actions/customers/upsert-customer.ts'
import { readCustomer } from '../../core/customers/customer-change.ts'
import { type CustomerFilters, checkCustomerFilters } from '../../core/customers/filters.ts'
import { notFound } from '../../core/problems.ts'
import { listCustomers } from '../../store/customer-list.ts'
import { detailsOfCustomer, detailsOfCustomers, findCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { toWireCustomer, toWireListedCustomer } from '../../wire/customers.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, queryBoolean, queryText, queryTexts, rootOf } from '../params.ts'
import { Customer, CustomerCreateInput, Customers, CustomersQuery } from '../schemas/customers.ts'

type ByExternalId = { Params: { externalId: string } }

const config = { resource: 'customer' }
const tags = ['customers']
const params = Type.Object({ externalId: Type.String() })

/** Customers by their external id (platform.md §7). */
export function customersRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/customers',
    {
      config,
      schema: {
        tags,
        summary: 'Create a customer, or update it by its external id',
        body: CustomerCreateInput,
        response: { 200: Customer },
      },
    },
    async (request) => {
      const change = readCustomer(rootOf(request.body, 'customer'))
      return { customer: toWireCustomer(await upsertCustomer(context, request.caller, change)) }
    },
  )
  app.get(
    '/customers',
    {
      config,
      schema: {
        tags,
        summary: 'List all customers',
        querystring: CustomersQuery,
        response: { 200: Customers },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        const { rows, total } = await listCustomers(reads, await filtersOf(reads, request.query), page)
        const details = await detailsOfCustomers(reads, rows)
        return { customers: details.map(toWireListedCustomer), meta: metaOf(page, total) }
      })
    },
  )
  oneCustomerRoutes(app, context)
}

function oneCustomerRoutes(app: FastifyInstance, context: Context): void {
  const response = { 200: Customer }
  app.get<ByExternalId>(
    '/customers/:externalId',
    { config, schema: { tags, summary: 'Retrieve a customer', params, response } },
    async (request) =>
      context.database.read(request.caller, async (reads) => {
        const customer = await findCustomer(reads, request.params.externalId)
        if (!customer) throw notFound('customer')
        return { customer: toWireCustomer(await detailsOfCustomer(reads, customer)) }
      }),
  )
  app.delete<ByExternalId>(
    '/customers/:externalId',
    { config, schema: { tags, summary: 'Delete a customer', params, response } },
    async (request) => ({
      customer: toWireCustomer(await deleteCustomer(context, request.caller, request.params.externalId)),
    }),
  )
}

async function filtersOf(reads: Reads, query: unknown): Promise<CustomerFilters> {
  const filters: CustomerFilters = {
    searchTerm: queryText(query, 'search_term'),
    externalId: queryText(query, 'external_id'),
    accountTypes: queryTexts(query, 'account_type'),
    customerType: queryText(query, 'customer_type'),
    hasCustomerType: queryBoolean(query, 'has_customer_type'),
    hasTaxNumber: queryBoolean(query, 'has_tax_identification_number'),
    currencies: queryTexts(query, 'currencies'),
    countries: queryTexts(query, 'countries'),
    states: queryTexts(query, 'states'),
    zipcodes: queryTexts(query, 'zipcodes'),
    metadata: metadataOf(query),
  }
  checkCustomerFilters(filters)
  const codes = queryTexts(query, 'billing_entity_codes')
  if (!codes) return filters
  return { ...filters, billingEntityIds: await entityIdsOf(reads, codes) }
}

/** The ids of billing entities; 404 when one of the codes is unknown (platform.md §2.2). */
async function entityIdsOf(reads: Reads, codes: readonly string[]): Promise<string[]> {
  const ids: string[] = []
  for (const code of new Set(codes)) {
    const entity = await findBillingEntity(reads, { code })
    if (!entity) throw notFound('billing_entity')
    ids.push(entity.id)
  }
  return ids
}

/** The pairs of `metadata[key]=value`. */
function metadataOf(query: unknown): [string, string][] {
  const pairs: [string, string][] = []
  for (const [name, value] of Object.entries(isObject(query) ? query : {})) {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1]
    const last: unknown = Array.isArray(value) ? value.at(-1) : value
    if (key !== undefined && typeof last === 'string') pairs.push([key, last])
  }
  return pairs
}

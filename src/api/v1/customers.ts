import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Caller, Context } from '../../actions/context.ts'
import { deleteCustomer } from '../../actions/customers/delete-customer.ts'
import { upsertCustomer } from '../../actions/customers/upsert-customer.ts'
import { openSetupPageOf } from '../../actions/payment-providers/open-setup-page.ts'
import { readCustomer } from '../../core/customers/customer-change.ts'
import { type CustomerFilters, checkCustomerFilters } from '../../core/customers/filters.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { listCustomers } from '../../store/customer-list.ts'
import {
  type CustomerDetails,
  detailsOfCustomer,
  detailsOfCustomers,
  findCustomer,
} from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { applicableSections } from '../../store/invoice-custom-sections.ts'
import { toWireCustomer, toWireListedCustomer } from '../../wire/customers.ts'
import { entityIdsOf } from '../billing-entity-filter.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import {
  CheckoutUrl,
  Customer,
  CustomerCreateInput,
  Customers,
  CustomersQuery,
} from '../schemas/customers.ts'

type ByExternalId = { Params: { externalId: string } }

const config = { resource: 'customer' } as const
const tags = ['customers']
const params = Type.Object({ externalId: Type.String() })

/** Customers, by external id. */
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
      const change = accepted(readCustomer(rootOf(request.body, 'customer')))
      const { details, sections } = await upsertCustomer(context, request.caller, change)
      return { customer: toWireCustomer(details, sections) }
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
        const [details, sections] = await Promise.all([
          detailsOfCustomer(reads, customer),
          applicableSections(reads, customer),
        ])
        return { customer: toWireCustomer(details, sections) }
      }),
  )
  app.post<ByExternalId>(
    '/customers/:externalId/checkout_url',
    {
      config: { ...config, isRepeatable: true },
      schema: {
        tags,
        summary: 'Make a page on which a customer leaves a payment method',
        params,
        response: { 200: CheckoutUrl },
      },
    },
    async ({ caller, params: { externalId } }) => ({
      customer: await openSetupPageOf(context, caller, externalId),
    }),
  )
  app.delete<ByExternalId>(
    '/customers/:externalId',
    { config, schema: { tags, summary: 'Delete a customer', params, response } },
    async (request) => {
      const details = await deleteCustomer(context, request.caller, request.params.externalId)
      return shown(context, request.caller, details)
    },
  )
}

/** A customer with the sections that its invoices print. */
async function shown({ database }: Context, caller: Caller, details: CustomerDetails): Promise<object> {
  const sections = await database.read(caller, (reads) => applicableSections(reads, details.customer))
  return { customer: toWireCustomer(details, sections) }
}

async function filtersOf(reads: Reads, query: unknown): Promise<CustomerFilters> {
  const { codes, ...filters } = readQuery(query, (query) => ({
    searchTerm: query.text('search_term'),
    externalId: query.id('external_id'),
    accountTypes: query.texts('account_type'),
    customerType: query.text('customer_type'),
    hasCustomerType: query.boolean('has_customer_type'),
    hasTaxNumber: query.boolean('has_tax_identification_number'),
    currencies: query.texts('currencies'),
    countries: query.texts('countries'),
    states: query.texts('states'),
    zipcodes: query.texts('zipcodes'),
    metadata: query.pairs('metadata'),
    codes: query.ids('billing_entity_codes'),
  }))
  accepted(checkCustomerFilters(filters))
  return { ...filters, billingEntityIds: await entityIdsOf(reads, codes) }
}

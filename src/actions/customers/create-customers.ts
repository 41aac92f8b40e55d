import type { CustomerChange, CustomerColumns } from '../../core/customers/customer-change.ts'
import { notFound } from '../../core/refusal.ts'
import { decideEuTax } from '../../core/taxes/eu-tax.ts'
import {
  type CustomerSurroundings,
  type MeantEntity,
  readSurroundings,
  type SectionAround,
} from '../../store/customer-surroundings.ts'
import { type CustomerDetails, type CustomerRow, metadataRows } from '../../store/customers.ts'
import { Last, type Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { applicableOf, type CustomSectionRow } from '../../store/invoice-custom-sections.ts'
import { insertCustomers, type NewCustomer } from '../../store/new-customers.ts'
import type { TaxRow } from '../../store/taxes.ts'
import { startViesChecks } from '../../store/vies-checks.ts'
import { insertWebhooks } from '../../store/webhooks.ts'
import { toWireCustomer } from '../../wire/customers.ts'
import { activitiesOf } from '../activity-logs/log-activity.ts'
import type { Caller } from '../context.ts'
import { readEuTax } from '../taxes/create-eu-taxes.ts'
import { listeningTo, webhooksOf } from '../webhooks/announce.ts'

/** A customer with the sections that its invoices print. */
export type ShownCustomer = {
  readonly details: CustomerDetails
  readonly sections: readonly CustomSectionRow[]
}

/** A request to create a customer, or to change it. */
export type CustomerRequest = {
  readonly caller: Caller
  readonly change: Omit<CustomerChange, 'providerLink'>
}

/** A customer that is about to be inserted, and everything that its response shows. */
type Draft = NewCustomer & {
  readonly caller: Caller
  readonly entity: MeantEntity
  readonly taxes: readonly TaxRow[]
  readonly sections: readonly CustomSectionRow[]
  /** Its VAT number has to be checked before its EU tax is known. */
  readonly isToBeChecked: boolean
}

/** What the requests of a transaction depend on besides the customers themselves. */
export function surroundingsOf(
  tx: Tx,
  changes: readonly CustomerRequest['change'][],
): Promise<CustomerSurroundings> {
  return readSurroundings(tx, {
    externalIds: changes.map(({ externalId }) => externalId),
    entityCodes: changes.flatMap(({ billingEntityCode }) => billingEntityCode ?? []),
    taxCodes: changes.flatMap(({ taxCodes }) => taxCodes ?? []),
    sectionCodes: changes.flatMap(({ sectionCodes }) => sectionCodes ?? []),
  })
}

/**
 * Creates customers of one organization, of which none exists, in one statement. Numbers follow the order of the
 * requests. Webhooks go to the subscribed endpoints. 404 for an unknown billing entity, tax or custom section.
 */
export async function createCustomers(
  tx: Tx,
  requests: readonly CustomerRequest[],
  around: CustomerSurroundings,
): Promise<readonly ShownCustomer[] | Last<readonly ShownCustomer[]>> {
  const [first] = requests
  if (!first) return []
  const drafts: Draft[] = []
  for (const request of requests) drafts.push(await draftOf(tx, request, around))
  const activities = drafts.flatMap(({ row, caller }) =>
    activitiesOf(caller, 'customer.created', row.id, null).map((activity) => ({
      ...activity,
      externalCustomerId: row.externalId,
    })),
  )
  const sent = await insertCustomers(tx, first.caller.organizationId, drafts, activities)
  const inserted = sent.statements.then((rows) => {
    const rowById = new Map(rows.map((row) => [row.id, row]))
    return drafts.map((draft) => shownOf(draft, rowById.get(draft.row.id)))
  })
  const checked = drafts.filter(({ isToBeChecked }) => isToBeChecked)
  const listeners = listeningTo(around.listeners, 'customer.created')
  if (checked.length === 0 && listeners.length === 0) return new Last(inserted)
  const [shown] = await Promise.all([
    inserted,
    startViesChecks(
      tx,
      checked.map(({ row, taxIds, caller }) => ({ customer: row, taxIds, now: caller.now })),
    ),
  ])
  const webhooks = shown.flatMap(({ details, sections }, place) => {
    const caller = drafts[place]?.caller ?? first.caller
    const message = {
      type: 'customer.created',
      objectType: 'customer',
      objectId: details.customer.id,
    } as const
    return webhooksOf(caller, listeners, message, toWireCustomer(details, sections))
  })
  if (webhooks.length > 0) await insertWebhooks(tx, first.caller.organizationId, webhooks)
  return shown
}

function shownOf(draft: Draft, customer: CustomerRow | undefined): ShownCustomer {
  if (!customer) throw new Error(`customer ${draft.row.id} was not inserted`)
  const { entity, metadata, taxes, sections } = draft
  return { details: { customer, billingEntity: entity, metadata, taxes }, sections }
}

async function draftOf(
  tx: Tx,
  { caller, change }: CustomerRequest,
  around: CustomerSurroundings,
): Promise<Draft> {
  const sent = taxesMeant(around, change.taxCodes ?? [])
  const entity = entityMeant(around, change.billingEntityCode)
  const selected = change.sectionCodes && sectionsMeant(around, change.sectionCodes)
  const row = rowOf({ caller, change }, entity)
  const decision = entity.euCountry === null ? undefined : decideEuTax(entity.euCountry, row)
  const own = decision?.kind === 'code' ? await euTax(tx, caller, around, decision.code) : undefined
  const taxes = own ? withEuTax(sent, own) : sent
  return {
    caller,
    row,
    entity,
    taxes,
    taxIds: taxes.map(({ id }) => id),
    metadata: metadataRows(row, change.metadata ?? [], [], caller.now),
    sectionIds: (selected ?? []).map(({ id }) => id),
    sections: selected && selected.length > 0 ? selected : applicableSectionsOf(row, around),
    isToBeChecked: decision?.kind === 'check',
  }
}

/** The billing entity with a code, the default one without; 404 when there is none. */
export function entityMeant(around: CustomerSurroundings, code: string | undefined): MeantEntity {
  const entity = around.entities.find((each) => (code === undefined ? each.isDefault : each.code === code))
  if (!entity) throw notFound('billing_entity')
  return entity
}

/** The taxes with these codes; 404 when one of them does not exist. */
export function taxesMeant(around: CustomerSurroundings, codes: readonly string[]): TaxRow[] {
  const found = around.taxes.filter(({ code }) => codes.includes(code))
  if (found.length < new Set(codes).size) throw notFound('tax')
  return found
}

/** The custom sections with these codes; 404 when one of them does not exist. */
export function sectionsMeant(around: CustomerSurroundings, codes: readonly string[]): SectionAround[] {
  const found = around.sections.filter(({ ownerId, code }) => ownerId === null && codes.includes(code))
  if (found.length < new Set(codes).size) throw notFound('invoice_custom_section')
  return found
}

/** The sections of a customer that has selected none in the same request. */
export function applicableSectionsOf(
  customer: Pick<CustomerRow, 'id' | 'billingEntityId' | 'skipInvoiceCustomSections'>,
  around: CustomerSurroundings,
): readonly CustomSectionRow[] {
  const selected = around.sections.flatMap((each) =>
    each.ownerId === null ? [] : [{ ...each, ownerId: each.ownerId }],
  )
  return applicableOf(customer, selected)
}

async function euTax(tx: Tx, caller: Caller, around: CustomerSurroundings, code: string): Promise<TaxRow> {
  return around.taxes.find((tax) => tax.code === code) ?? readEuTax(tx, caller, code)
}

/** The taxes of a request with its customer's EU tax, in order of creation. */
export function withEuTax(kept: readonly TaxRow[], own: TaxRow): TaxRow[] {
  return [...kept.filter(({ id }) => id !== own.id), own].sort(
    (a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
  )
}

/** A customer of whom a request says nothing. */
const BLANK: { readonly [Column in keyof CustomerColumns]-?: CustomerRow[Column] } = {
  name: null,
  firstname: null,
  lastname: null,
  legalName: null,
  legalNumber: null,
  phone: null,
  url: null,
  logoUrl: null,
  customerType: null,
  email: null,
  addressLine1: null,
  addressLine2: null,
  city: null,
  state: null,
  zipcode: null,
  country: null,
  currency: null,
  taxIdentificationNumber: null,
  timezone: null,
  netPaymentTerm: null,
  finalizeZeroAmountInvoice: 'inherit',
  externalSalesforceId: null,
  skipInvoiceCustomSections: false,
  invoiceGracePeriod: null,
  documentLocale: null,
  subscriptionInvoiceIssuingDateAnchor: null,
  subscriptionInvoiceIssuingDateAdjustment: null,
  paymentProvider: null,
  paymentProviderCode: null,
}

function rowOf({ caller, change }: CustomerRequest, entity: MeantEntity): NewCustomer['row'] {
  return {
    ...BLANK,
    ...change.columns,
    organizationId: caller.organizationId,
    id: newId(),
    externalId: change.externalId,
    billingEntityId: entity.id,
    accountType: change.accountType ?? 'customer',
    shippingAddress: change.shippingAddress ?? null,
    // Linked, if at all, once it exists.
    providerCustomerId: null,
    syncWithProvider: false,
    providerPaymentMethods: null,
    deletedAt: null,
    createdAt: caller.now,
    updatedAt: caller.now,
  }
}

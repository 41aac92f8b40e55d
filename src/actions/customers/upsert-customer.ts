import type { CustomerChange } from '../../core/customers/customer-change.ts'
import type { ProviderLink } from '../../core/payment-providers/provider-link.ts'
import { notFound } from '../../core/refusal.ts'
import type { CustomerSurroundings, SectionAround } from '../../store/customer-surroundings.ts'
import {
  type CustomerDetails,
  type CustomerRow,
  hasSales,
  lockCustomerByExternalId,
  replaceMetadata,
  updateCustomer,
} from '../../store/customers.ts'
import { Last, type Tx } from '../../store/database.ts'
import { isDuplicate } from '../../store/duplicates.ts'
import { type CustomSectionRow, replaceSelection } from '../../store/invoice-custom-sections.ts'
import { flagDraftsOfCustomer } from '../../store/taxes.ts'
import { Conflict, inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import { toWireCustomer } from '../../wire/customers.ts'
import type { Caller, Context } from '../context.ts'
import { redateDrafts } from '../invoices/redate-drafts.ts'
import { endDefaultLink, hasDefaultLink, linkCustomer } from '../payment-providers/link-customer.ts'
import { tellProvider } from '../payment-providers/sync-customer.ts'
import { rescheduleCustomer } from '../subscriptions/reschedule-customer.ts'
import { announceTo } from '../webhooks/announce.ts'
import {
  applicableSectionsOf,
  createCustomers,
  entityMeant,
  type ShownCustomer,
  sectionsMeant,
  surroundingsOf,
  taxesMeant,
} from './create-customers.ts'
import { customersAtOnce } from './create-together.ts'
import { followTaxes } from './settle-eu-tax.ts'

/**
 * Creates or updates the customer with an external id; only fields in the request change. Of two concurrent requests,
 * one creates and the other updates; customers that are created at the same time share a transaction. 404 for an
 * unknown billing entity, tax or custom section. A request to link a payment provider gets a 422 after the customer is
 * saved when there is no such connection.
 */
export async function upsertCustomer(
  context: Context,
  caller: Caller,
  change: CustomerChange,
): Promise<ShownCustomer> {
  const alone = () => inTransaction(context.database, caller, (tx) => upsertAlone(tx, caller, change))
  // What is one transaction with its response, and what depends on a sandbox's clock, shares its transaction with none.
  const isAlone = caller.open !== undefined || caller.organization.isSandbox || caller.buyer !== undefined
  const { organizationId } = caller
  const shown = await (isAlone
    ? alone()
    : customersAtOnce(context).enter(organizationId, { caller, change }, alone))
  return change.providerLink ? followLink(context, caller, shown, change.providerLink) : shown
}

/** Links the customer that was saved, and shows it anew. */
async function followLink(
  context: Context,
  caller: Caller,
  { details, sections }: ShownCustomer,
  link: ProviderLink,
): Promise<ShownCustomer> {
  const customer = await linkCustomer(context, caller, details.customer.id, link)
  return { details: { ...details, customer }, sections }
}

async function upsertAlone(
  tx: Tx,
  caller: Caller,
  change: CustomerChange,
): Promise<ShownCustomer | Last<ShownCustomer>> {
  const [known, around] = await Promise.all([
    lockCustomerByExternalId(tx, change.externalId),
    surroundingsOf(tx, [change]),
  ])
  // A customer in the portal changes itself, and never becomes a new one that has its external id.
  if (caller.buyer && known?.id !== caller.buyer.customerId) throw notFound('customer')
  if (known) return changeCustomer(tx, caller, known, change, around)
  return createOne(tx, caller, change, around)
}

/**
 * Creates a customer with only an external id, for a subscription of an unknown customer, and sends the webhook to
 * the subscribed endpoints. Runs in the caller's transaction, which has found no customer to lock.
 */
export async function createUnknownCustomer(
  tx: Tx,
  caller: Caller,
  externalId: string,
): Promise<CustomerRow> {
  const change = { externalId, columns: {} }
  const created = await createOne(tx, caller, change, await surroundingsOf(tx, [change]))
  const { details } = created instanceof Last ? await created.statements : created
  return details.customer
}

async function createOne(
  tx: Tx,
  caller: Caller,
  change: Omit<CustomerChange, 'providerLink'>,
  around: CustomerSurroundings,
): Promise<ShownCustomer | Last<ShownCustomer>> {
  const created = await createCustomers(tx, [{ caller, change }], around).catch(refuseTaken)
  if (!(created instanceof Last)) return onlyOne(created)
  return new Last(created.statements.then(onlyOne, refuseTaken))
}

function onlyOne([shown]: readonly ShownCustomer[]): ShownCustomer {
  if (!shown) throw new Error('a customer was created and is not shown')
  return shown
}

function refuseTaken(error: unknown): never {
  if (!isDuplicate(error, 'customers_external_id')) throw error
  throw new Conflict('a customer with the external id was created meanwhile')
}

async function changeCustomer(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  change: CustomerChange,
  around: CustomerSurroundings,
): Promise<ShownCustomer> {
  const sent = change.taxCodes && taxesMeant(around, change.taxCodes)
  const selected = change.sectionCodes && sectionsMeant(around, change.sectionCodes)
  const entity =
    change.billingEntityCode === undefined ? undefined : entityMeant(around, change.billingEntityCode)
  if (selected) await selectSections(tx, caller, customer.id, selected)
  if (change.providerLink === null) await endDefaultLink(tx, caller, customer)
  const { customer: changed, billingEntity } = await updateCustomer(tx, customer.id, {
    ...columnsOf(customer, change),
    ...(entity && { billingEntityId: entity.id }),
    ...(await accountTypeOf(tx, customer, change)),
    ...addressOf(customer, change),
    updatedAt: ts(caller.now),
  })
  if (ISSUING_COLUMNS.some((column) => changed[column] !== customer[column])) {
    await redateDrafts(tx, caller, customer.id)
  }
  if (around.linkedIds.includes(customer.id)) await tellProvider(tx, customer, changed)
  const metadata = change.metadata && (await replaceMetadata(tx, changed, change.metadata, caller.now))
  if (sent || changed.billingEntityId !== customer.billingEntityId) {
    await flagDraftsOfCustomer(tx, customer.id)
  }
  if (changed.timezone !== customer.timezone || changed.billingEntityId !== customer.billingEntityId) {
    await rescheduleCustomer(tx, caller, customer.id)
  }
  // Last, because invoices that waited for the customer's taxes may draw their numbers now (docs/decisions/0018).
  const taxes = await followTaxes(tx, caller, { before: customer, after: changed }, around, sent)
  const details: CustomerDetails = {
    customer: changed,
    billingEntity,
    metadata: metadata ?? around.metadata,
    taxes,
  }
  const sections = selected && selected.length > 0 ? selected : sectionsAfter(changed, selected, around)
  await announceTo(tx, caller, around.listeners, {
    type: 'customer.updated',
    objectType: 'customer',
    objectId: changed.id,
    payload: () => toWireCustomer(details, sections),
  })
  return { details, sections }
}

/** A customer with a default link shows that one; what a request says of a provider only shows without one. */
function columnsOf(customer: CustomerRow, { columns, providerLink }: CustomerChange) {
  if (!hasDefaultLink(customer) || providerLink === null) return columns
  const { paymentProvider: _, paymentProviderCode: __, ...others } = columns
  return others
}

async function selectSections(
  tx: Tx,
  caller: Caller,
  customerId: string,
  sections: readonly SectionAround[],
): Promise<void> {
  const owner = { column: 'customerId', id: customerId } as const
  const ids = sections.map(({ id }) => id)
  await replaceSelection(tx, caller.organizationId, owner, ids, caller.now)
}

/** The sections of a changed customer that has none of its own by this request. */
function sectionsAfter(
  customer: CustomerRow,
  selected: readonly SectionAround[] | undefined,
  around: CustomerSurroundings,
): readonly CustomSectionRow[] {
  // An empty selection takes away what it had selected.
  const left = selected ? around.sections.filter(({ ownerId }) => ownerId !== customer.id) : around.sections
  return applicableSectionsOf(customer, { ...around, sections: left })
}

/** Draft dates depend on these, and on the billing entity's settings, whose changes are applied separately. */
const ISSUING_COLUMNS = [
  'billingEntityId',
  'invoiceGracePeriod',
  'netPaymentTerm',
  'subscriptionInvoiceIssuingDateAnchor',
  'subscriptionInvoiceIssuingDateAdjustment',
] as const

/** The account type can be set until something is sold to the customer; later changes are ignored. */
async function accountTypeOf(
  tx: Tx,
  customer: CustomerRow,
  change: CustomerChange,
): Promise<{ accountType?: string }> {
  if (change.accountType === undefined || change.accountType === customer.accountType) return {}
  return (await hasSales(tx, customer.id)) ? {} : { accountType: change.accountType }
}

function addressOf(customer: CustomerRow, change: CustomerChange) {
  if (!change.shippingAddress) return {}
  const stored = (customer.shippingAddress ?? {}) as object
  return { shippingAddress: json({ ...stored, ...change.shippingAddress }) }
}

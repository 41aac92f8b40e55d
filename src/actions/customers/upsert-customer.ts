import type { CustomerChange } from '../../core/customers/customer-change.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import {
  type CustomerDetails,
  type CustomerRow,
  detailsOfCustomer,
  hasSales,
  insertCustomer,
  insertMetadata,
  lockCustomerByExternalId,
  replaceMetadata,
  updateCustomer,
} from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { isDuplicate } from '../../store/duplicates.ts'
import { newId } from '../../store/ids.ts'
import {
  applicableOf,
  applicableSections,
  type CustomSectionRow,
  sectionsAround,
} from '../../store/invoice-custom-sections.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { addTaxes, flagDraftsOfCustomer, type TaxRow } from '../../store/taxes.ts'
import { Conflict, inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import { type EuSeller, listEuSellers } from '../../store/vies-checks.ts'
import type { WebhookEndpointRow } from '../../store/webhooks.ts'
import { toWireCustomer } from '../../wire/customers.ts'
import type { Caller, Context } from '../context.ts'
import { selectSections } from '../invoice-custom-sections/select-sections.ts'
import { redateDrafts } from '../invoices/redate-drafts.ts'
import { rescheduleCustomer } from '../subscriptions/reschedule-customer.ts'
import { readTaxesByCode } from '../taxes/read-tax.ts'
import { announce, announceTo } from '../webhooks/announce.ts'
import { followTaxes, settleEuTax } from './settle-eu-tax.ts'

/** A customer with the sections that its invoices print. */
export type ShownCustomer = {
  readonly details: CustomerDetails
  readonly sections: readonly CustomSectionRow[]
}

/**
 * Creates or updates the customer with an external id; only fields in the request change. Of two concurrent requests,
 * one creates and the other updates. 404 for an unknown billing entity or tax. A request to link a payment provider
 * gets a 422 after the customer is saved, because there are no provider connections yet.
 */
export async function upsertCustomer(
  context: Context,
  caller: Caller,
  change: CustomerChange,
): Promise<ShownCustomer> {
  const shown = await inTransaction<ShownCustomer>(context.database, caller, async (tx) => {
    const [known, sellers, taxes, around] = await Promise.all([
      lockCustomerByExternalId(tx, change.externalId),
      listEuSellers(tx),
      change.taxCodes && readTaxesByCode(tx, change.taxCodes),
      change.sectionCodes === undefined ? sectionsAround(tx, change.externalId) : undefined,
    ])
    const withSections = async (details: CustomerDetails): Promise<ShownCustomer> => {
      const { customer } = details
      const sections = around ? applicableOf(customer, around) : await applicableSections(tx, customer)
      return { details, sections }
    }
    if (known) {
      await select(tx, caller, known.id, change)
      const changed = await changeCustomer(tx, caller, known, change, { taxes, sellers })
      await announce(tx, caller, messageOf(tx, 'customer.updated', changed))
      return withSections(changed)
    }
    const created = await createTaxedCustomer(tx, caller, change, { taxes, sellers })
    await select(tx, caller, created.customer.id, change)
    await announce(tx, caller, messageOf(tx, 'customer.created', created))
    return withSections(created)
  })
  if (change.asksForProvider) throw invalid({ base: ['payment_provider_not_found'] })
  return shown
}

async function select(tx: Tx, caller: Caller, id: string, { sectionCodes }: CustomerChange): Promise<void> {
  if (sectionCodes) await selectSections(tx, caller, { column: 'customerId', id }, sectionCodes)
}

/**
 * Creates a customer with only an external id, for a subscription of an unknown customer, and sends the webhook to
 * the subscribed `endpoints`. Runs in the caller's transaction, which has found no customer to lock.
 */
export async function createUnknownCustomer(
  tx: Tx,
  caller: Caller,
  externalId: string,
  endpoints: readonly WebhookEndpointRow[],
): Promise<CustomerRow> {
  const given = { taxes: undefined, sellers: await listEuSellers(tx) }
  const details = await createTaxedCustomer(tx, caller, { externalId, columns: {} }, given)
  await announceTo(tx, caller, endpoints, messageOf(tx, 'customer.created', details))
  return details.customer
}

function messageOf(tx: Tx, type: 'customer.created' | 'customer.updated', details: CustomerDetails) {
  return {
    type,
    objectType: 'customer',
    objectId: details.customer.id,
    payload: async () => toWireCustomer(details, await applicableSections(tx, details.customer)),
  }
}

/** The taxes of a request, and the billing entities that manage EU taxes. */
type Taxing = { readonly taxes: readonly TaxRow[] | undefined; readonly sellers: readonly EuSeller[] }

async function createTaxedCustomer(
  tx: Tx,
  caller: Caller,
  change: Omit<CustomerChange, 'asksForProvider'>,
  { taxes, sellers }: Taxing,
): Promise<CustomerDetails> {
  const details = await createCustomer(tx, caller, change, taxes)
  const seller = sellers.find(({ id }) => id === details.customer.billingEntityId)
  const settled = seller && (await settleEuTax(tx, caller, details.customer, seller, taxes ?? []))
  return settled ? { ...details, taxes: settled } : details
}

/** Sends all writes at once. */
async function createCustomer(
  tx: Tx,
  caller: Caller,
  change: Omit<CustomerChange, 'asksForProvider'>,
  taxes: readonly TaxRow[] | undefined,
): Promise<CustomerDetails> {
  const { organizationId, now } = caller
  const owner = { organizationId, id: newId() }
  const { accountType, shippingAddress, metadata = [] } = change
  const taxIds = (taxes ?? []).map((tax) => tax.id)
  const inserting = insertCustomer(tx, {
    ...change.columns,
    ...owner,
    externalId: change.externalId,
    ...(accountType === undefined ? {} : { accountType }),
    ...(shippingAddress === undefined ? {} : { shippingAddress: json(shippingAddress) }),
    billingEntityCode: change.billingEntityCode,
    now,
  })
  try {
    // Only a billing entity named in the request can be unknown; otherwise there is no need to wait for the customer.
    if (change.billingEntityCode !== undefined && !(await inserting)) throw notFound('billing_entity')
    const [inserted, entries] = await Promise.all([
      inserting,
      insertMetadata(tx, owner, metadata, [], now),
      taxIds.length === 0 ? undefined : addTaxes(tx, organizationId, 'customer', owner.id, taxIds),
    ])
    if (!inserted) throw notFound('billing_entity')
    return { ...inserted, metadata: entries, taxes: taxes ?? [] }
  } catch (error) {
    if (!isDuplicate(error, 'customers_external_id')) throw error
    throw new Conflict('a customer with the external id was created meanwhile')
  }
}

async function changeCustomer(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  change: CustomerChange,
  { taxes, sellers }: Taxing,
): Promise<CustomerDetails> {
  const { customer: changed, billingEntity } = await updateCustomer(tx, customer.id, {
    ...change.columns,
    ...(await entityOf(tx, change)),
    ...(await accountTypeOf(tx, customer, change)),
    ...addressOf(customer, change),
    updatedAt: ts(caller.now),
  })
  if (ISSUING_COLUMNS.some((column) => changed[column] !== customer[column])) {
    await redateDrafts(tx, caller, customer.id)
  }
  const metadata = change.metadata && (await replaceMetadata(tx, changed, change.metadata, caller.now))
  if (taxes || changed.billingEntityId !== customer.billingEntityId) {
    await flagDraftsOfCustomer(tx, customer.id)
  }
  if (changed.timezone !== customer.timezone || changed.billingEntityId !== customer.billingEntityId) {
    await rescheduleCustomer(tx, caller, customer.id)
  }
  // Last, because invoices that waited for the customer's taxes may draw their numbers now (docs/decisions/0018).
  const followed = await followTaxes(tx, caller, { before: customer, after: changed }, sellers, taxes)
  return detailsOfCustomer(tx, changed, {
    billingEntity,
    ...(metadata && { metadata }),
    ...(followed && { taxes: followed }),
  })
}

/** Draft dates depend on these, and on the billing entity's settings, whose changes are applied separately. */
const ISSUING_COLUMNS = [
  'billingEntityId',
  'invoiceGracePeriod',
  'netPaymentTerm',
  'subscriptionInvoiceIssuingDateAnchor',
  'subscriptionInvoiceIssuingDateAdjustment',
] as const

async function entityOf(tx: Tx, change: CustomerChange): Promise<{ billingEntityId?: string }> {
  if (change.billingEntityCode === undefined) return {}
  const entity = await findBillingEntity(tx, { code: change.billingEntityCode })
  if (!entity) throw notFound('billing_entity')
  return { billingEntityId: entity.id }
}

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

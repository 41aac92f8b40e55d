import type { CustomerChange } from '../../core/customers/customer-change.ts'
import { invalid, notFound } from '../../core/problems.ts'
import {
  type CustomerDetails,
  type CustomerRow,
  detailsOfCustomer,
  hasSales,
  insertCustomer,
  insertMetadata,
  lockCustomer,
  replaceMetadata,
  updateCustomer,
} from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { addTaxes, flagDraftsOfCustomer, replaceTaxes, type TaxRow } from '../../store/taxes.ts'
import { Conflict, inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import { toWireCustomer } from '../../wire/customers.ts'
import type { Caller, Context } from '../context.ts'
import { redateDrafts } from '../invoices/redate-drafts.ts'
import { rescheduleCustomer } from '../subscriptions/reschedule-customer.ts'
import { readTaxes } from '../taxes/read-tax.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Creates the customer with an external id or updates it (platform.md §7.1); only what the request gave changes.
 * Of two requests at once one creates and the other updates. 404 for an unknown billing entity or tax. A wish to
 * be linked to a payment provider is refused with 422 after the customer is saved, because there is no connection
 * that could be meant.
 */
export async function upsertCustomer(
  context: Context,
  caller: Caller,
  change: CustomerChange,
): Promise<CustomerDetails> {
  const details = await inTransaction(context.database, caller, async (tx) => {
    const known = await lockCustomer(tx, change.externalId)
    const details = known
      ? await changeCustomer(tx, caller, known, change)
      : await createCustomer(tx, caller, change)
    await announceCustomer(tx, caller, details, known ? 'customer.updated' : 'customer.created')
    return details
  })
  if (change.asksForProvider) throw invalid({ base: ['payment_provider_not_found'] })
  return details
}

/**
 * The customer with an external id, made (and announced) when there is none: for a subscription of a customer that
 * nobody has described yet. Works in the caller's transaction and leaves the customer locked in it.
 */
export async function findOrCreateCustomer(tx: Tx, caller: Caller, externalId: string): Promise<CustomerRow> {
  const known = await lockCustomer(tx, externalId)
  if (known) return known
  const details = await createCustomer(tx, caller, { externalId, columns: {} })
  await announceCustomer(tx, caller, details, 'customer.created')
  return details.customer
}

async function announceCustomer(
  tx: Tx,
  caller: Caller,
  details: CustomerDetails,
  type: 'customer.created' | 'customer.updated',
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'customer',
    objectId: details.customer.id,
    payload: () => toWireCustomer(details),
  })
}

async function createCustomer(
  tx: Tx,
  caller: Caller,
  change: Omit<CustomerChange, 'asksForProvider'>,
): Promise<CustomerDetails> {
  const { organizationId, now } = caller
  const taxes = await taxesOf(tx, change)
  const code = change.billingEntityCode
  const billingEntity = await findBillingEntity(tx, code === undefined ? { isDefault: true } : { code })
  if (!billingEntity) throw notFound('billing_entity')
  const { accountType, shippingAddress } = change
  const customer = await insertCustomer(tx, {
    ...change.columns,
    ...(accountType === undefined ? {} : { accountType }),
    ...(shippingAddress === undefined ? {} : { shippingAddress: json(shippingAddress) }),
    externalId: change.externalId,
    billingEntityId: billingEntity.id,
    organizationId,
    now,
  })
  if (!customer) throw new Conflict('a customer with the external id was created meanwhile')
  if (taxes && taxes.length > 0) {
    await addTaxes(
      tx,
      organizationId,
      'customer',
      customer.id,
      taxes.map((tax) => tax.id),
    )
  }
  const metadata = await insertMetadata(tx, customer, change.metadata ?? [], [], now)
  return { customer, billingEntity, metadata, taxes: taxes ?? [] }
}

async function changeCustomer(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  change: CustomerChange,
): Promise<CustomerDetails> {
  const taxes = await taxesOf(tx, change)
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
  if (taxes) {
    const taxIds = taxes.map((tax) => tax.id)
    await replaceTaxes(tx, caller.organizationId, 'customer', customer.id, taxIds)
  }
  if (change.taxCodes || changed.billingEntityId !== customer.billingEntityId) {
    await flagDraftsOfCustomer(tx, customer.id)
  }
  if (changed.timezone !== customer.timezone || changed.billingEntityId !== customer.billingEntityId) {
    await rescheduleCustomer(tx, caller, customer.id)
  }
  return detailsOfCustomer(tx, changed, {
    billingEntity,
    ...(metadata && { metadata }),
    ...(taxes && { taxes }),
  })
}

/** The dates of drafts follow from these and from what the billing entity says, whose changes are spread by themselves. */
const ISSUING_COLUMNS = [
  'billingEntityId',
  'invoiceGracePeriod',
  'netPaymentTerm',
  'subscriptionInvoiceIssuingDateAnchor',
  'subscriptionInvoiceIssuingDateAdjustment',
] as const

async function taxesOf(
  tx: Tx,
  { taxCodes }: Pick<CustomerChange, 'taxCodes'>,
): Promise<TaxRow[] | undefined> {
  return taxCodes && readTaxes(tx, taxCodes)
}

async function entityOf(tx: Tx, change: CustomerChange): Promise<{ billingEntityId?: string }> {
  if (change.billingEntityCode === undefined) return {}
  const entity = await findBillingEntity(tx, { code: change.billingEntityCode })
  if (!entity) throw notFound('billing_entity')
  return { billingEntityId: entity.id }
}

/** What kind of account it is can be said until something is sold to it; later wishes are passed over. */
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

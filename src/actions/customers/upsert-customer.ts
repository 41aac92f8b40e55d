import type { CustomerChange } from '../../core/customers/customer-change.ts'
import { invalid, notFound } from '../../core/problems.ts'
import {
  type CustomerDetails,
  type CustomerRow,
  detailsOfCustomer,
  hasSales,
  insertCustomer,
  lockCustomer,
  replaceMetadata,
  updateCustomer,
} from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { findBillingEntity, lockOrganization, nextCustomerNumber, stamps } from '../../store/organizations.ts'
import { flagDraftsOfCustomer, replaceTaxes } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
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
    const { customer, isNew } = await lockOrInsert(tx, caller, change.externalId)
    const changed = await writeChange(tx, caller, customer, change, isNew)
    const details = await detailsOfCustomer(tx, changed)
    await announceCustomer(tx, caller, details, isNew ? 'customer.created' : 'customer.updated')
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
  const { customer, isNew } = await lockOrInsert(tx, caller, externalId)
  if (isNew) {
    await announceCustomer(tx, caller, await detailsOfCustomer(tx, customer), 'customer.created')
  }
  return customer
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

async function lockOrInsert(
  tx: Tx,
  caller: Caller,
  externalId: string,
): Promise<{ readonly customer: CustomerRow; readonly isNew: boolean }> {
  const known = await lockCustomer(tx, externalId)
  if (known) return { customer: known, isNew: false }
  // Creations of an organization come one after the other, so a customer made meanwhile is seen after the wait.
  const organization = await lockOrganization(tx, caller.organizationId)
  const rival = await lockCustomer(tx, externalId)
  if (rival) return { customer: rival, isNew: false }
  const entity = await findBillingEntity(tx, { isDefault: true })
  if (!entity) throw notFound('billing_entity')
  const number = await nextCustomerNumber(tx, caller.organizationId)
  const customer = await insertCustomer(tx, {
    organizationId: caller.organizationId,
    id: newId(),
    externalId,
    billingEntityId: entity.id,
    sequentialId: number,
    slug: `${organization.documentNumberPrefix}-${String(number).padStart(3, '0')}`,
    ...stamps(caller.now),
  })
  return { customer, isNew: true }
}

async function writeChange(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  change: CustomerChange,
  isNew: boolean,
): Promise<CustomerRow> {
  const changed = await updateCustomer(tx, customer.id, {
    ...change.columns,
    ...(await entityOf(tx, change)),
    ...(await accountTypeOf(tx, customer, change)),
    ...addressOf(customer, change),
    updatedAt: ts(caller.now),
  })
  if (!isNew) await redateDrafts(tx, caller, customer.id)
  if (change.metadata) await replaceMetadata(tx, changed, change.metadata, caller.now)
  if (change.taxCodes) {
    const taxes = await readTaxes(tx, change.taxCodes)
    const taxIds = taxes.map((tax) => tax.id)
    await replaceTaxes(tx, caller.organizationId, 'customer', customer.id, taxIds)
  }
  if (!isNew && (change.taxCodes || changed.billingEntityId !== customer.billingEntityId)) {
    await flagDraftsOfCustomer(tx, customer.id)
  }
  if (changed.timezone !== customer.timezone || changed.billingEntityId !== customer.billingEntityId) {
    await rescheduleCustomer(tx, caller, customer.id)
  }
  return changed
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

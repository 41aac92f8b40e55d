import { decideEuTax, isEuTaxCode } from '../../core/taxes/eu-tax.ts'
import type { CustomerRow } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { flagDraftsOfCustomer, replaceTaxes, type TaxRow, taxesOfOwners } from '../../store/taxes.ts'
import {
  deleteViesCheck,
  type EuSeller,
  findViesCheck,
  setTaxesOfViesCheck,
  startViesCheck,
} from '../../store/vies-checks.ts'
import type { Caller } from '../context.ts'
import { completePendingInvoices } from '../invoices/complete-pending-invoices.ts'
import { readEuTax } from '../taxes/create-eu-taxes.ts'

/** What decides a customer's EU tax. */
const DECIDING = ['taxIdentificationNumber', 'zipcode', 'country', 'billingEntityId'] as const

/**
 * Gives a customer its EU tax, beside the taxes of the same request; both replace what it had. With a VAT number, the
 * taxes stay as the request left them until VIES has been asked. Returns the customer's taxes. The caller has locked
 * the customer.
 */
export async function settleEuTax(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  seller: EuSeller,
  kept: readonly TaxRow[],
): Promise<readonly TaxRow[] | undefined> {
  const decision = decideEuTax(seller.country, customer)
  if (decision.kind === 'check') {
    const taxIds = kept.map(({ id }) => id)
    await startViesCheck(tx, customer, taxIds, caller.now)
    return undefined
  }
  return assignEuTax(tx, caller, customer.id, decision.code, kept)
}

/** Replaces a customer's taxes with an EU tax and those kept beside it, and ends the wait for VIES. */
export async function assignEuTax(
  tx: Tx,
  caller: Caller,
  customerId: string,
  code: string,
  kept: readonly TaxRow[],
): Promise<readonly TaxRow[]> {
  const own = await readEuTax(tx, caller, code)
  const taxes = [...kept.filter(({ id }) => id !== own.id), own].sort(
    (a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1),
  )
  const taxIds = taxes.map(({ id }) => id)
  await replaceTaxes(tx, caller.organizationId, 'customer', customerId, taxIds)
  await flagDraftsOfCustomer(tx, customerId)
  await endViesCheck(tx, caller, customerId)
  return taxes
}

/** Ends the wait for VIES, whatever the customer's taxes are now: its pending invoices are completed with them. */
export async function endViesCheck(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  if (await deleteViesCheck(tx, customerId)) await completePendingInvoices(tx, caller, customerId)
}

/** A customer before and after a change. */
export type CustomerMove = { readonly before: CustomerRow; readonly after: CustomerRow }

/**
 * Follows a change of a customer with its taxes: those of the request replace what it had. Its EU tax is decided anew
 * when something that decides it has changed, or when it has none; a customer that leaves for an entity without EU tax
 * management loses it. Returns the customer's taxes, undefined where they stay (docs/rules/taxes.md#taxes-in-the-eu).
 *
 * @param sent the taxes of the request, if it had any
 */
export async function followTaxes(
  tx: Tx,
  caller: Caller,
  { before, after }: CustomerMove,
  sellers: readonly EuSeller[],
  sent: readonly TaxRow[] | undefined,
): Promise<readonly TaxRow[] | undefined> {
  const hasMoved = before.billingEntityId !== after.billingEntityId
  const seller = sellers.find(({ id }) => id === after.billingEntityId)
  if (!seller && !hasMoved) return replaceWith(tx, caller, after.id, sent)
  const found = await taxesOfOwners(tx, { customerIds: [after.id] })
  const taxes = found.customers.get(after.id) ?? []
  const kept = sent ?? (hasMoved ? taxes.filter(({ code }) => !isEuTaxCode(code)) : undefined)
  if (!seller) {
    const left = await replaceWith(tx, caller, after.id, kept)
    await endViesCheck(tx, caller, after.id)
    return left
  }
  const hasChanged = DECIDING.some((column) => before[column] !== after[column])
  const isWaiting = (await findViesCheck(tx, after.id)) !== undefined
  if (!hasChanged && (isWaiting || taxes.some(({ code }) => isEuTaxCode(code)))) {
    const ids = sent?.map(({ id }) => id)
    if (isWaiting && ids) await setTaxesOfViesCheck(tx, after.id, ids)
    return replaceWith(tx, caller, after.id, sent)
  }
  const settled = await settleEuTax(tx, caller, after, seller, sent ?? [])
  return settled ?? replaceWith(tx, caller, after.id, kept)
}

async function replaceWith(
  tx: Tx,
  caller: Caller,
  customerId: string,
  taxes: readonly TaxRow[] | undefined,
): Promise<readonly TaxRow[] | undefined> {
  if (!taxes) return undefined
  const taxIds = taxes.map(({ id }) => id)
  await replaceTaxes(tx, caller.organizationId, 'customer', customerId, taxIds)
  return taxes
}

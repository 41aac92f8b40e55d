import { decideEuTax, isEuTaxCode } from '../../core/taxes/eu-tax.ts'
import type { CustomerSurroundings } from '../../store/customer-surroundings.ts'
import type { CustomerRow } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { flagDraftsOfCustomer, replaceTaxes, type TaxRow } from '../../store/taxes.ts'
import { deleteViesCheck, setTaxesOfViesCheck, startViesChecks } from '../../store/vies-checks.ts'
import type { Caller } from '../context.ts'
import { completePendingInvoices } from '../invoices/complete-pending-invoices.ts'
import { readEuTax } from '../taxes/create-eu-taxes.ts'
import { withEuTax } from './create-customers.ts'

/** What decides a customer's EU tax. */
const DECIDING = ['taxIdentificationNumber', 'zipcode', 'country', 'billingEntityId'] as const

/**
 * Gives a customer its EU tax, beside the taxes of the same request; both replace what it had. With a VAT number, the
 * taxes stay as the request left them until VIES has been asked. Returns the customer's taxes.
 */
async function settleEuTax(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  sellerCountry: string,
  kept: readonly TaxRow[],
): Promise<readonly TaxRow[] | undefined> {
  const decision = decideEuTax(sellerCountry, customer)
  if (decision.kind === 'check') {
    await startViesChecks(tx, [{ customer, taxIds: kept.map(({ id }) => id), now: caller.now }])
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
  const taxes = withEuTax(kept, own)
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
 * management loses it. Returns the customer's taxes (docs/rules/taxes.md#taxes-in-the-eu).
 *
 * @param sent the taxes of the request, if it had any
 */
export async function followTaxes(
  tx: Tx,
  caller: Caller,
  { before, after }: CustomerMove,
  around: CustomerSurroundings,
  sent: readonly TaxRow[] | undefined,
): Promise<readonly TaxRow[]> {
  const hasMoved = before.billingEntityId !== after.billingEntityId
  const entity = around.entities.find(({ id }) => id === after.billingEntityId)
  const sellerCountry = entity?.euCountry ?? null
  const taxes = around.taxes.filter(({ customerIds }) => customerIds.includes(after.id))
  const replace = (by: readonly TaxRow[] | undefined) => replaceWith(tx, caller, after.id, by)
  if (sellerCountry === null && !hasMoved) return (await replace(sent)) ?? taxes
  const kept = sent ?? (hasMoved ? taxes.filter(({ code }) => !isEuTaxCode(code)) : undefined)
  if (sellerCountry === null) {
    const left = await replace(kept)
    await endViesCheck(tx, caller, after.id)
    return left ?? taxes
  }
  const hasChanged = DECIDING.some((column) => before[column] !== after[column])
  const isWaiting = around.checkedIds.includes(after.id)
  if (!hasChanged && (isWaiting || taxes.some(({ code }) => isEuTaxCode(code)))) {
    const ids = sent?.map(({ id }) => id)
    if (isWaiting && ids) await setTaxesOfViesCheck(tx, after.id, ids)
    return (await replace(sent)) ?? taxes
  }
  const settled = await settleEuTax(tx, caller, after, sellerCountry, sent ?? [])
  return settled ?? (await replace(kept)) ?? taxes
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

import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { Fields, type Input } from '../../core/input/fields.ts'
import { readOneOff } from '../../core/invoicing/one-off-input.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { addOnsByCodes } from '../../store/add-ons.ts'
import { findCustomer } from '../../store/customers.ts'
import type { Caller, Context } from '../context.ts'
import { addOnCodesOf, oneOffOf } from './create-one-off-invoice.ts'

/** A one-off invoice that is not made, with the names of its add-ons by their ids. */
export type OneOffPreview = {
  readonly plan: InvoicePlan
  readonly addOns: ReadonlyMap<string, { readonly code: string; readonly name: string }>
}

/**
 * Shows a one-off invoice without making it: the same core builds it, and nothing is written. Refuses what making it
 * refuses, but for custom sections, which change no amount (docs/rules/invoices.md#one-off-invoices).
 */
export async function previewOneOffInvoice(
  { database }: Context,
  caller: Caller,
  input: Input,
): Promise<OneOffPreview> {
  const externalId = new Fields(input, new Problems()).id('external_customer_id') ?? ''
  return database.read(caller, async (reads) => {
    const customer = await findCustomer(reads, externalId)
    if (!customer) throw notFound('customer')
    const asked = accepted(readOneOff(input))
    const addOns = await addOnsByCodes(reads, addOnCodesOf(asked))
    const plan = await oneOffOf(reads, caller, { asked, customer, addOns, sections: null })
    return { plan, addOns: new Map(addOns.map((row) => [row.id, row])) }
  })
}

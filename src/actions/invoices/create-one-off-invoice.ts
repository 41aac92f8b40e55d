import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { buildOneOff, type OneOffLine } from '../../core/billing/one-off.ts'
import { Fields, type Input } from '../../core/input/fields.ts'
import type { CustomSection } from '../../core/invoice-custom-sections/invoice-sections.ts'
import {
  chosenCurrency,
  type OneOffInput,
  type OneOffLineInput,
  readOneOff,
} from '../../core/invoicing/one-off-input.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { type AddOnRow, holdAddOns } from '../../store/add-ons.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import { billingEntityIds } from '../../store/billing-entities.ts'
import { type CustomerRow, lockCustomerByExternalId } from '../../store/customers.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { setCustomerCurrency } from '../../store/subscription-states.ts'
import { findTaxes, taxOf } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { writePlans } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'
import { readSections } from '../invoice-custom-sections/select-sections.ts'

/**
 * Makes a one-off invoice and gives its id. 404 `customer_not_found`, `fees_not_found`, `billing_entity_not_found`,
 * `add_on_not_found`, `tax_not_found` and
 * `invoice_custom_section_not_found`, 422 for what is wrong with its lines (docs/rules/invoices.md#one-off-invoices).
 */
export async function createOneOffInvoice(context: Context, caller: Caller, input: Input): Promise<string> {
  const externalId = new Fields(input, new Problems()).id('external_customer_id') ?? ''
  return inTransaction(context.database, caller, async (tx) => {
    const customer = await lockCustomerByExternalId(tx, externalId)
    if (!customer) throw notFound('customer')
    const asked = accepted(readOneOff(input))
    const addOns = await holdAddOns(tx, { codes: addOnCodesOf(asked) })
    const invoice = await oneOffOf(tx, caller, {
      asked,
      customer,
      addOns,
      sections: await sectionsOf(tx, asked),
    })
    await setCustomerCurrency(tx, customer, invoice.currency, caller.now)
    const bill = {
      customerId: customer.id,
      documents: [{ kind: 'invoice', invoice }],
      nextBillings: [],
    } as const
    const [written] = await writePlans(context, tx, caller, [bill])
    if (written?.kind !== 'invoice') throw new Error('a one-off invoice was not written')
    return written.id
  })
}

/** A one-off invoice that is asked for, with what it is made of. */
type Asked = {
  readonly asked: OneOffInput
  readonly customer: CustomerRow
  /** The add-ons that its lines name, as far as they exist. */
  readonly addOns: readonly AddOnRow[]
  /** Null for those of the customer. */
  readonly sections: readonly CustomSection[] | null
}

/** The codes of the add-ons on the lines, each once. */
export const addOnCodesOf = ({ lines }: OneOffInput): readonly string[] => [
  ...new Set(lines.map(({ addOnCode }) => addOnCode)),
]

/** Builds a one-off invoice without writing it; the refusals are those of its creation. */
export async function oneOffOf(
  reads: Reads,
  caller: Caller,
  { asked, customer, addOns, sections }: Asked,
): Promise<InvoicePlan> {
  const currency = accepted(chosenCurrency(asked.currency, customer.currency))
  const { customers, billingEntities } = await readCustomerFacts(reads, [customer.id])
  const facts = customers.get(customer.id)
  const billingEntity = billingEntities.get(await issuerOf(reads, asked, customer.billingEntityId))
  if (!facts || !billingEntity) throw new Error(`customer ${customer.id} has no billing entity`)
  const lines = await linesOf(reads, asked.lines, addOns)
  const head = {
    // Taxes that lines name do not depend on what is still found out about the customer.
    customer: {
      ...facts,
      awaitsTaxes: facts.awaitsTaxes && lines.every((line) => line.taxes.length === 0),
    },
    billingEntity,
    currency,
    zone: facts.zone,
    purchaseOrderNumber: asked.purchaseOrderNumber,
    billingAt: caller.now,
    createdAt: caller.now,
  }
  const addOnIds = lines.map(({ addOn }) => addOn.id)
  const taxes = await readTaxesOfBills(reads, customers, [], [], addOnIds)
  return accepted(buildOneOff(head, lines, { skipsPayment: asked.skipPsp, customSections: sections }, taxes))
}

/** The sections that the request names; null for those of the customer. */
async function sectionsOf(tx: Tx, { sections }: OneOffInput): Promise<readonly CustomSection[] | null> {
  if (sections?.skips) return []
  if (!sections || sections.codes.length === 0) return null
  return readSections(tx, sections.codes)
}

async function issuerOf(
  reads: Reads,
  { billingEntityCode }: OneOffInput,
  ofCustomer: string,
): Promise<string> {
  if (billingEntityCode === null) return ofCustomer
  const id = (await billingEntityIds(reads, [billingEntityCode])).get(billingEntityCode)
  if (id === undefined) throw notFound('billing_entity')
  return id
}

/** The lines with their add-ons and the taxes that they name. */
async function linesOf(
  reads: Reads,
  inputs: readonly OneOffLineInput[],
  rows: readonly AddOnRow[],
): Promise<readonly OneOffLine[]> {
  const addOns = new Map(rows.map((row) => [row.code, row]))
  const taxCodes = [...new Set(inputs.flatMap((line) => line.taxCodes))]
  const taxes = taxCodes.length === 0 ? [] : await findTaxes(reads, taxCodes)
  return inputs.map((input) => {
    const addOn = addOns.get(input.addOnCode)
    if (!addOn) throw notFound('add_on')
    const own = taxes.filter(({ code }) => input.taxCodes.includes(code))
    if (own.length < input.taxCodes.length) throw notFound('tax')
    return { input, addOn, taxes: own.map(taxOf) }
  })
}

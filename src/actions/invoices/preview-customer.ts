import type { BillingSnapshot, CustomerFacts } from '../../core/billing/snapshot.ts'
import { type CustomerColumns, readCustomer } from '../../core/customers/customer-change.ts'
import type { PreviewInput } from '../../core/invoicing/preview-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { decideEuTax } from '../../core/taxes/eu-tax.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import { imaginedCustomer, readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { listBillingEntities } from '../../store/billing-entities.ts'
import { type CustomerDetails, detailsOfCustomer, findCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { findTaxes, taxOf } from '../../store/taxes.ts'
import { listEuSellers } from '../../store/vies-checks.ts'

/** Who a previewed bill is for: a customer, or what was said of somebody who is none yet. */
export type PreviewCustomer = {
  readonly facts: CustomerFacts
  readonly billingEntities: BillingSnapshot['billingEntities']
  readonly entityCodes: ReadonlyMap<string, string>
  /** The taxes that somebody who is no customer yet would get; null for a customer, who has its own. */
  readonly imaginedTaxes: readonly Tax[] | null
  readonly shown:
    | { readonly kind: 'known'; readonly details: CustomerDetails }
    | { readonly kind: 'imagined'; readonly columns: CustomerColumns }
}

/** Finds or imagines the customer of a preview; 404 `customer_not_found` and `billing_entity_not_found`. */
export async function previewCustomer(
  reads: Reads,
  { externalCustomerId, customer: input, billingEntityCode }: PreviewInput,
): Promise<PreviewCustomer> {
  const [entities, customer] = await Promise.all([
    listBillingEntities(reads),
    externalCustomerId === null ? undefined : findCustomer(reads, externalCustomerId),
  ])
  const entityCodes = new Map(entities.map(({ id, code }) => [id, code]))
  if (externalCustomerId !== null) {
    if (!customer) throw notFound('customer')
    const [{ customers, billingEntities }, details] = await Promise.all([
      readCustomerFacts(reads, [customer.id]),
      detailsOfCustomer(reads, customer),
    ])
    const facts = customers.get(customer.id)
    if (!facts) throw notFound('customer')
    const shown = { kind: 'known', details } as const
    return { facts, billingEntities, entityCodes, imaginedTaxes: null, shown }
  }
  const entity =
    billingEntityCode === null ? entities[0] : entities.find(({ code }) => code === billingEntityCode)
  if (!entity) throw notFound('billing_entity')
  // An external id is all that a customer must have; this one is shown nowhere.
  const { columns, taxCodes } = accepted(readCustomer({ ...input, external_id: 'preview' }))
  const { billingEntities } = await readCustomerFacts(reads, [])
  const facts = imaginedCustomer(newId(), columns.timezone ?? null, entity)
  const { taxes, isChecked } = await imaginedTaxes(reads, entity.id, columns, taxCodes ?? [])
  return {
    facts: { ...facts, awaitsTaxes: isChecked },
    billingEntities,
    entityCodes,
    imaginedTaxes: taxes,
    shown: { kind: 'imagined', columns },
  }
}

/**
 * The taxes of the request and, from a billing entity that manages EU taxes, the one that somebody would get. A VAT
 * number would be checked first, and the bill would wait for the answer.
 */
async function imaginedTaxes(
  reads: Reads,
  billingEntityId: string,
  { country, zipcode, taxIdentificationNumber }: CustomerColumns,
  taxCodes: readonly string[],
): Promise<{ readonly taxes: readonly Tax[]; readonly isChecked: boolean }> {
  const seller = (await listEuSellers(reads)).find(({ id }) => id === billingEntityId)
  const decision =
    seller &&
    decideEuTax(seller.country, {
      country: country ?? null,
      zipcode: zipcode ?? null,
      taxIdentificationNumber: taxIdentificationNumber ?? null,
    })
  const named = await findTaxes(reads, taxCodes)
  if (named.length < taxCodes.length) throw notFound('tax')
  const own = decision?.kind === 'code' ? await findTaxes(reads, [decision.code]) : []
  const others = named.filter(({ id }) => own.every((tax) => tax.id !== id))
  return { taxes: [...others, ...own].map(taxOf), isChecked: decision?.kind === 'check' }
}

import type { BillingSnapshot, CustomerFacts } from '../../core/billing/snapshot.ts'
import { type CustomerColumns, readCustomer } from '../../core/customers/customer-change.ts'
import type { PreviewInput } from '../../core/invoicing/preview-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { decideEuTax } from '../../core/taxes/eu-tax.ts'
import type { Tax } from '../../core/taxes/tax.ts'
import { customersAwaitingTaxes, imaginedCustomer, peopleOf } from '../../store/billing/customer-facts.ts'
import { allBillingEntities } from '../../store/billing-entities.ts'
import { type CustomerDetails, type CustomerRow, findCustomer, metadataOf } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { BillingEntityRow } from '../../store/organizations.ts'
import { findTaxes, taxOf } from '../../store/taxes.ts'
import { listEuSellers } from '../../store/vies-checks.ts'

/** Who a previewed bill is for: a customer, or what was said of somebody who is none yet. */
export type PreviewCustomer = {
  readonly facts: CustomerFacts
  readonly billingEntities: BillingSnapshot['billingEntities']
  /** The codes of all billing entities by their ids, and the ids of those that are not archived by their codes. */
  readonly entityCodes: ReadonlyMap<string, string>
  readonly issuerIds: ReadonlyMap<string, string>
  /** The taxes that somebody who is no customer yet would get; null for a customer, who has its own. */
  readonly imaginedTaxes: readonly Tax[] | null
  readonly shown:
    | { readonly kind: 'known'; readonly details: Omit<CustomerDetails, 'taxes'> }
    | { readonly kind: 'imagined'; readonly columns: CustomerColumns }
}

type Asked = Pick<PreviewInput, 'externalCustomerId' | 'customer' | 'billingEntityCode'>

/** The customer that a preview names, if it names one, with all billing entities. */
export type FoundCustomer = {
  readonly row: CustomerRow | null
  readonly entities: readonly BillingEntityRow[]
}

/** Finds or imagines the customer of a preview; 404 `customer_not_found` and `billing_entity_not_found`. */
export async function previewCustomer(reads: Reads, asked: Asked): Promise<PreviewCustomer> {
  return customerOf(reads, asked, await findPreviewCustomer(reads, asked))
}

/** The first step of it: the rows, in one round trip. 404 `customer_not_found`. */
export async function findPreviewCustomer(
  reads: Reads,
  { externalCustomerId }: Pick<Asked, 'externalCustomerId'>,
): Promise<FoundCustomer> {
  const [entities, customer] = await Promise.all([
    allBillingEntities(reads),
    externalCustomerId === null ? null : findCustomer(reads, externalCustomerId),
  ])
  if (customer === undefined) throw notFound('customer')
  return { row: customer, entities }
}

/** The second step: what else a bill shows of the customer, or what it would be. 404 `billing_entity_not_found`. */
export async function customerOf(
  reads: Reads,
  { customer: input, billingEntityCode }: Asked,
  { row, entities }: FoundCustomer,
): Promise<PreviewCustomer> {
  const active = entities.filter(({ archivedAt }) => archivedAt === null)
  const codes = {
    entityCodes: new Map(entities.map(({ id, code }) => [id, code])),
    issuerIds: new Map(active.map(({ id, code }) => [code, id])),
  }
  if (row !== null) return { ...codes, ...(await knownCustomer(reads, row, entities)) }
  const entity =
    billingEntityCode === null ? active[0] : active.find(({ code }) => code === billingEntityCode)
  if (!entity) throw notFound('billing_entity')
  // An external id is all that a customer must have; this one is shown nowhere.
  const { columns, taxCodes } = accepted(readCustomer({ ...input, external_id: 'preview' }))
  const { billingEntities } = peopleOf([], entities, new Set())
  const facts = imaginedCustomer(newId(), columns.timezone ?? null, entity)
  const { taxes, isChecked } = await imaginedTaxes(reads, entity.id, columns, taxCodes ?? [])
  return {
    ...codes,
    facts: { ...facts, awaitsTaxes: isChecked },
    billingEntities,
    imaginedTaxes: taxes,
    shown: { kind: 'imagined', columns },
  }
}

async function knownCustomer(
  reads: Reads,
  customer: CustomerRow,
  entities: readonly BillingEntityRow[],
): Promise<Omit<PreviewCustomer, 'entityCodes' | 'issuerIds'>> {
  const [awaiting, metadata] = await Promise.all([
    customersAwaitingTaxes(reads, [customer.id]),
    metadataOf(reads, [customer.id]),
  ])
  const { customers, billingEntities } = peopleOf([customer], entities, awaiting)
  const facts = customers.get(customer.id)
  const billingEntity = entities.find(({ id }) => id === customer.billingEntityId)
  if (!facts || !billingEntity) throw new Error(`customer ${customer.id} has no billing entity`)
  const details = { customer, billingEntity, metadata: metadata.get(customer.id) ?? [] }
  return {
    facts,
    billingEntities,
    imaginedTaxes: null,
    shown: { kind: 'known', details },
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

import type { BillingSnapshot, CustomerFacts } from '../../core/billing/snapshot.ts'
import { type CustomerColumns, readCustomer } from '../../core/customers/customer-change.ts'
import type { PreviewInput } from '../../core/invoicing/preview-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { imaginedCustomer, readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { listBillingEntities } from '../../store/billing-entities.ts'
import { type CustomerDetails, detailsOfCustomer, findCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'

/** Who a previewed bill is for: a customer, or what was said of somebody who is none yet. */
export type PreviewCustomer = {
  readonly facts: CustomerFacts
  readonly billingEntities: BillingSnapshot['billingEntities']
  readonly entityCodes: ReadonlyMap<string, string>
  readonly shown:
    | { readonly kind: 'known'; readonly details: CustomerDetails }
    | { readonly kind: 'imagined'; readonly columns: CustomerColumns }
}

/** Finds or imagines the customer of a preview; 404 `customer_not_found` and `billing_entity_not_found`. */
export async function previewCustomer(
  reads: Reads,
  { externalCustomerId, customer: input, billingEntityCode }: PreviewInput,
): Promise<PreviewCustomer> {
  const entities = await listBillingEntities(reads)
  const entityCodes = new Map(entities.map(({ id, code }) => [id, code]))
  if (externalCustomerId !== null) {
    const customer = await findCustomer(reads, externalCustomerId)
    if (!customer) throw notFound('customer')
    const [{ customers, billingEntities }, details] = await Promise.all([
      readCustomerFacts(reads, [customer.id]),
      detailsOfCustomer(reads, customer),
    ])
    const facts = customers.get(customer.id)
    if (!facts) throw notFound('customer')
    return { facts, billingEntities, entityCodes, shown: { kind: 'known', details } }
  }
  const entity =
    billingEntityCode === null ? entities[0] : entities.find(({ code }) => code === billingEntityCode)
  if (!entity) throw notFound('billing_entity')
  // An external id is all that a customer must have; this one is shown nowhere.
  const { columns } = accepted(readCustomer({ ...input, external_id: 'preview' }))
  const { billingEntities } = await readCustomerFacts(reads, [])
  const facts = imaginedCustomer(newId(), columns.timezone ?? null, entity)
  return { facts, billingEntities, entityCodes, shown: { kind: 'imagined', columns } }
}

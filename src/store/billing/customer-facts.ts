import type { Selectable } from 'kysely'
import type { BillingEntityFacts, CustomerFacts } from '../../core/billing/snapshot.ts'
import type { IssuingSettings } from '../../core/subscriptions/issuing-dates.ts'
import type { Reads } from '../database.ts'
import type { BillingEntities, Customers } from '../rows.ts'
import { anyOf } from '../values.ts'

/** Customers by id, with the billing entities that may invoice them. */
export type BilledPeople = {
  readonly customers: ReadonlyMap<string, CustomerFacts>
  readonly billingEntities: ReadonlyMap<string, BillingEntityFacts>
}

/**
 * Reads the facts that billing needs about customers. An organization has few billing entities, so it reads all of
 * them.
 */
export async function readCustomerFacts(reads: Reads, customerIds: readonly string[]): Promise<BilledPeople> {
  const [customers, entities, awaiting] = await Promise.all([
    reads.selectFrom('customers').selectAll().where('id', '=', anyOf(customerIds)).execute(),
    reads
      .selectFrom('billingEntities')
      .select(['id', 'timezone', 'documentNumberPrefix', 'documentNumbering', 'finalizeZeroAmountInvoice'])
      .select(['invoiceGracePeriod', 'netPaymentTerm'])
      .select(['subscriptionInvoiceIssuingDateAnchor', 'subscriptionInvoiceIssuingDateAdjustment'])
      .execute(),
    customersAwaitingTaxes(reads, customerIds),
  ])
  return peopleOf(customers, entities, awaiting)
}

/** The same from rows that were read: customers, all billing entities, and those of the customers that await taxes. */
export function peopleOf(
  customers: readonly Selectable<Customers>[],
  entities: readonly (EntitySettings & EntityNumbers)[],
  awaiting: ReadonlySet<string>,
): BilledPeople {
  const byId = new Map(entities.map((entity) => [entity.id, entity]))
  return {
    customers: new Map(
      customers.map((row) => {
        const entity = byId.get(row.billingEntityId)
        if (!entity) throw new Error(`customer ${row.id} has no billing entity`)
        return [row.id, customerFacts(row, entity, awaiting.has(row.id))]
      }),
    ),
    billingEntities: new Map(entities.map((row) => [row.id, billingEntityFacts(row)])),
  }
}

/** The ids of those customers whose VAT numbers are being checked. */
export async function customersAwaitingTaxes(
  reads: Reads,
  customerIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const checks = await reads
    .selectFrom('viesChecks')
    .select('customerId')
    .where('customerId', '=', anyOf(customerIds))
    .execute()
  return new Set(checks.map(({ customerId }) => customerId))
}

/** Somebody who is no customer yet, as the billing entity would bill a new customer; a time zone may be given. */
export function imaginedCustomer(id: string, zone: string | null, entity: EntitySettings): CustomerFacts {
  return {
    id,
    externalId: '',
    sequentialId: 0n,
    billingEntityId: entity.id,
    zone: zone ?? entity.timezone,
    isSelfBilled: false,
    zeroInvoices: 'inherit',
    awaitsTaxes: false,
    issuing: issuingSettings({}, entity),
  }
}

type EntitySettings = Pick<
  Selectable<BillingEntities>,
  | 'id'
  | 'timezone'
  | 'invoiceGracePeriod'
  | 'netPaymentTerm'
  | 'subscriptionInvoiceIssuingDateAnchor'
  | 'subscriptionInvoiceIssuingDateAdjustment'
>

function customerFacts(
  row: Selectable<Customers>,
  entity: EntitySettings,
  awaitsTaxes: boolean,
): CustomerFacts {
  return {
    id: row.id,
    externalId: row.externalId,
    sequentialId: row.sequentialId,
    billingEntityId: row.billingEntityId,
    zone: row.timezone ?? entity.timezone,
    awaitsTaxes,
    isSelfBilled: row.accountType === 'partner',
    zeroInvoices: row.finalizeZeroAmountInvoice as CustomerFacts['zeroInvoices'],
    issuing: issuingSettings(row, entity),
  }
}

/** The effective issuing date settings: the customer's, otherwise its billing entity's. */
function issuingSettings(customer: Partial<Selectable<Customers>>, entity: EntitySettings): IssuingSettings {
  return {
    graceDays: customer.invoiceGracePeriod ?? entity.invoiceGracePeriod,
    netPaymentTermDays: customer.netPaymentTerm ?? entity.netPaymentTerm,
    anchor: (customer.subscriptionInvoiceIssuingDateAnchor ??
      entity.subscriptionInvoiceIssuingDateAnchor) as IssuingSettings['anchor'],
    adjustment: (customer.subscriptionInvoiceIssuingDateAdjustment ??
      entity.subscriptionInvoiceIssuingDateAdjustment) as IssuingSettings['adjustment'],
  }
}

type EntityNumbers = Pick<
  Selectable<BillingEntities>,
  'id' | 'timezone' | 'documentNumberPrefix' | 'documentNumbering' | 'finalizeZeroAmountInvoice'
>

function billingEntityFacts(row: EntityNumbers): BillingEntityFacts {
  return {
    id: row.id,
    zone: row.timezone,
    numberPrefix: row.documentNumberPrefix,
    numbering: row.documentNumbering as BillingEntityFacts['numbering'],
    keepsZeroInvoices: row.finalizeZeroAmountInvoice,
  }
}

import type { Selectable } from 'kysely'
import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import type { FixedChargeFacts } from '../../core/billing/fixed-charges.ts'
import type { CreditNoteFacts } from '../../core/billing/reductions/credit-note-facts.ts'
import type { SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { type AddOnRow, addOnsByIds } from '../add-ons.ts'
import type { Reads } from '../database.ts'
import type { FeeView } from '../fees.ts'
import { newId } from '../ids.ts'
import { creditsOfRows, type InvoiceCreditView } from '../invoice-credits.ts'
import type { Plans } from '../rows.ts'
import { anyOf, groupedBy } from '../values.ts'
import { addInvoice, type BillRows, noRows } from './bill-rows.ts'

/** An invoice as it would be written, with the names that its JSON shows. */
export type UnwrittenInvoice = {
  readonly invoice: BillRows['invoices'][number]
  readonly taxes: BillRows['invoiceTaxes']
  readonly fees: readonly FeeView[]
  readonly credits: readonly InvoiceCreditView[]
  /** Ids that stand for credit notes which are not made yet. */
  readonly notesAhead: ReadonlySet<string>
  /** Codes of the subscriptions' plans by their ids. */
  readonly planCodes: ReadonlyMap<string, string>
}

/** What the rows of an invoice do not say about it. */
export type UnwrittenParts = {
  readonly subscriptions: readonly SubscriptionFacts[]
  readonly notesAhead: readonly NoteAhead[]
  readonly items: ItemNames
}

/** A credit note that the bill will find when it is made. */
export type NoteAhead = CreditNoteFacts & { readonly invoiceNumber: string; readonly sequence: number }

/**
 * The rows that a plan of an invoice comes to, which are not written. Its subscriptions need not exist: what is shown
 * of them comes from their facts.
 *
 * @param items the names of what its fees are for
 */
export async function unwrittenInvoice(
  reads: Reads,
  organizationId: string,
  plan: InvoicePlan,
  { subscriptions, notesAhead, items }: UnwrittenParts,
): Promise<UnwrittenInvoice> {
  const rows = noRows()
  addInvoice(rows, organizationId, newId(), plan, {
    number: '',
    sequentialId: null,
    entitySequentialId: null,
  })
  const [invoice] = rows.invoices
  if (!invoice) throw new Error('a plan without an invoice')
  const credits = await creditsOfRows(reads, rows.invoiceReductions, invoice, notesAhead)
  const fees = feeViews(rows, plan.customer.externalId, subscriptions, items)
  const ahead = new Set(notesAhead.map(({ id }) => id))
  const planCodes = new Map([...items.plans].map(([id, { code }]) => [id, code]))
  return { invoice, taxes: rows.invoiceTaxes, fees, credits, notesAhead: ahead, planCodes }
}

/** The names of what the fees of a bill can be for, each by its id. */
export type ItemNames = {
  readonly plans: ReadonlyMap<string, PlanNames>
  readonly metricDescriptions: ReadonlyMap<string, string | null>
  readonly fixedNames: ReadonlyMap<string, string | null>
  readonly addOns: ReadonlyMap<string, AddOnRow>
}

type PlanNames = Pick<Selectable<Plans>, 'id' | 'code' | 'name' | 'description' | 'invoiceDisplayName'>

/**
 * Reads the names of what some subscriptions can be billed for.
 *
 * @param known plans that were read, by id
 */
export async function readItemNames(
  reads: Reads,
  subscriptions: readonly SubscriptionFacts[],
  fixedCharges: readonly FixedChargeFacts[],
  known: ReadonlyMap<string, PlanNames>,
): Promise<ItemNames> {
  const planIds = subscriptions.map(({ plan }) => plan.id).filter((id) => !known.has(id))
  const [plans, metricDescriptions, fixedNames, addOns] = await Promise.all([
    readPlanNames(reads, planIds),
    descriptionsOfMetrics(
      reads,
      subscriptions.flatMap(({ charges }) => charges.map(({ metric }) => metric.id)),
    ),
    namesOfFixedCharges(
      reads,
      fixedCharges.map(({ id }) => id),
    ),
    addOnsByIds(
      reads,
      fixedCharges.map(({ addOnId }) => addOnId),
    ),
  ])
  const own = new Map(plans.map((plan) => [plan.id, plan]))
  return { plans: new Map([...known, ...own]), metricDescriptions, fixedNames, addOns }
}

async function readPlanNames(reads: Reads, ids: readonly string[]): Promise<readonly PlanNames[]> {
  if (ids.length === 0) return []
  return reads
    .selectFrom('plans')
    .select(['id', 'code', 'name', 'description', 'invoiceDisplayName'])
    .where('id', '=', anyOf(ids))
    .execute()
}

async function descriptionsOfMetrics(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (ids.length === 0) return new Map()
  const rows = await reads
    .selectFrom('billableMetrics')
    .select(['id', 'description'])
    .where('id', '=', anyOf([...new Set(ids)]))
    .where('description', 'is not', null)
    .execute()
  return new Map(rows.map(({ id, description }) => [id, description]))
}

async function namesOfFixedCharges(
  reads: Reads,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (ids.length === 0) return new Map()
  const rows = await reads
    .selectFrom('fixedCharges')
    .select(['id', 'invoiceDisplayName'])
    .where('id', '=', anyOf(ids))
    .execute()
  return new Map(rows.map(({ id, invoiceDisplayName }) => [id, invoiceDisplayName]))
}

type OpenView = { -readonly [Key in keyof FeeView]: FeeView[Key] }

/**
 * Fees as they would be read back. Their names are set on the rows themselves, which are nobody else's: a copy of a row
 * with so many more properties takes V8 a hundred times as long, half a millisecond each.
 */
function feeViews(
  rows: BillRows,
  externalCustomerId: string,
  subscriptions: readonly SubscriptionFacts[],
  { plans, metricDescriptions, fixedNames, addOns }: ItemNames,
): FeeView[] {
  const taxes = groupedBy(rows.feeTaxes, ({ feeId }) => feeId)
  const trueUps = new Map(rows.fees.map(({ id, trueUpParentFeeId }) => [trueUpParentFeeId, id]))
  const subscriptionById = new Map(subscriptions.map((each) => [each.id, each]))
  const chargeById = new Map(subscriptions.flatMap(({ charges }) => charges.map((each) => [each.id, each])))
  return rows.fees.map((row) => {
    const subscription = subscriptionById.get(row.subscriptionId ?? '')
    const plan = plans.get(subscription?.plan.id ?? '')
    const charge = chargeById.get(row.chargeId ?? '')
    const filter = charge?.filters.find(({ id }) => id === row.chargeFilterId)
    const addOn = addOns.get(row.addOnId ?? '')
    const view = row as OpenView
    view.externalCustomerId = externalCustomerId
    view.externalSubscriptionId = subscription?.externalId ?? null
    view.planCode = plan?.code ?? null
    view.planName = plan?.name ?? null
    view.planDescription = plan?.description ?? null
    view.planInvoiceDisplayName = plan?.invoiceDisplayName ?? null
    view.chargeInvoiceDisplayName = charge?.invoiceDisplayName ?? null
    view.chargeProperties = charge?.properties ?? null
    view.metricId = charge?.metric.id ?? null
    view.metricCode = charge?.metric.code ?? null
    view.metricName = charge?.metric.name ?? null
    view.metricDescription = metricDescriptions.get(charge?.metric.id ?? '') ?? null
    view.filterValues = filter?.values ?? null
    view.filterInvoiceDisplayName = filter?.invoiceDisplayName ?? null
    view.commitmentInvoiceDisplayName = subscription?.commitment?.invoiceDisplayName ?? null
    view.fixedChargeInvoiceDisplayName = fixedNames.get(row.fixedChargeId ?? '') ?? null
    view.addOnCode = addOn?.code ?? null
    view.addOnName = addOn?.name ?? null
    view.addOnDescription = addOn?.description ?? null
    view.addOnInvoiceDisplayName = addOn?.invoiceDisplayName ?? null
    view.walletTransactionId = null
    view.trueUpFeeId = trueUps.get(row.id) ?? null
    view.appliedTaxes = taxes.get(row.id) ?? []
    return view
  })
}

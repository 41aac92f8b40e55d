import { offeredProgressive } from '../../core/billing/build-bills.ts'
import type { AvailableReductions } from '../../core/billing/reductions/available.ts'
import { newNotesOf } from '../../core/billing/reductions/credit-notes.ts'
import { availableWallets } from '../../core/billing/reductions/prepaid.ts'
import { regenerateInvoice as build, type ChosenFee, isRegenerable } from '../../core/billing/regenerate.ts'
import type { CustomerFacts } from '../../core/billing/snapshot.ts'
import type { ProgressiveQuestion } from '../../core/billing/usage-questions.ts'
import type { Input } from '../../core/input/fields.ts'
import { type RegeneratedFeeInput, readRegeneration } from '../../core/invoicing/adjusted-fee-input.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import { readCouponFacts } from '../../store/billing/coupon-facts.ts'
import { readCreditNoteFacts } from '../../store/billing/credit-note-facts.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import { answerProgressive } from '../../store/billing/progressive-facts.ts'
import { readSubscriptionFacts } from '../../store/billing/subscription-facts.ts'
import { readTaxesOfFees } from '../../store/billing/taxes-of-bills.ts'
import { readVoidedInvoice, type VoidedInvoiceFacts } from '../../store/billing/voided-invoices.ts'
import { readWalletFacts } from '../../store/billing/wallet-facts.ts'
import type { Tx } from '../../store/database.ts'
import { isRegenerated } from '../../store/invoice-regenerations.ts'
import { isVisible, lockInvoiceAfterCustomer, releaseBilledPeriods } from '../../store/invoices.ts'
import { findTaxes, taxOf } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { writePlans } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Replaces a voided invoice by a new one with its fees, or with some of them, as they are or changed; gives the id of
 * the new one (docs/rules/invoices.md#regenerated-invoices). 404 for an unknown invoice, fee or tax; 405
 * `not_regenerable` when it is not voided, was replaced before, or is of a type that is not made anew; 422 for a change
 * that makes no sense.
 */
export async function regenerateInvoice(
  context: Context,
  caller: Caller,
  id: string,
  input: Input,
): Promise<string> {
  return inTransaction(context.database, caller, async (tx) => {
    const row = await lockInvoiceAfterCustomer(tx, id)
    if (!row || !isVisible(row)) throw notFound('invoice')
    const { invoiceType, customerId, billingEntityId } = row
    const isReplaced = await isRegenerated(tx, id)
    if (row.status !== 'voided' || isReplaced || !isRegenerable(invoiceType)) {
      throw notAllowed('not_regenerable')
    }
    const chosen = await chosenOf(tx, accepted(readRegeneration(input)))
    const [people, facts] = await Promise.all([
      readCustomerFacts(tx, [customerId]),
      readVoidedInvoice(tx, { ...row, invoiceType }),
    ])
    const customer = people.customers.get(customerId)
    const billingEntity = people.billingEntities.get(billingEntityId)
    if (!customer || !billingEntity) throw new Error(`customer ${customerId} has no billing entity`)
    const { voided } = facts
    const fees = voided.fees.map(({ fee }) => fee)
    const [taxes, available] = await Promise.all([
      readTaxesOfFees(tx, customer, fees, [...voided.planIds.values()]),
      availableTo(tx, caller, customer, facts),
    ])
    const who = { customer, billingEntity, createdAt: caller.now }
    const invoice = accepted(build(voided, chosen, who, taxes, available))
    await releaseBilledPeriods(tx, id, caller.now)
    const bill = { customerId, documents: [{ kind: 'invoice', invoice }], nextBillings: [] } as const
    const [written] = await writePlans(context, tx, caller, [bill])
    if (written?.kind !== 'invoice') throw new Error('a regenerated invoice was not written')
    return written.id
  })
}

/** The fees that the request chooses, with the taxes that it names for them. */
async function chosenOf(
  tx: Tx,
  chosen: readonly RegeneratedFeeInput[] | null,
): Promise<readonly ChosenFee[] | null> {
  if (chosen === null) return null
  const codes = [...new Set(chosen.flatMap(({ taxCodes }) => taxCodes ?? []))]
  const taxes = await findTaxes(tx, codes)
  if (taxes.length < codes.length) throw notFound('tax')
  return chosen.map(({ id, change, taxCodes }) => ({
    id,
    change,
    taxes: taxCodes && taxes.filter(({ code }) => taxCodes.includes(code)).map(taxOf),
  }))
}

const NO_METRICS: ReadonlySet<string> = new Set()

/** What may lower the new invoice: nothing lowers a one-off invoice. */
async function availableTo(
  tx: Tx,
  { now }: Caller,
  customer: CustomerFacts,
  { voided, charges }: VoidedInvoiceFacts,
): Promise<AvailableReductions> {
  if (voided.invoiceType === 'one_off') return { progressive: new Map() }
  const subscriptions = await readSubscriptionFacts(tx, [...voided.planIds.keys()])
  const asked = voided.periods.flatMap(({ subscriptionId, reason, windows }) => {
    const subscription = subscriptions.get(subscriptionId)
    const window = windows?.charges
    if (!subscription || !window) return []
    const { externalId, successorMetricIds } = subscription
    const isEnd = reason === 'subscription_terminating'
    const question: ProgressiveQuestion = { subscriptionId, externalId, window, exceptInvoiceId: null }
    return [{ question, successorMetricIds: isEnd ? successorMetricIds : NO_METRICS }]
  })
  const [progressive, applied, notes, wallets] = await Promise.all([
    answerProgressive(
      tx,
      asked.map(({ question }) => question),
    ),
    readCouponFacts(tx, [customer.id]),
    readCreditNoteFacts(tx, [customer.id]),
    readWalletFacts(tx, [customer.id]),
  ])
  const rated = [...charges.values()]
  return {
    progressive: new Map(
      asked.flatMap(({ question, successorMetricIds }, n) => {
        const invoice = progressive[n]
        if (!invoice) return []
        const offered = offeredProgressive(invoice, { charges: rated, successorMetricIds })
        return [[question.subscriptionId, offered] as const]
      }),
    ),
    coupons: {
      applied: applied.get(customer.id) ?? [],
      currency: voided.currency,
      planIds: voided.planIds,
      metricIds: new Map(rated.map(({ id, metric }) => [id, metric.id])),
    },
    creditNotes: { notes: notes.get(customer.id) ?? [], currency: voided.currency },
    newNotes: newNotesOf(customer, voided.currency, now),
    wallets: availableWallets(wallets.get(customer.id) ?? [], voided.currency, [{ charges: rated }]),
  }
}

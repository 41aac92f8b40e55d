import type { InvoicePlan } from '../../core/billing/bill-plan.ts'
import { buildBill } from '../../core/billing/build-bills.ts'
import { startingUnits } from '../../core/billing/fixed-charges.ts'
import { answeredAhead, askedAhead, historyUntil, withFeesAhead } from '../../core/billing/preview.ts'
import type { BillingSnapshot, SubscriptionFacts } from '../../core/billing/snapshot.ts'
import { openBill, QuestionList } from '../../core/billing/usage-questions.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Input } from '../../core/input/fields.ts'
import { type PreviewInput, readPreview } from '../../core/invoicing/preview-input.ts'
import { accepted } from '../../core/refusal.ts'
import { answerQuestions } from '../../store/billing/answers.ts'
import { readFixedCharges, readPlannedFixedCharges } from '../../store/billing/fixed-charge-facts.ts'
import { readTaxesOfBills } from '../../store/billing/taxes-of-bills.ts'
import { type NoteAhead, readItemNames, unwrittenInvoice } from '../../store/billing/unwritten-invoice.ts'
import { lastNoteNumber } from '../../store/credit-notes.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { readSectionFacts, readSectionFactsOfEntity } from '../../store/invoice-custom-sections.ts'
import { readFixedModels, readPrintedParties } from '../../store/printed-parts.ts'
import { type ShownPreview, toWirePreview } from '../../wire/invoice-preview.ts'
import type { Caller, Context } from '../context.ts'
import { endCredit } from '../credit-notes/credit-early-end.ts'
import { type PreviewedCoupons, previewCoupons } from './preview-coupons.ts'
import { customerOf, findPreviewCustomer, type PreviewCustomer } from './preview-customer.ts'
import { previewModel } from './preview-model.ts'
import { findSubjects, type KnownFacts, readKnownFacts, type Scene, sceneOf } from './preview-scene.ts'
import { viewsOfScene } from './preview-views.ts'

/**
 * Shows a bill without making it (docs/rules/invoices.md#previews): the facts are those of the bill, changed in memory
 * to what they will be, and the same core builds it. Nothing is written.
 */
export async function previewInvoice(
  context: Context,
  caller: Caller,
  input: Input,
  customerInput: Input,
): Promise<object> {
  const asked = accepted(readPreview(input, customerInput, caller.now))
  return context.database.readUsage(caller, async (reads) => {
    const { shown } = await previewOf(reads, asked, caller)
    return toWirePreview(shown)
  })
}

/** The same as a PDF, marked as a preview. */
export async function previewDocument(
  context: Context,
  caller: Caller,
  input: Input,
  customerInput: Input,
): Promise<Uint8Array> {
  const asked = accepted(readPreview(input, customerInput, caller.now))
  const { frozen, logo } = await context.database.readUsage(caller, async (reads) => {
    const { shown, coupons } = await previewOf(reads, asked, caller)
    const { customer, plan, fees } = shown
    const customerId = customer.shown.kind === 'known' ? customer.facts.id : null
    const fixedIds = fees.flatMap(({ fixedChargeId }) => fixedChargeId ?? [])
    const [parties, fixedModels, sections] = await Promise.all([
      readPrintedParties(reads, plan.billingEntity.id, customerId),
      readFixedModels(reads, fixedIds),
      customerId === null
        ? readSectionFactsOfEntity(reads, customer.facts.billingEntityId)
        : readSectionFacts(reads, [customerId]),
    ])
    const { isSandbox } = caller.organization
    const printed = { parties, fixedModels, coupons: coupons.facts, isSandbox, sections }
    const frozen = previewModel(shown, printed)
    return { frozen, logo: parties.logo }
  })
  const { bytes } = await context.renderDocument({ frozen, subject: 'preview', logo })
  return bytes
}

/** A previewed bill with all that it shows. */
export type Previewed = { readonly shown: ShownPreview; readonly coupons: PreviewedCoupons }

/** Builds the bill that is asked for; 404 and 422 as docs/rules/invoices.md#previews says. */
export async function previewOf(reads: Reads, asked: PreviewInput, caller: Caller): Promise<Previewed> {
  const { now, organizationId, dashboardUrl } = caller
  const [found, subjects] = await Promise.all([findPreviewCustomer(reads, asked), findSubjects(reads, asked)])
  const [customer, known] = await Promise.all([
    customerOf(reads, asked, found),
    readKnownFacts(reads, subjects, found.row?.id ?? null, now),
  ])
  const scene = await sceneOf(reads, asked, subjects, known, customer, now)
  const { subscriptions } = scene
  const planIds = subscriptions.map(({ plan }) => plan.id)
  const own = known.coupons.get(customer.facts.id) ?? []
  const [coupons, notes, views, fixedCharges] = await Promise.all([
    previewCoupons(reads, asked.coupons, own, planIds, now),
    creditsAhead(reads, scene, customer),
    viewsOfScene(reads, scene, known, customer, now),
    fixedChargesOf(reads, scene, known),
  ])
  const credits = { coupons: coupons.facts, notes }
  const facts = { ...known, fixedCharges }
  const [plan, items] = await Promise.all([
    buildPreview(reads, customer, scene, facts, credits, now),
    readItemNames(reads, subscriptions, [...fixedCharges.values()].flat(), known.subscriptions.plans),
  ])
  const parts = { subscriptions, notesAhead: notes, items }
  const unwritten = await unwrittenInvoice(reads, organizationId, plan, parts)
  const shown = {
    ...unwritten,
    credits: unwritten.credits.map((credit) => ({
      ...credit,
      item: coupons.items.get(credit.sourceId) ?? credit.item,
    })),
    plan,
    subscriptions,
    views,
    customer,
    now,
    dashboardUrl,
  }
  return { shown, coupons }
}

/** The credit notes that the bill will find, because its subscriptions end before what they paid for. */
async function creditsAhead(
  reads: Reads,
  { subscriptions, rows }: Scene,
  { facts }: PreviewCustomer,
): Promise<readonly NoteAhead[]> {
  const notes: NoteAhead[] = []
  for (const subscription of subscriptions) {
    const { endedBy } = subscription.billing
    if (endedBy !== 'termination' && endedBy !== 'upgrade') continue
    const row = rows.find(({ id }) => id === subscription.id)
    const credit = await endCredit(reads, subscription, facts.zone, row?.onTerminationCreditNote ?? null)
    if (credit?.invoice.status !== 'finalized') continue
    const { invoice, content } = credit
    const balanceCents = content.shares.creditCents
    const sequence = (await lastNoteNumber(reads, invoice.id)) + 1
    notes.push({
      id: newId(),
      currency: invoice.currency,
      balanceCents,
      invoiceNumber: invoice.number,
      sequence,
    })
  }
  return notes
}

/** The invoice of the previewed bill; several subscriptions share one. */
async function buildPreview(
  reads: Reads,
  customer: PreviewCustomer,
  { subscriptions, request, follows }: Scene,
  { histories, fixedCharges, creditNotes, wallets }: KnownFacts,
  ahead: { readonly coupons: PreviewedCoupons['facts']; readonly notes: readonly NoteAhead[] },
  now: Instant,
): Promise<InvoicePlan> {
  const { facts, billingEntities } = customer
  const customers = new Map([[facts.id, facts]])
  const billed = subscriptions.map((subscription) => {
    const history = histories.get(subscription.id) ?? { periods: [], subscriptionFees: [] }
    const { startedAt } = subscription.billing
    const from = startedAt > now ? request.at : now
    const own = { subscription, history, fixedCharges: fixedCharges.get(subscription.id) ?? [] }
    return [subscription.id, historyUntil(own, facts.zone, from, request.at)] as const
  })
  const opening = {
    customers,
    subscriptions: new Map(subscriptions.map((each) => [each.id, each])),
    histories: new Map(billed.map(([id, { history }]) => [id, history])),
    fixedCharges,
  }
  const questions = new QuestionList()
  const open = openBill(opening, request, questions)
  const fixedChargeIds = [...fixedCharges.values()].flatMap((list) => list.map(({ id }) => id))
  const [known, answered] = await Promise.all([
    readTaxesOfBills(reads, customers, subscriptions, fixedChargeIds),
    answerQuestions(reads, askedAhead(questions, follows)),
  ])
  const { imaginedTaxes } = customer
  const snapshot: BillingSnapshot = {
    ...opening,
    billingEntities,
    taxes: imaginedTaxes ? { ...known, customers: new Map([[facts.id, imaginedTaxes]]) } : known,
    // What was paid by itself is regrouped by the bill when it is made.
    paidFees: new Map(),
    coupons: new Map([[facts.id, ahead.coupons]]),
    creditNotes: new Map([[facts.id, [...(creditNotes.get(facts.id) ?? []), ...ahead.notes]]]),
    wallets,
  }
  const answers = withFeesAhead(open, answeredAhead(questions, answered, follows), new Map(billed))
  const bill = buildBill(snapshot, open, answers)
  const invoice = bill.documents.flatMap((each) => (each.kind === 'invoice' ? [each.invoice] : []))[0]
  if (!invoice) throw new Error('a preview without an invoice')
  return invoice
}

/** The fixed charges of subscriptions; one that has not started will have the units of its plan. */
async function fixedChargesOf(
  reads: Reads,
  { subscriptions, rows, request }: Scene,
  known: KnownFacts,
): Promise<BillingSnapshot['fixedCharges']> {
  const isRead = (id: string) => known.subscriptions.facts.has(id)
  const unread = rows.map(({ id }) => id).filter((id) => !isRead(id))
  const recorded = new Map([...known.fixedCharges, ...(await readFixedCharges(reads, unread, request.at))])
  const ownOf = ({ id }: SubscriptionFacts) =>
    recorded.get(id)?.filter(({ records }) => records.length > 0) ?? []
  // A plan without fixed charges has no units either.
  const starting = subscriptions.filter(
    (each) => ownOf(each).length === 0 && (recorded.has(each.id) || !isRead(each.id)),
  )
  const planned = await plannedUnits(reads, starting)
  return new Map(
    subscriptions.map((each) => {
      const own = ownOf(each)
      return [each.id, own.length > 0 ? own : (planned.get(each.id) ?? [])]
    }),
  )
}

async function plannedUnits(
  reads: Reads,
  starting: readonly SubscriptionFacts[],
): Promise<BillingSnapshot['fixedCharges']> {
  if (starting.length === 0) return new Map()
  const planIds = starting.map(({ plan }) => plan.id)
  const planned = await readPlannedFixedCharges(reads, planIds)
  return new Map(
    starting.map(({ id, plan, billing: { startedAt } }) => [
      id,
      (planned.get(plan.id) ?? []).map((charge) => startingUnits(charge, startedAt)),
    ]),
  )
}

import { addMs } from '../../core/calendar/instant.ts'
import { dunningStep, nextLookAt } from '../../core/dunning/steps.ts'
import { readCustomer } from '../../store/customers.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { lockOverdueInvoices, readDunning, writeDunningState } from '../../store/dunning.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { groupedBy } from '../../store/values.ts'
import { toWireFinishedCampaign } from '../../wire/dunning-campaigns.ts'
import type { DueAction } from '../due/due-action.ts'
import { writePaymentRequest } from '../payment-requests/write-request.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Due work: asks a customer for what is overdue, as its campaign says, with one payment request for each currency and
 * billing entity (docs/rules/payments.md#dunning), and schedules the next look.
 */
export const dunCustomer: DueAction = async (_context, tx, caller, customerId) => {
  const { organizationId, now } = caller
  const customer = await readCustomer(tx, customerId)
  const { campaign, state } = await readDunning(tx, customerId)
  if (campaign === null || customer.deletedAt !== null) return
  const invoices = await lockOverdueInvoices(tx, customerId)
  const balances = balancesOf(invoices)
  const step = dunningStep(campaign, state, balances, now)
  if (step.kind === 'nothing') return
  const lookAgainAt = (dueAt: typeof now) =>
    scheduleItem(tx, organizationId, { kind: 'dunning', subjectId: customerId, dueAt })
  if (step.kind === 'wait') return lookAgainAt(step.until)
  await writeDunningState(
    tx,
    { organizationId, customerId },
    { lastAttemptAt: now, attempts: step.attempts },
    now,
  )
  for (const currency of step.currencies) {
    const own = invoices.filter((invoice) => invoice.currency === currency)
    for (const [, asked] of groupedBy(own, ({ billingEntityId }) => billingEntityId)) {
      await writePaymentRequest(tx, caller, customer, {
        invoices: asked,
        // What is being paid already is waited for before the request is charged.
        isUnderWay: false,
        email: null,
        dunningCampaignId: campaign.id,
      })
    }
  }
  // The first look that can be the next attempt; `dunningStep` says how long to wait.
  await lookAgainAt(nextLookAt(addMs(now, 1)))
  if (!step.isFinished) return
  await announce(tx, caller, {
    type: 'dunning_campaign.finished',
    objectType: 'dunning_campaign',
    objectId: campaign.id,
    payload: () =>
      toWireFinishedCampaign({
        externalCustomerId: customer.externalId,
        campaignCode: campaign.code,
        currency: customer.currency,
        balances,
      }),
  })
}

/** The overdue balance of each currency: totals, whatever of them is paid. */
function balancesOf(invoices: readonly InvoiceRow[]): ReadonlyMap<string, bigint> {
  const balances = new Map<string, bigint>()
  for (const { currency, totalAmountCents } of invoices) {
    balances.set(currency, (balances.get(currency) ?? 0n) + totalAmountCents)
  }
  return balances
}

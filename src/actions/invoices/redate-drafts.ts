import { parseCalendarDate } from '../../core/calendar/calendar-date.ts'
import { instant } from '../../core/calendar/instant.ts'
import { startOfDay } from '../../core/calendar/zone.ts'
import { type IssuingSettings, shiftedDates } from '../../core/subscriptions/issuing-dates.ts'
import { readCustomerFacts } from '../../store/billing/customer-facts.ts'
import type { Tx } from '../../store/database.ts'
import { type DraftRow, draftsOf } from '../../store/draft-invoices.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { updateInvoice } from '../../store/invoices.ts'
import { json } from '../../store/values.ts'
import type { Caller } from '../context.ts'

/**
 * Moves the dates of a customer's drafts by the difference between their original settings and the current ones
 * (docs/rules/invoices.md#dates). A draft whose new finalization date has passed is finalized by the ticker
 * immediately. The caller has locked the customer.
 */
export async function redateDrafts(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  const drafts = await draftsOf(tx, { customerId })
  if (drafts.length === 0) return
  const customer = (await readCustomerFacts(tx, [customerId])).customers.get(customerId)
  if (!customer) throw new Error(`customer ${customerId} is gone`)
  const after = customer.issuing
  for (const draft of drafts) {
    const before = draft.issuingSettings as IssuingSettings | null
    if (before === null) throw new Error(`draft ${draft.id} has no settings`)
    if (!isSame(before, after)) await redate(tx, caller, draft, before, after)
  }
}

function isSame(one: IssuingSettings, other: IssuingSettings): boolean {
  return (
    one.graceDays === other.graceDays &&
    one.netPaymentTermDays === other.netPaymentTermDays &&
    one.anchor === other.anchor &&
    one.adjustment === other.adjustment
  )
}

async function redate(
  tx: Tx,
  caller: Caller,
  draft: DraftRow,
  before: IssuingSettings,
  after: IssuingSettings,
): Promise<void> {
  const issuingOn = parseCalendarDate(draft.issuingDate)
  const paymentDueOn = parseCalendarDate(draft.paymentDueDate)
  const expected = parseCalendarDate(draft.expectedFinalizationDate ?? draft.issuingDate)
  if (!issuingOn || !paymentDueOn || !expected) throw new Error(`draft ${draft.id} has no dates`)
  const dates = shiftedDates(
    { issuingOn, paymentDueOn, expectedFinalizationOn: expected },
    draft.isPeriodic,
    before,
    after,
  )
  await updateInvoice(tx, draft.id, {
    issuingDate: dates.issuingOn,
    paymentDueDate: dates.paymentDueOn,
    expectedFinalizationDate: dates.expectedFinalizationOn,
    netPaymentTerm: after.netPaymentTermDays,
    issuingSettings: json(after),
  })
  // Not as of a day that was over when the settings changed.
  const finalAt = startOfDay(dates.expectedFinalizationOn, draft.timezone)
  const dueAt = instant(Math.max(finalAt, caller.now))
  await scheduleItem(tx, caller.organizationId, { kind: 'invoice_finalization', subjectId: draft.id, dueAt })
}

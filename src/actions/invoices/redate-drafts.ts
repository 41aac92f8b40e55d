import { parseCalendarDate } from '../../core/calendar/calendar-date.ts'
import { startOfDay } from '../../core/calendar/zone.ts'
import { type IssuingSettings, shiftedDates } from '../../core/subscriptions/issuing-dates.ts'
import { readBillingSnapshot } from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { type DraftRow, draftsOf } from '../../store/draft-invoices.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { updateInvoice } from '../../store/invoices.ts'
import { issuingSettingsOf } from '../billing/create-invoice.ts'
import type { Caller } from '../context.ts'

/** Settings in effect for customers before a change, by customer id. */
export type SettingsBefore = ReadonlyMap<string, IssuingSettings>

/** Remembers the settings that decide the dates of drafts, before they are changed: of a customer, or of an entity's. */
export async function settingsBefore(
  tx: Tx,
  of: { readonly customerId: string } | { readonly billingEntityId: string },
): Promise<SettingsBefore> {
  const drafts = await draftsOf(tx, of)
  const settings = new Map<string, IssuingSettings>()
  for (const customerId of new Set(drafts.map((draft) => draft.customerId))) {
    const snapshot = await readBillingSnapshot(tx, customerId, [])
    if (snapshot) settings.set(customerId, issuingSettingsOf(snapshot))
  }
  return settings
}

/**
 * Moves the dates of existing drafts by the difference that changed settings make (subscriptions-and-invoicing §7.5).
 * A draft whose finalization is due by its new date is finalized by the clock at once.
 */
export async function redateDrafts(
  tx: Tx,
  caller: Caller,
  of: { readonly customerId: string } | { readonly billingEntityId: string },
  before: SettingsBefore,
): Promise<void> {
  for (const draft of await draftsOf(tx, of)) {
    const earlier = before.get(draft.customerId)
    const snapshot = await readBillingSnapshot(tx, draft.customerId, [])
    if (!earlier || !snapshot) continue
    await redate(tx, caller, draft, earlier, issuingSettingsOf(snapshot))
  }
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
  })
  await scheduleItem(tx, caller.organizationId, {
    kind: 'invoice_finalization',
    subjectId: draft.id,
    dueAt: startOfDay(dates.expectedFinalizationOn, draft.timezone),
  })
}

import type { ActivityLog, Invoice } from '../../api/types.ts'
import type { Step } from '../../charts/invoice-timeline.tsx'

const at = (activities: readonly ActivityLog[], ...types: readonly string[]): string | undefined =>
  activities.find(({ activity_type }) => types.includes(activity_type))?.logged_at

/** The way of an invoice through its states: what happened, and what is to come. */
export function stepsOf(invoice: Invoice, activities: readonly ActivityLog[]): readonly Step[] {
  const [period] = invoice.billing_periods ?? []
  const isDraft = invoice.status === 'draft'
  const isVoided = invoice.status === 'voided'
  const isFinal = invoice.status === 'finalized' || isVoided
  const isPaid = invoice.payment_status === 'succeeded'
  const steps: Step[] = []
  if (period?.charges_to_datetime) {
    steps.push({ label: 'Period ended', at: period.charges_to_datetime, state: 'done' })
  }
  const drafted = at(activities, 'invoice.drafted')
  if (isDraft || drafted) steps.push({ label: 'Drafted', at: drafted ?? invoice.created_at, state: 'done' })
  if (invoice.status === 'failed') steps.push({ label: 'Failed', at: invoice.updated_at, state: 'failed' })
  if (isFinal) {
    const finalized = at(
      activities,
      'invoice.created',
      'invoice.one_off_created',
      'invoice.paid_credit_added',
    )
    steps.push({ label: 'Finalized', at: finalized ?? invoice.issuing_date, state: 'done' })
  } else {
    steps.push({ label: 'Finalized', at: invoice.issuing_date, state: 'next' })
  }
  const generated = at(activities, 'invoice.generated')
  if (generated) steps.push({ label: 'PDF made', at: generated, state: 'done' })
  for (const each of [...activities].reverse()) {
    if (each.activity_type === 'invoice.payment_failure') {
      steps.push({ label: 'Payment failed', at: each.logged_at, state: 'failed' })
    }
  }
  const overdue = at(activities, 'invoice.payment_overdue')
  if (isPaid) {
    const paid = at(activities, 'invoice.payment_status_updated') ?? invoice.updated_at
    steps.push({ label: 'Paid', at: paid, state: 'done' })
  } else if (!isVoided && invoice.payment_due_date) {
    const state = invoice.payment_overdue ? 'failed' : 'next'
    steps.push({
      label: invoice.payment_overdue ? 'Overdue' : 'Due',
      at: overdue ?? invoice.payment_due_date,
      state,
    })
  }
  if (invoice.voided_at) steps.push({ label: 'Voided', at: invoice.voided_at, state: 'failed' })
  return steps
}

import type { ReactElement } from 'react'
import type { Subscription } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { DecimalField, SwitchField } from '../../parts/fields.tsx'
import { Section } from '../../parts/form.tsx'
import { Status } from '../../parts/status.tsx'

type Rule = Subscription['activation_rules'][number]

/** What a form says of the start: whether it waits for a payment, and for how many hours at most. */
export type ActivationValues = { waits_for_payment: boolean; timeout_hours: string }

export const NO_ACTIVATION: ActivationValues = { waits_for_payment: false, timeout_hours: '48' }

/** The rules as the API takes them; nothing of it without a rule. */
export function activationBody({ waits_for_payment, timeout_hours }: ActivationValues) {
  if (!waits_for_payment) return {}
  return { activation_rules: [{ type: 'payment', timeout_hours: Number(timeout_hours.trim() || '0') }] }
}

export function problemOfTimeout({ waits_for_payment, timeout_hours }: ActivationValues): string | undefined {
  return !waits_for_payment || /^\s*\d{0,6}\s*$/.test(timeout_hours)
    ? undefined
    : 'Enter whole hours, or nothing.'
}

/** The part of the form of a subscription that says whether its start waits for a payment. */
export function ActivationSection({ isWaiting }: { readonly isWaiting: boolean }): ReactElement {
  return (
    <Section title="Start" help="Whether it begins at once, or with the money for its first invoice.">
      <SwitchField
        name="waits_for_payment"
        label="Start once the first invoice is paid"
        help={
          'The customer’s payment method is charged at the start. The subscription is incomplete until the money is ' +
          'there, and active from then on. When the payment fails or comes too late, it is canceled and nothing has ' +
          'happened: the invoice is closed and coupons, credits and wallets get back what it took. A plan that bills ' +
          'nothing at its start begins at once.'
        }
      />
      {isWaiting && (
        <DecimalField
          name="timeout_hours"
          label="Give up after"
          suffix="hours"
          help="Empty waits for as long as it takes."
        />
      )}
    </Section>
  )
}

/** How the payment that a subscription begins with stands; nothing for one that did not wait. */
export function ActivationGate({
  subscription,
}: {
  readonly subscription: Subscription
}): ReactElement | null {
  const rule = subscription.activation_rules.find(({ type }) => type === 'payment')
  if (!rule) return null
  const { kind, title, text } = wordsOf(rule, subscription)
  return (
    <section className={`notice notice-${kind} stack-tight`} aria-label="Start by payment">
      <h2 className="notice-title">
        {title} <Status status={rule.status} />
      </h2>
      <p>{text}</p>
    </section>
  )
}

type Words = { readonly kind: 'info' | 'success' | 'warning'; readonly title: string; readonly text: string }

const TAKEN_BACK = 'The subscription was canceled. Its invoice is closed and gave back what it had taken.'

function wordsOf(rule: Rule, subscription: Subscription): Words {
  const until = rule.expires_at
    ? `It is canceled if the money is not there by ${formatTime(rule.expires_at)}.`
    : 'It waits for as long as it takes.'
  const activated = formatTime(subscription.activated_at ?? subscription.started_at)
  const words: Readonly<Record<Rule['status'], Words>> = {
    inactive: {
      kind: 'info',
      title: 'Starts with its first payment',
      text: `Its first invoice is charged on ${formatTime(subscription.subscription_at)}; once that is paid, it is active.`,
    },
    pending: {
      kind: 'info',
      title: 'Waits for the payment of its first invoice',
      text: `${until} Usage is stored meanwhile and counts once it is active. It cannot be changed until then.`,
    },
    satisfied: {
      kind: 'success',
      title: 'Started with its first payment',
      text: `Its first invoice was paid; it is active since ${activated}.`,
    },
    not_applicable: {
      kind: 'success',
      title: 'Started at once',
      text: 'There was nothing to pay at its start.',
    },
    failed: { kind: 'warning', title: 'The first payment failed', text: TAKEN_BACK },
    expired: {
      kind: 'warning',
      title: 'The first payment did not come in time',
      text: `It was expected by ${formatTime(rule.expires_at)}. ${TAKEN_BACK}`,
    },
    declined: {
      kind: 'warning',
      title: 'Ended before its first payment',
      text: `Its customer, its plan or the subscription before it ended while it waited. ${TAKEN_BACK}`,
    },
  }
  return words[rule.status]
}

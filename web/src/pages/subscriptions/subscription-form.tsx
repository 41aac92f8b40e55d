import { type ReactElement, useEffect, useState } from 'react'
import { useZones } from '../../api/names.ts'
import { useNow } from '../../api/now.ts'
import { useList } from '../../api/queries.ts'
import type { Customer, Plan, Subscription } from '../../api/types.ts'
import { dayIn, formatDay, startOfDayIn } from '../../format/dates.ts'
import { formatCents, toMinor } from '../../format/money.ts'
import { CustomerField } from '../../parts/customer-field.tsx'
import { DecimalField, Row, SelectField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm, useFormOfField } from '../../parts/form.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import { useView } from '../../parts/list.tsx'
import { type Options, rowsOf } from '../../parts/options.tsx'
import { Card, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { nameOf } from '../customers/customer-list.tsx'
import type { Properties } from '../plans/plan-values.ts'
import {
  ActivationSection,
  type ActivationValues,
  activationBody,
  NO_ACTIVATION,
  problemOfTimeout,
} from './activation-gate.tsx'
import { BillingDays, type BillingDaysWish } from './billing-days.tsx'
import { ChargeOverrides, overridesBody } from './charge-overrides.tsx'
import { freeId } from './free-id.ts'
import { PreviewLines, usePreview } from './next-invoice.tsx'

/** Customers that are offered in a list. */
const CHOICES_MAX = 200

export type SubscriptionValues = {
  external_customer_id: string
  plan_code: string
  external_id: string
  name: string
  billing_time: string
  subscription_at: string
  ending_at: string
  amount: string
  charges: Readonly<Record<string, Properties>>
} & ActivationValues

/** What decides on the days of the bills; days are those of the customer's zone. */
function wishOf(values: SubscriptionValues, zone: string): BillingDaysWish {
  const dayOf = (day: string) => (day === '' ? undefined : startOfDayIn(day, zone))
  return {
    external_customer_id: values.external_customer_id,
    plan_code: values.plan_code,
    billing_time: values.billing_time,
    subscription_at: dayOf(values.subscription_at),
    ending_at: dayOf(values.ending_at),
  }
}

function bodyOf(values: SubscriptionValues, plan: Plan | undefined, zone: string) {
  const amount = plan && values.amount !== '' ? toMinor(values.amount, plan.amount_currency) : null
  const charges = plan ? overridesBody(plan, values.charges) : []
  const overrides = {
    ...(amount !== null && amount !== plan?.amount_cents ? { amount_cents: amount } : {}),
    ...(charges.length > 0 ? { charges } : {}),
  }
  return {
    ...wishOf(values, zone),
    external_id: values.external_id,
    name: values.name || undefined,
    ...activationBody(values),
    ...(Object.keys(overrides).length > 0 ? { plan_overrides: overrides } : {}),
  }
}

/** Puts a customer on a plan, with prices of its own if need be. */
export function NewSubscription(): ReactElement {
  const view = useView()
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const now = useNow()
  const customers = useList<Customer>('/customers', 'customers', { per_page: CHOICES_MAX })
  const plans = useList<Plan>('/plans', 'plans', { per_page: 500 })
  const known = rowsOf(plans)
  const planOf = (code: string) => known.find((plan) => plan.code === code)
  // The body of the request needs the zone of what the form says, which is known one drawing later.
  const [customerId, setCustomerId] = useState(view.get('customer'))
  const listed = customers.data?.rows.find(({ external_id }) => external_id === customerId)
  const zones = useZones({ customers: listed ? [] : [customerId] })
  const zone = listed?.applicable_timezone ?? zones.get(customerId) ?? 'UTC'
  const form = useForm<SubscriptionValues>({
    initial: {
      external_customer_id: view.get('customer'),
      plan_code: view.get('plan'),
      external_id: '',
      name: '',
      billing_time: 'calendar',
      subscription_at: '',
      ending_at: '',
      amount: '',
      charges: {},
      ...NO_ACTIVATION,
    },
    check: (values) => ({
      timeout_hours: problemOfTimeout(values),
      external_customer_id: values.external_customer_id === '' ? 'Choose a customer.' : undefined,
      plan_code: values.plan_code === '' ? 'Choose a plan.' : undefined,
      external_id: values.external_id.trim() === '' ? 'Give the subscription an id.' : undefined,
      ending_at:
        values.ending_at !== '' && values.ending_at <= values.subscription_at
          ? 'It must end after it starts.'
          : undefined,
    }),
    draft: 'subscription new',
    toWrite: (values) => ({
      method: 'POST',
      path: '/subscriptions',
      body: { subscription: bodyOf(values, planOf(values.plan_code), zone) },
    }),
    onDone: (answer) => {
      const { subscription } = answer as { subscription: Subscription }
      toasts.success('The subscription was created.')
      const search = subscription.status === 'active' ? '' : `?status=${subscription.status}`
      go(at(`/subscriptions/${encodeURIComponent(subscription.external_id)}${search}`))
    },
  })
  const plan = planOf(form.values.plan_code)
  const { external_customer_id: formCustomerId } = form.values
  useEffect(() => setCustomerId(formCustomerId), [formCustomerId])
  const wish = wishOf(form.values, zone)
  const isPast = form.values.subscription_at !== '' && form.values.subscription_at < dayIn(now, zone)
  return (
    <Page title="New subscription" crumbs={[{ label: 'Subscriptions', href: at('/subscriptions') }]}>
      <div className="form-with-preview">
        <FormPage
          form={form}
          verb="Create subscription"
          onCancel={() => go(at('/subscriptions'))}
          effect={effectOf(form.values)}
        >
          <WhoSection customers={customers} plans={plans} />
          <WhenSection />
          <ActivationSection isWaiting={form.values.waits_for_payment} />
          {plan && (
            <Section title="Prices of its own" help="What differs from the plan, for this subscription only.">
              <DecimalField
                name="amount"
                label="Base price"
                suffix={plan.amount_currency}
                help={`The plan says ${formatCents(plan.amount_cents, plan.amount_currency)}. Empty keeps it.`}
              />
              <ChargeOverrides form={form} plan={plan} />
            </Section>
          )}
        </FormPage>
        <aside className="preview stack" aria-label="What will be billed">
          <FirstInvoice wish={wish} isPast={isPast} />
          <BillingDays wish={wish} />
        </aside>
      </div>
    </Page>
  )
}

function effectOf(values: SubscriptionValues): string {
  const start = values.subscription_at === '' ? 'now' : `on ${formatDay(values.subscription_at)}`
  const day = values.billing_time === 'calendar' ? 'the first day of each period' : 'the day of its start'
  if (values.waits_for_payment) {
    return `Its first invoice is charged ${start}. Once that is paid it is active, and it is billed on ${day}.`
  }
  return `Starts ${start} and is billed on ${day}.`
}

function WhoSection(props: {
  readonly customers: Options<Customer>
  readonly plans: Options<Plan>
}): ReactElement {
  const { customers, plans } = props
  const at = useAt()
  return (
    <Section title="Who and what" help="The currency of the plan must be that of the customer.">
      <Row>
        <CustomerChoice customers={customers} />
        <SelectField
          name="plan_code"
          label="Plan"
          isRequired
          placeholder="Choose a plan…"
          from={{
            asked: plans,
            what: 'plans',
            empty: <Link href={at('/plans/new')}>Create a plan first</Link>,
          }}
          options={rowsOf(plans).map(({ code, name }) => ({ value: code, label: name }))}
        />
      </Row>
      <Row>
        <TextField name="external_id" label="External id" isRequired isCode help={<SuggestedId />} />
        <TextField name="name" label="Name" />
      </Row>
    </Section>
  )
}

const STATUSES = ['active', 'pending', 'incomplete', 'terminated', 'canceled']

/** What the id is for, and one that is free for whoever has none of their own. */
function SuggestedId(): ReactElement {
  const form = useFormOfField()
  const customer = String(form.values.external_customer_id)
  const of = useList<Subscription>(
    '/subscriptions',
    'subscriptions',
    { external_customer_id: customer, status: STATUSES, per_page: 500 },
    { enabled: customer !== '' },
  )
  const offered =
    customer !== '' && of.data && !of.isPlaceholderData
      ? freeId(
          customer,
          of.data.rows.map(({ external_id }) => external_id),
        )
      : null
  return (
    <>
      What events name the subscription by.{' '}
      {offered !== null && form.values.external_id !== offered && (
        <button type="button" className="link-button" onClick={() => form.set('external_id', offered)}>
          Use {offered}
        </button>
      )}
    </>
  )
}

/** A list of the customers, or a search where they are too many for one. */
function CustomerChoice({ customers }: { readonly customers: Options<Customer> }): ReactElement {
  const at = useAt()
  const rows = rowsOf(customers)
  if ((customers.data?.meta.total_count ?? 0) > rows.length)
    return <CustomerField name="external_customer_id" />
  return (
    <SelectField
      name="external_customer_id"
      label="Customer"
      isRequired
      placeholder="Choose a customer…"
      from={{
        asked: customers,
        what: 'customers',
        empty: <Link href={at('/customers/new')}>Create a customer first</Link>,
      }}
      options={rows.map((customer) => ({ value: customer.external_id, label: nameOf(customer) }))}
    />
  )
}

function WhenSection(): ReactElement {
  return (
    <Section title="When">
      <SelectField
        name="billing_time"
        label="Billing days"
        options={[
          { value: 'calendar', label: 'Calendar: the first of the month, quarter or year' },
          { value: 'anniversary', label: 'Anniversary: the day on which it started' },
        ]}
      />
      <Row>
        <TextField
          name="subscription_at"
          label="Starts"
          type="date"
          help="Empty means now. With a start in the past, periods that are already over are not billed."
        />
        <TextField name="ending_at" label="Ends" type="date" help="Empty means never." />
      </Row>
    </Section>
  )
}

/** The first invoice as the server would make it; prices of its own are not in it. A start in the past has none. */
function FirstInvoice(props: { readonly wish: BillingDaysWish; readonly isPast: boolean }): ReactElement {
  const { wish, isPast } = props
  const isReady = wish.external_customer_id !== '' && wish.plan_code !== ''
  const query = usePreview(
    {
      customer: { external_id: wish.external_customer_id },
      plan_code: wish.plan_code,
      billing_time: wish.billing_time,
      ...(wish.subscription_at ? { subscription_at: wish.subscription_at } : {}),
    },
    isReady && !isPast,
  )
  return (
    <Card title="First invoice">
      {!isReady && <p className="muted">Choose a customer and a plan to see it.</p>}
      {isReady && isPast && (
        <p className="muted">A start in the past is not billed; the next billing day is.</p>
      )}
      {isReady && !isPast && (
        <Loaded query={query} rows={3}>
          {(invoice) => (
            <>
              <p className="muted">
                {formatDay(invoice.issuing_date)}, at the prices of the plan and without usage.
              </p>
              <PreviewLines invoice={invoice} />
            </>
          )}
        </Loaded>
      )}
    </Card>
  )
}

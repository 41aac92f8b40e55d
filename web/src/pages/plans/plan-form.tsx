import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import type { FieldErrors } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useList, useOne, useWrite } from '../../api/queries.ts'
import { useMay, useOrganization } from '../../api/session.ts'
import type { AddOn, BillableMetric, Plan, Tax } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { formatCents, toMinor } from '../../format/money.ts'
import { shownValue } from '../../format/typed-number.ts'
import { DecimalField, NameAndCode, Row, SelectField, SwitchField, TextField } from '../../parts/fields.tsx'
import { type Form, FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NewPage } from '../../parts/new-page.tsx'
import { type Options, rowsOf } from '../../parts/options.tsx'
import { Page } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { TaxChoice } from './charge-editor.tsx'
import { ChargeList } from './charge-list.tsx'
import { FixedChargeList } from './fixed-charge-list.tsx'
import { INTERVALS } from './plan-list.tsx'
import { bodyOfPlan, newPlan, type PlanValues, valuesOfPlan } from './plan-values.ts'
import { PreviewPanel } from './preview-panel.tsx'
import type { AskedUsage } from './same-usage.ts'
import { grantsOf, SaveChanges } from './save-changes.tsx'
import { problemOfThresholds } from './threshold-check.ts'
import { ThresholdList } from './threshold-list.tsx'

function check(values: PlanValues) {
  return {
    name: values.name.trim() === '' ? 'Give the plan a name.' : undefined,
    code: values.code.trim() === '' ? 'Give the plan a code.' : undefined,
    amount:
      toMinor(values.amount || '0', values.currency) === null ? 'Enter an amount, such as 49.00.' : undefined,
    commitment:
      values.commitment !== '' && !((toMinor(values.commitment, values.currency) ?? 0) > 0)
        ? 'Enter an amount above zero, or nothing.'
        : undefined,
    trial_period:
      values.trial_period !== '' && !/^\d+(\.\d+)?$/.test(values.trial_period)
        ? 'Enter a number of days.'
        : undefined,
    usage_thresholds: problemOfThresholds(values.thresholds, values.currency),
  }
}

export function NewPlan(): ReactElement {
  const { default_currency } = useOrganization()
  return (
    <NewPage<Plan> title="New plan" pathOf={(code) => `/plans/${encodeURIComponent(code)}`} root="plan">
      {(original) => (
        <PlanForm initial={original ? copyOf(original) : newPlan(default_currency)} stored={null} used={0} />
      )}
    </NewPage>
  )
}

function copyOf(plan: Plan): PlanValues {
  const values = valuesOfPlan(plan)
  return {
    ...values,
    name: `${values.name} copy`,
    code: `${values.code}_copy`,
    charges: values.charges.map((charge) => ({ ...charge, id: null })),
    fixed_charges: values.fixed_charges.map((charge) => ({ ...charge, id: null })),
  }
}

export function EditPlan(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<Plan>(`/plans/${encodeURIComponent(code)}`, 'plan')
  const uses = useList('/subscriptions', 'subscriptions', {
    plan_code: code,
    per_page: 1,
    status: ['active', 'pending'],
  })
  // Whether saving asks who gets the change must be known before anything can be saved.
  if (uses.isPending) return <Skeleton />
  const used = uses.data?.meta.total_count ?? null
  return (
    <LoadedPage title="Edit plan" query={query}>
      {(plan) => <PlanForm initial={valuesOfPlan(plan)} stored={plan} used={used} />}
    </LoadedPage>
  )
}

type PlanFormProps = {
  readonly initial: PlanValues
  readonly stored: Plan | null
  /** How many subscriptions a change may reach; null when the member may not know. */
  readonly used: number | null
}

function PlanForm(props: PlanFormProps): ReactElement {
  const { stored, used } = props
  const [initial] = useState(props.initial)
  const at = useAt()
  const go = useGo()
  const finish = useFinish(stored)
  const [isAsking, setAsking] = useState(false)
  const [usage, setUsage] = useState<readonly AskedUsage[]>([])
  const metrics = useList<BillableMetric>('/billable_metrics', 'billable_metrics', { per_page: 500 })
  const form = useForm<PlanValues>({
    initial,
    check,
    draft: `plan ${stored?.code ?? 'new'}`,
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? `/plans/${encodeURIComponent(stored.code)}` : '/plans',
      body: { plan: bodyOfPlan(values) },
    }),
    asks: used === 0 ? undefined : () => setAsking(true),
    onDone: (answer) => finish((answer as { plan: Plan }).plan),
  })
  const [refused, setRefused] = useState<FieldErrors>({})
  const back = stored ? at(`/plans/${encodeURIComponent(stored.code)}`) : at('/plans')
  const known = rowsOf(metrics)
  const { values } = form
  return (
    <Page
      title={stored ? `Edit ${stored.name}` : 'New plan'}
      crumbs={[
        { label: 'Plans', href: at('/plans') },
        ...(stored ? [{ label: stored.name, href: back }] : []),
      ]}
    >
      <div className="form-with-preview">
        <FormPage
          form={form}
          verb={stored ? 'Save plan' : 'Create plan'}
          onCancel={() => go(back)}
          effect={effectOf(values, used !== 0)}
        >
          <PlanSections form={form} metrics={metrics} refused={refused} isUsed={used !== 0} />
        </FormPage>
        <PreviewPanel
          body={bodyOfPlan(values)}
          currency={values.currency}
          charges={values.charges.map((charge) => ({
            name:
              charge.invoice_display_name ||
              known.find(({ lago_id }) => lago_id === charge.metricId)?.name ||
              charge.metricCode,
            model: charge.model,
            filters: charge.filters.map((filter) => Object.values(filter.values).flat().join(', ')),
          }))}
          onProblem={(problem) => setRefused(problem?.details ?? {})}
          onUsage={setUsage}
        />
      </div>
      {stored && isAsking && (
        <SaveChanges plan={stored} form={form} usage={usage} onClose={() => setAsking(false)} />
      )}
    </Page>
  )
}

/** Goes to the saved plan. One that was made beside the edited one grants the same. */
function useFinish(stored: Plan | null): (plan: Plan) => void {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const { mutate } = useWrite()
  return (plan) => {
    toasts.success(`${plan.name} was saved.`)
    go(at(`/plans/${encodeURIComponent(plan.code)}`))
    if (stored === null || plan.lago_id === stored.lago_id || stored.entitlements.length === 0) return
    mutate(
      {
        method: 'POST',
        path: `/plans/${encodeURIComponent(plan.code)}/entitlements`,
        body: { entitlements: grantsOf(stored) },
      },
      { onError: (problem) => toasts.error(`Its entitlements are missing: ${textOfProblem(problem)}`) },
    )
  }
}

function PlanSections(props: {
  readonly form: Form<PlanValues>
  readonly metrics: Options<BillableMetric>
  readonly refused: FieldErrors
  readonly isUsed: boolean
}): ReactElement {
  const { form, refused, isUsed } = props
  const taxes = useList<Tax>(
    '/taxes',
    'taxes',
    { per_page: 200 },
    { enabled: useMay()('organization:taxes:view') },
  )
  const addOns = useList<AddOn>('/add_ons', 'add_ons', { per_page: 500 })
  return (
    <>
      <BasicsSection form={form} isUsed={isUsed} taxes={taxes} />
      <Section title="Usage charges" help="Prices for what is metered. Each one reads one metric.">
        <ChargeList form={form} metrics={props.metrics} taxes={taxes} refused={refused} isFrozen={isUsed} />
      </Section>
      <Section title="Fixed charges" help="Seats, licences, support: units that are billed without events.">
        <FixedChargeList form={form} addOns={addOns} refused={refused} />
      </Section>
      <Section title="Minimum commitment" help="Every period comes to at least this amount.">
        <Row>
          <DecimalField name="commitment" label="Amount" suffix={form.values.currency} />
          <TextField name="commitment_name" label="Name on invoices" placeholder="Minimum commitment" />
        </Row>
      </Section>
      <Section title="Progressive billing" help="Bills as soon as usage reaches an amount.">
        <ThresholdList form={form} />
      </Section>
    </>
  )
}

function effectOf(values: PlanValues, isUsed: boolean): string {
  const cents = toMinor(values.amount || '0', values.currency)
  const price = cents === null ? shownValue(values.amount) : formatCents(cents, values.currency)
  const when = values.pay_in_advance ? 'at the start of' : 'at the end of'
  const usage = values.charges.length > 0 ? ', and usage at the end of it' : ''
  const existing = isUsed ? ' Saving asks who gets the change.' : ''
  return `Bills ${price} ${when} each ${INTERVALS[values.interval]}${usage}, in ${values.currency}.${existing}`
}

function BasicsSection(props: {
  readonly form: Form<PlanValues>
  readonly isUsed: boolean
  readonly taxes: Options<Tax>
}): ReactElement {
  const { form, isUsed, taxes } = props
  const { values } = form
  const locked = isUsed ? 'Fixed once somebody subscribed. Duplicate the plan to change it.' : undefined
  const isLong = values.interval === 'yearly' || values.interval === 'semiannual'
  return (
    <>
      <Section title="Basics" help="The name appears on invoices.">
        <NameAndCode isNew={form.values.previousName === '' || form.values.code === ''} />
        <TextField name="description" label="Description" isLong />
      </Section>
      <Section title="Base price" help="What a subscription costs before any usage.">
        <Row>
          <DecimalField name="amount" label="Amount" isRequired suffix={values.currency} />
          <SelectField
            name="currency"
            label="Currency"
            locked={locked}
            options={CURRENCIES.map((code) => ({ value: code, label: code }))}
          />
          <SelectField
            name="interval"
            label="Billed every"
            locked={locked}
            options={Object.entries(INTERVALS).map(([value, label]) => ({ value, label }))}
          />
        </Row>
        <SwitchField
          name="pay_in_advance"
          label="Bill at the start of the period"
          help="Off, the base price is billed at the end, together with the usage."
          locked={locked}
        />
        {isLong && (
          <SwitchField
            name="bill_charges_monthly"
            label="Bill usage every month"
            help="The base price stays on its own interval."
            locked={locked}
          />
        )}
        <Row>
          <DecimalField
            name="trial_period"
            label="Trial"
            suffix="days"
            locked={locked}
            help="The base price is free for so long."
          />
          <TextField name="invoice_display_name" label="Name on invoices" placeholder={values.name} />
        </Row>
        <TaxChoice
          taxes={taxes}
          codes={values.tax_codes}
          onChange={(codes) => form.set('tax_codes', codes)}
        />
      </Section>
    </>
  )
}

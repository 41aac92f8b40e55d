import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import type { AppliedCoupon, BillableMetric, Coupon, Plan } from '../../api/types.ts'
import { CURRENCIES } from '../../format/countries.ts'
import { ChecksField } from '../../parts/checks-field.tsx'
import { NameAndCode, SelectField, SwitchField, TextField } from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NewPage } from '../../parts/new-page.tsx'
import { type Options, rowsOf } from '../../parts/options.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { CouponTerms } from './coupon-terms.tsx'
import {
  type CouponValues,
  checkCoupon,
  couponBody,
  couponSentence,
  newCoupon,
  valuesOfCoupon,
} from './coupon-values.ts'

export function NewCoupon(): ReactElement {
  const { default_currency: currency } = useOrganization()
  return (
    <NewPage<Coupon>
      title="New coupon"
      pathOf={(code) => `/coupons/${encodeURIComponent(code)}`}
      root="coupon"
    >
      {(original) => (
        <CouponForm
          initial={original ? copyOf(original, currency) : newCoupon(currency)}
          stored={null}
          isApplied={false}
        />
      )}
    </NewPage>
  )
}

function copyOf(coupon: Coupon, currency: string): CouponValues {
  return { ...valuesOfCoupon(coupon, currency), name: `${coupon.name} copy`, code: `${coupon.code}_copy` }
}

export function EditCoupon(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const { default_currency: currency } = useOrganization()
  const query = useOne<Coupon>(`/coupons/${encodeURIComponent(code)}`, 'coupon')
  const uses = useList<AppliedCoupon>('/applied_coupons', 'applied_coupons', {
    coupon_code: [code],
    per_page: 1,
  })
  return (
    <LoadedPage title="Edit coupon" query={query}>
      {(coupon) => (
        <LoadedPage title="Edit coupon" query={uses}>
          {({ meta }) => (
            <CouponForm
              initial={valuesOfCoupon(coupon, currency)}
              stored={coupon}
              isApplied={meta.total_count > 0}
            />
          )}
        </LoadedPage>
      )}
    </LoadedPage>
  )
}

type FormProps = {
  readonly initial: CouponValues
  readonly stored: Coupon | null
  readonly isApplied: boolean
}

function CouponForm({ initial, stored, isApplied }: FormProps): ReactElement {
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const plans = useList<Plan>('/plans', 'plans', { per_page: 200 })
  const metrics = useList<BillableMetric>('/billable_metrics', 'billable_metrics', { per_page: 200 })
  const form = useForm<CouponValues>({
    initial,
    check: checkCoupon,
    draft: `coupon ${stored?.code ?? 'new'}`,
    toWrite: (values) => ({
      method: stored ? 'PUT' : 'POST',
      path: stored ? `/coupons/${encodeURIComponent(stored.code)}` : '/coupons',
      body: { coupon: couponBody(values) },
    }),
    onDone: (answer) => {
      const { coupon } = answer as { coupon: Coupon }
      toasts.success(`${coupon.name} was saved.`)
      go(at(`/coupons/${encodeURIComponent(coupon.code)}`))
    },
  })
  const locked = isApplied ? 'A customer has this coupon. Duplicate it for other terms.' : undefined
  const back = stored ? at(`/coupons/${encodeURIComponent(stored.code)}`) : at('/coupons')
  return (
    <Page
      title={stored ? `Edit ${stored.name}` : 'New coupon'}
      crumbs={[
        { label: 'Coupons', href: at('/coupons') },
        ...(stored ? [{ label: stored.name, href: back }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save coupon' : 'Create coupon'}
        onCancel={() => go(back)}
        effect={couponSentence(form.values)}
      >
        <Section title="Basics" help="How people and programs call it.">
          <NameAndCode isNew={stored === null} lockedCode={locked} />
          <TextField name="description" label="Description" isLong />
        </Section>
        <Section title="Discount" help="What it takes off, and how often.">
          <CouponTerms values={form.values} currencies={CURRENCIES} locked={locked} />
        </Section>
        <Section title="Limits" help="Who can have it, until when, and for what.">
          <SwitchField
            name="reusable"
            label="A customer can have it more than once"
            help="Off, a second use for the same customer is refused."
            locked={locked}
          />
          <TextField
            name="expiration_at"
            label="Last day"
            type="date"
            help="After it nobody can be given the coupon. Who has it keeps it. Empty means no end."
          />
          <LimitFields limit={form.values.limit} plans={plans} metrics={metrics} locked={locked} />
        </Section>
      </FormPage>
    </Page>
  )
}

function LimitFields(props: {
  readonly limit: string
  readonly plans: Options<Plan>
  readonly metrics: Options<BillableMetric>
  readonly locked: string | undefined
}): ReactElement {
  const { limit, locked } = props
  return (
    <>
      <SelectField
        name="limit"
        label="Applies to"
        locked={locked}
        options={[
          { value: 'none', label: 'Everything on the invoice' },
          { value: 'plans', label: 'Fees of some plans' },
          { value: 'metrics', label: 'Usage of some metrics' },
        ]}
      />
      {limit === 'plans' && (
        <ChecksField
          name="plan_codes"
          label="Plans"
          locked={locked}
          options={rowsOf(props.plans).map(({ code, name }) => ({ value: code, label: name }))}
          from={{ asked: props.plans, what: 'plans', empty: 'There is no plan yet.' }}
        />
      )}
      {limit === 'metrics' && (
        <ChecksField
          name="billable_metric_codes"
          label="Metrics"
          locked={locked}
          options={rowsOf(props.metrics).map(({ code, name }) => ({ value: code, label: name }))}
          from={{ asked: props.metrics, what: 'metrics', empty: 'There is no metric yet.' }}
        />
      )}
    </>
  )
}

import { useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useList, useOne, type Write } from '../../api/queries.ts'
import type { BillableMetric, Event } from '../../api/types.ts'
import {
  CardsField,
  DecimalField,
  NameAndCode,
  Row,
  SelectField,
  SwitchField,
  TextField,
} from '../../parts/fields.tsx'
import { FormPage, Section, useForm } from '../../parts/form.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { NewPage } from '../../parts/new-page.tsx'
import { Page } from '../../parts/page.tsx'
import { useToasts } from '../../parts/toast.tsx'
import {
  AGGREGATIONS,
  type Aggregation,
  AggregationPicture,
  kindOf,
  metricSentence,
} from './aggregations.tsx'
import { type FilterDraft, FilterEditor } from './filter-editor.tsx'
import { TryIt } from './try-it.tsx'

type MetricValues = {
  name: string
  previousName: string
  code: string
  description: string
  aggregation_type: Aggregation
  recurring: boolean
  field_name: string
  expression: string
  rounding_function: string
  rounding_precision: string
  filters: readonly FilterDraft[]
}

const NEW: MetricValues = {
  name: '',
  previousName: '',
  code: '',
  description: '',
  aggregation_type: 'count_agg',
  recurring: false,
  field_name: '',
  expression: '',
  rounding_function: '',
  rounding_precision: '',
  filters: [],
}

function valuesOf(metric: BillableMetric): MetricValues {
  return {
    ...NEW,
    name: metric.name,
    previousName: metric.name,
    code: metric.code,
    description: metric.description ?? '',
    aggregation_type: metric.aggregation_type,
    recurring: metric.recurring,
    field_name: metric.field_name ?? '',
    expression: metric.expression ?? '',
    rounding_function: metric.rounding_function ?? '',
    rounding_precision: metric.rounding_precision === null ? '' : String(metric.rounding_precision),
    filters: metric.filters.map(({ key, values }) => ({ key, values })),
  }
}

/** The request body of what is typed. */
function bodyOf(values: MetricValues) {
  const kind = kindOf(values.aggregation_type)
  return {
    name: values.name.trim(),
    code: values.code.trim(),
    description: values.description || null,
    aggregation_type: values.aggregation_type,
    recurring: values.recurring,
    field_name: kind?.needsField ? values.field_name || null : null,
    expression: values.expression || null,
    weighted_interval: values.aggregation_type === 'weighted_sum_agg' ? 'seconds' : null,
    rounding_function: values.rounding_function || null,
    rounding_precision: values.rounding_precision === '' ? null : Number(values.rounding_precision),
    filters: values.filters.filter(({ key }) => key !== ''),
  }
}

function check(values: MetricValues) {
  const needsField = kindOf(values.aggregation_type)?.needsField
  const precision = values.rounding_precision
  const keys = values.filters.map(({ key }) => key).filter((key) => key !== '')
  return {
    name: values.name.trim() === '' ? 'Give the metric a name.' : undefined,
    code: values.code.trim() === '' ? 'Give the metric a code.' : undefined,
    field_name:
      needsField && values.field_name.trim() === '' ? 'Name the property with the value.' : undefined,
    rounding_precision:
      precision !== '' && !/^-?\d{1,2}$/.test(precision)
        ? 'Enter a whole number.'
        : precision !== '' && values.rounding_function === ''
          ? 'Choose how to round first.'
          : undefined,
    filters:
      new Set(keys).size < keys.length
        ? 'Two filters have the same key.'
        : values.filters.some((filter) => filter.key !== '' && filter.values.length === 0)
          ? 'Give each filter at least one value.'
          : undefined,
  }
}

export function NewMetric(): ReactElement {
  return (
    <NewPage<BillableMetric>
      title="New metric"
      pathOf={(code) => `/billable_metrics/${encodeURIComponent(code)}`}
      root="billable_metric"
    >
      {(original) => <MetricForm initial={original ? copyOf(original) : NEW} stored={null} />}
    </NewPage>
  )
}

const copyOf = (metric: BillableMetric) => {
  return { ...valuesOf(metric), name: `${metric.name} copy`, code: `${metric.code}_copy` }
}

export function EditMetric(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const query = useOne<BillableMetric>(`/billable_metrics/${encodeURIComponent(code)}`, 'billable_metric')
  return (
    <LoadedPage title="Edit metric" query={query}>
      {(metric) => <MetricForm initial={valuesOf(metric)} stored={metric} />}
    </LoadedPage>
  )
}

function MetricForm(props: {
  readonly initial: MetricValues
  readonly stored: BillableMetric | null
}): ReactElement {
  const { initial, stored } = props
  const at = useAt()
  const go = useGo()
  const toasts = useToasts()
  const path = stored ? `/billable_metrics/${encodeURIComponent(stored.code)}` : '/billable_metrics'
  const form = useForm<MetricValues>({
    initial,
    check,
    draft: `metric ${stored?.code ?? 'new'}`,
    toWrite: (values): Write => ({
      method: stored ? 'PUT' : 'POST',
      path,
      body: { billable_metric: bodyOf(values) },
    }),
    onDone: (answer) => {
      const { billable_metric: saved } = answer as { billable_metric: BillableMetric }
      toasts.success(`${saved.name} was saved.`)
      go(at(`/metrics/${encodeURIComponent(saved.code)}`))
    },
  })
  const isUsed = (stored?.plans_count ?? 0) > 0
  const locked = isUsed ? 'A plan uses this metric. Duplicate it to measure something else.' : undefined
  const back = stored ? at(`/metrics/${encodeURIComponent(stored.code)}`) : at('/metrics')
  return (
    <Page
      title={stored ? `Edit ${stored.name}` : 'New metric'}
      crumbs={[
        { label: 'Metrics', href: at('/metrics') },
        ...(stored ? [{ label: stored.name, href: back }] : []),
      ]}
    >
      <FormPage
        form={form}
        verb={stored ? 'Save metric' : 'Create metric'}
        onCancel={() => go(back)}
        effect={metricSentence({ ...bodyOf(form.values), code: form.values.code || 'your_code' })}
      >
        <Section title="Basics" help="How people and programs call it.">
          <NameAndCode
            isNew={stored === null}
            usedBy={stored ? 'Programs send events with this code.' : undefined}
          />
          <TextField name="description" label="Description" isLong />
        </Section>
        <MeasureSection form={form} locked={locked} />
        <Section
          title="Filters"
          help="Properties by which a plan may set different prices, such as a region."
        >
          <FilterEditor
            filters={form.values.filters}
            onChange={(filters) => form.set('filters', filters)}
            error={form.errorOf('filters')}
          />
        </Section>
        <Section title="Rounding" help="Of the units, before they are priced.">
          <Row>
            <SelectField
              name="rounding_function"
              label="Round"
              locked={locked}
              placeholder="Do not round"
              options={[
                { value: 'round', label: 'To the nearest' },
                { value: 'ceil', label: 'Up' },
                { value: 'floor', label: 'Down' },
              ]}
            />
            <DecimalField
              name="rounding_precision"
              label="Digits after the point"
              help="With 2, 12.3456 becomes 12.35."
              locked={locked}
            />
          </Row>
        </Section>
        <Section title="Try it" help="Nothing is stored. The figures come from the same code that bills.">
          <TryIt metric={bodyOf(form.values)} />
        </Section>
      </FormPage>
    </Page>
  )
}

function MeasureSection(props: {
  readonly form: ReturnType<typeof useForm<MetricValues>>
  readonly locked: string | undefined
}): ReactElement {
  const { form, locked } = props
  const { values } = form
  const kind = kindOf(values.aggregation_type)
  const { data } = useList<Event>(
    '/events',
    'events',
    { code: values.code, per_page: 20 },
    { enabled: values.code !== '' },
  )
  const seen = [...new Set((data?.rows ?? []).flatMap(({ properties }) => Object.keys(properties ?? {})))]
  const pick = (value: string) => {
    const next = kindOf(value)
    form.patch({
      aggregation_type: value as Aggregation,
      recurring: value === 'weighted_sum_agg' ? true : values.recurring && (next?.canRecur ?? false),
    })
  }
  return (
    <Section title="Measure" help="How events become units.">
      <CardsField
        name="aggregation_type"
        label="Aggregation"
        isRequired
        locked={locked}
        onPick={pick}
        options={AGGREGATIONS.map(({ value, label, help, path }) => ({
          value,
          label,
          help,
          picture: <AggregationPicture path={path} />,
        }))}
      />
      {kind?.needsField && (
        <Row>
          <TextField
            name="field_name"
            label="Property"
            isCode
            isRequired
            list={seen}
            locked={locked}
            help="The property of an event that holds the value, or that the expression sets."
          />
          <TextField
            name="expression"
            label="Expression"
            isCode
            locked={locked}
            placeholder="event.properties.bytes / 1024"
            help="Computes the property from others. Optional."
          />
        </Row>
      )}
      {kind?.canRecur && (
        <SwitchField
          name="recurring"
          label="Carries over to the next period"
          help="For quantities that stay, such as seats. Off, every period starts from zero."
          locked={locked}
        />
      )}
    </Section>
  )
}

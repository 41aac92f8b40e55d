import type { ReactElement } from 'react'
import type { BillableMetric } from '../../api/types.ts'

export type Aggregation = BillableMetric['aggregation_type']

type Kind = {
  readonly value: Aggregation
  readonly label: string
  readonly help: string
  readonly path: string
  readonly canRecur: boolean
  readonly needsField: boolean
}

/** The kinds of metric, with what each is for and a drawing of how it grows. */
export const AGGREGATIONS: readonly Kind[] = [
  {
    value: 'count_agg',
    label: 'Count',
    help: 'Every event is one unit: API calls, messages sent.',
    path: 'M2 34h12V28h12V22h12V16h12V10h12V4h12',
    canRecur: false,
    needsField: false,
  },
  {
    value: 'sum_agg',
    label: 'Sum',
    help: 'Adds up a number in each event: tokens, gigabytes moved.',
    path: 'M2 34h10V30h14V18h16V14h12V6h22',
    canRecur: true,
    needsField: true,
  },
  {
    value: 'max_agg',
    label: 'Maximum',
    help: 'The highest value of the period: peak storage.',
    path: 'M2 30l14-8 12 6 14-22 12 14 12-4 12 8M2 6h76',
    canRecur: false,
    needsField: true,
  },
  {
    value: 'unique_count_agg',
    label: 'Unique count',
    help: 'Counts different values once: active users, seats.',
    path: 'M10 28a4 4 0 1 0 .100 0M30 20a4 4 0 1 0 .100 0M50 12a4 4 0 1 0 .100 0M70 4a4 4 0 1 0 .100 0',
    canRecur: true,
    needsField: true,
  },
  {
    value: 'weighted_sum_agg',
    label: 'Weighted sum',
    help: 'A level, weighted by how long it lasted: gigabyte-hours.',
    path: 'M2 34V22h20V10h26V18h16V26h14V34z',
    canRecur: true,
    needsField: true,
  },
  {
    value: 'latest_agg',
    label: 'Latest',
    help: 'The last value that was sent: a meter reading.',
    path: 'M2 30l18-10 18 6 18-14 14-4M70 8a3 3 0 1 0 .100 0',
    canRecur: false,
    needsField: true,
  },
]

export const kindOf = (aggregation: string): Kind | undefined =>
  AGGREGATIONS.find(({ value }) => value === aggregation)

export const aggregationLabel = (aggregation: string): string => kindOf(aggregation)?.label ?? aggregation

/** How a metric of this kind grows, as a small drawing. */
export function AggregationPicture({ path }: { readonly path: string }): ReactElement {
  return (
    <svg className="choice-picture" viewBox="0 0 80 40" aria-hidden="true" focusable="false">
      <path d={path} fill="none" stroke="currentColor" strokeWidth="2" strokeLinejoin="round" />
    </svg>
  )
}

/** A metric in one sentence. */
export function metricSentence(metric: {
  readonly aggregation_type: string
  readonly field_name?: string | null
  readonly recurring?: boolean
  readonly code: string
}): string {
  const field = metric.field_name ? `“${metric.field_name}”` : 'the expression'
  const what: Readonly<Record<string, string>> = {
    count_agg: `Counts every event “${metric.code}”`,
    sum_agg: `Adds up ${field} of every event “${metric.code}”`,
    max_agg: `Takes the highest ${field} of the events “${metric.code}”`,
    unique_count_agg: `Counts the different values of ${field} in the events “${metric.code}”`,
    weighted_sum_agg: `Weights ${field} of the events “${metric.code}” by the time that it lasted`,
    latest_agg: `Takes the newest ${field} of the events “${metric.code}”`,
  }
  const rest = metric.recurring ? 'carries over to the next period' : 'starts from zero each period'
  return `${what[metric.aggregation_type] ?? metric.code}, and ${rest}.`
}

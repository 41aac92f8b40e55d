import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { OWN_API } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import { formatUnits } from '../../format/money.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { DecimalInput } from '../../parts/fields.tsx'
import { None } from '../../parts/page.tsx'

type MetricBody = {
  readonly aggregation_type: string
  readonly field_name?: string | null
  readonly expression?: string | null | undefined
  readonly rounding_function?: string | null
  readonly rounding_precision?: number | null
  readonly filters?: readonly { readonly key: string; readonly values: readonly string[] }[]
}

type Step = {
  readonly units: string
  readonly counts: boolean
  readonly value: string | null
  readonly filters: readonly string[]
}
type MetricPreview = { readonly units: string; readonly events: readonly Step[] }

/** An event as typed. Its day of the period is asked where time changes the units. */
type Row = { readonly text: string; readonly day: string }

const DEFAULT_VALUES = [10, 5, 7]
/** How far apart events are at first, so that each lasts for a different part of the 30 days. */
const DAYS_APART = 6

/** Sends made-up events to the server, which says what the metric makes of them. Nothing is stored. */
export function TryIt({
  metric,
  title,
}: {
  readonly metric: MetricBody
  readonly title?: string
}): ReactElement {
  const field = metric.aggregation_type === 'count_agg' ? null : metric.field_name || 'value'
  const isTimed = metric.aggregation_type === 'weighted_sum_agg'
  const [rows, setRows] = useState<readonly Row[]>(() =>
    DEFAULT_VALUES.map((value, n) => ({
      text: JSON.stringify(field ? { [field]: value } : {}),
      day: String(n * DAYS_APART),
    })),
  )
  const events = rows.map(({ text }) => parse(text))
  const areDaysRight = !isTimed || rows.every(({ day }) => /^[12]?\d$/.test(day))
  const isReadable = areDaysRight && events.every((each) => each !== null)
  const preview = usePreview(
    metric,
    field,
    events.map((properties, n) => ({ properties, ...(isTimed ? { day: Number(rows[n]?.day) } : {}) })),
    isReadable && rows.length > 0,
  )
  const replace = (at: number, change: Partial<Row>) =>
    setRows(rows.map((each, index) => (index === at ? { ...each, ...change } : each)))
  const add = () => {
    const last = rows.at(-1)
    const day = Math.min(Number(last?.day ?? -DAYS_APART) + DAYS_APART, 29)
    setRows([...rows, { text: last?.text ?? '{}', day: String(day) }])
  }
  return (
    <section className="card try-it" aria-label="Try it">
      {title && (
        <div className="card-head">
          <h2>{title}</h2>
        </div>
      )}
      <div className="table-box table-box-plain" role="region" aria-label="Events to try" tabIndex={0}>
        <table className="table">
          <caption className="visually-hidden">Events and the units after each</caption>
          <thead>
            <tr>
              <th scope="col">Properties of the event</th>
              {isTimed && <th scope="col">Day, 0 to 29</th>}
              <th scope="col" className="number">
                Units after it
              </th>
              <th scope="col">
                <span className="visually-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ text, day }, at) => (
              <tr key={at}>
                <td>
                  <input
                    className="input input-code"
                    aria-label={`Properties of event ${at + 1}`}
                    aria-invalid={events[at] === null ? true : undefined}
                    value={text}
                    onChange={(event) => replace(at, { text: event.target.value })}
                  />
                </td>
                {isTimed && (
                  <td>
                    <DecimalInput
                      label={`Day of event ${at + 1}`}
                      value={day}
                      onChange={(typed) => replace(at, { day: typed })}
                    />
                  </td>
                )}
                <td className="number">
                  <StepUnits step={isReadable ? preview.data?.events[at] : undefined} />
                </td>
                <td>
                  <IconButton
                    icon="trash"
                    label={`Remove event ${at + 1}`}
                    onClick={() => setRows(rows.filter((_, index) => index !== at))}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="line-between">
        <Button icon="plus" onClick={add}>
          Add event
        </Button>
        <span role="status">
          {!areDaysRight && 'Days are whole numbers from 0 to 29.'}
          {areDaysRight && !isReadable && 'Properties are JSON, such as {"tokens": 120}.'}
          {isReadable && preview.error && <span className="field-error">{textOfProblem(preview.error)}</span>}
          {isReadable && !preview.error && preview.data && (
            <>
              Units: <strong>{formatUnits(preview.data.units)}</strong>
            </>
          )}
        </span>
      </div>
    </section>
  )
}

/** What the server makes of the events; the answer before stays until the next is there. */
function usePreview(
  metric: MetricBody,
  field: string | null,
  events: readonly object[],
  isReadable: boolean,
) {
  const { slug } = useOrganization()
  const body = {
    billable_metric: {
      aggregation_type: metric.aggregation_type,
      field_name: field,
      expression: metric.expression || null,
      rounding_function: metric.rounding_function ?? null,
      rounding_precision: metric.rounding_precision ?? null,
      filters: metric.filters ?? [],
    },
    events,
  }
  return useQuery<MetricPreview, ApiProblem>({
    queryKey: [slug, 'metric-preview', body],
    queryFn: async ({ signal }) =>
      (await send<{ metric_preview: MetricPreview }>('POST', `${OWN_API}/metric_previews`, body, signal))
        .metric_preview,
    enabled: isReadable,
    placeholderData: keepPreviousData,
  })
}

function StepUnits({ step }: { readonly step: Step | undefined }): ReactElement {
  if (!step) return <None />
  if (!step.counts) return <span className="status status-warning">Not counted</span>
  return (
    <>
      {formatUnits(step.units)}
      {step.filters.length > 0 && <span className="caption"> {step.filters.join(', ')}</span>}
    </>
  )
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null // Half typed.
  }
}

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { type ApiProblem, send } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { OWN_API } from '../../api/queries.ts'
import { useOrganization } from '../../api/session.ts'
import { formatUnits } from '../../format/money.ts'
import { Button, IconButton } from '../../parts/button.tsx'
import { None } from '../../parts/page.tsx'

type MetricBody = {
  readonly aggregation_type: string
  readonly field_name?: string | null
  readonly expression?: string | null | undefined
  readonly filters?: readonly { readonly key: string; readonly values: readonly string[] }[]
}

type Step = {
  readonly units: string
  readonly counts: boolean
  readonly value: string | null
  readonly filters: readonly string[]
}
type MetricPreview = { readonly units: string; readonly events: readonly Step[] }

const DEFAULT_VALUES = ['10', '5', '7']

/** Sends made-up events to the server, which says what the metric makes of them. Nothing is stored. */
export function TryIt({ metric }: { readonly metric: MetricBody }): ReactElement {
  const { slug } = useOrganization()
  const field = metric.aggregation_type === 'count_agg' ? null : metric.field_name || 'value'
  const [texts, setTexts] = useState<readonly string[]>(() =>
    DEFAULT_VALUES.map((value) => JSON.stringify(field ? { [field]: Number(value) } : {})),
  )
  const events = texts.map(parse)
  const isReadable = events.every((each) => each !== null)
  const body = {
    billable_metric: {
      aggregation_type: metric.aggregation_type,
      field_name: field,
      expression: metric.expression || null,
      filters: metric.filters ?? [],
    },
    events: events.map((properties) => ({ properties })),
  }
  const preview = useQuery<MetricPreview, ApiProblem>({
    queryKey: [slug, 'metric-preview', body],
    queryFn: async ({ signal }) =>
      (await send<{ metric_preview: MetricPreview }>('POST', `${OWN_API}/metric_previews`, body, signal))
        .metric_preview,
    enabled: isReadable && texts.length > 0,
    placeholderData: keepPreviousData,
  })
  return (
    <section className="card try-it" aria-label="Try it">
      <table className="table">
        <caption className="visually-hidden">Events and the units after each</caption>
        <thead>
          <tr>
            <th scope="col">Properties of the event</th>
            <th scope="col" className="number">
              Units after it
            </th>
            <th scope="col">
              <span className="visually-hidden">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {texts.map((text, at) => (
            <tr key={at}>
              <td>
                <input
                  className="input input-code"
                  aria-label={`Properties of event ${at + 1}`}
                  aria-invalid={events[at] === null ? true : undefined}
                  value={text}
                  onChange={(event) =>
                    setTexts(texts.map((each, index) => (index === at ? event.target.value : each)))
                  }
                />
              </td>
              <td className="number">
                <StepUnits step={isReadable ? preview.data?.events[at] : undefined} />
              </td>
              <td>
                <IconButton
                  icon="trash"
                  label={`Remove event ${at + 1}`}
                  onClick={() => setTexts(texts.filter((_, index) => index !== at))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="line-between">
        <Button icon="plus" onClick={() => setTexts([...texts, texts.at(-1) ?? '{}'])}>
          Add event
        </Button>
        <span role="status">
          {!isReadable && 'Properties are JSON, such as {"tokens": 120}.'}
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

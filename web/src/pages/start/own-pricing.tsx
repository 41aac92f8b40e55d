import { useQueryClient } from '@tanstack/react-query'
import { type ReactElement, type ReactNode, useId, useState } from 'react'
import { ApiProblem, send, setOrganization } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { API, type Write } from '../../api/queries.ts'
import { readSession, SESSION_KEY, useOrganization } from '../../api/session.ts'
import { firstUnread, whyUnread } from '../../format/typed-number.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button } from '../../parts/button.tsx'
import { codeOf, DecimalInput, FieldFrame, Row } from '../../parts/fields.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useGo } from '../../parts/link.tsx'
import { Page } from '../../parts/page.tsx'
import { KINDS, type OwnValues, valuesOfKind, writesOf } from './own-kinds.ts'

/** Meter, price, customer, event: one page, a suggestion in each field, and then the first invoice. */
export function OwnPricing(): ReactElement {
  const [kind, setKind] = useState<string>(KINDS[0]?.value ?? '')
  const { default_currency } = useOrganization()
  const [values, setValues] = useState<OwnValues>(() => valuesOfKind(kind))
  const { make, isBusy, problem, done } = useMake(values, default_currency)
  const patch = (change: Partial<OwnValues>) => setValues((all) => ({ ...all, ...change }))
  const writes = writesOf(values, default_currency, 'METRIC_ID')
  return (
    <Page title="Build your own pricing">
      <div className="own stack-wide">
        <fieldset>
          <legend>What do you sell?</legend>
          <div className="choice-cards">
            {KINDS.map((each) => (
              <label key={each.value} className="choice-card">
                <input
                  type="radio"
                  name="kind"
                  checked={kind === each.value}
                  onChange={() => {
                    setKind(each.value)
                    setValues(valuesOfKind(each.value))
                  }}
                />
                <span className="choice-title">{each.label}</span>
                <span className="help">{each.help}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <Part n={1} title="Meter" isDone={done > 0} write={writes[0]}>
          <Row>
            <Text
              label="What is counted"
              value={values.metricName}
              onChange={(metricName) => patch({ metricName, metricCode: codeOf(metricName) })}
            />
            <Text
              label="Code"
              value={values.metricCode}
              onChange={(metricCode) => patch({ metricCode })}
              isCode
            />
          </Row>
        </Part>
        <Part n={2} title="Price" isDone={done > 1} write={writes[1]}>
          <Row>
            <Text label="Plan" value={values.planName} onChange={(planName) => patch({ planName })} />
            <Amount
              label="Base price per month"
              value={values.baseAmount}
              onChange={(baseAmount) => patch({ baseAmount })}
              suffix={default_currency}
            />
            <Amount
              label="Price per unit"
              value={values.unitAmount}
              onChange={(unitAmount) => patch({ unitAmount })}
              suffix={default_currency}
            />
          </Row>
        </Part>
        <Part n={3} title="Customer" isDone={done > 2} write={writes[2]}>
          <Text
            label="Name"
            value={values.customerName}
            onChange={(customerName) => patch({ customerName })}
          />
        </Part>
        <Part n={4} title="Event" isDone={done > 4} write={writes[4]}>
          <Amount label="Units" value={values.units} onChange={(units) => patch({ units })} />
        </Part>
        <Part n={5} title="Invoice" isDone={false} write={undefined}>
          <p className="muted">
            Everything above is made now. Then the invoice is one step away: in a sandbox you move the time to
            the end of the billing period.
          </p>
          {problem && (
            <p className="notice notice-danger" role="alert">
              {problem}
            </p>
          )}
          <div>
            <Button kind="primary" onClick={make} isBusy={isBusy}>
              Make it and see the usage
            </Button>
          </div>
        </Part>
      </div>
    </Page>
  )
}

function Part(props: {
  readonly n: number
  readonly title: string
  readonly isDone: boolean
  readonly write: Write | undefined
  readonly children: ReactNode
}): ReactElement {
  const { n, title, isDone, write } = props
  return (
    <section className="card stack" aria-label={title}>
      <div className="line-between">
        <h2>
          <span className="part-number">{isDone ? <Icon name="check" /> : n}</span> {title}
        </h2>
        {write && <ApiCallButton write={write} />}
      </div>
      {props.children}
    </section>
  )
}

type TextProps = {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function Text(props: TextProps & { readonly isCode?: boolean }): ReactElement {
  const id = useId()
  return (
    <FieldFrame id={id} label={props.label} error={undefined}>
      <input
        id={id}
        className={`input ${props.isCode ? 'input-code' : ''}`}
        autoComplete="off"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </FieldFrame>
  )
}

function Amount(props: TextProps & { readonly suffix?: string }): ReactElement {
  const id = useId()
  return (
    <FieldFrame id={id} label={props.label} error={undefined}>
      <DecimalInput id={id} value={props.value} onChange={props.onChange} suffix={props.suffix} />
    </FieldFrame>
  )
}

/** Makes the five things in order, in a sandbox; what exists after a failure is not made again. */
function useMake(values: OwnValues, currency: string) {
  const { is_sandbox, slug } = useOrganization()
  const [done, setDone] = useState(0)
  const [target, setTarget] = useState<string | null>(is_sandbox ? slug : null)
  const [metricId, setMetricId] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const client = useQueryClient()
  const go = useGo()
  const run = async () => {
    const sandbox = target ?? (await newSandbox(currency))
    setTarget(sandbox)
    setOrganization(sandbox)
    let id = metricId
    for (let n = done; n < 5; n += 1) {
      const write = writesOf(values, currency, id)[n]
      if (!write) break
      const answer = await send<Record<string, { lago_id?: string }>>(
        write.method,
        `${API}${write.path}`,
        write.body,
      )
      id = answer?.billable_metric?.lago_id ?? id
      setMetricId(id)
      setDone(n + 1)
    }
    client.setQueryData(SESSION_KEY, await readSession())
    await client.invalidateQueries()
    go(`/${sandbox}/subscriptions/${encodeURIComponent(`${codeOf(values.customerName)}_1`)}`)
  }
  const make = async () => {
    const unread = whyUnread(firstUnread(values))
    setProblem(unread ?? null)
    if (unread !== undefined) return
    setBusy(true)
    try {
      await run()
    } catch (error) {
      setOrganization(slug)
      if (!(error instanceof ApiProblem)) throw error
      setProblem(textOfProblem(error))
    } finally {
      setBusy(false)
    }
  }
  return { make: () => void make(), isBusy, problem, done }
}

async function newSandbox(currency: string): Promise<string> {
  const body = { name: `My pricing (${currency})`, sandbox: true }
  const { organization } = await send<{ organization: { slug: string } }>(
    'POST',
    '/api/weir/v1/organizations',
    body,
  )
  return organization.slug
}

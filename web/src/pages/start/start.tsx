import { useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { ApiProblem, send, setOrganization } from '../../api/client.ts'
import { textOfProblem } from '../../api/problem-texts.ts'
import { readSession, SESSION_KEY, useOrganization } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Link, useAt, useGo } from '../../parts/link.tsx'
import { Page } from '../../parts/page.tsx'
import { type SampleStep, sampleSteps } from '../../sample/make-sample.ts'

/** The fork at the beginning: see a working company, or build prices of one's own. */
export function Start(): ReactElement {
  const at = useAt()
  const { making, isStarting, problem, make } = useSample()
  if (making) return <Making steps={making.steps} done={making.done} problem={problem} retry={make} />
  return (
    <Page title="How do you want to start?">
      <div className="doors">
        <section className="card door" aria-labelledby="door-a">
          <span className="empty-icon">
            <Icon name="home" size={24} />
          </span>
          <h2 id="door-a">Show me a working company</h2>
          <p className="muted">
            A sandbox with customers, plans, three months of usage and real invoices. It takes a few seconds,
            you can move its time forward, and its settings remove it again.
          </p>
          {problem && (
            <p className="notice notice-danger" role="alert">
              {problem}
            </p>
          )}
          <Button kind="primary" onClick={make} isBusy={isStarting}>
            Make the sample company
          </Button>
        </section>
        <section className="card door" aria-labelledby="door-b">
          <span className="empty-icon">
            <Icon name="plan" size={24} />
          </span>
          <h2 id="door-b">Build my own pricing</h2>
          <p className="muted">
            Five short sections on one page: what you measure, what it costs, who pays, a first event, a first
            invoice.
          </p>
          <Link className="button button-primary" href={at('/start/own')}>
            Build my own
          </Link>
        </section>
      </div>
    </Page>
  )
}

type Progress = { readonly steps: readonly SampleStep[]; readonly done: number }

type MadeOrganization = {
  readonly organization: { readonly slug: string; readonly default_currency?: string }
}

/** Makes the sample company, in a sandbox of its own unless this is one without anything in it. */
function useSample() {
  const { is_sandbox, default_currency, slug } = useOrganization()
  const [making, setMaking] = useState<Progress | null>(null)
  const [isStarting, setStarting] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const client = useQueryClient()
  const go = useGo()
  const make = async () => {
    setProblem(null)
    setStarting(true)
    try {
      const target =
        is_sandbox && (await isBlank()) ? { slug, currency: default_currency } : await newSandbox()
      setOrganization(target.slug)
      const steps = sampleSteps(Date.now(), target.currency)
      for (const [done, step] of steps.entries()) {
        setMaking({ steps, done })
        await step.run()
      }
      client.setQueryData(SESSION_KEY, await readSession())
      await client.invalidateQueries()
      go(`/${target.slug}`)
    } catch (error) {
      setOrganization(slug)
      if (!(error instanceof ApiProblem)) throw error
      setProblem(textOfProblem(error))
    } finally {
      setStarting(false)
    }
  }
  return { making, isStarting, problem, make: () => void make() }
}

/** Whether nothing was made in the organization yet. */
async function isBlank(): Promise<boolean> {
  const path = '/api/v1/billable_metrics?per_page=1'
  const { meta } = await send<{ meta: { total_count: number } }>('GET', path)
  return meta.total_count === 0
}

async function newSandbox(): Promise<{ slug: string; currency: string }> {
  const body = { name: 'Sample company', sandbox: true, country: 'DE' }
  const made = await send<MadeOrganization>('POST', '/api/weir/v1/organizations', body)
  return { slug: made.organization.slug, currency: 'EUR' }
}

function Making(props: {
  readonly steps: readonly SampleStep[]
  readonly done: number
  readonly problem: string | null
  readonly retry: () => void
}): ReactElement {
  const { steps, done, problem } = props
  return (
    <Page title="Making the sample company">
      <ol className="making" role="status">
        {steps.map(({ label }, n) => (
          <li key={label} className={n < done ? 'made' : n === done ? 'in-work' : undefined}>
            {n < done ? (
              <Icon name="check" />
            ) : (
              <span className={n === done ? 'spinner' : 'dot'} aria-hidden="true" />
            )}
            {label}
            {n === done && <span className="visually-hidden">in work</span>}
          </li>
        ))}
      </ol>
      {problem && (
        <div className="notice notice-danger" role="alert">
          {problem} <Button onClick={props.retry}>Try again with another sandbox</Button>
        </div>
      )}
    </Page>
  )
}

import {
  type ButtonHTMLAttributes,
  type ReactElement,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react'
import type { ApiProblem } from '../api/client.ts'
import { type Read, useWrite } from './api.ts'
import { isFramed, openWindow } from './frame.ts'
import { useSay } from './language.ts'
import { Link } from './route.tsx'
import type { WordKey } from './words/en.ts'

/** A page with its heading, which has the focus after a change of the page. */
export function Page(props: {
  readonly title: string
  readonly back?: { readonly to: string; readonly label: string }
  readonly status?: ReactNode
  readonly action?: ReactNode
  readonly children: ReactNode
}): ReactElement {
  const { title, back } = props
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = title
    ref.current?.focus({ preventScroll: true })
  }, [title])
  return (
    <div className="stack-wide">
      <div className="portal-head">
        {back && (
          <Link to={back.to} className="portal-back">
            {back.label}
          </Link>
        )}
        <div className="line-between">
          <div className="line">
            <h1 ref={ref} tabIndex={-1}>
              {title}
            </h1>
            {props.status}
          </div>
          {props.action && <div className="line">{props.action}</div>}
        </div>
      </div>
      {props.children}
    </div>
  )
}

/** A part of a page. */
export function Card(props: {
  readonly title?: string
  readonly aside?: ReactNode
  readonly children: ReactNode
}): ReactElement {
  return (
    <section className="portal-card">
      {(props.title || props.aside) && (
        <div className="line-between">
          {props.title && <h2>{props.title}</h2>}
          {props.aside}
        </div>
      )}
      {props.children}
    </section>
  )
}

/** What is shown while something is read, when it cannot be read, and when there is no such thing. */
export function Loaded<T>({
  read,
  children,
}: {
  readonly read: Read<T>
  readonly children: (data: T) => ReactNode
}): ReactElement {
  const say = useSay()
  if (read.data !== undefined) return <>{children(read.data)}</>
  if (read.error === undefined) return <p className="muted">{say('loading')}</p>
  const isGone = (read.error as ApiProblem).status === 404
  return (
    <div className="notice notice-danger portal-notice" role="alert">
      <p>{say(isGone ? 'notFound' : 'failed')}</p>
      {!isGone && <Button onClick={read.retry}>{say('retry')}</Button>}
    </div>
  )
}

type ButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'type'> & {
  readonly kind?: 'primary' | 'secondary' | 'quiet' | 'danger'
  readonly type?: 'button' | 'submit'
  readonly isBusy?: boolean
}

export function Button({
  kind = 'secondary',
  type = 'button',
  isBusy,
  children,
  ...rest
}: ButtonProps): ReactElement {
  return (
    <button
      {...rest}
      type={type}
      className={`button button-${kind}`}
      disabled={rest.disabled || isBusy}
      aria-busy={isBusy || undefined}
    >
      <span>{children}</span>
      {isBusy && <span className="spinner" aria-hidden="true" />}
    </button>
  )
}

/** The address at which a file is saved and not shown, so that the page stays. */
export const downloadOf = (url: string): string => `${url}?download=true`

/** A button whose write answers with the address of a file or of a provider's page, which is opened. */
export function OpenButton(props: {
  readonly path: string
  readonly label: string
  /** For who does not see what it stands beside. */
  readonly describedAs?: string
  readonly kind?: 'primary' | 'secondary'
  readonly isFile?: boolean
}): ReactElement {
  const say = useSay()
  const { run, isBusy, problem } = useWrite()
  const [isWaiting, setWaiting] = useState(false)
  const [refusedUrl, setRefusedUrl] = useState<string | null>(null)
  const open = async () => {
    setWaiting(false)
    setRefusedUrl(null)
    const isElsewhere = isFramed && !props.isFile
    const opened = isElsewhere ? openWindow() : null
    const answer = await run<{ url: string | null }>('POST', props.path)
    if (!answer?.url) {
      opened?.close()
      setWaiting(answer !== undefined)
    } else if (!isElsewhere) window.location.assign(props.isFile ? downloadOf(answer.url) : answer.url)
    else if (opened) opened.location.replace(answer.url)
    else setRefusedUrl(answer.url)
  }
  return (
    <span className="portal-open">
      <Button
        kind={props.kind ?? 'secondary'}
        aria-label={props.describedAs}
        onClick={() => void open()}
        isBusy={isBusy}
      >
        {props.label}
      </Button>
      {problem && <ProblemLine problem={problem} />}
      {refusedUrl && <WindowLink href={refusedUrl} />}
      {isWaiting && props.isFile && (
        <span role="status" className="caption">
          {say('preparing')}
        </span>
      )}
    </span>
  )
}

/** A link to a window of its own, from a frame. */
export function WindowLink({ href }: { readonly href: string }): ReactElement {
  const say = useSay()
  return (
    <a className="button button-primary" href={href} target="_blank" rel="noopener noreferrer">
      {say('openWindow')}
    </a>
  )
}

/** A refusal in one line. */
export function ProblemLine({ problem }: { readonly problem: ApiProblem }): ReactElement {
  const say = useSay()
  return (
    <span role="alert" className="field-error">
      {say(WORD_OF[problem.code ?? ''] ?? (problem.status === 429 ? 'tooMany' : 'refused'))}
    </span>
  )
}

const WORD_OF: Readonly<Record<string, WordKey>> = {
  payment_method_needed: 'methodNeeded',
  portal_is_read_only: 'viewOnly',
  too_many_requests: 'tooMany',
  validation_errors: 'checkFields',
}

const TONES = {
  success: <circle cx="4" cy="4" r="4" fill="currentColor" />,
  info: <circle cx="4" cy="4" r="3" fill="none" stroke="currentColor" strokeWidth="2" />,
  warning: <path d="M4 0l4 8H0z" fill="currentColor" />,
  danger: <rect width="8" height="8" rx="1" fill="currentColor" />,
  neutral: <rect y="3" width="8" height="2" fill="currentColor" />,
} as const
export type Tone = keyof typeof TONES

/** A status as mark and word; the marks differ in shape as well as in colour. */
export function Status({
  tone,
  children,
}: {
  readonly tone: Tone
  readonly children: ReactNode
}): ReactElement {
  return (
    <span className={`status status-${tone}`}>
      <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" focusable="false">
        {TONES[tone]}
      </svg>
      {children}
    </span>
  )
}

export type Column<Row> = {
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  readonly isNumber?: boolean
}

/** A table; on small screens every row is a card with the names of its columns. */
export function Table<Row>(props: {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly foot?: ReactNode
}): ReactElement {
  return (
    <table className="portal-table">
      <caption className="visually-hidden">{props.caption}</caption>
      <thead>
        <tr>
          {props.columns.map(({ head, isNumber }) => (
            <th key={head} scope="col" className={isNumber ? 'number' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <tr key={props.keyOf(row)}>
            {props.columns.map(({ head, cell, isNumber }) => (
              <td key={head} data-head={head} className={isNumber ? 'number' : undefined}>
                <span>{cell(row)}</span>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
      {props.foot}
    </table>
  )
}

/** Names with their values. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [string, ReactNode])[]
}): ReactElement {
  return (
    <dl className="portal-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A page of a list's `meta`, and the way to the others. */
export function Pages(props: {
  readonly meta: { readonly current_page: number; readonly total_pages: number }
  readonly onPage: (page: number) => void
}): ReactElement | null {
  const say = useSay()
  const { current_page: page, total_pages: pages } = props.meta
  if (pages < 2) return null
  return (
    <div className="line">
      <Button disabled={page <= 1} onClick={() => props.onPage(page - 1)}>
        {say('previous')}
      </Button>
      <span className="muted">{say('pageOf', { page: String(page), pages: String(pages) })}</span>
      <Button disabled={page >= pages} onClick={() => props.onPage(page + 1)}>
        {say('next')}
      </Button>
    </div>
  )
}

export type Paged = { readonly meta: { readonly current_page: number; readonly total_pages: number } }

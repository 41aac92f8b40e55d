import { useLocation } from '@tanstack/react-router'
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react'
import { useMembership } from '../api/session.ts'
import { showCrumbs } from '../shell/crumbs.ts'
import { Menu, type MenuItem } from './menu.tsx'

export type Crumb = { readonly label: string; readonly href?: string }

type PageProps = {
  readonly title: string
  /** What stands above in the breadcrumb, from the outermost. */
  readonly crumbs?: readonly Crumb[]
  readonly status?: ReactNode
  /** Two or three facts under the title. */
  readonly facts?: ReactNode
  readonly action?: ReactNode
  readonly menu?: readonly MenuItem[]
  readonly tabs?: ReactNode
  readonly children: ReactNode
}

/** The frame of a page: title, focus and announcement on navigation, header and body. */
export function Page(props: PageProps): ReactElement {
  const { title, crumbs = [], menu = [] } = props
  const { organization } = useMembership()
  const heading = useRef<HTMLHeadingElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  useEffect(() => {
    document.title = `${title} · ${organization.name} · Weir`
    showCrumbs([...crumbs, { label: title }])
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the address does.
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.closest('nav, header')) {
      heading.current?.focus({ preventScroll: true })
    }
  }, [path])
  return (
    <>
      <div className="page-head">
        <div className="page-title">
          <div className="line">
            <h1 ref={heading} tabIndex={-1}>
              {title}
            </h1>
            {props.status}
          </div>
          {props.facts && <div className="facts-line">{props.facts}</div>}
        </div>
        <div className="page-actions">
          {props.action}
          <Menu label="More actions" items={menu} />
        </div>
      </div>
      {props.tabs}
      <div className="page-body">{props.children}</div>
    </>
  )
}

/** A titled surface. */
export function Card(props: {
  readonly title?: string
  readonly aside?: ReactNode
  readonly isFlush?: boolean
  readonly children: ReactNode
}): ReactElement {
  return (
    <section className={`card ${props.isFlush ? 'card-flush' : ''}`}>
      {props.title && (
        <div className="card-head">
          <h2>{props.title}</h2>
          {props.aside}
        </div>
      )}
      {props.children}
    </section>
  )
}

/** Names and values, in pairs. */
export function Facts(props: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[]
}): ReactElement {
  return (
    <dl className="facts">
      {props.facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null || value === undefined || value === '' ? <None /> : value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A missing value. */
export function None(): ReactElement {
  return (
    <span className="subtle">
      <span aria-hidden="true">—</span>
      <span className="visually-hidden">none</span>
    </span>
  )
}

/** A figure with its name. */
export function Figure(props: {
  readonly label: string
  readonly value: ReactNode
  readonly note?: ReactNode
}): ReactElement {
  return (
    <div className="figure">
      <span className="caption">{props.label}</span>
      <span className="figure-value">{props.value}</span>
      {props.note && <span className="caption">{props.note}</span>}
    </div>
  )
}

/** Body on the left, facts on the right. */
export function Columns(props: { readonly children: ReactNode; readonly aside: ReactNode }): ReactElement {
  return (
    <div className="columns">
      <div className="stack-wide grow">{props.children}</div>
      <aside className="columns-aside stack" aria-label="Facts">
        {props.aside}
      </aside>
    </div>
  )
}

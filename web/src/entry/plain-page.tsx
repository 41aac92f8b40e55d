import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'
import { useEffect } from 'react'

/** The frame of pages outside of an organization: the name above, one card in the middle. */
export function PlainPage(props: {
  readonly title: string
  readonly lead?: ReactNode
  readonly children: ReactNode
}): ReactElement {
  useEffect(() => {
    document.title = `${props.title} · Weir`
  }, [props.title])
  return (
    <div className="entry">
      <header className="entry-brand">
        <Logo />
        <span>Weir</span>
      </header>
      <main id="main" className="entry-card">
        <h1>{props.title}</h1>
        {props.lead && <p className="muted">{props.lead}</p>}
        {props.children}
      </main>
    </div>
  )
}

/** The mark: water over a weir. */
export function Logo({ size = 28 }: { readonly size?: number }): ReactElement {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path
        d="M7 11l4.500 10L16 12l4.500 9L25 11"
        fill="none"
        stroke="var(--on-accent)"
        strokeWidth="2.600"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

export function MissingPage(): ReactElement {
  return (
    <PlainPage title="There is no such page" lead="Check the address.">
      <a className="button button-primary" href="/">
        Go to Weir
      </a>
    </PlainPage>
  )
}

/** What broke, when a page could not be drawn at all. */
export function CrashPage({ error }: ErrorComponentProps): ReactElement {
  return (
    <PlainPage title="This page broke" lead="Nothing that you saved is lost.">
      <p className="notice notice-danger" role="alert">
        {error instanceof Error ? error.message : String(error)}
      </p>
      <button type="button" className="button button-primary" onClick={() => location.reload()}>
        Reload
      </button>
    </PlainPage>
  )
}

import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactElement, type ReactNode, useEffect, useState } from 'react'
import type { ApiProblem } from '../api/client.ts'
import { textOfProblem } from '../api/problem-texts.ts'
import type { Write } from '../api/queries.ts'
import { useMembership, useOrganization } from '../api/session.ts'
import { ApiCallButton } from './api-call.tsx'
import { Button, CopyButton } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import { Link } from './link.tsx'
import { PALETTE_KEYS } from './palette-keys.ts'

const QUIET_MS = 150

/** Grey bars in the shape of what comes; nothing at first, so that fast answers do not flash. */
export function Skeleton({
  rows = 6,
  label = 'Loading',
}: {
  readonly rows?: number
  readonly label?: string
}): ReactElement {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), QUIET_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="skeleton" aria-busy="true" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={isShown ? 'bar' : 'bar bar-hidden'} />
      ))}
    </div>
  )
}

/** Nothing exists yet: what the object is for, how to make one, and the same by API. */
export function Empty(props: {
  readonly icon: IconName
  readonly title: string
  readonly children: ReactNode
  readonly action?: ReactNode
  readonly write?: Write
}): ReactElement {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={props.icon} size={24} />
      </span>
      <h2>{props.title}</h2>
      <p className="muted">{props.children}</p>
      <div className="line">
        {props.action}
        {props.write && <ApiCallButton write={props.write} />}
      </div>
    </div>
  )
}

/** A read that failed: what, why, and how to go on. The rest of the page keeps working. */
export function Failure({
  problem,
  retry,
}: {
  readonly problem: ApiProblem
  readonly retry: () => void
}): ReactElement {
  if (problem.status === 404) return <NotFound />
  const isForbidden = problem.status === 403
  return (
    <div className="failure" role="alert">
      <Icon name="alert" size={20} />
      <div className="stack-tight grow">
        <h2>{isForbidden ? 'You may not see this' : 'This could not be loaded'}</h2>
        <p className="muted">
          {isForbidden ? (
            <Missing permission={problem.details.permission?.[0] ?? problem.code ?? 'unknown'} />
          ) : (
            textOfProblem(problem)
          )}
        </p>
        <p className="caption">
          {problem.request}
          {problem.status > 0 && ` · HTTP ${problem.status}`}
          {problem.requestId && (
            <>
              {' '}
              · Request <code>{problem.requestId}</code>{' '}
              <CopyButton text={problem.requestId} label="Copy the request id" />
            </>
          )}
        </p>
        <div className="line">
          <Button onClick={retry}>Try again</Button>
        </div>
      </div>
    </div>
  )
}

/** A page that the member may not see. */
export function Forbidden({ permission }: { readonly permission: string }): ReactElement {
  return (
    <div className="failure" role="alert">
      <Icon name="alert" size={20} />
      <div className="stack-tight grow">
        <h2>You may not see this</h2>
        <p className="muted">
          <Missing permission={permission} />
        </p>
      </div>
    </div>
  )
}

/** The permission that is missing, and who can grant it. */
function Missing({ permission }: { readonly permission: string }): ReactElement {
  const { admins = [] } = useMembership()
  const who = admins.map(({ name, email }) => name || email).join(', ')
  return (
    <>
      Missing permission: <code>{permission}</code>.{' '}
      {who ? `${who} can grant it.` : 'An administrator can grant it.'}
    </>
  )
}

/** No such object in this organization. */
export function NotFound(): ReactElement {
  const { name, slug } = useOrganization()
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name="search" size={24} />
      </span>
      <h2>Nothing here</h2>
      <p className="muted">
        This does not exist in {name}, or it was deleted. Check the address, or look for it with{' '}
        <kbd>{PALETTE_KEYS}</kbd>.
      </p>
      <Link href={`/${slug}`} className="button button-secondary">
        Go to Home
      </Link>
    </div>
  )
}

/** Shows what a read gave, or its state while there is nothing. */
export function Loaded<T>(props: {
  readonly query: UseQueryResult<T, ApiProblem>
  readonly rows?: number
  readonly children: (data: T) => ReactNode
}): ReactElement {
  const { query } = props
  if (query.data !== undefined) {
    return <div className={query.isFetching ? 'is-refetching' : undefined}>{props.children(query.data)}</div>
  }
  if (query.error) return <Failure problem={query.error} retry={() => void query.refetch()} />
  return <Skeleton rows={props.rows ?? 6} />
}

import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { ApiProblem } from '../api/client.ts'
import { textOfProblem } from '../api/problem-texts.ts'
import type { Page } from '../api/queries.ts'

/** A list of the API among which a field lets choose. */
export type Options<T> = UseQueryResult<Page<T>, ApiProblem>

/** Of a request for options, what tells how it went. */
type Asked = Pick<UseQueryResult<unknown, ApiProblem>, 'data' | 'error' | 'isFetching' | 'refetch'>

/** Where the options of a field come from: the request, what they are called, and what to say when there are none. */
export type OptionsSource = {
  readonly asked: Asked
  /** In the plural, as in "The plans could not be loaded". */
  readonly what: string
  readonly empty?: ReactNode
}

/** The rows that were read; none until then. */
export function rowsOf<T>(options: Options<T>): readonly T[] {
  return options.data?.rows ?? []
}

/** Whether the options could not be read: nothing is known of them. */
export function isUnread({ data, error }: Asked): boolean {
  return data === undefined && error !== null
}

/** Whether a field is worth showing that is left out where nothing can be chosen: that it failed is to be seen. */
export function isOffered(options: Options<unknown>): boolean {
  return isUnread(options) || rowsOf(options).length > 0
}

/** Inside a field: that its options are on their way or could not be read, or that there are none. */
export function OptionsNote(props: OptionsSource & { readonly isEmpty: boolean }): ReactElement | null {
  const { asked, what, empty, isEmpty } = props
  if (asked.data !== undefined) return isEmpty && empty ? <p className="help">{empty}</p> : null
  if (asked.error) return <Unread asked={asked} what={what} problem={asked.error} />
  if (!asked.isFetching) return null
  return (
    <p className="help options-wait" role="status">
      Loading the {what}…
    </p>
  )
}

function Unread(props: {
  readonly asked: Asked
  readonly what: string
  readonly problem: ApiProblem
}): ReactElement {
  const { asked, what, problem } = props
  const permission = problem.status === 403 ? problem.details.permission?.[0] : undefined
  return (
    <p className="field-error" role="alert">
      {permission ? (
        <>
          You may not see the {what}. Missing permission: <code>{permission}</code>.
        </>
      ) : (
        <>
          The {what} could not be loaded. {reasonOf(problem)}
        </>
      )}{' '}
      <button
        type="button"
        className="options-retry"
        disabled={asked.isFetching}
        onClick={() => void asked.refetch()}
      >
        {asked.isFetching ? 'Trying…' : 'Try again'}
      </button>
    </p>
  )
}

/** Why it failed, unless the server only says that it did. */
function reasonOf(problem: ApiProblem): string {
  return problem.status >= 500 ? '' : textOfProblem(problem)
}

/** What is chosen from options that a whole part of a form depends on; until they are read, how that goes. */
export function Offered<T>(props: {
  readonly options: Options<T>
  readonly what: string
  readonly empty: ReactNode
  readonly children: (rows: readonly T[]) => ReactNode
}): ReactElement {
  const { options, what, empty, children } = props
  if (rowsOf(options).length > 0) return <>{children(rowsOf(options))}</>
  if (options.data) return <p className="muted">{empty}</p>
  return <OptionsNote asked={options} what={what} isEmpty={false} />
}

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useRouter } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { type ApiProblem, send, setCsrfToken } from '../api/client.ts'
import { SESSION_KEY, type Session } from '../api/session.ts'
import { Link } from '../parts/link.tsx'
import { PlainField, PlainForm } from './plain-form.tsx'
import { PlainPage } from './plain-page.tsx'

export type Installation = {
  readonly has_users: boolean
  readonly sign_up: 'open' | 'closed'
  readonly version: string
  readonly has_smtp: boolean
}

export const useInstallation = () =>
  useQuery<Installation, ApiProblem>({
    queryKey: ['installation'],
    queryFn: async () => {
      const answer = await send<Installation | { installation: Installation }>(
        'GET',
        '/api/weir/v1/installation',
      )
      return 'installation' in answer ? answer.installation : answer
    },
  })

/** Only an address of ours, so that a link to the sign-in cannot lead elsewhere. */
export const safeNext = (next: string | null): string =>
  next && /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : '/'

/** Keeps a new session and goes on to where the person wanted to be. */
export function useArrive(): (session: Session, to: string) => void {
  const client = useQueryClient()
  const { history } = useRouter()
  return (session, to) => {
    setCsrfToken(session.csrf_token)
    client.clear()
    client.setQueryData(SESSION_KEY, session)
    history.push(to)
  }
}

/** E-mail and password; afterwards the address that was asked for, with its query. */
export function SignIn(): ReactElement {
  const next = safeNext(new URLSearchParams(useLocation().searchStr).get('next'))
  const arrive = useArrive()
  const { data: installation } = useInstallation()
  const signIn = useMutation<{ session: Session }, ApiProblem, Readonly<Record<string, string>>>({
    mutationFn: (values) => send('POST', '/api/weir/v1/session', values),
    onSuccess: ({ session }) => arrive(session, next),
  })
  return (
    <PlainPage title="Sign in" lead={next === '/' ? undefined : 'Sign in to go on where you were.'}>
      <PlainForm verb="Sign in" isBusy={signIn.isPending} problem={signIn.error} onSubmit={signIn.mutate}>
        <PlainField
          name="email"
          label="E-mail"
          type="email"
          autoComplete="username"
          problem={signIn.error}
          isFocused
        />
        <PlainField
          name="password"
          label="Password"
          type="password"
          autoComplete="current-password"
          problem={signIn.error}
        />
      </PlainForm>
      <p>
        <Link href="/forgot-password">Forgot your password?</Link>
      </p>
      {installation?.sign_up === 'open' && (
        <p className="muted">
          New here? <Link href="/sign-up">Create an account</Link>
        </p>
      )}
    </PlainPage>
  )
}

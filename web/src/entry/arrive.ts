import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type ApiProblem, setCsrfToken } from '../api/client.ts'
import { SESSION_KEY, type Session } from '../api/session.ts'
import { type Installation, readInstallation } from './installation.ts'

export const useInstallation = () =>
  useQuery<Installation, ApiProblem>({ queryKey: ['installation'], queryFn: readInstallation })

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

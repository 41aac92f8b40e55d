import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { ApiProblem, send, setCsrfToken } from './client.ts'

export type MemberOrganization = {
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly is_sandbox: boolean
  readonly default_currency: string
  readonly timezone: string
}

export type Membership = {
  readonly organization: MemberOrganization
  readonly roles: readonly string[]
  readonly permissions: Readonly<Record<string, boolean>>
  /** Who can grant more. */
  readonly admins?: readonly { readonly email: string; readonly name: string | null }[]
}

export type Session = {
  readonly user: { readonly email: string; readonly name: string | null }
  readonly csrf_token: string
  readonly expires_at: string | null
  readonly memberships: readonly Membership[]
}

export const SESSION_KEY = ['session'] as const

/** The session of the cookie; null when nobody is signed in. */
export async function readSession(): Promise<Session | null> {
  try {
    const { session } = await send<{ session: Session }>('GET', '/api/weir/v1/session')
    setCsrfToken(session.csrf_token)
    return session
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null
    throw error
  }
}

export function useSession(): UseQueryResult<Session | null, ApiProblem> {
  return useQuery<Session | null, ApiProblem>({
    queryKey: SESSION_KEY,
    queryFn: readSession,
    staleTime: 60_000,
    refetchOnWindowFocus: true,
  })
}

/** The member's organization that the address names. Only below `/{org}`, where the shell has checked it. */
export function useMembership(): Membership {
  const { org } = useParams({ strict: false }) as { org?: string }
  const { data } = useSession()
  const found = data?.memberships.find(({ organization }) => organization.slug === org)
  if (!found) throw new Error('a page of an organization outside of one')
  return found
}

export const useOrganization = (): MemberOrganization => useMembership().organization

/** Whether the member may do something, such as `plans:create`. The interface never reads the role's name. */
export function useMay(): (permission: string) => boolean {
  const { permissions } = useMembership()
  return (permission) => permissions[permission] === true || permissions.all === true
}

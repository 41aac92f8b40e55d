import { createContext, useContext } from 'react'
import type { PortalSession } from '../api/types.ts'

export const SessionContext = createContext<PortalSession | null>(null)

/** The session of the portal; only inside of its pages. */
export function useSession(): PortalSession {
  const session = useContext(SessionContext)
  if (!session) throw new Error('there is no session of the portal here')
  return session
}

/** Whether the organization shows a part of the portal. */
export function useShows(): (part: PortalSession['parts'][number]) => boolean {
  const { parts } = useSession()
  return (part) => parts.includes(part)
}

import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent, ReactElement, ReactNode } from 'react'
import { useMembership } from '../api/session.ts'

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  /** An address of the dashboard, from its root. */
  readonly href: string
  readonly children: ReactNode
}

/** Whether a click means "open here", rather than a new tab or a download. */
const opensHere = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

/** A link within the dashboard: no page load, and the next page's code is fetched when the pointer comes near. */
export function Link({ href, children, onClick, ...rest }: LinkProps): ReactElement {
  const router = useRouter()
  return (
    <a
      {...rest}
      href={href}
      onClick={(event) => {
        onClick?.(event)
        if (event.defaultPrevented || !opensHere(event)) return
        event.preventDefault()
        router.history.push(href)
      }}
    >
      {children}
    </a>
  )
}

/** Goes to an address of the dashboard. */
export function useGo(): (href: string, options?: { readonly replace?: boolean }) => void {
  const { history } = useRouter()
  return (href, options) => (options?.replace ? history.replace(href) : history.push(href))
}

/** Addresses below the present organization: `at('/plans')` is `/acme/plans`. */
export function useAt(): (path: string) => string {
  const { organization } = useMembership()
  return (path) => `/${organization.slug}${path}`
}

import { useParams, useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent, ReactElement, ReactNode } from 'react'
import { useMembership, useSession } from '../api/session.ts'
import { openingBy } from '../page-permissions.ts'
import { PAGES } from '../routes.ts'

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  /** An address of the dashboard, from its root. */
  readonly href: string
  readonly children: ReactNode
}

/** Whether a click means "open here", rather than a new tab or a download. */
const opensHere = (event: MouseEvent): boolean =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey

const mayOpen = openingBy(PAGES.map(([route]) => route))

/** Whether the member may open an address of the dashboard; those outside of the organization are open. */
export function useMayOpen(): (href: string) => boolean {
  const { org } = useParams({ strict: false }) as { org?: string }
  const { data } = useSession()
  const membership = data?.memberships.find(({ organization }) => organization.slug === org)
  return (href) => {
    const isInside = membership !== undefined && (href === `/${org}` || href.startsWith(`/${org}/`))
    return !isInside || mayOpen(href.slice(`/${org}`.length), (name) => membership.permissions[name] === true)
  }
}

/**
 * A link within the dashboard: no page load, and the next page's code is fetched when the pointer comes near. Where it
 * leads to a page that the member may not see, only its text is there.
 */
export function Link({ href, children, onClick, ...rest }: LinkProps): ReactElement {
  const router = useRouter()
  if (!useMayOpen()(href)) return <span className={rest.className}>{children}</span>
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

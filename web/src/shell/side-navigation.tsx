import { useLocation } from '@tanstack/react-router'
import { type ReactElement, useRef } from 'react'
import { useMay, useMembership, useSession } from '../api/session.ts'
import { Logo } from '../entry/plain-page.tsx'
import { useCurrentInView } from '../parts/current-in-view.ts'
import { Icon } from '../parts/icon.tsx'
import { Link } from '../parts/link.tsx'
import { Menu } from '../parts/menu.tsx'
import { AccountMenu } from './account-menu.tsx'
import { type Group, isShown, NAVIGATION } from './navigation.ts'

/** Organization, pages by group, account. */
export function SideNavigation(props: {
  readonly onClose: () => void
  readonly onHelp: () => void
}): ReactElement {
  const { onClose, onHelp } = props
  const path = useLocation({ select: ({ pathname }) => pathname })
  const groups = useRef<HTMLDivElement>(null)
  useCurrentInView(groups, path)
  return (
    <>
      <button
        type="button"
        className="nav-scrim"
        aria-label="Close the navigation"
        tabIndex={-1}
        onClick={onClose}
      />
      <nav className="side" aria-label="Main">
        <OrganizationSwitch />
        <div ref={groups} className="side-groups">
          {NAVIGATION.filter(({ isPinned }) => !isPinned).map((group) => (
            <Entries key={group.label ?? 'top'} group={group} />
          ))}
        </div>
        {NAVIGATION.filter(({ isPinned }) => isPinned).map((group) => (
          <Entries key="foot" group={group} />
        ))}
        <AccountMenu onHelp={onHelp} />
      </nav>
    </>
  )
}

function Entries({ group: { label, entries } }: { readonly group: Group }): ReactElement | null {
  const { organization } = useMembership()
  const may = useMay()
  const path = useLocation({ select: ({ pathname }) => pathname.replace(/\/$/, '') })
  const base = `/${organization.slug}`
  const isCurrent = (entry: string) => (entry === '' ? path === base : path.startsWith(base + entry))
  const shown = entries.filter((entry) => isShown(entry, may))
  if (shown.length === 0) return null
  return (
    <div className="side-group">
      {label && <span className="side-label">{label}</span>}
      <ul>
        {shown.map((entry) => (
          <li key={entry.path}>
            <Link
              href={base + entry.path}
              className="side-link"
              aria-current={isCurrent(entry.path) ? 'page' : undefined}
            >
              <Icon name={entry.icon} />
              {entry.label}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

function OrganizationSwitch(): ReactElement {
  const { organization } = useMembership()
  const { data: session } = useSession()
  const items = (session?.memberships ?? []).map((membership) => ({
    label: `${membership.organization.name}${membership.organization.is_sandbox ? ' (sandbox)' : ''}`,
    href: `/${membership.organization.slug}`,
    ...(membership.organization.slug === organization.slug ? { icon: 'check' as const } : {}),
  }))
  return (
    <Menu label="Switch organization" items={items} side="left" className="side-organization">
      <Logo size={24} />
      <span className="clip grow">{organization.name}</span>
      <Icon name="down" size={14} />
    </Menu>
  )
}
